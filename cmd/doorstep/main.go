// Command doorstep is the whole service in one binary: a file per sub-command.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Deps are what a sub-command may use of the world around it.
type Deps struct {
	Getenv func(string) string
	In     io.Reader
	Out    io.Writer
	Err    io.Writer
}

type commands struct {
	Serve      ServeCommand      `cmd:"" help:"Serve the consoles, the API and the stream."`
	Migrate    MigrateCommand    `cmd:"" help:"Bring the database schema to this version."`
	Import     ImportCommand     `cmd:"" help:"Load a real centre's calls for service, or a gazetteer, by mapping."`
	Demo       DemoCommand       `cmd:"" help:"Load an invented town to try everything on."`
	Bench      BenchCommand      `cmd:"" help:"Measure this binary against floors of the same run, one JSON object a line."`
	Faults     FaultsCommand     `cmd:"" help:"Break the service part by part while it is used, and check that nothing was lost, one JSON object a line."`
	Script     ScriptCommand     `cmd:"" help:"Write question scripts: test, lint, diff, preview and publish them."`
	Instrument InstrumentCommand `cmd:"" help:"Check and score risk instruments: DASH, LAP, ODARA, your own."`
	Person     PersonCommand     `cmd:"" help:"See how surely records of persons are linked."`
	OpenAPI    OpenAPICommand    `cmd:"" name:"openapi" help:"Print the OpenAPI document of the public contract."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], Deps{Getenv: os.Getenv, In: os.Stdin, Out: os.Stdout, Err: os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, "doorstep:", err)
		os.Exit(1)
	}
}

// run is the whole program, so that a test can start it.
func run(ctx context.Context, args []string, d Deps) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("doorstep"),
		kong.Description("Emergency call-taking and dispatch decision support for domestic violence."),
		kong.UsageOnError(), kong.Writers(d.Out, d.Err), kong.Vars{})
	if err != nil {
		return err
	}
	k, err := parser.Parse(args)
	if err != nil {
		return err
	}
	k.BindTo(ctx, (*context.Context)(nil))
	k.Bind(d)
	return k.Run()
}
