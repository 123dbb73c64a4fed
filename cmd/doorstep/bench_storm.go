package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

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
	Storms     int    `default:"8" help:"How often the node is restarted."`
	RedisURL   string `name:"redis-url" env:"DOORSTEP_REDIS_URL,REDIS_URL" help:"Redis between the nodes; without it PostgreSQL carries the nudges."`
}

const (
	otherTablets = 50  // of the node that stays
	crowd        = 100 // units on one incident
	normalRounds = 50  // before each storm, so that what disturbs the machine disturbs both
	// everyDispatch is how often the others are sent a unit, before the storm and in it:
	// at a pace of calls, though of very many, and not of the machine.
	everyDispatch = 100 * time.Millisecond
	aftermath     = 3 * time.Second // until what a storm left to do is done
)

// storm is one run.
type storm struct {
	BenchStormCommand
	pool      *postgres.Pool
	node      *farNode    // which is restarted
	city      *farCity    // its tablets
	m         measurement // by way of the other node
	incidents []drill.Case
	answered  map[string]bool // whether the last answer in a call was yes
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
	base, done, err := c.start(ctx, ServeCommand{DatabaseURL: at, RedisURL: c.RedisURL}, pool)
	if err != nil {
		return err
	}
	s := &storm{BenchStormCommand: c, pool: pool, answered: map[string]bool{}}
	if err := s.prepare(ctx, d, at, base); err != nil {
		return err
	}
	line, err := s.measure(ctx)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(d.Out).Encode(line); err != nil {
		return err
	}
	err = errors.Join(s.city.end(), s.node.stop())
	stop()
	return errors.Join(err, <-done)
}

// prepare signs everybody in and sends the units.
func (s *storm) prepare(ctx context.Context, d Deps, at, base string) error {
	store := postgres.New(s.pool.Pool)
	err := seedCrews(ctx, store, s.Tablets+otherTablets)
	if err != nil {
		return err
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return err
	}
	s.node = &farNode{serve: ServeCommand{Addr: addr, DatabaseURL: at, RedisURL: s.RedisURL}, log: d.Err}
	if err := s.node.start(ctx); err != nil {
		return err
	}
	if s.city, err = startCity(ctx, BenchCityCommand{Base: s.node.base(), Tablets: s.Tablets}, d.Err); err != nil {
		return err
	}
	officers, err := signInCrews(ctx, base, s.Tablets+1, s.Tablets+otherTablets)
	if err != nil {
		return err
	}
	others, err := timed(ctx, officers, base)
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
	return s.send(ctx)
}

func (s *storm) measure(ctx context.Context) (map[string]any, error) {
	var normal, during []time.Duration
	var worst float64
	var end citySays
	for n := range s.Storms {
		usual, err := s.calm(ctx)
		if err != nil {
			return nil, err
		}
		says, sent, err := s.once(ctx, n)
		if err != nil {
			return nil, err
		}
		worst, end = max(worst, says.CaughtUp), says
		normal, during = append(normal, usual...), append(during, sent...)
	}
	missing := s.Tablets*(1+s.Storms*s.Behind) - end.Stored
	if missing != 0 || end.Troubles != 0 {
		return nil, fmt.Errorf("%d briefings are missing, %d breaches of the contract", missing, end.Troubles)
	}
	usual, stormy := bench.P99(normal), bench.P99(during)
	return map[string]any{
		"name": "storm", "tablets": s.Tablets, "behind": s.Behind, "storms": s.Storms, "caught_up_s": worst,
		"dispatch_p99_ms": stormy, "normal_p99_ms": usual, "ratio_p99": stormy / usual, "n": len(during), "lost": missing,
	}, nil
}

// calm returns how long dispatches take while nothing happens.
func (s *storm) calm(ctx context.Context) (sent []time.Duration, err error) {
	time.Sleep(aftermath)
	if err := s.settled(ctx); err != nil {
		return nil, err
	}
	for round := range normalRounds {
		one, err := s.dispatch(ctx, round)
		if err != nil {
			return nil, err
		}
		sent = append(sent, one)
	}
	return sent, nil
}

// settled brings statistics up to date and has plans made anew.
func (s *storm) settled(ctx context.Context) error {
	if err := settle(ctx, s.pool); err != nil {
		return err
	}
	for round := range coldRounds {
		if _, err := s.m.dispatch(ctx, round); err != nil {
			return err
		}
	}
	return nil
}

// once restarts the node and returns when its tablets had caught up, and how long
// each dispatch of others took meanwhile.
func (s *storm) once(ctx context.Context, n int) (says citySays, sent []time.Duration, err error) {
	if _, err := s.city.ask(cityAsked{Stay: true}); err != nil {
		return says, nil, err
	}
	if err := s.node.stop(); err != nil {
		return says, nil, err
	}
	if err := s.fallBehind(ctx); err != nil {
		return says, nil, err
	}
	if err := s.settled(ctx); err != nil {
		return says, nil, err
	}
	if err := s.node.start(ctx); err != nil {
		return says, nil, err
	}
	here, failed := make(chan citySays, 1), make(chan error, 1)
	go func() {
		says, err := s.city.ask(cityAsked{Come: 1 + (n+1)*s.Behind})
		if err != nil {
			failed <- err
			return
		}
		here <- says
	}()
	for round := 0; ; round++ {
		select {
		case says := <-here:
			return says, sent, nil
		case err := <-failed:
			return says, nil, err
		default:
		}
		one, err := s.dispatch(ctx, round)
		if err != nil {
			return says, nil, err
		}
		sent = append(sent, one)
	}
}

// dispatch sends a unit of the others and waits until the next one is due.
func (s *storm) dispatch(ctx context.Context, round int) (took time.Duration, err error) {
	next := time.After(everyDispatch)
	if took, err = s.m.dispatch(ctx, round); err != nil {
		return took, err
	}
	select {
	case <-next:
		return took, nil
	case <-ctx.Done():
		return took, ctx.Err()
	}
}

// send puts the tablets' units to work, a crowd on each incident, so that only the
// others are free.
func (s *storm) send(ctx context.Context) error {
	for i, unit := range s.city.units {
		if i%crowd == 0 {
			in, err := s.m.taker.Raise(ctx, string(s.m.place().ID))
			if err != nil {
				return err
			}
			s.incidents = append(s.incidents, in)
		}
		if _, err := s.m.taker.Send(ctx, s.incidents[len(s.incidents)-1].Incident, unit); err != nil {
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
