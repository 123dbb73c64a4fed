package live

import (
	"context"
	"testing"
)

// A gate takes the next one after a panic.
func TestGateOutlivesAPanic(t *testing.T) {
	g, passed := make(gate, 1), false
	func() {
		defer func() { _ = recover() }()
		_ = g.pass(t.Context(), func() { panic("gone") })
	}()
	if err := g.pass(t.Context(), func() { passed = true }); !passed {
		t.Errorf("nobody passes any more: %v", err)
	}
}

func TestNobodyWaitsForATurnForEver(t *testing.T) {
	g := make(gate, 1)
	g <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.pass(ctx, func() { t.Error("passed without a place") }); err == nil {
		t.Error("waits no more, and says nothing")
	}
}
