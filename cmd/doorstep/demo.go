package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alexedwards/argon2id"

	"doorstep/internal/demo"
	"doorstep/internal/postgres"
)

// DemoCommand fills an empty, migrated database with an invented town, and with
// a nation around it where a scale is given.
type DemoCommand struct {
	Scale       scale  `help:"Add an invented nation with so many incidents, such as 200k or 10M, a fifth as many addresses and three tenths as many persons." placeholder:"N"`
	Seed        uint64 `default:"20080" help:"What the nation is drawn from: the same seed, scale and day make the same nation."`
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
	loaded, err := postgres.New(pool.Pool).LoadDemo(ctx, w, hash)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := c.say(d, w, loaded); err != nil || c.Scale == 0 {
		return err
	}
	return c.nation(ctx, d, pool)
}

func (c DemoCommand) nation(ctx context.Context, d Deps, pool *postgres.Pool) error {
	n := demo.NewNation(c.Seed, time.Now(), int(c.Scale))
	began := time.Now()
	loaded, err := postgres.New(pool.Pool).LoadNation(ctx, n, d.Err)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if !loaded {
		_, err = fmt.Fprintf(d.Out, "\nThe nation of seed %d was there already.\n", c.Seed)
		return err
	}
	districts, streets, addresses, persons, incidents := n.Sizes()
	_, err = fmt.Fprintf(d.Out, "\nA nation around it is loaded (seed %d) in %.0f s: %d districts, %d streets, %d addresses, %d persons, %d incidents.\n",
		c.Seed, time.Since(began).Seconds(), districts, streets, addresses, persons, incidents)
	return err
}

// scale is a number of incidents, written 10M, 200k or in full.
type scale int

// The least is a few towns' worth of calls, the most what ids can count.
const leastScale, mostScale = 1_000, 1_000_000_000

// UnmarshalText reads a scale.
func (s *scale) UnmarshalText(text []byte) error {
	digits, times := strings.ToLower(string(text)), 1
	for suffix, by := range map[string]int{"k": 1_000, "m": 1_000_000} {
		if short, ok := strings.CutSuffix(digits, suffix); ok {
			digits, times = short, by
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > mostScale/times || n*times < leastScale {
		return fmt.Errorf("%q is no scale: a number from %d to %d, or such as 200k or 10M", text, leastScale, mostScale)
	}
	*s = scale(n * times)
	return nil
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
