// Package gather asks one question for many. While one is out, those who come are
// gathered for the next; who comes alone waits for nobody, unless told to. So a crowd
// costs the store few questions, and leaves it time for others.
package gather

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// Gather puts the questions of one kind together. It is safe for concurrent use.
type Gather[Q, A any] struct {
	how     How
	ask     func(ctx context.Context, of []Q) ([]A, error)
	mu      sync.Mutex
	waiting []*waiting[Q, A]
	asking  bool
}

// How many are asked about at once, and at which pace.
type How struct {
	Most int           // in one question
	Wait time.Duration // that one question may take
	// Linger is how long a question waits for those who come meanwhile, where nobody is
	// in a hurry.
	Linger time.Duration
	// Apart is the least time between the beginnings of two questions of which the first
	// was not for one alone: small ones in a row cost more than what they ask.
	Apart time.Duration
	// After one that was full comes a rest of so many times what it took, but both are
	// over in a Turn: who is slow today must not be slower by the rests as well. A
	// quarter of a Turn is rested in any case.
	Rest int
	Turn time.Duration
}

// rest is how long after a full question that took so long.
func (h How) rest(took time.Duration) time.Duration {
	return min(time.Duration(h.Rest)*took, max(h.Turn-took, h.Turn/4))
}

type waiting[Q, A any] struct {
	of     Q
	ctx    context.Context //nolint:containedctx // who has left is not asked about
	done   chan struct{}
	answer A
	err    error
}

// New makes a Gather. ask returns an answer for each, in their order; its error is
// everybody's.
func New[Q, A any](how How, ask func(ctx context.Context, of []Q) ([]A, error)) *Gather[Q, A] {
	return &Gather[Q, A]{how: how, ask: ask}
}

// Ask returns the answer, or the context's error to who does not wait for it.
func (g *Gather[Q, A]) Ask(ctx context.Context, of Q) (A, error) {
	w := &waiting[Q, A]{of: of, ctx: ctx, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, w)
	first := !g.asking
	g.asking = true
	g.mu.Unlock()
	if first {
		go g.run()
	}
	select {
	case <-w.done:
		return w.answer, w.err
	case <-ctx.Done():
		var none A
		return none, ctx.Err()
	}
}

// run asks until nobody waits.
func (g *Gather[Q, A]) run() {
	for {
		time.Sleep(g.how.Linger)
		now := g.next()
		if len(now) == 0 {
			return
		}
		began := time.Now()
		g.together(now)
		if len(now) > 1 {
			time.Sleep(g.how.Apart - time.Since(began))
		}
		if len(now) == g.how.Most {
			time.Sleep(g.how.rest(time.Since(began)))
		}
	}
}

// next takes those who still wait, in the order of their coming.
func (g *Gather[Q, A]) next() (now []*waiting[Q, A]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	taken := 0
	for _, w := range g.waiting {
		if len(now) == g.how.Most {
			break
		}
		taken++
		if w.ctx.Err() == nil {
			now = append(now, w)
		}
	}
	g.waiting = g.waiting[taken:]
	if g.asking = len(now) > 0; !g.asking {
		g.waiting = nil
	}
	return now
}

// together asks for all of them; a panic is an error like any other.
func (g *Gather[Q, A]) together(all []*waiting[Q, A]) {
	ctx, cancel := context.WithTimeout(context.Background(), g.how.Wait)
	defer cancel()
	of := make([]Q, len(all))
	for i, w := range all {
		of[i] = w.of
	}
	answers, err := g.guarded(ctx, of)
	for i, w := range all {
		if w.err = err; err == nil {
			w.answer = answers[i]
		}
		close(w.done)
	}
}

func (g *Gather[Q, A]) guarded(ctx context.Context, of []Q) (answers []A, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %T\n%s", p, debug.Stack())
		}
	}()
	answers, err = g.ask(ctx, of)
	if err == nil && len(answers) != len(of) {
		err = fmt.Errorf("%d answers to %d questions", len(answers), len(of))
	}
	return answers, err
}
