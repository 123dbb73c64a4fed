package demo_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/demo"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
)

var present = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestTheSameSeedMakesTheSameWorld(t *testing.T) {
	if !reflect.DeepEqual(demo.Make(demo.Seed, present), demo.Make(demo.Seed, present)) {
		t.Fatal("two worlds of one seed differ")
	}
	if reflect.DeepEqual(demo.Make(1, present).Persons, demo.Make(2, present).Persons) {
		t.Fatal("the seed changes nothing")
	}
}

func TestAccountsKeepTheirIDsAtAnotherTime(t *testing.T) {
	a, b := demo.Make(demo.Seed, present), demo.Make(demo.Seed, present.AddDate(0, 5, 3))
	if !reflect.DeepEqual(a.Accounts, b.Accounts) || !reflect.DeepEqual(a.Addresses, b.Addresses) {
		t.Fatal("accounts or addresses depend on the time")
	}
}

func TestThePastIsPossible(t *testing.T) {
	rules, err := risk.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	w := demo.Make(demo.Seed, present)
	if n := len(w.Incidents); n < 590 || n > 650 {
		t.Errorf("%d incidents, want about 600", n)
	}
	ids := map[string]bool{}
	last := time.Time{}
	for _, in := range w.Incidents {
		id := uuid.MustParse(in.ID)
		sec, nsec := id.Time().UnixTime()
		if at := time.Unix(sec, nsec); id.Version() != 7 || !at.Equal(in.Received) {
			t.Errorf("incident %s: version %d, time %v, received %v", in.Number, id.Version(), at, in.Received)
		}
		if ids[in.ID] {
			t.Errorf("incident %s: id twice", in.Number)
		}
		ids[in.ID] = true
		if in.Received.Before(last) {
			t.Errorf("incident %s is out of order", in.Number)
		}
		last = in.Received
		order := []time.Time{present.AddDate(-3, 0, -2), in.Received, in.Dispatched, in.Arrived, in.Closed, present}
		if !slices.IsSortedFunc(order, time.Time.Compare) {
			t.Errorf("incident %s: steps out of order: %v", in.Number, order)
		}
		if !slices.IsSorted(in.Flags) {
			t.Errorf("incident %s: flags not sorted: %v", in.Number, in.Flags)
		}
		for _, code := range in.Flags {
			if !slices.Contains(rules.FlagCodes(), code) {
				t.Errorf("incident %s: no flag is called %s", in.Number, code)
			}
		}
	}
}

func TestWhatFollowedIsPossible(t *testing.T) {
	w := demo.Make(demo.Seed, present)
	class := map[string]string{}
	closed := map[string]time.Time{}
	for _, in := range w.Incidents {
		class[in.ID], closed[in.ID] = in.Class, in.Closed
	}
	if len(w.Sheets) == 0 || len(w.Feedback) == 0 {
		t.Fatal("no sheets or no feedback")
	}
	for _, s := range w.Sheets {
		if err := s.Record.Check(class[s.IncidentID]); err != nil {
			t.Errorf("sheet of %s: %v", s.IncidentID, err)
		}
	}
	due := 0
	for _, o := range w.Outcomes {
		if o.WrittenAt.Before(closed[o.IncidentID]) || o.WrittenAt.After(present) || o.WrittenBy == "" {
			t.Errorf("outcome of %s written at %v by %q", o.IncidentID, o.WrittenAt, o.WrittenBy)
		}
		if o.FollowUpAt != nil && o.FollowUpAt.Before(present) {
			due++
			if o.FollowUpAt.Before(o.WrittenAt) {
				t.Errorf("outcome of %s is due before it was written", o.IncidentID)
			}
		}
	}
	if due != 2 {
		t.Errorf("%d follow-ups are due, want 2", due)
	}
}

func TestEveryAddressIsFoundByItsLabel(t *testing.T) {
	keys := map[string]bool{}
	for _, a := range demo.Make(demo.Seed, present).Addresses {
		p := premise.ParseAddress(a.Address.Label, demo.Town)
		if p.Key != a.Key || keys[a.Key] {
			t.Errorf("%s: key %q, read as %q, or twice", a.Address.Label, a.Key, p.Key)
		}
		keys[a.Key] = true
		if (p.Kind == premise.Dwelling) != (a.Building != "") {
			t.Errorf("%s: a %s in building %q", a.Address.Label, p.Kind, a.Building)
		}
	}
}
