package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/faults"
	"doorstep/internal/postgres"
)

// FaultsCommand breaks the service part by part while it is used.
type FaultsCommand struct {
	Briefings int      `default:"10500" help:"Briefings to send in all, over all kinds of fault; a short drill sends some hundred."`
	Short     bool     `help:"Each fault once or twice, in less than three minutes."`
	Only      []string `help:"Kinds of fault to inject, instead of all." placeholder:"KIND"`
	Without   []string `help:"Kinds of fault to leave out." placeholder:"KIND"`
	Folder    string   `default:".local/faults" help:"Where PostgreSQL, Redis and the logs are put; it is made anew."`
	Units     int      `default:"24" help:"Units with a tablet each."`
}

// Help lists the kinds.
func (FaultsCommand) Help() string { return "Kinds: " + strings.Join(faults.Kinds(), ", ") + "." }

// shortBriefings are sent in a short drill.
const shortBriefings = 700

// strayUnits are those of which nobody knows.
const strayUnits = 2

// Validate refuses kinds that there are not.
func (c FaultsCommand) Validate() error {
	for _, name := range slices.Concat(c.Only, c.Without) {
		if !slices.Contains(faults.Kinds(), name) {
			return fmt.Errorf("there is no fault %q: give one of %s", name, strings.Join(faults.Kinds(), ", "))
		}
	}
	if c.Units < 8 || c.Units > 1000 || c.Briefings < 1 {
		return errors.New("give 8 to 1000 units and at least one briefing")
	}
	return nil
}

// However much goes wrong, a drill ends.
const (
	longestDrill      = 25 * time.Minute
	longestShortDrill = 6 * time.Minute
)

// Run prints one JSON object a kind. What is wrong is an error.
func (c FaultsCommand) Run(ctx context.Context, d Deps) (err error) {
	longest := longestDrill
	if c.Short {
		longest = longestShortDrill
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	stack, err := faults.Bring(ctx, c.Folder)
	defer func() { err = errors.Join(err, stack.Close()) }()
	if err != nil {
		return err
	}
	quiet := Deps{Getenv: d.Getenv, Out: io.Discard, Err: io.Discard}
	if err := (MigrateCommand{DatabaseURL: stack.DatabaseURL()}).Run(ctx, quiet); err != nil {
		return err
	}
	if err := (DemoCommand{DatabaseURL: stack.DatabaseURL()}).Run(ctx, quiet); err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, stack.DatabaseURL(), 4)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := stack.Serve(ctx, binary); err != nil {
		return err
	}
	store := postgres.New(pool.Pool)
	crew, err := c.crew(ctx, store, stack)
	if err != nil {
		return err
	}
	return faults.New(stack, store, crew, d.Out, d.Err).Run(ctx, c.options())
}

func (c FaultsCommand) options() faults.Options {
	o := faults.Options{Briefings: c.Briefings, Short: c.Short, Kinds: c.Only}
	if c.Short {
		o.Briefings = shortBriefings
	}
	if len(o.Kinds) == 0 {
		o.Kinds = faults.Kinds()
	}
	o.Kinds = slices.DeleteFunc(o.Kinds, func(name string) bool { return slices.Contains(c.Without, name) })
	return o
}

// crew signs in who takes part.
func (c FaultsCommand) crew(ctx context.Context, store *postgres.Store, stack *faults.Stack) (crew faults.Crew, err error) {
	nodes := stack.Nodes()
	officers, err := benchFlags{}.crews(ctx, store, nodes[0], c.Units+strayUnits)
	if err != nil {
		return crew, err
	}
	crew.Officers, crew.Strays = officers[:c.Units], officers[c.Units:]
	for i := range 4 {
		taker, err := client.SignIn(ctx, nodes[i%len(nodes)], client.Credentials{Username: fmt.Sprint("calltaker", i%2+1), Password: demo.Password})
		if err != nil {
			return crew, fmt.Errorf("sign in call taker %d: %w", i+1, err)
		}
		crew.Takers = append(crew.Takers, taker)
	}
	places, err := store.SomeAddresses(ctx, 500)
	for _, each := range places {
		crew.Places = append(crew.Places, string(each.ID))
	}
	return crew, err
}
