package postgres_test

import (
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/postgres"
)

// What is kept together with others is kept as if it were alone, at two servers, beside
// the looks at what is late; what is wrong spoils nothing.
func TestManyDevicesSaySomethingAtOnce(t *testing.T) {
	w := newWorld(t)
	var sent []briefing.Delivery
	for range 40 {
		_, kept := w.assigned()
		sent = append(sent, kept.Written.Deliveries[0])
	}
	w.now = w.now.Add(10 * time.Second)
	other := *w.room
	other.Store = postgres.New(w.pool)
	var all errgroup.Group
	for i, room := range []*control.Room{w.room, &other} {
		all.Go(func() error { return room.Escalate(t.Context()) })
		for n, d := range sent {
			if n%2 != i {
				continue
			}
			all.Go(func() error { return room.Acknowledge(t.Context(), w.officer, w.topic(), d.Seq) })
			for range 2 { // a repeat changes nothing
				all.Go(func() error { return room.Displayed(t.Context(), w.officer, d.BriefingID, d.Revision) })
				all.Go(func() error { return room.Read(t.Context(), w.officer, d.BriefingID, d.Revision) })
			}
		}
		for _, wrong := range []struct {
			id       briefing.ID
			revision int
		}{{sent[0].BriefingID, 9}, {"nonsense", 1}, {sent[0].BriefingID, 1 << 40}} {
			all.Go(func() error {
				if err := room.Displayed(t.Context(), w.officer, wrong.id, wrong.revision); !fault.Is(err, fault.NotFound) {
					t.Errorf("revision %d of %s: %v", wrong.revision, wrong.id, err)
				}
				return nil
			})
		}
	}
	must(t, all.Wait())
	if n := w.count(`select count(*) from delivery where delivered_at is not null and displayed_at is not null and read_at is not null and due_at is null`); n != len(sent) {
		t.Errorf("%d of %d were delivered, displayed and read, and are looked at no more", n, len(sent))
	}
	w.gapless()
}
