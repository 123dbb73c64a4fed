package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/bench"
	"doorstep/internal/client"
	"doorstep/internal/drill"
	"doorstep/internal/postgres"
)

// BenchStormCommand measures a node that comes back and all its tablets with it,
// while units are sent by way of another node.
type BenchStormCommand struct {
	benchFlags `embed:""`
	Tablets    int    `default:"2000" help:"Tablets of the node that is restarted."`
	Behind     int    `default:"5" help:"Briefings that each of them missed."`
	Storms     int    `default:"3" help:"How often the node is restarted."`
	RedisURL   string `name:"redis-url" env:"DOORSTEP_REDIS_URL,REDIS_URL" help:"Redis between the nodes; without it PostgreSQL carries the nudges."`
}

const (
	otherTablets = 50  // of the node that stays
	crowd        = 100 // units on one incident
	normalRounds = 600
)

// storm is one run.
type storm struct {
	BenchStormCommand
	serve     ServeCommand // of the node that is restarted
	pool      *postgres.Pool
	stop      context.CancelFunc
	down      <-chan error
	m         measurement // by way of the other node
	tablets   []*drill.Tablet
	incidents []drill.Case
	answered  map[string]bool // whether the last answer in a call was yes

	mu   sync.Mutex
	gate chan struct{} // closed when the tablets may come back
}

// Run prints one JSON object.
func (c BenchStormCommand) Run(ctx context.Context, d Deps) error {
	at, pool, err := c.town(ctx, d)
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	far, err := postgres.Open(ctx, at, 32)
	if err != nil {
		return err
	}
	defer far.Close()
	s := &storm{BenchStormCommand: c, serve: ServeCommand{DatabaseURL: at, RedisURL: c.RedisURL}, pool: far, gate: make(chan struct{}), answered: map[string]bool{}}
	base, done, err := c.start(ctx, ServeCommand{DatabaseURL: at, RedisURL: c.RedisURL}, pool)
	if err != nil {
		return err
	}
	if err := s.prepare(ctx, pool, base); err != nil {
		return err
	}
	line, err := s.measure(ctx)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(d.Out).Encode(line); err != nil {
		return err
	}
	s.stop()
	stop()
	return errors.Join(<-s.down, <-done)
}

// up starts the node that is restarted, at the same address each time.
func (s *storm) up(ctx context.Context) error {
	ctx, s.stop = context.WithCancel(ctx)
	base, down, err := s.start(ctx, s.serve, s.pool)
	s.down, s.serve.Addr = down, strings.TrimPrefix(base, "http://")
	return err
}

// prepare signs everybody in and sends the units.
func (s *storm) prepare(ctx context.Context, pool *postgres.Pool, base string) error {
	if err := s.up(ctx); err != nil {
		return err
	}
	store := postgres.New(pool.Pool)
	officers, err := s.crews(ctx, store, base, s.Tablets+otherTablets)
	if err != nil {
		return err
	}
	others, err := timed(ctx, officers[s.Tablets:], base)
	if err != nil {
		return err
	}
	places, err := store.AddressesWithPast(ctx, 2000)
	if err != nil {
		return err
	}
	desk, err := client.SignIn(ctx, base, client.Credentials{Username: "calltaker1", Password: "doorstep-demo"})
	if err != nil {
		return fmt.Errorf("sign in the call taker: %w", err)
	}
	s.m = measurement{desk: desk, taker: drill.NewTaker(desk, base), tablets: others, places: places, rng: rand.New(rand.NewPCG(1, 2))}
	for _, officer := range officers[:s.Tablets] {
		t := drill.NewTablet(officer, drill.Habits{Wait: s.wait}, "http://"+s.serve.Addr)
		go func() { _ = t.Run(ctx, 0) }() // Live tells
		s.tablets = append(s.tablets, t)
	}
	for _, t := range s.tablets {
		if err := t.Live(ctx); err != nil {
			return err
		}
	}
	if err := s.send(ctx); err != nil {
		return err
	}
	return settle(ctx, pool)
}

