package demo

import (
	"testing"
	"time"
)

var nationDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func TestAddressesOfANationDiffer(t *testing.T) {
	n := NewNation(1, nationDay, 10_000_000)
	seen := map[string]string{}
	for a := range n.Addresses() {
		if other, twice := seen[a.Key]; twice {
			t.Fatalf("%s and %s have one key %s", other, a.Label, a.Key)
		}
		seen[a.Key] = a.Label
	}
	if _, _, want, _, _ := n.Sizes(); len(seen) != want {
		t.Errorf("%d addresses, want %d", len(seen), want)
	}
}
