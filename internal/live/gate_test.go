package live

import "testing"

// A gate takes the next one after a panic.
func TestGateOutlivesAPanic(t *testing.T) {
	g, passed := make(gate, 1), false
	func() {
		defer func() { _ = recover() }()
		g.pass(func() { panic("gone") })
	}()
	g.pass(func() { passed = true })
	if !passed {
		t.Error("nobody passes any more")
	}
}
