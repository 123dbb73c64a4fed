package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"doorstep/internal/client"
	"doorstep/internal/drill"
	"doorstep/internal/postgres"
)

// Line is what came of one kind of fault.
type Line struct {
	Fault         string  `json:"fault"`
	Runs          int     `json:"runs"`
	Committed     int     `json:"committed"`    // briefings in the record
	Delivered     int     `json:"delivered"`    // of those, stored by the tablet of their unit
	Lost          int     `json:"lost"`         // promised or committed, and not there
	Duplicated    int     `json:"duplicated"`   // in effect
	OutOfOrder    int     `json:"out_of_order"` // on a tablet or in the record
	Foreign       int     `json:"foreign"`      // seen by another unit
	WorstRecovery float64 `json:"worst_recovery_s"`
	WorstView     float64 `json:"worst_view_s"`     // from recovery until the call takers see the truth
	WorstDelivery float64 `json:"worst_delivery_s"` // from the decision to the tablet, whatever was broken
}

// The bounds that a run must keep.
const (
	// RecoveryBound is the longest wait of a tablet before it comes back, 15 s, and
	// something for the way.
	RecoveryBound = 20 * time.Second
	// ViewBound is how soon after that the call takers see the truth.
	ViewBound = 2 * time.Second
	// kindBound ends a kind that does not come to its number of briefings.
	kindBound = 4 * time.Minute
)

// Options say how much is done.
type Options struct {
	Briefings int
	Short     bool // each fault once or twice
	Kinds     []string
}

// Harness breaks a stack while a load works with it.
type Harness struct {
	stack  *Stack
	load   *load
	audit  *auditor
	strays []*client.Client
	probes []*drill.Taker // one that knows each node
	short  bool
	out    io.Writer
	told   io.Writer // what is going on, and what was found
}

// New readies a drill of a stack that serves.
func New(s *Stack, store *postgres.Store, c Crew, out, told io.Writer) *Harness {
	h := &Harness{stack: s, load: newLoad(s, c), strays: c.Strays, out: out, told: told}
	h.audit = newAuditor(store, h.load)
	for _, base := range s.Nodes() {
		h.probes = append(h.probes, drill.NewTaker(c.Takers[0], base))
	}
	return h
}

// ErrFound tells that the service did not keep what it promises.
var ErrFound = errors.New("the service did not keep what it promises")

// Run injects the kinds one after another and prints a line for each. It returns
// ErrFound when one of them lost something, or took too long.
func (h *Harness) Run(ctx context.Context, o Options) error {
	work, stop := context.WithCancel(ctx)
	defer h.load.lines.Wait()
	defer stop()
	h.short = o.Short
	if err := h.load.begin(work); err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(kinds), func(k kind) bool { return !slices.Contains(o.Kinds, k.name) })
	var found error
	for _, k := range chosen {
		clean, err := h.kind(ctx, k, o.Briefings/len(chosen))
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		if !clean {
			found = ErrFound
		}
	}
	return found
}

// kind runs one kind until it was injected as often as it should, and as many
// briefings were sent meanwhile.
func (h *Harness) kind(ctx context.Context, k kind, briefings int) (clean bool, err error) {
	began, l := time.Now(), Line{Fault: k.name}
	if k.before != nil {
		if err := k.before(ctx, h); err != nil {
			return false, err
		}
	}
	h.load.sent.Store(0)
	runs := k.runs
	if h.short {
		runs = k.short
	}
	var faults []string
	for l.Runs < runs {
		pause(ctx, 200*time.Millisecond, 600*time.Millisecond)
		found, err := h.once(ctx, k, l.Runs, &l)
		if err != nil {
			return false, err
		}
		faults = append(faults, found...)
		l.Runs++
	}
	for int(h.load.sent.Load()) < briefings && time.Since(began) < kindBound && ctx.Err() == nil {
		pause(ctx, 50*time.Millisecond, 50*time.Millisecond)
	}
	h.load.work.Lock()
	defer h.load.work.Unlock()
	t, err := h.audit.check(ctx)
	if err != nil {
		return false, err
	}
	l.Committed, l.Delivered, l.Lost, l.Duplicated, l.OutOfOrder, l.Foreign = t.committed, t.delivered, t.lost, t.duplicated, t.disorder, t.foreign
	l.WorstDelivery = t.slowest.Seconds()
	if t.committed < briefings/2 {
		faults = append(faults, fmt.Sprintf("%d briefings were committed, about %d should have been", t.committed, briefings))
	}
	faults = append(faults, t.faults...)
	for i, each := range faults {
		if i == mostTold {
			fmt.Fprintf(h.told, "%s: and %d more\n", k.name, len(faults)-i)
			break
		}
		fmt.Fprintf(h.told, "%s: %s\n", k.name, each)
	}
	l.WorstRecovery, l.WorstView, l.WorstDelivery = milli(l.WorstRecovery), milli(l.WorstView), milli(l.WorstDelivery)
	return len(faults) == 0, json.NewEncoder(h.out).Encode(l)
}

