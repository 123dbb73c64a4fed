package premise

import (
	"testing"
	"time"
)

func TestSinceAVisitCountsTheseDoorsAndPersonsOnly(t *testing.T) {
	visit := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	before, after := visit.Add(-time.Minute), visit.Add(time.Minute)
	entries := []Entry{
		{Tie: SameDwelling, ReceivedAt: after, Class: "not_dv"},
		{Tie: SameDwelling, ReceivedAt: visit, Class: "dv"}, // the visit's own
		{Tie: SameDwelling, ReceivedAt: before, Class: "dv"},
		{Tie: SamePerson, ReceivedAt: after, Class: "suspected_dv"},
		{Tie: SameBuilding, ReceivedAt: after, Class: "dv"},
		{Tie: Nearby, ReceivedAt: after, Class: "dv"},
	}
	if got := *SinceOf(entries, visit); got != (Since{Calls: 1, Persons: 1, DV: 1}) {
		t.Errorf("got %+v", got)
	}
}
