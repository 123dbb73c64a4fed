package postgres_test

import (
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/premise"
)

// TestMatchAnUnverifiedAddress goes from a caller's words to the door and back.
func TestMatchAnUnverifiedAddress(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	c := w.open(nil).Written.Call
	words := "the yellow house behind the shop"
	_, err := w.room.ChangeCall(ctx, w.taker, c.ID, 1, call.Change{AddressText: &words, Location: &premise.Point{24.7, 59.4}})
	must(t, err)
	kept, err := w.room.RaiseIncident(ctx, w.taker, c.ID, nil)
	must(t, err)
	id, from := kept.Written.Incident.ID, kept.Written.Incident.Address.ID
	w.exec(`insert into caution (id, address_id, kind, source, since, review_by) values ($1, $2, 'dog', 'test', now(), now())`, newID(), from)

	list, err := w.room.Unverified(ctx, w.district, 10)
	must(t, err)
	if len(list) != 1 || list[0].Address.ID != from || list[0].Address.Label != words || list[0].Incidents != 1 {
		t.Fatalf("waiting: %+v", list)
	}
	at := func() premise.ID {
		t.Helper()
		in, err := w.store.Incident(ctx, id)
		must(t, err)
		return in.Address.ID
	}
	history := func(of premise.ID) control.Premise {
		t.Helper()
		p, err := w.room.ReviewPremise(ctx, w.district, of, "")
		must(t, err)
		return p
	}

	east := access.Actor{ID: w.district.ID, Role: access.DistrictOfficer, DistrictCode: "east"}
	_, err = w.room.Match(ctx, w.taker, from, w.flat)
	wantKind(t, err, fault.Forbidden)
	_, err = w.room.Match(ctx, east, from, w.flat)
	wantKind(t, err, fault.NotFound)
	_, err = w.room.Match(ctx, w.district, w.flat, w.other)
	wantKind(t, err, fault.Conflict)
	for _, to := range []premise.ID{from, premise.ID(newID())} {
		_, err = w.room.Match(ctx, w.district, from, to)
		wantKind(t, err, fault.Invalid)
	}
	if at() != from {
		t.Fatal("a match that was refused moved the incident")
	}

	matched, err := w.room.Match(ctx, w.district, from, w.flat)
	must(t, err)
	if matched.ID != w.flat || at() != w.flat {
		t.Fatalf("matched to %+v, the incident is at %s", matched, at())
	}
	p := history(w.flat)
	if len(p.History.Entries) != 1 || p.History.Entries[0].Tie != premise.SameDwelling || len(p.History.Cautions) != 1 ||
		len(p.Entry.Matches) != 1 || p.Entry.Matches[0].FromLabel != words {
		t.Errorf("the door's past is %+v, matches %+v", p.History, p.Entry.Matches)
	}
	if got := p.Entry.Parents; len(got) != 2 || got[0] != (premise.Parent{Kind: "street", Name: "Long street"}) || got[1].ID != string(w.building) {
		t.Errorf("it lies in %+v", got)
	}
	if list, err = w.room.Unverified(ctx, w.district, 10); err != nil || len(list) != 0 {
		t.Errorf("still waiting: %+v, %v", list, err)
	}
	_, err = w.room.Match(ctx, w.district, from, w.other)
	wantKind(t, err, fault.Conflict)

	// What happened behind the door itself stays there when the match is taken back.
	own := w.past(w.flat, 0, "dv")
	must(t, w.room.Unmatch(ctx, w.district, from))
	if at() != from || w.count(`select count(*) from call where address_id = $1`, from) != 1 || w.count(`select count(*) from caution where address_id = $1`, from) != 1 {
		t.Errorf("taken back, the incident is at %s", at())
	}
	if in, err := w.store.Incident(ctx, incident.ID(own)); err != nil || in.Address.ID != w.flat {
		t.Errorf("the door's own incident is at %+v, %v", in.Address, err)
	}
	wantKind(t, w.room.Unmatch(ctx, w.district, from), fault.NotFound)
	if n := w.count(`select count(*) from access_record where subject = 'address:' || $1 and actor = $2`, string(from), string(w.district.ID)); n < 3 {
		t.Errorf("%d looks at it are recorded", n)
	}
}

// TestMatchAnImportedPlace: words in a file that are no address, and of which
// nobody knows where they are, wait to be matched as a caller's do; files that say
// them again follow the match.
func TestMatchAnImportedPlace(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	load := func(file, rows string) {
		t.Helper()
		i, _ := begin(t, w.store, file)
		defer i.Close()
		_, err := i.Calls(ctx, callsFromFile(t, "id,at,address,type,lon,lat\n"+rows), 1)
		must(t, err)
	}
	kind := func(label string) string {
		t.Helper()
		var kind string
		must(t, w.pool.QueryRow(ctx, `select kind from address where label = $1`, label).Scan(&kind))
		return kind
	}
	at := func(number string) premise.ID {
		t.Helper()
		var id premise.ID
		must(t, w.pool.QueryRow(ctx, `select address_id::text from incident where number = $1`, number).Scan(&id))
		return id
	}
	load("first", "1,2024-05-01T12:00:00Z,behind the old mill,Family,,\n2,2024-05-01T12:00:00Z,City Park,Noise,24.7,59.4\n3,2024-05-01T12:00:00Z,the harbour,Noise,,\n")
	if kind("behind the old mill") != premise.Unverified || kind("the harbour") != premise.Unverified || kind("City Park") != premise.Place {
		t.Errorf("kept as %s, %s and %s", kind("behind the old mill"), kind("the harbour"), kind("City Park"))
	}
	list, err := w.room.Unverified(ctx, w.district, 10)
	must(t, err)
	if len(list) != 2 || list[0].Address.Label != "behind the old mill" || list[0].DV != 1 {
		t.Fatalf("waiting: %+v", list)
	}
	_, err = w.room.Match(ctx, w.district, at("1"), w.flat)
	must(t, err)
	load("second", "4,2024-06-01T12:00:00Z,behind the old mill,Family,,\n5,2024-06-01T12:00:00Z,the harbour,Noise,24.7,59.4\n")
	if at("1") != w.flat || at("4") != w.flat {
		t.Errorf("the calls are at %s and %s, want %s", at("1"), at("4"), w.flat)
	}
	if kind("the harbour") != premise.Place {
		t.Error("a place that is known now is still unverified")
	}
}
