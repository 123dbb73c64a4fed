package unit

import (
	"slices"
	"testing"
	"time"

	"doorstep/internal/fault"
	"doorstep/internal/premise"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// north is a point that many metres north of the door.
func north(metres float64) *premise.Point { return &premise.Point{25.5, 58.9 + metres/111_195} }

func TestWhoIsRecommendedFirst(t *testing.T) {
	door := north(0)
	fresh, stale := noon.Add(-time.Minute), noon.Add(-time.Hour)
	unit := func(sign string, at *premise.Point, heard *time.Time, mixed, trained bool) Unit {
		return Unit{ID: ID(sign), CallSign: sign, Point: at, PointAt: heard, MixedCrew: mixed, DVTrained: trained}
	}
	for name, c := range map[string]struct {
		units []Unit
		want  []string
	}{
		"the nearer one": {
			[]Unit{unit("far", north(3000), &fresh, false, false), unit("near", north(800), &fresh, false, false)},
			[]string{"near", "far"},
		},
		"a mixed crew from a little further": {
			[]Unit{unit("near", north(800), &fresh, false, false), unit("mixed", north(1300), &fresh, true, false)},
			[]string{"mixed", "near"},
		},
		"never a fitting crew from much further": {
			[]Unit{unit("fitting", north(4000), &fresh, true, true), unit("near", north(800), &fresh, false, false)},
			[]string{"near", "fitting"},
		},
		"an old position is not passed off as near": {
			[]Unit{unit("old", north(100), &stale, false, false), unit("fresh", north(4000), &fresh, false, false)},
			[]string{"fresh", "old"},
		},
		"a position nobody knows comes last": {
			[]Unit{unit("unknown", nil, nil, true, true), unit("old", north(4000), &stale, false, false)},
			[]string{"old", "unknown"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range Recommend(c.units, door, "", noon) {
				got = append(got, r.Unit.CallSign)
				if len(r.Reasons) == 0 {
					t.Errorf("%s has no reason", r.Unit.CallSign)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestDistanceIsInMetres(t *testing.T) {
	got := Recommend([]Unit{{CallSign: "N-1", Point: north(1000), PointAt: &noon}}, north(0), "", noon)[0].DistanceM
	if got == nil || *got < 995 || *got > 1005 {
		t.Errorf("1000 m north is %v m", got)
	}
}

func TestEveryStatusFollowsTheTable(t *testing.T) {
	all := []Status{Assigned, EnRoute, OnScene, Cleared, Cancelled}
	for _, from := range all {
		for _, to := range all {
			a := Assignment{Status: from}
			err := a.Move(to, noon)
			allowed := from == to || slices.Contains(next[from], to)
			if allowed != (err == nil) || (!allowed && (!fault.Is(err, fault.Conflict) || a.Status != from)) {
				t.Errorf("%s to %s: %v, status %s", from, to, err, a.Status)
			}
		}
	}
}
