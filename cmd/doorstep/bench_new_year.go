package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/bench"
	"doorstep/internal/client"
	"doorstep/internal/drill"
	"doorstep/internal/postgres"
	"doorstep/internal/premise"
)

// BenchNewYearCommand plays a busy day in short: call takers answer scripts, units
// move, and some of the tablets are pages in a real browser. It measures from the
// call taker's "send" to the briefing on the screen, as the tablet says it.
type BenchNewYearCommand struct {
	benchFlags `embed:""`
	Calls      int           `default:"468" help:"DV calls: four times Estonia's busiest day, 117 on 1 January 2019."`
	In         time.Duration `default:"10m" help:"Time into which the day is compressed."`
	Tablets    int           `default:"200" help:"Units beside those with a page."`
	Screens    int           `default:"4" help:"Units with a page in the browser."`
	Browser    string        `env:"DOORSTEP_BENCH_SCREENS" required:"" type:"existingfile" help:"Script that opens the pages; scripts/bench sets it." placeholder:"FILE"`
	Node       string        `default:"node" help:"Node.js, which runs the script."`
}

const (
	answersBefore = 8 // a unit is sent, of each call
	answersAfter  = 6 // each may make a revision of the briefing
	thinking      = 400 * time.Millisecond
	atTheDoor     = 8 * time.Second // until a unit is clear, on average
	movesEvery    = 10 * time.Second
	shownWithin   = 10 * time.Second
)

// newYear is the day.
type newYear struct {
	BenchNewYearCommand
	base      string
	taker     *drill.Taker
	desk      *client.Client
	places    []premise.Address
	questions map[string]question
	free      chan string // units with a page
	pages     map[string]bool

	mu     sync.Mutex
	took   []time.Duration
	failed []error
}

type question struct {
	Code    string `json:"code"`
	Kind    string `json:"kind"`
	Choices []struct {
		Code string `json:"code"`
	} `json:"choices"`
}

// Run prints one JSON object.
func (c BenchNewYearCommand) Run(ctx context.Context, d Deps) error {
	at, pool, err := c.town(ctx, d)
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	base, done, err := c.start(ctx, ServeCommand{DatabaseURL: at}, pool)
	if err != nil {
		return err
	}
	y := &newYear{BenchNewYearCommand: c, base: base, free: make(chan string, c.Screens), pages: map[string]bool{}}
	browser, err := y.prepare(ctx, d, postgres.New(pool.Pool))
	if err != nil {
		return err
	}
	if err := settle(ctx, pool); err != nil {
		return err
	}
	y.day(ctx)
	faults, err := browser.close()
	if err != nil {
		return err
	}
	if err := errors.Join(y.failed...); err != nil {
		return fmt.Errorf("%d things failed: %w", len(y.failed), err)
	}
	if len(y.took) == 0 {
		return errors.New("no unit with a page was sent")
	}
	err = json.NewEncoder(d.Out).Encode(map[string]any{
		"name": "new_year", "calls": c.Calls, "seconds": c.In.Seconds(), "tablets": c.Tablets, "screens": c.Screens,
		"p50_ms": bench.P50(y.took), "p99_ms": bench.P99(y.took), "n": len(y.took), "errors": faults,
	})
	if err != nil {
		return err
	}
	stop()
	return <-done
}

// prepare signs everybody in; the pages are live when it returns.
func (y *newYear) prepare(ctx context.Context, d Deps, store *postgres.Store) (*browser, error) {
	var err error
	if y.places, err = store.AddressesWithPast(ctx, 2000); err != nil {
		return nil, err
	}
	officers, err := y.crews(ctx, store, y.base, y.Screens+y.Tablets)
	if err != nil {
		return nil, err
	}
	if y.desk, err = client.SignIn(ctx, y.base, client.Credentials{Username: "calltaker1", Password: "doorstep-demo"}); err != nil {
		return nil, err
	}
	y.taker = drill.NewTaker(y.desk, y.base)
	var script struct {
		Questions []question `json:"questions"`
	}
	if err := y.desk.Call(ctx, http.MethodGet, "/scripts/dv", nil, nil, &script); err != nil {
		return nil, err
	}
	y.questions = map[string]question{}
	for _, q := range script.Questions {
		y.questions[q.Code] = q
	}
	for _, officer := range officers[:y.Screens] {
		y.pages[officer.UnitID] = true
		y.free <- officer.UnitID
	}
	for _, officer := range officers[y.Screens:] {
		if err := y.patrol(ctx, officer); err != nil {
			return nil, err
		}
	}
	return y.open(ctx, d)
}

// patrol runs a tablet that moves, and is clear some time after it was sent.
func (y *newYear) patrol(ctx context.Context, officer *client.Client) error {
	t := drill.NewTablet(officer, drill.Habits{Display: true, Read: true}, y.base)
	go func() { _ = t.Run(ctx, 0) }() // Live tells
	go func() {
		for n := 1; t.Has(ctx, n) == nil; n++ {
			assignment := t.Stored()[n-1].Assignment
			time.AfterFunc(atTheDoor/2+rand.N(atTheDoor), func() { t.Clear(assignment) })
		}
	}()
	go func() {
		lon, lat := 24.6+rand.Float64()/4, 59.38+rand.Float64()/10
		for ctx.Err() == nil {
			lon, lat = lon+rand.NormFloat64()/1000, lat+rand.NormFloat64()/2000
			t.Stand(lon, lat)
			pause(ctx, movesEvery/2+rand.N(movesEvery))
		}
	}()
	return t.Live(ctx)
}

