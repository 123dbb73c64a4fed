package demo

import (
	"crypto/sha256"
	"fmt"
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

func TestNationIsTheSameForTheSameSeed(t *testing.T) {
	first, again, other := digest(1), digest(1), digest(2)
	if first != again {
		t.Error("the same seed makes another nation")
	}
	if first == other {
		t.Error("another seed makes the same nation")
	}
}

func digest(seed uint64) (sum [32]byte) {
	h := sha256.New()
	n := NewNation(seed, nationDay, 2000)
	for p := range n.Persons() {
		fmt.Fprintln(h, p)
	}
	for in := range n.Incidents() {
		fmt.Fprintln(h, in)
	}
	return [32]byte(h.Sum(nil))
}

func TestNationHasRepeatsMovesAndSeasons(t *testing.T) {
	n := NewNation(1, nationDay, 100_000)
	at, suspects := map[string]int{}, map[string]map[string]bool{}
	var months [13]int
	count, dv := 0, 0
	var last time.Time
	for in := range n.Incidents() {
		if in.Received.Before(last) || !in.Received.Before(nationDay) {
			t.Fatalf("%s is out of order", in.Number)
		}
		last = in.Received
		count++
		at[in.Address.String()]++
		if !domestic(in.Class) {
			continue
		}
		dv++
		months[in.Received.Month()]++
		for _, p := range in.Parties {
			if p.Role == "suspect" {
				who := p.Person.String()
				if suspects[who] == nil {
					suspects[who] = map[string]bool{}
				}
				suspects[who][in.Address.String()] = true
			}
		}
	}
	most, moved := 0, 0
	for _, calls := range at {
		most = max(most, calls)
	}
	for _, places := range suspects {
		if len(places) > 1 {
			moved++
		}
	}
	if count != 100_000 || dv < 4000 || dv > 12_000 || most < 50 || most > 1000 || moved < 200 {
		t.Errorf("%d incidents, %d DV, %d at the busiest address, %d suspects at more than one", count, dv, most, moved)
	}
	for _, peak := range []time.Month{time.January, time.July, time.December} {
		if months[peak] < months[time.September]*5/4 {
			t.Errorf("%s has %d, September %d", peak, months[peak], months[time.September])
		}
	}
}
