package live

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

const (
	channel       = "doorstep:nudge"
	nudgesWaiting = 4096
	nudgesAtOnce  = 256
	redisWait     = 2 * time.Second
	redisSilence  = 5 * time.Second
)

// nudge tells other servers how far topics have come. It holds no content:
// Redis is never where a fact lives, and never sees one.
type nudge struct {
	From   string           `json:"from"` // the server, which needs no nudge of its own
	Topics map[string]int64 `json:"topics"`
}

// relay carries nudges through Redis. What it loses, the sweep finds.
type relay struct {
	redis   redis.UniversalClient
	log     zerolog.Logger
	self    string
	waiting chan mark
	up      atomic.Bool
	dropped atomic.Int64
}

// mark is how far one topic has come.
type mark struct {
	topic string
	seq   int64
}

func newRelay(client redis.UniversalClient, log zerolog.Logger) *relay {
	return &relay{redis: client, log: log, self: uuid.NewString(), waiting: make(chan mark, nudgesWaiting)}
}

// offer takes nudges without waiting, and drops them when Redis is slow.
func (r *relay) offer(notices []Notice) {
	for _, n := range notices {
		select {
		case r.waiting <- mark{n.Topic, n.Seq}:
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
	n := nudge{From: r.self, Topics: map[string]int64{first.topic: first.seq}}
	for len(n.Topics) < nudgesAtOnce {
		select {
		case next := <-r.waiting:
			n.Topics[next.topic] = max(n.Topics[next.topic], next.seq)
		default:
			return n
		}
	}
	return n
}

func (r *relay) send(ctx context.Context, n nudge) {
	data, err := json.Marshal(n)
	if err != nil {
		panic(err) // strings and numbers
	}
	ctx, cancel := context.WithTimeout(ctx, redisWait)
	defer cancel()
	if err := r.redis.Publish(ctx, channel, data).Err(); err != nil {
		r.dropped.Add(int64(len(n.Topics)))
	}
}

// listen hands on what other servers say until ctx is done. After every new
// start it calls missed, for what was said meanwhile.
func (r *relay) listen(ctx context.Context, nudged func(topic string, seq int64), missed func()) {
	for ctx.Err() == nil {
		err := r.hear(ctx, nudged, missed)
		if r.up.Swap(false) && ctx.Err() == nil {
			r.log.Warn().Err(err).Msg("redis lost: other servers are heard on the tick")
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// hear listens on one subscription until it breaks. A line that is silent is
// asked; one that does not answer is broken.
func (r *relay) hear(ctx context.Context, nudged func(string, int64), missed func()) error {
	sub := r.redis.Subscribe(ctx, channel)
	defer func() { _ = sub.Close() }() // broken or no longer wanted
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })()
	asked := false
	for {
		m, err := sub.ReceiveTimeout(ctx, redisSilence)
		if timedOut(err) && !asked && r.up.Load() {
			asked = true
			err = sub.Ping(ctx)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return err
		}
		asked = false
		switch m := m.(type) {
		case *redis.Subscription:
			r.up.Store(true)
			r.log.Info().Msg("redis heard")
			missed()
		case *redis.Message:
			r.handOn(m.Payload, nudged)
		}
	}
}

func (r *relay) handOn(payload string, nudged func(string, int64)) {
	var n nudge
	if err := json.Unmarshal([]byte(payload), &n); err != nil || n.From == r.self {
		return // not ours, or our own
	}
	for topic, seq := range n.Topics {
		nudged(topic, seq)
	}
}

func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
