package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
)

const day = 24 * time.Hour

// TestRepeats: two doors, three persons and two numbers of one district.
func TestRepeats(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	at := map[string]string{
		"flat 1": w.past(w.flat, 10*day, "dv"), "flat 2": w.past(w.flat, 20*day, "suspected_dv"), "flat 3": w.past(w.flat, 100*day, "dv"),
		"other 1": w.past(w.other, 30*day, "dv"), "other 2": w.past(w.other, 120*day, "dv"), "other 3": w.past(w.other, 130*day, "dv"),
		"old": w.past(w.flat, 400*day, "dv"), "noise": w.past(w.flat, 5*day, "not_dv"), "once": w.past(w.building, 5*day, "dv"),
		"east": w.past(w.block, 5*day, "dv"), "east 2": w.past(w.block, 6*day, "dv"),
	}
	w.exec(`update incident set district_code = null where id = any($1)`, []string{at["east"], at["east 2"]})
	part := func(name, role string, incidents ...string) {
		t.Helper()
		id := newID()
		w.exec(`insert into person (id, name, folded, birth_date, added_at) values ($1, $2, $2, '1980-02-03', now())`, id, name)
		for _, in := range incidents {
			w.exec(`insert into incident_person (person_id, incident_id, role) values ($1, $2, $3)`, id, at[in], role)
		}
	}
	part("Raivo", "suspect", "flat 1", "flat 2", "other 1", "old")
	part("Anu", "victim", "flat 1", "flat 3", "noise")
	part("Witness", "witness", "flat 1", "flat 2")
	part("Once", "victim", "once", "east")
	for n, c := range []struct{ phone, in string }{
		{"+37255500001", "flat 1"}, {"+37255500001", "flat 1"}, {"+37255500001", "other 2"}, {"+37255500001", "other 3"}, {"+37255500002", "flat 1"}, {"+37255500002", "noise"},
	} {
		w.exec(`insert into call (id, phone, channel, script_code, script_version, taken_by, opened_at, incident_id) values ($1, $2, 'voice', 'dv', 3, $3, $4, $5)`,
			newID(), c.phone, string(w.taker.ID), w.now.Add(-time.Duration(n)*time.Hour), at[c.in])
	}

	got := func(by string) (out []string) {
		t.Helper()
		list, err := w.room.Repeats(ctx, w.district, by, 10)
		must(t, err)
		for _, r := range list {
			out = append(out, fmt.Sprintf("%s%s%v: %d %d %d %s at %s of %d", r.Person.Name, r.Number, r.Person.Roles, r.DV12m, r.DV90d, r.DV90dBefore, r.Trend(), r.Address.Label, r.Addresses))
		}
		return out
	}
	for by, want := range map[string]string{
		control.ByAddress: "[[]: 3 2 1 rising at Long street 742-1 of 1 []: 3 1 2 falling at Long street 742-2 of 1]",
		control.ByPerson:  "[Raivo[suspect]: 3 3 0 rising at Long street 742-1 of 2 Anu[victim]: 2 1 1 steady at Long street 742-1 of 1]",
		control.ByNumber:  "[+37255500001[]: 3 1 2 falling at Long street 742-1 of 2]",
	} {
		if out := fmt.Sprint(got(by)); out != want {
			t.Errorf("by %s:\n%s\nwant\n%s", by, out, want)
		}
	}
	if n := w.count(`select count(*) from access_record where purpose = 'review' and subject like 'repeats-by-%:west' and actor = $1`, string(w.district.ID)); n != 3 {
		t.Errorf("%d looks are recorded, want 3", n)
	}
	_, err := w.room.Repeats(ctx, w.district, "colour", 10)
	wantKind(t, err, fault.Invalid)
	_, err = w.room.Repeats(ctx, w.taker, control.ByPerson, 10)
	wantKind(t, err, fault.Forbidden)
	none, err := w.room.Repeats(ctx, access.Actor{ID: w.district.ID, Role: access.DistrictOfficer, DistrictCode: "east"}, control.ByPerson, 10)
	if err != nil || len(none) != 0 {
		t.Errorf("another district sees %+v, %v", none, err)
	}
}
