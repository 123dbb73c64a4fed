package postgres_test

import (
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/person"
	"doorstep/internal/premise"
)

// TestMergePersons: two records of one man, one at each door, and back.
func TestMergePersons(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	record := func(name, folded string, incidents ...string) person.ID {
		t.Helper()
		id := newID()
		w.exec(`insert into person (id, name, folded, birth_date, added_at) values ($1, $2, $3, '1980-02-03', now())`, id, name, folded)
		for _, in := range incidents {
			w.exec(`insert into incident_person (person_id, incident_id, role) values ($1, $2, 'suspect')`, id, in)
		}
		return person.ID(id)
	}
	here, there := w.past(w.flat, 40*day, "dv"), w.past(w.other, 20*day, "dv")
	raivo := record("Raivo Kask", person.NameKey("Raivo Kask"), here)
	rajvo := record("Rajvo Kask", person.NameKey("Rajvo Kask"), there)
	stranger := record("Stranger", "stranger")
	w.exec(`insert into caution (id, person_id, kind, source, since, review_by) values ($1, $2, 'firearm', 'test', now(), now())`, newID(), rajvo)
	w.exec(`insert into person_link (person_id, other_id, certainty, reason, at) values (least($1::uuid, $2), greatest($1::uuid, $2), 'possible', 'similar_name_and_birth_date', now())`, raivo, rajvo)

	past := func(of person.ID) (at []string, cautions, dv int) {
		t.Helper()
		h, err := w.store.History(ctx, access.Use{Actor: w.taker, Purpose: access.ForCall, At: w.now}, "", []person.ID{of}, "")
		must(t, err)
		for _, e := range h.Entries {
			at = append(at, e.IncidentID)
		}
		return at, len(h.Cautions), h.Counts.PersonsDVEver
	}
	links := func() ([]person.Link, []premise.Resident) {
		t.Helper()
		p, err := w.room.ReviewPremise(ctx, w.district, w.flat, "")
		must(t, err)
		return p.Links, p.History.Residents
	}
	alone := func() {
		t.Helper()
		for _, of := range []person.ID{raivo, rajvo} {
			if at, cautions, dv := past(of); len(at) != 1 || dv != 1 || (cautions == 1) != (of == rajvo) {
				t.Errorf("alone: %v, %d cautions, %d DV", at, cautions, dv)
			}
		}
		all, residents := links()
		if len(all) != 1 || all[0].OtherID != rajvo || all[0].Certainty != person.Possible || all[0].MergedAt != nil || len(residents) != 1 || residents[0].Elsewhere != "" {
			t.Errorf("before: %+v, %+v", all, residents)
		}
	}
	alone()

	east := access.Actor{ID: w.district.ID, Role: access.DistrictOfficer, DistrictCode: "east"}
	wantKind(t, w.room.MergePersons(ctx, w.taker, rajvo, raivo), fault.Forbidden)
	wantKind(t, w.room.MergePersons(ctx, w.district, raivo, raivo), fault.Invalid)
	wantKind(t, w.room.MergePersons(ctx, east, rajvo, raivo), fault.NotFound)
	wantKind(t, w.room.MergePersons(ctx, w.district, stranger, raivo), fault.NotFound)
	wantKind(t, w.room.MergePersons(ctx, w.district, person.ID(newID()), raivo), fault.NotFound)

	must(t, w.room.MergePersons(ctx, w.district, rajvo, raivo))
	for _, of := range []person.ID{raivo, rajvo} {
		if at, cautions, dv := past(of); len(at) != 2 || cautions != 1 || dv != 2 {
			t.Errorf("together: %v, %d cautions, %d DV", at, cautions, dv)
		}
	}
	all, residents := links()
	if len(all) != 1 || all[0].OtherID != rajvo || all[0].MergedBy != "Somebody" || all[0].MergedAt == nil {
		t.Errorf("merged: %+v", all)
	}
	if len(residents) != 1 || residents[0].PersonID != string(raivo) || residents[0].Elsewhere == "" {
		t.Errorf("he was seen at the other door since: %+v", residents)
	}
	list, err := w.room.Repeats(ctx, w.district, control.ByPerson, 10)
	if err != nil || len(list) != 1 || list[0].Person.ID != string(raivo) || list[0].DV12m != 2 {
		t.Errorf("he repeats: %+v, %v", list, err)
	}
	// A call that names the one finds the other's record.
	c := w.open(nil).Written.Call
	view, err := w.room.ChangeCall(ctx, w.taker, c.ID, 1, call.Change{Persons: &[]person.Person{{Role: "suspect", Name: "Rajvo Kask", BirthDate: "1980-02-03"}}})
	must(t, err)
	if got := view.Call.Persons[0]; got.ID != raivo || view.History.Counts.PersonsDVEver != 2 {
		t.Errorf("the call has %+v, %+v", got, view.History.Counts)
	}

	wantKind(t, w.room.MergePersons(ctx, w.district, rajvo, raivo), fault.Conflict)
	wantKind(t, w.room.UnmergePersons(ctx, east, rajvo), fault.NotFound)
	must(t, w.room.UnmergePersons(ctx, w.district, rajvo))
	alone()
	wantKind(t, w.room.UnmergePersons(ctx, w.district, rajvo), fault.NotFound)
	if n := w.count(`select count(*) from person_merge where by = $1 and undone_by = $1`, string(w.district.ID)); n != 1 {
		t.Errorf("%d merges are kept with who made and undid them", n)
	}
}

// TestMergesMakeNoChain: what was merged has nothing merged into it.
func TestMergesMakeNoChain(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	in := w.past(w.flat, day, "dv")
	var p [3]person.ID
	for i := range p {
		p[i] = person.ID(newID())
		w.exec(`insert into person (id, name, folded, added_at) values ($1, 'Mari', 'mari', now())`, p[i])
		w.exec(`insert into incident_person (person_id, incident_id, role) values ($1, $2, 'victim')`, p[i], in)
	}
	must(t, w.room.MergePersons(ctx, w.district, p[0], p[1]))
	wantKind(t, w.room.MergePersons(ctx, w.district, p[1], p[2]), fault.Conflict)
	wantKind(t, w.room.MergePersons(ctx, w.district, p[2], p[0]), fault.Conflict)
	must(t, w.room.MergePersons(ctx, w.district, p[2], p[1]))
}
