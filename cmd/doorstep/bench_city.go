package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/drill"
	"doorstep/internal/postgres"
)

// BenchCityCommand is the far side of BenchStormCommand, in a process of its own as
// where nodes run: whom the scheduler of one program serves next is not what is
// measured. It does what is asked on its input, an object a line, and answers each.
type BenchCityCommand struct {
	benchFlags `embed:""`
	Tablets    int    `required:"" help:"Tablets of the node that is restarted; they are in the database."`
	RedisURL   string `name:"redis-url" help:"Redis between the nodes."`
}

// cityAsked is what the city does next.
type cityAsked struct {
	Stop  bool `json:"stop,omitempty"`  // the node
	Start int  `json:"start,omitempty"` // it, and wait until each tablet has stored so many briefings
}

// citySays is what became of it.
type citySays struct {
	Units    []string `json:"units,omitempty"` // of the tablets, at first
	CaughtUp float64  `json:"caught_up_s,omitempty"`
	Stored   int      `json:"stored"` // briefings, by all
	Troubles int      `json:"troubles"`
}

// city is a node and its tablets.
type city struct {
	BenchCityCommand
	serve   ServeCommand
	pool    *postgres.Pool
	stop    context.CancelFunc
	down    <-chan error
	tablets []*drill.Tablet

	mu   sync.Mutex
	gate chan struct{} // closed when the tablets may come back
}

// Run serves until its input ends.
func (c BenchCityCommand) Run(ctx context.Context, d Deps) error {
	pool, err := postgres.Open(ctx, c.DatabaseURL, 32)
	if err != nil {
		return err
	}
	defer pool.Close()
	s := &city{BenchCityCommand: c, serve: ServeCommand{DatabaseURL: c.DatabaseURL, RedisURL: c.RedisURL}, pool: pool, gate: make(chan struct{})}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := s.open(ctx); err != nil {
		return err
	}
	answers, asked := json.NewEncoder(d.Out), json.NewDecoder(d.In)
	says := citySays{}
	for _, t := range s.tablets {
		says.Units = append(says.Units, t.Unit)
	}
	for {
		if err := answers.Encode(says); err != nil {
			return err
		}
		var next cityAsked
		if err := asked.Decode(&next); err != nil {
			s.stop()
			return errors.Join(ignore(err, io.EOF), <-s.down)
		}
		if says, err = s.does(ctx, next); err != nil {
			return err
		}
	}
}

// open starts the node and signs its tablets in.
func (s *city) open(ctx context.Context) error {
	if err := s.up(ctx); err != nil {
		return err
	}
	base := "http://" + s.serve.Addr
	officers, err := signInCrews(ctx, base, 1, s.Tablets)
	if err != nil {
		return err
	}
	for _, officer := range officers {
		t := drill.NewTablet(officer, drill.Habits{Wait: s.wait}, base)
		go func() { _ = t.Run(ctx, 0) }() // Live tells
		s.tablets = append(s.tablets, t)
	}
	for _, t := range s.tablets {
		if err := t.Live(ctx); err != nil {
			return err
		}
	}
	return nil
}

// up starts the node, at the same address each time.
func (s *city) up(ctx context.Context) error {
	ctx, s.stop = context.WithCancel(ctx)
	base, down, err := s.start(ctx, s.serve, s.pool)
	s.down, s.serve.Addr = down, strings.TrimPrefix(base, "http://")
	return err
}

// wait holds a tablet back until the node is there again; then all come at once.
func (s *city) wait(int) time.Duration {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	<-gate
	return 0
}

func (s *city) does(ctx context.Context, next cityAsked) (says citySays, err error) {
	if next.Stop {
		s.mu.Lock()
		s.gate = make(chan struct{})
		s.mu.Unlock()
		s.stop()
		return says, <-s.down
	}
	if err := s.up(ctx); err != nil {
		return says, err
	}
	began := time.Now()
	s.mu.Lock()
	close(s.gate)
	s.mu.Unlock()
	var all errgroup.Group
	for _, t := range s.tablets {
		all.Go(func() error { return t.Has(ctx, next.Start) })
	}
	if err := all.Wait(); err != nil {
		return says, err
	}
	says.CaughtUp = time.Since(began).Seconds()
	for _, t := range s.tablets {
		says.Stored += len(t.Stored())
		says.Troubles += len(t.Troubles())
	}
	return says, nil
}

// farCity is a city in a process of its own.
type farCity struct {
	units []string
	cmd   *exec.Cmd
	in    io.WriteCloser
	asks  *json.Encoder
	says  *json.Decoder
}

func startCity(ctx context.Context, c BenchCityCommand, log io.Writer) (*farCity, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	run := exec.CommandContext(ctx, program, "bench", "city", "--database-url", c.DatabaseURL, "--tablets", fmt.Sprint(c.Tablets), "--redis-url", c.RedisURL)
	run.Stderr, run.SysProcAttr = log, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	in, err := run.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := run.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := run.Start(); err != nil {
		return nil, fmt.Errorf("start the city: %w", err)
	}
	f := &farCity{cmd: run, in: in, asks: json.NewEncoder(in), says: json.NewDecoder(out)}
	says, err := f.hear()
	f.units = says.Units
	return f, err
}

func (f *farCity) hear() (says citySays, err error) {
	if err := f.says.Decode(&says); err != nil {
		return says, fmt.Errorf("the city: %w", errors.Join(err, f.end()))
	}
	return says, nil
}

func (f *farCity) ask(next cityAsked) (citySays, error) {
	if err := f.asks.Encode(next); err != nil {
		return citySays{}, err
	}
	return f.hear()
}

// end closes its input and waits.
func (f *farCity) end() error { return errors.Join(f.in.Close(), f.cmd.Wait()) }
