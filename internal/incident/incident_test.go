package incident

import (
	"slices"
	"testing"
	"time"

	"doorstep/internal/fault"
	"doorstep/internal/risk"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestEveryMoveFollowsTheTable(t *testing.T) {
	states := []State{Open, Dispatched, OnScene, Closed}
	for _, from := range states {
		for _, to := range states {
			in := Incident{State: from}
			err := in.Move(to, noon)
			allowed := from == to || slices.Contains(next[from], to)
			switch {
			case allowed && (err != nil || in.State != to):
				t.Errorf("%s to %s: %v, state %s", from, to, err, in.State)
			case !allowed && (!fault.Is(err, fault.Conflict) || in.State != from):
				t.Errorf("%s to %s was not refused: %v, state %s", from, to, err, in.State)
			}
		}
	}
}

func TestTheFirstTimeStays(t *testing.T) {
	in := Incident{State: Open}
	for i, to := range []State{Dispatched, OnScene, Dispatched, OnScene, Closed} {
		if err := in.Move(to, noon.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if !in.DispatchedAt.Equal(noon) || !in.ArrivedAt.Equal(noon.Add(time.Minute)) || !in.ClosedAt.Equal(noon.Add(4*time.Minute)) {
		t.Errorf("dispatched %v, arrived %v, closed %v", in.DispatchedAt, in.ArrivedAt, in.ClosedAt)
	}
}

func TestOnlyFlagsThatCountAreKept(t *testing.T) {
	var in Incident
	in.Assess(risk.Assessment{
		Classification: risk.Classification{Code: "dv", Relationship: "sibling"},
		Priority:       risk.Priority{Level: 1},
		Flags: []risk.Flag{
			{Code: "weapon"}, {Code: "children_present"},
			{Code: "stalking", Old: true}, {Code: "pregnancy", Overruled: &risk.Overrule{}},
		},
	})
	if want := []string{"children_present", "weapon"}; !slices.Equal(in.Flags, want) || in.Class != "dv" || in.Relationship != "sibling" || in.Priority != 1 {
		t.Errorf("got %+v", in)
	}
}

func TestANumberNamesItsDay(t *testing.T) {
	if got := Number(noon, 7); got != "260301-0007" {
		t.Errorf("got %s", got)
	}
}
