package postgres_test

import (
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
