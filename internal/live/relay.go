package live

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"doorstep/internal/trace"
)

const (
	nudgesWaiting = 4096
	// nudgesAtOnce is the number of topics in one nudge: PostgreSQL takes 8,000
	// bytes, and a topic is a word, a UUID and a number.
	nudgesAtOnce = 96
	nudgeWait    = 2 * time.Second
	listenAgain  = time.Second
)

// nudge tells other servers how far topics have come. It holds no content: what
// carries it is never where a fact lives, and never sees one.
type nudge struct {
	From   string           `json:"from"` // the server, which needs no nudge of its own
	Topics map[string]int64 `json:"topics"`
	// Traces are the spans that the numbers belong to, where somebody wants to know.
	Traces map[string]string `json:"traces,omitempty"`
}

// carrier takes nudges to the other servers.
type carrier interface {
	name() string
	publish(ctx context.Context, nudge []byte) error
	// hear listens until it breaks; ready is called when it hears.
	hear(ctx context.Context, ready func(), heard func(nudge []byte)) error
}

// way is a carrier and whether it is heard.
type way struct {
	carrier
	up atomic.Bool
}

// relay carries nudges by the first of its ways that is up, and hears them by
// all. What it loses, the sweep finds.
type relay struct {
	ways    []*way
	log     zerolog.Logger
	tracer  trace.Tracer
	self    string
	waiting chan mark // nil without a way
	dropped atomic.Int64
}

// mark is how far one topic has come.
type mark struct {
	topic string
	seq   int64
	trace string
}

func newRelay(log zerolog.Logger, tracer trace.Tracer, carriers ...carrier) *relay {
	r := &relay{log: log, tracer: tracer, self: uuid.NewString()}
	for _, c := range carriers {
		r.ways = append(r.ways, &way{carrier: c})
		r.waiting = make(chan mark, nudgesWaiting)
	}
	return r
}

// offer takes nudges without waiting, and drops them when no way is quick enough.
func (r *relay) offer(notices []Notice, span string) {
	for _, n := range notices {
		select {
		case r.waiting <- mark{n.Topic, n.Seq, span}:
		default:
			r.dropped.Add(1)
		}
	}
}

// publish sends what waits, as many topics in one message as have gathered.
func (r *relay) publish(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-r.waiting:
			r.send(ctx, r.gather(first))
		}
	}
}

func (r *relay) gather(first mark) nudge {
	n := nudge{From: r.self, Topics: map[string]int64{}}
	n.add(first)
	for len(n.Topics)+len(n.Traces) < nudgesAtOnce {
		select {
		case next := <-r.waiting:
			n.add(next)
		default:
			return n
		}
	}
	return n
}

func (n *nudge) add(m mark) {
	if n.Topics[m.topic] > m.seq {
		return
	}
	n.Topics[m.topic] = m.seq
	if m.trace == "" {
		return
	}
	if n.Traces == nil {
		n.Traces = map[string]string{}
	}
	n.Traces[m.topic] = m.trace
}

func (r *relay) send(ctx context.Context, n nudge) {
	for topic, carried := range n.Traces {
		ctx, span := trace.Continue(r.tracer, carried, "nudge")
		defer span.End()
		n.Traces[topic] = trace.Carry(ctx, r.tracer)
	}
	data, err := json.Marshal(n)
	if err != nil {
		panic(err) // strings and numbers
	}
	for _, w := range r.ways {
		if w.up.Load() && w.sends(ctx, data) {
			return
		}
	}
	r.dropped.Add(int64(len(n.Topics)))
}

func (w *way) sends(ctx context.Context, data []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, nudgeWait)
	defer cancel()
	return w.publish(ctx, data) == nil
}

// listen hands on what other servers say until ctx is done. After every new
// start of a way it calls missed, for what was said meanwhile.
func (r *relay) listen(ctx context.Context, nudged func(topic string, seq int64, span string), missed func()) {
	var ways sync.WaitGroup
	for _, w := range r.ways {
		ways.Go(func() { r.listenBy(ctx, w, nudged, missed) })
	}
	ways.Wait()
}

func (r *relay) listenBy(ctx context.Context, w *way, nudged func(string, int64, string), missed func()) {
	ready := func() {
		w.up.Store(true)
		r.log.Info().Str("carrier", w.name()).Msg("other servers are heard")
		missed()
	}
	for ctx.Err() == nil {
		err := w.hear(ctx, ready, func(data []byte) { r.handOn(data, nudged) })
		if w.up.Swap(false) && ctx.Err() == nil {
			r.log.Warn().Err(err).Str("carrier", w.name()).Msg("other servers are no longer heard by this carrier")
		}
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}

func (r *relay) handOn(data []byte, nudged func(string, int64, string)) {
	var n nudge
	if err := json.Unmarshal(data, &n); err != nil || n.From == r.self {
		return // not ours, or our own
	}
	for topic, seq := range n.Topics {
		nudged(topic, seq, n.Traces[topic])
	}
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