// wait holds a tablet back until the node is there again; then all come at once.
func (s *storm) wait(int) time.Duration {
	s.mu.Lock()
	gate := s.gate
	s.mu.Unlock()
	<-gate
	return 0
}

func (s *storm) measure(ctx context.Context) (map[string]any, error) {
	var normal, during []time.Duration
	for round := range coldRounds + normalRounds {
		took, err := s.m.dispatch(ctx, round)
		if err != nil {
			return nil, err
		}
		if round >= coldRounds {
			normal = append(normal, took)
		}
	}
	var worst time.Duration
	for n := range s.Storms {
		took, sent, err := s.once(ctx, n)
		if err != nil {
			return nil, err
		}
		worst, during = max(worst, took), append(during, sent...)
	}
	missing, troubles := 0, 0
	for _, t := range s.tablets {
		missing += 1 + s.Storms*s.Behind - len(t.Stored())
		troubles += len(t.Troubles())
	}
	if missing != 0 || troubles != 0 {
		return nil, fmt.Errorf("%d briefings are missing, %d breaches of the contract", missing, troubles)
	}
	usual, stormy := bench.P99(normal), bench.P99(during)
	return map[string]any{
		"name": "storm", "tablets": s.Tablets, "behind": s.Behind, "storms": s.Storms, "caught_up_s": worst.Seconds(),
		"dispatch_p99_ms": stormy, "normal_p99_ms": usual, "ratio_p99": stormy / usual, "n": len(during), "lost": missing,
	}, nil
}

// once restarts the node and returns how long its tablets took to catch up, and how
// long each dispatch of others meanwhile.
func (s *storm) once(ctx context.Context, n int) (took time.Duration, sent []time.Duration, err error) {
	s.mu.Lock()
	s.gate = make(chan struct{})
	s.mu.Unlock()
	s.stop()
	if err := <-s.down; err != nil {
		return 0, nil, err
	}
	if err := s.fallBehind(ctx); err != nil {
		return 0, nil, err
	}
	if err := s.up(ctx); err != nil {
		return 0, nil, err
	}
	began := time.Now()
	s.mu.Lock()
	close(s.gate)
	s.mu.Unlock()
	here := make(chan error, 1)
	go func() {
		var all errgroup.Group
		for _, t := range s.tablets {
			all.Go(func() error { return t.Has(ctx, 1+(n+1)*s.Behind) })
		}
		err := all.Wait()
		took = time.Since(began)
		here <- err
	}()
	for round := 0; ; round++ {
		select {
		case err := <-here:
			return took, sent, err
		default:
		}
		one, err := s.m.dispatch(ctx, round)
		if err != nil {
			return 0, nil, err
		}
		sent = append(sent, one)
	}
}

// send puts the tablets' units to work, a crowd on each incident, so that only the
// others are free.
func (s *storm) send(ctx context.Context) error {
	for i, t := range s.tablets {
		if i%crowd == 0 {
			in, err := s.m.taker.Raise(ctx, string(s.m.place().ID))
			if err != nil {
				return err
			}
			s.incidents = append(s.incidents, in)
		}
		if _, err := s.m.taker.Send(ctx, s.incidents[len(s.incidents)-1].Incident, t.Unit); err != nil {
			return err
		}
	}
	return nil
}

// fallBehind commits the briefings that the tablets miss: every answer makes a new
// revision for a whole crowd.
func (s *storm) fallBehind(ctx context.Context) error {
	for range s.Behind {
		for _, in := range s.incidents {
			if err := s.news(ctx, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// news answers a question otherwise than before.
func (s *storm) news(ctx context.Context, in drill.Case) error {
	value := "yes"
	if s.answered[in.Call] {
		value = "no"
	}
	s.answered[in.Call] = !s.answered[in.Call]
	return s.m.desk.Call(ctx, http.MethodPut, "/calls/"+in.Call+"/answers/"+benchQuestion, nil, map[string]string{"value": value}, nil)
}
