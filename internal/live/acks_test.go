package live

import (
	"context"
	"sync/atomic"
	"testing"

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
