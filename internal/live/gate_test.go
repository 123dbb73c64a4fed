package live

import (
	"testing"
	"testing/synctest"
	"time"
)

// A gate takes the next one after a panic, and rests no longer than it may from what
// was stuck.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1, true)
		func() {
			defer func() { _ = recover() }()
			g.pass(func() {
				time.Sleep(time.Hour)
				panic("stuck, then gone")
			})
		}()
		began := time.Now()
		g.pass(func() {})
		if rested := time.Since(began); rested != longestRest {
			t.Errorf("rested for %s, want %s", rested, longestRest)
		}
		synctest.Wait()
		time.Sleep(longestRest) // the last rest ends
	})
}
