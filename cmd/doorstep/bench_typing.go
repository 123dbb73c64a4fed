package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"doorstep/internal/bench"
	"doorstep/internal/demo"
	"doorstep/internal/postgres"
)

// BenchTypingCommand types addresses of a gazetteer with the slips and habits of
// a person in a hurry, and counts how often the right one is found.
type BenchTypingCommand struct {
	benchFlags `embed:""`
	N          int      `name:"n" default:"2000" help:"Queries."`
	Mapping    string   `type:"existingfile" help:"Mapping of the gazetteer."`
	Missed     string   `help:"File to list the queries in that did not put the right address first." placeholder:"FILE"`
	Files      []string `arg:"" optional:"" type:"existingfile" help:"Gazetteer; without one an invented town is measured."`
}

// Run prints one JSON object.
func (c BenchTypingCommand) Run(ctx context.Context, d Deps) error {
	at, err := c.database(ctx)
	if err != nil {
		return err
	}
	quiet := Deps{Getenv: d.Getenv, Out: io.Discard, Err: io.Discard}
	if err := (MigrateCommand{DatabaseURL: at}).Run(ctx, quiet); err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, at, 4)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := c.gazetteer(ctx, d, quiet, at, pool); err != nil {
		return err
	}
	if err := settle(ctx, pool); err != nil {
		return err
	}
	store := postgres.New(pool.Pool)
	meant, err := store.SomeAddresses(ctx, c.N)
	if err != nil {
		return err
	}
	var missed io.Writer
	if c.Missed != "" {
		f, err := os.Create(c.Missed)
		if err != nil {
			return err
		}
		defer f.Close()
		missed = f
	}
	return bench.TypeaheadQuality(ctx, d.Out, missed, store.FindAddresses, meant)
}

// gazetteer loads the files, or an invented town of eight thousand addresses
// where there are none.
func (c BenchTypingCommand) gazetteer(ctx context.Context, d, quiet Deps, at string, pool *postgres.Pool) error {
	if (c.Mapping == "") != (len(c.Files) == 0) {
		return errors.New("give --mapping together with the files of a gazetteer")
	}
	if len(c.Files) == 0 {
		_, _ = fmt.Fprintln(d.Err, "typeahead-quality: no gazetteer was given, an invented town is measured instead")
		_, err := postgres.New(pool.Pool).LoadNation(ctx, demo.NewNation(demo.Seed, time.Now(), leastScale), io.Discard)
		return err
	}
	load := ImportAddressesCommand{importFlags{DatabaseURL: at, Mapping: c.Mapping, Files: c.Files, Rejects: os.DevNull}}
	if err := load.Run(ctx, quiet); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	return nil
}
