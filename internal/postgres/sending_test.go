package postgres_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"doorstep/internal/postgres"
)

// TestWhoCanWaitLetsAUnitBeSentFirst, but not for long.
func TestWhoCanWaitLetsAUnitBeSentFirst(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		name  string
		sent  []time.Duration // that each takes, all from now on
		waits time.Duration
	}{
		{"nothing is sent", nil, 0},
		{"one", []time.Duration{2 * ms}, 2 * ms},
		{"some", []time.Duration{2 * ms, 3 * ms, 1 * ms}, 3 * ms},
		{"a slow one", []time.Duration{time.Second}, 5 * ms},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s postgres.Sending
				for range 2 { // what is over is forgotten
					for _, took := range tc.sent {
						end := s.Begin()
						time.AfterFunc(took, end)
					}
					began := time.Now()
					s.First(t.Context())
					if got := time.Since(began); got != tc.waits {
						t.Errorf("waited %s, want %s", got, tc.waits)
					}
					time.Sleep(time.Second)
				}
			})
		})
	}
}

// TestWhatCanWait, and that a unit that was sent, or refused, is forgotten.
func TestWhatCanWait(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	_, err := w.room.RecommendUnits(t.Context(), w.taker, in)
	must(t, err)
	for range 2 { // the second time the unit is there already
		_, err = w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	}
	if err == nil {
		t.Error("a unit was sent twice")
	}
	if n := postgres.SendingNow(w.store); n != 0 {
		t.Fatalf("%d units are being sent", n)
	}
	for name, do := range map[string]func(ctx context.Context) error{
		"sweep": func(ctx context.Context) error { _, _, err := w.store.Changed(ctx, ""); return err },
		"sessions": func(ctx context.Context) error {
			_, err := w.store.SignedIn(ctx, []string{"a", "b"}, time.Now())
			return err
		},
		"returns": func(ctx context.Context) error {
			_, err := w.store.Notices(ctx, []string{"unit:a", "unit:b"}, []int64{0, 0}, 1)
			return err
		},
		"entries": func(ctx context.Context) error { _, err := w.store.EnterSent(ctx, time.Time{}); return err },
		"late":    func(ctx context.Context) error { return w.room.Escalate(ctx) },
	} {
		end := postgres.BeginSending(w.store)
		began := time.Now()
		must(t, do(t.Context()))
		if took := time.Since(began); took < postgres.Patience {
			t.Errorf("%s took %s, and did not wait", name, took)
		}
		end()
	}
}
