package live

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"doorstep/internal/access"
)

// One that comes just as the one before it has been applied is applied too.
func TestEveryAcknowledgementIsApplied(t *testing.T) {
	const many = 20_000
	var applied atomic.Int64
	h := New(Config{Log: zerolog.Nop(), Inbound: func(_ context.Context, _ access.Actor, f Inbound) error {
		if ack, ok := f.(Ack); ok {
			applied.Store(ack.Seq)
		}
		return nil
	}})
	c := newConn(h, nil, officer, "", nil)
	c.subs[unit] = &sub{topic: newTopic(unit), conn: c, pos: many}
	for seq := range int64(many) {
		c.acknowledge(t.Context(), Ack{unit, seq})
		c.acks.wait()
		if got := applied.Load(); got != seq {
			t.Fatalf("applied up to %d, want %d", got, seq)
		}
	}
	h.open.Wait()
}

// Of a replay the last acknowledgement is applied; one that no other follows waits for
// a moment only, and not at all before what is said next.
func TestAnAcknowledgementWithinAReplayWaitsForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type applied struct {
			seq   int64
			after time.Duration
		}
		var got []applied
		began := time.Now()
		h := New(Config{Log: zerolog.Nop(), InboundWait: time.Minute, Inbound: func(_ context.Context, _ access.Actor, f Inbound) error {
			got = append(got, applied{f.(Ack).Seq, time.Since(began)})
			return nil
		}})
		c := newConn(h, nil, officer, "", nil)
		c.subs[unit] = &sub{topic: newTopic(unit), conn: c, pos: 5}
		say := func(seq int64) {
			c.acknowledge(t.Context(), Ack{unit, seq})
			synctest.Wait()
		}
		say(1)
		time.Sleep(50 * time.Millisecond)
		say(5) // the last one sent
		say(3) // late
		time.Sleep(time.Second)
		say(4)
		c.acks.wait()
		h.open.Wait()
		want := []applied{{5, 50 * time.Millisecond}, {3, 50*time.Millisecond + ackHold}, {4, 1050 * time.Millisecond}}
		if !slices.Equal(got, want) {
			t.Errorf("applied %v, want %v", got, want)
		}
	})
}