// milli is seconds to the thousandth.
func milli(seconds float64) float64 { return math.Round(seconds*1000) / 1000 }

// mostTold bounds what is said of one kind.
const mostTold = 20

// once injects a fault, waits until the service has recovered, and compares what
// the call takers see.
func (h *Harness) once(ctx context.Context, k kind, run int, l *Line) (found []string, err error) {
	if err := k.inject(ctx, h, run); err != nil {
		var broken *finding
		if !errors.As(err, &broken) {
			return nil, fmt.Errorf("run %d: %w", run+1, err)
		}
		found = append(found, broken.Error())
	}
	mended := time.Now()
	if err := h.recovered(ctx); err != nil {
		found = append(found, fmt.Sprintf("run %d: not recovered: %v", run+1, err))
	}
	l.WorstRecovery = max(l.WorstRecovery, time.Since(mended).Seconds())
	h.load.work.Lock()
	defer h.load.work.Unlock()
	late, err := h.audit.views(ctx)
	if late > ViewBound || err != nil {
		found = append(found, fmt.Sprintf("run %d: after %s the call takers do not see the truth: %v", run+1, late, err))
	}
	l.WorstView = max(l.WorstView, late.Seconds())
	if k.after != nil {
		return found, k.after(ctx, h)
	}
	return found, ctx.Err()
}

// finding is what a fault showed to be wrong with the service.
type finding struct{ what string }

func (f *finding) Error() string { return f.what }

func wrong(format string, args ...any) error { return &finding{fmt.Sprintf(format, args...)} }

// recovered waits until every node is ready and sends a unit, which hears of it,
// every tablet has what was committed until then, and every screen is live.
func (h *Harness) recovered(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, RecoveryBound)
	defer cancel()
	for i, n := range h.stack.nodes {
		if err := h.ready(ctx, n); err != nil {
			return fmt.Errorf("node %d: %w", i+1, err)
		}
		if err := h.probe(ctx, h.probes[i]); err != nil {
			return fmt.Errorf("a dispatch by node %d: %w", i+1, err)
		}
	}
	topics := make([]string, len(h.load.units))
	for i, unit := range h.load.units {
		topics[i] = "unit:" + unit
	}
	last, err := h.audit.store.LastSeqs(ctx, topics)
	if err != nil {
		return err
	}
	for i, unit := range h.load.units {
		if err := h.load.tablets[unit].UpTo(ctx, last[topics[i]]); err != nil {
			return fmt.Errorf("the tablet of unit %s is not at %d: %w", unit, last[topics[i]], err)
		}
	}
	for i, who := range h.load.takers {
		if err := who.screen.Live(ctx); err != nil {
			return fmt.Errorf("the screen of call taker %d: %w", i+1, err)
		}
	}
	return nil
}

func (h *Harness) ready(ctx context.Context, n *node) error {
	for {
		said, err := n.ready(ctx)
		if err == nil && said == "ready" {
			return nil
		}
		if !pause(ctx, 20*time.Millisecond, 20*time.Millisecond) {
			return fmt.Errorf("it says that it is %q: %w", said, errors.Join(err, ctx.Err()))
		}
	}
}

// probe takes a call at one node and sends a unit.
func (h *Harness) probe(ctx context.Context, by *drill.Taker) error {
	in, err := by.Raise(ctx, h.load.places[0])
	if err != nil {
		return err
	}
	return h.send(ctx, by, in.Incident)
}

// send sends a unit and waits until its tablet has it.
func (h *Harness) send(ctx context.Context, by *drill.Taker, incident string) error {
	unit := h.load.units[rand.IntN(len(h.load.units))]
	sent, err := by.Send(ctx, incident, unit)
	if err != nil {
		return err
	}
	h.load.mu.Lock()
	h.load.told = append(h.load.told, dispatch{sent, incident, true})
	h.load.mu.Unlock()
	h.load.sent.Add(1)
	h.load.tablets[unit].Clear(sent.Assignment)
	return h.load.tablets[unit].UpTo(ctx, sent.Seq)
}

// pause waits for a time between two; false when the context ended.
func pause(ctx context.Context, from, to time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(from + rand.N(to-from+1)):
		return true
	}
}
