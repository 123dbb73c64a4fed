package faults

import (
	"crypto/sha256"
	"reflect"
	"testing"
	"time"

	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/drill"
	"doorstep/internal/unit"
)

// A drill that finds nothing proves something only if it would have found it.
func TestWhatATabletHasIsComparedWithTheRecord(t *testing.T) {
	now := time.Now()
	n := control.Notice{Topic: "unit:u", Seq: 7, Type: "briefing", At: now, Body: []byte(`{"revision":2}`)}
	good := drill.Kept{Seq: 7, Briefing: "b", Revision: 2, Assignment: "a", Hash: sha256.Sum256(n.Body), At: now.Add(time.Second)}
	sent := briefing.Delivery{BriefingID: "b", Revision: 2, UnitID: "u", Seq: 7, DeliveredAt: &now}
	changed := func(change func(*drill.Kept)) []drill.Kept {
		k := good
		change(&k)
		return []drill.Kept{k}
	}
	for name, c := range map[string]struct {
		kept []drill.Kept
		sent map[frame]briefing.Delivery
		want tally
	}{
		"as it should be":    {[]drill.Kept{good}, map[frame]briefing.Delivery{{"u", 7}: sent}, tally{committed: 1, delivered: 1, slowest: time.Second}},
		"not there":          {nil, map[frame]briefing.Delivery{{"u", 7}: sent}, tally{committed: 1, lost: 1}},
		"there twice":        {[]drill.Kept{good, good}, map[frame]briefing.Delivery{{"u", 7}: sent}, tally{committed: 1, delivered: 1, duplicated: 1, slowest: time.Second}},
		"in other words":     {changed(func(k *drill.Kept) { k.Hash[0]++ }), map[frame]briefing.Delivery{{"u", 7}: sent}, tally{committed: 1, delivered: 1, lost: 1, slowest: time.Second}},
		"another revision":   {changed(func(k *drill.Kept) { k.Revision = 1 }), map[frame]briefing.Delivery{{"u", 7}: sent}, tally{committed: 1, delivered: 1, lost: 1, slowest: time.Second}},
		"of no delivery":     {[]drill.Kept{good}, nil, tally{committed: 1, delivered: 1, lost: 1, slowest: time.Second}},
		"not known to be in": {[]drill.Kept{good}, map[frame]briefing.Delivery{{"u", 7}: {BriefingID: "b", Revision: 2}}, tally{committed: 1, delivered: 1, lost: 1, slowest: time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			var got tally
			got.compare("u", n, c.kept, record{deliveries: c.sent})
			if said := len(got.faults); said != got.lost+got.duplicated {
				t.Errorf("said %v", got.faults)
			}
			got.faults = nil
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("found %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestWhatWasPromisedIsLookedFor(t *testing.T) {
	now := time.Now()
	early := now.Add(-time.Hour)
	promised := dispatch{drill.Sent{Assignment: "a", Briefing: "b", Revision: 1, Unit: "u", Seq: 3}, "i", true}
	assigned := unit.Assignment{ID: "a", IncidentID: "i", UnitID: "u", AssignedAt: now, ClearedAt: &now}
	other, cleared := assigned, assigned
	other.ID, cleared.ClearedAt = "x", &early
	deliveries := map[frame]briefing.Delivery{
		{"u", 3}: {BriefingID: "b", Revision: 1, UnitID: "u", Seq: 3}, {"u", 4}: {BriefingID: "b", Revision: 2, UnitID: "u", Seq: 4},
	}
	for name, c := range map[string]struct {
		assignments      []unit.Assignment
		deliveries       map[frame]briefing.Delivery
		newest           int
		lost, duplicated int
		faults           int
	}{
		"all is there":            {[]unit.Assignment{assigned}, deliveries, 2, 0, 0, 0},
		"no assignment":           {nil, deliveries, 2, 1, 0, 1},
		"sent twice":              {[]unit.Assignment{assigned, assigned}, deliveries, 2, 0, 1, 1},
		"another assignment":      {[]unit.Assignment{other}, deliveries, 2, 1, 0, 1},
		"cleared before assigned": {[]unit.Assignment{cleared}, deliveries, 2, 0, 0, 1},
		"no briefing":             {[]unit.Assignment{assigned}, nil, 2, 1, 0, 1},
		"not the newest revision": {[]unit.Assignment{assigned}, deliveries, 3, 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var got tally
			promised.check(record{deliveries: c.deliveries, assignments: map[string][]unit.Assignment{"iu": c.assignments}, newest: map[briefing.ID]int{"b": c.newest}}, &got)
			if got.lost != c.lost || got.duplicated != c.duplicated || len(got.faults) != c.faults {
				t.Errorf("found %+v", got)
			}
		})
	}
}

func TestViewsAreCompared(t *testing.T) {
	now := time.Now()
	later := now.Add(time.Second)
	f := drill.Frame{Unit: "u", Seq: 1}
	truth := drill.Delivery{Briefing: "b", Revision: 1, Delivered: &now}
	at := func(d drill.Delivery) map[drill.Frame]drill.Delivery { return map[drill.Frame]drill.Delivery{f: d} }
	for name, seen := range map[string]map[drill.Frame]drill.Delivery{
		"nothing is shown": {},
		"of another unit":  {f: truth, {Unit: "x", Seq: 1}: truth},
		"not delivered":    at(drill.Delivery{Briefing: "b", Revision: 1}),
		"at another time":  at(drill.Delivery{Briefing: "b", Revision: 1, Delivered: &later}),
		"read too soon":    at(drill.Delivery{Briefing: "b", Revision: 1, Delivered: &now, Read: &now}),
	} {
		if differ(seen, at(truth), at(truth)) == "" {
			t.Errorf("%s, and nothing was found", name)
		}
	}
	more := truth
	more.Read = &later // between
	for name, seen := range map[string]drill.Delivery{"as before": truth, "as after": more} {
		if said := differ(at(seen), at(truth), at(more)); said != "" {
			t.Errorf("%s: %s", name, said)
		}
	}
	if differ(at(truth), at(more), at(more)) == "" {
		t.Error("what is not seen was in the record before, and nothing was found")
	}
}
