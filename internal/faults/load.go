package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"doorstep/internal/client"
	"doorstep/internal/drill"
)

// Crew are those who take part, signed in.
type Crew struct {
	Takers   []*client.Client
	Officers []*client.Client // one a unit
	Strays   []*client.Client // whose units nobody sends
	Places   []string         // addresses
}

// load is call takers and tablets who work without pause.
type load struct {
	takers  []*taker
	tablets map[string]*drill.Tablet // by unit
	units   []string
	places  []string
	lines   sync.WaitGroup

	work   sync.RWMutex // held by each case, and by who wants none
	copies atomic.Int64 // how often each dispatch is posted at once
	sent   atomic.Int64 // briefings that must come of what was done, about

	mu     sync.Mutex
	told   []dispatch // of which call takers were told since the last check
	refuse []string   // what was refused and should not have been
}

// taker is a call taker at the desk.
type taker struct {
	*drill.Taker
	screen *drill.Screen
	shown  []string // incidents on the screen, newest last
}

// dispatch is what a call taker was told is kept. With news in it, the newest
// revision went to the unit too.
type dispatch struct {
	drill.Sent
	incident string
	news     bool
}

// onScreen is how many cases a call taker keeps an eye on.
const onScreen = 6

// center is where the invented town lies, about.
var center = [2]float64{24.7, 59.4}

func newLoad(s *Stack, c Crew) *load {
	l := &load{tablets: map[string]*drill.Tablet{}, places: c.Places}
	l.copies.Store(1)
	for i, officer := range c.Officers {
		t := drill.NewTablet(officer, drill.Habits{Display: true, Read: i%2 == 0}, s.Fields()...)
		l.tablets[t.Unit] = t
		l.units = append(l.units, t.Unit)
	}
	for _, who := range c.Takers {
		l.takers = append(l.takers, &taker{Taker: drill.NewTaker(who, s.Nodes()...), screen: drill.NewScreen(who, s.Nodes()...)})
	}
	return l
}

// begin opens all lines and starts the work, which lasts until the context ends.
func (l *load) begin(ctx context.Context) error {
	for i, unit := range l.units {
		t := l.tablets[unit]
		l.lines.Go(func() { _ = t.Run(ctx, i) }) // its troubles are looked at
		if err := t.Live(ctx); err != nil {
			return fmt.Errorf("tablet %d: %w", i+1, err)
		}
		t.Stand(center[0]+rand.Float64()/50, center[1]+rand.Float64()/50)
	}
	for i, who := range l.takers {
		l.lines.Go(func() { _ = who.screen.Run(ctx, i) })
		if err := who.screen.Live(ctx); err != nil {
			return fmt.Errorf("screen %d: %w", i+1, err)
		}
		l.lines.Go(func() {
			for ctx.Err() == nil {
				l.work.RLock()
				err := l.one(ctx, who)
				l.work.RUnlock()
				if err != nil && ctx.Err() == nil {
					l.refused(err)
				}
			}
		})
	}
	return nil
}

// refused notes what should not have been: every answer was certain.
func (l *load) refused(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refuse = append(l.refuse, err.Error())
}

// words are answered in turn, so that each makes a revision.
var words = []string{"yes", "no", "unknown"}

// one is a case from the call to its end: one or two units are sent, the caller
// says more, the units are clear.
func (l *load) one(ctx context.Context, who *taker) error {
	in, err := who.Raise(ctx, l.places[rand.IntN(len(l.places))])
	if err != nil {
		return fmt.Errorf("raise: %w", err)
	}
	who.watch(in.Incident)
	units, err := l.choose(ctx, who, in.Incident)
	if err != nil {
		return fmt.Errorf("choose: %w", err)
	}
	var sent []drill.Sent
	for _, unit := range units {
		s, err := l.send(ctx, who, in.Incident, unit)
		if err != nil {
			return fmt.Errorf("send: %w", err)
		}
		sent = append(sent, s)
		l.sent.Add(1)
	}
	for i := range 1 + rand.IntN(3) {
		if err := who.Answer(ctx, in.Call, "injured", words[i]); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		l.sent.Add(int64(len(units)))
	}
	l.mu.Lock()
	for _, s := range sent {
		l.told = append(l.told, dispatch{s, in.Incident, true})
	}
	l.mu.Unlock()
	for _, s := range sent {
		l.tablets[s.Unit].Clear(s.Assignment)
	}
	return nil
}

// choose picks one unit or two, of those that are recommended if any is ours.
func (l *load) choose(ctx context.Context, who *taker, incident string) ([]string, error) {
	near, err := who.Units(ctx, incident)
	if err != nil {
		return nil, err
	}
	near = slices.DeleteFunc(near, func(unit string) bool { return l.tablets[unit] == nil })
	if len(near) == 0 {
		near = slices.Clone(l.units)
	}
	rand.Shuffle(len(near), func(i, j int) { near[i], near[j] = near[j], near[i] })
	return near[:min(len(near), 1+rand.IntN(2))], nil
}

// send sends a unit, maybe several times at once; all answers must be one.
func (l *load) send(ctx context.Context, who *taker, incident, unit string) (drill.Sent, error) {
	key, copies := uuid.NewString(), int(l.copies.Load())
	answers := make([]drill.Sent, copies)
	group, ctx := errgroup.WithContext(ctx)
	for i := range copies {
		group.Go(func() (err error) {
			answers[i], err = who.SendKeyed(ctx, incident, unit, key)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return drill.Sent{}, err
	}
	for _, each := range answers {
		if each != answers[0] {
			return drill.Sent{}, errors.New("one key was answered in two ways")
		}
	}
	return answers[0], nil
}

// watch puts an incident on the screen, and takes off the oldest.
func (t *taker) watch(incident string) {
	t.shown = append(t.shown, incident)
	t.screen.Watch(incident)
	if len(t.shown) > onScreen {
		t.screen.Unwatch(t.shown[0])
		t.shown = t.shown[1:]
	}
}

// wipe takes everything off the screen.
func (t *taker) wipe() {
	for _, incident := range t.shown {
		t.screen.Unwatch(incident)
	}
	t.shown = nil
}
