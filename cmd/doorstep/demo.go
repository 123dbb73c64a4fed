package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/alexedwards/argon2id"

	"doorstep/internal/demo"
	"doorstep/internal/postgres"
)

// DemoCommand fills an empty, migrated database with an invented town.
type DemoCommand struct {
	DatabaseURL string `name:"database-url" env:"DOORSTEP_DATABASE_URL,DATABASE_URL" required:"" help:"PostgreSQL to fill; it must be migrated and hold nothing but the demo."`
}

// demoHash costs little: the password is public, and a run should be quick.
var demoHash = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Run loads the demo, or brings the shifts of one that is there to the present.
func (c DemoCommand) Run(ctx context.Context, d Deps) error {
	pool, err := postgres.Open(ctx, c.DatabaseURL, 2)
	if err != nil {
		return err
	}
	defer pool.Close()
	hash, err := argon2id.CreateHash(demo.Password, &demoHash)
	if err != nil {
		return fmt.Errorf("hash the demo password: %w", err)
	}
	w := demo.Make(demo.Seed, time.Now())
	loaded, err := postgres.New(pool).LoadDemo(ctx, w, hash)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return c.say(d, w, loaded)
}

func (DemoCommand) say(d Deps, w demo.World, loaded bool) error {
	if loaded {
		fmt.Fprintf(d.Out, "%s is loaded (seed %d): %d addresses, %d incidents, %d units.\n", demo.Town, w.Seed, len(w.Addresses), len(w.Incidents), len(w.Units))
	} else {
		fmt.Fprintf(d.Out, "%s was there already (seed %d); its shifts reach into the present.\n", demo.Town, w.Seed)
	}
	fmt.Fprint(d.Out, "The town and everyone in it are invented. Never use these sign-ins for anything else.\n\n")
	units := map[string]string{}
	for _, u := range w.Units {
		for _, officer := range u.Crew {
			units[officer] = u.CallSign
		}
	}
	table := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ROLE\tUSERNAME\tPASSWORD\tUNIT OR DISTRICT")
	for _, a := range w.Accounts {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s%s\n", a.Role, a.Username, demo.Password, units[a.ID], a.District)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(d.Out, "\nWhat to try first:")
	for i, step := range w.Tour() {
		if _, err := fmt.Fprintf(d.Out, "%d. %s\n", i+1, step); err != nil {
			return err
		}
	}
	return nil
}