// day lets the calls come at random moments, and returns when all are over.
func (y *newYear) day(ctx context.Context) {
	var calls errgroup.Group
	for range y.Calls {
		calls.Go(func() error {
			pause(ctx, rand.N(y.In))
			if err := y.call(ctx); err != nil {
				y.mu.Lock()
				y.failed = append(y.failed, err)
				y.mu.Unlock()
			}
			return nil
		})
	}
	_ = calls.Wait() // failures are gathered
}

// call is one: the script before and after a unit is sent.
func (y *newYear) call(ctx context.Context) error {
	in, err := y.taker.Raise(ctx, string(y.places[rand.N(len(y.places))].ID))
	if err != nil {
		return err
	}
	if err := y.answer(ctx, in.Call, answersBefore); err != nil {
		return err
	}
	units, err := y.taker.Units(ctx, in.Incident)
	if err != nil {
		return err
	}
	select {
	case page := <-y.free:
		if err := y.toPage(ctx, in.Incident, page); err != nil {
			return err
		}
	default:
		if err := y.toAnother(ctx, in.Incident, units); err != nil {
			return err
		}
	}
	return y.answer(ctx, in.Call, answersAfter)
}

// toAnother sends the nearest unit without a page. That another call taker was
// quicker is no failure.
func (y *newYear) toAnother(ctx context.Context, incident string, units []string) error {
	for _, unit := range units {
		if y.pages[unit] {
			continue
		}
		_, err := y.taker.Send(ctx, incident, unit)
		return err
	}
	return errors.New("no unit is free")
}

// toPage sends a unit with a page and waits for its screen; the unit is free again
// when it has said that it is clear.
func (y *newYear) toPage(ctx context.Context, incident, unit string) error {
	sent := time.Now()
	if _, err := y.taker.Send(ctx, incident, unit); err != nil {
		return err
	}
	shown, err := y.until(ctx, incident, shownWithin, func(in incidentNow) (time.Time, bool) {
		for _, d := range in.Deliveries {
			if d.Unit == unit && d.Displayed != nil {
				return *d.Displayed, true
			}
		}
		return time.Time{}, false
	})
	if err != nil {
		return fmt.Errorf("unit %s, incident %s: not on the screen: %w", unit, incident, err)
	}
	y.mu.Lock()
	y.took = append(y.took, shown.Sub(sent))
	y.mu.Unlock()
	go func() {
		_, err := y.until(ctx, incident, time.Minute, func(in incidentNow) (time.Time, bool) { return time.Time{}, in.State == "closed" })
		if err == nil {
			y.free <- unit
		}
	}()
	return nil
}

type incidentNow struct {
	State      string           `json:"state"`
	Deliveries []drill.Delivery `json:"deliveries"`
}

// until looks at the incident until what is looked for is there.
func (y *newYear) until(ctx context.Context, incident string, within time.Duration, seen func(incidentNow) (time.Time, bool)) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		var now incidentNow
		if err := y.desk.Call(ctx, http.MethodGet, "/incidents/"+incident, nil, nil, &now); err != nil {
			return time.Time{}, err
		}
		if at, ok := seen(now); ok {
			return at, nil
		}
		pause(ctx, 200*time.Millisecond)
	}
}

// answer goes n questions on in the script of a call.
func (y *newYear) answer(ctx context.Context, call string, n int) error {
	var now struct {
		Walk struct {
			Next string `json:"next"`
		} `json:"walk"`
	}
	if err := y.desk.Call(ctx, http.MethodGet, "/calls/"+call, nil, nil, &now); err != nil {
		return err
	}
	for ; n > 0 && now.Walk.Next != ""; n-- {
		pause(ctx, thinking/2+rand.N(thinking))
		q := now.Walk.Next
		if err := y.desk.Call(ctx, http.MethodPut, "/calls/"+call+"/answers/"+q, nil, map[string]any{"value": y.says(q)}, &now); err != nil {
			return err
		}
	}
	return nil
}

// says is what the caller answers.
func (y *newYear) says(code string) any {
	switch q := y.questions[code]; {
	case q.Kind == "yes_no" && rand.N(3) > 0:
		return []string{"yes", "no"}[rand.N(2)]
	case q.Kind == "choice":
		return q.Choices[rand.N(len(q.Choices))].Code
	case q.Kind == "multi_choice":
		return []string{q.Choices[rand.N(len(q.Choices))].Code}
	default:
		return "unknown"
	}
}

// browser is the real one, with the tablets' pages.
type browser struct {
	run   *exec.Cmd
	ask   io.WriteCloser
	lines *bufio.Scanner
}

// open starts the browser and returns when all pages are live.
func (y *newYear) open(ctx context.Context, d Deps) (*browser, error) {
	run := exec.CommandContext(ctx, y.Node, y.Browser, y.base, fmt.Sprint(y.Screens), benchPassword)
	run.Stderr = d.Err
	ask, err := run.StdinPipe()
	if err != nil {
		return nil, err
	}
	told, err := run.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := run.Start(); err != nil {
		return nil, fmt.Errorf("start the browser: %w", err)
	}
	b := &browser{run, ask, bufio.NewScanner(told)}
	if !b.lines.Scan() {
		return nil, errors.Join(errors.New("the pages did not open"), run.Wait())
	}
	return b, nil
}

// close ends the browser and returns how many errors its pages had.
func (b *browser) close() (faults int, err error) {
	if err := b.ask.Close(); err != nil {
		return 0, err
	}
	var last struct {
		Faults int `json:"faults"`
	}
	if !b.lines.Scan() {
		return 0, errors.Join(errors.New("the browser said nothing at its end"), b.run.Wait())
	}
	if err := json.Unmarshal(b.lines.Bytes(), &last); err != nil {
		return 0, fmt.Errorf("read the browser's last line: %w", err)
	}
	return last.Faults, b.run.Wait()
}

// pause waits, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
