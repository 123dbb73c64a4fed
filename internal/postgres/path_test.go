package postgres_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/outcome"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
	"doorstep/internal/unit"
)

// TestPathOfACall follows one call from the telephone to the feedback.
func TestPathOfACall(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	earlier := w.past(w.flat, 48*time.Hour, "dv")

	opened := w.open(nil).Written.Call
	view, err := w.room.ChangeCall(ctx, w.taker, opened.ID, 1, call.Change{AddressID: &w.flat})
	must(t, err)
	if view.Call.Version != 2 || len(view.History.Entries) != 1 || view.History.Entries[0].IncidentID != earlier {
		t.Fatalf("version %d, history %+v", view.Call.Version, view.History.Entries)
	}
	persons := []person.Person{{Role: "victim", Name: "Mari Mägi", Phone: "+372 5550 0009"}, {Role: "suspect", Name: "Jaan Mägi"}}
	view, err = w.room.ChangeCall(ctx, w.taker, opened.ID, 2, call.Change{Persons: &persons})
	must(t, err)
	if got := view.Call.Persons; len(got) != 2 || got[0].Role != "victim" || got[0].ID == "" || got[0].Certainty != person.Possible {
		t.Fatalf("persons %+v", got)
	}
	question := w.yesNoQuestion()
	_, err = w.room.Answer(ctx, w.taker, opened.ID, question, json.RawMessage(`"yes"`), 0)
	must(t, err)
	_, err = w.room.Answer(ctx, w.taker, opened.ID, question, json.RawMessage(`"no"`), 0)
	must(t, err)
	view, err = w.room.Call(ctx, w.taker, opened.ID)
	must(t, err)
	if !view.Call.Answers[question].Value.Is("no") || len(view.Call.Persons) != 2 || view.Call.Address == nil || !view.History.Searched {
		t.Fatalf("loaded %+v", view.Call)
	}

	raised, err := w.room.RaiseIncident(ctx, w.taker, opened.ID, nil)
	must(t, err)
	in := *raised.Written.Incident
	if in.DistrictCode != "west" || w.count(`select count(*) from incident_person where incident_id = $1`, in.ID) != 2 {
		t.Fatalf("raised %+v", in)
	}
	_, err = w.room.RaiseIncident(ctx, w.taker, opened.ID, nil)
	wantKind(t, err, fault.Conflict)

	units, err := w.room.RecommendUnits(ctx, w.taker, in.ID)
	must(t, err)
	if len(units) != 1 || units[0].Unit.ID != w.unit || !units[0].Unit.DVTrained || units[0].Unit.MixedCrew || units[0].DistanceM == nil {
		t.Fatalf("recommended %+v", units)
	}
	sent, err := w.room.Assign(ctx, w.taker, in.ID, w.unit, nil)
	must(t, err)
	frame := w.last("briefing")
	if frame.Topic != "unit:"+string(w.unit) || frame.Type != "briefing" || frame.Seq != 1 || !strings.HasPrefix(string(frame.Body), `{"assignment":{"id":`) {
		t.Fatalf("frame %+v", frame)
	}
	if sent.Written.Deliveries[0].Seq != 1 {
		t.Fatalf("deliveries %+v", sent.Written.Deliveries)
	}
	var page struct {
		briefing.Briefing
		Assignment unit.Assignment `json:"assignment"`
	}
	must(t, json.Unmarshal(frame.Body, &page))
	if page.Assignment.CallSign != "A-1" || page.Revision != 1 || len(page.History) != 1 || len(page.Persons) != 2 {
		t.Fatalf("page %+v", page)
	}
	if _, err := w.room.RecommendUnits(ctx, w.taker, in.ID); err != nil {
		t.Fatal(err)
	}

	revised, err := w.room.Answer(ctx, w.taker, opened.ID, question, json.RawMessage(`"yes"`), 0)
	must(t, err)
	_ = revised
	told := w.notices(frame.Topic)
	if len(told) != 2 || told[1].Seq != 2 {
		t.Fatalf("the unit was told %d frames", len(told))
	}

	// Acknowledged, displayed and read are three facts; a repeat tells nobody.
	for _, want := range []int{2, 0} {
		notices, err := w.store.Acknowledge(ctx, w.unit, 2, w.now)
		must(t, err)
		if len(notices) != want {
			t.Fatalf("acknowledged with %d notices, want %d", len(notices), want)
		}
	}
	for _, want := range []int{1, 0} {
		notices, err := w.store.Displayed(ctx, w.unit, page.ID, 1, w.now)
		must(t, err)
		if len(notices) != want {
			t.Fatalf("displayed with %d notices, want %d", len(notices), want)
		}
	}
	for _, want := range []int{1, 0} {
		notices, err := w.store.Read(ctx, w.unit, w.officer.ID, page.ID, 2, w.now)
		must(t, err)
		if len(notices) != want {
			t.Fatalf("read with %d notices, want %d", len(notices), want)
		}
	}
	_, err = w.store.Read(ctx, w.unit, w.officer.ID, page.ID, 9, w.now)
	wantKind(t, err, fault.NotFound)
	kept, err := w.store.Deliveries(ctx, in.ID)
	must(t, err)
	if len(kept) != 2 || kept[0].ReadAt != nil || kept[0].DisplayedAt == nil || kept[1].ReadAt == nil || kept[1].DisplayedAt == nil {
		t.Fatalf("deliveries %+v", kept)
	}

	work, err := w.room.UnitWork(ctx, w.officer)
	must(t, err)
	if len(work) != 1 || work[0].Delivery.Revision != 2 || work[0].Assignment.ID != sent.Written.Assignment.ID {
		t.Fatalf("work %+v", work)
	}
	w.status(sent.Written.Assignment.ID, "c1", unit.OnScene)
	w.status(sent.Written.Assignment.ID, "c2", unit.Cleared)
	if now, err := w.store.Incident(ctx, in.ID); err != nil || now.State != "closed" || now.ArrivedAt == nil {
		t.Fatalf("incident %+v, %v", now, err)
	}
	if free, err := w.store.FreeUnits(ctx, nil, 10, w.now); err != nil || len(free) != 1 || free[0].ID != w.unit || free[0].Crew != 1 {
		t.Fatalf("free units %+v, %v", free, err)
	}

	_, err = w.room.KeepOnSceneRecord(ctx, w.officer, in.ID, 0, goodRecord())
	must(t, err)
	_, err = w.room.KeepOnSceneRecord(ctx, w.officer, in.ID, 0, goodRecord())
	wantKind(t, err, fault.Stale)
	if fault.Of(err).Version != 1 {
		t.Fatalf("stale without the version as it stands: %v", err)
	}

	due := w.now.Add(24 * time.Hour)
	result, err := w.room.ReportOutcome(ctx, w.district, in.ID, outcome.Outcome{
		Kind: "follow_up_visit", Class: "dv", RiskLevel: "high", Text: strings.Repeat("Visited; support accepted. ", 140), FollowUpAt: &due}, nil)
	must(t, err)
	topics := map[string]bool{}
	for _, n := range result.Notices {
		topics[n.Topic] = n.Type == "feedback"
	}
	if len(topics) != 2 || !topics["user:"+string(w.officer.ID)] || !topics["user:"+string(w.taker.ID)] {
		t.Fatalf("feedback went to %v", topics)
	}
	for _, a := range []access.Actor{w.officer, w.taker} {
		inbox, err := w.store.Feedback(ctx, a.ID, "", 10)
		must(t, err)
		if len(inbox) != 1 || inbox[0].Outcome.Kind != "follow_up_visit" || inbox[0].From != "district_officer" || inbox[0].Address != "Long street 742-1" {
			t.Fatalf("inbox %+v", inbox)
		}
		read, err := w.room.ReadFeedback(ctx, a, inbox[0].ID)
		must(t, err)
		if read.ReadAt == nil {
			t.Fatal("not marked as read")
		}
	}
	_, err = w.store.ReadFeedback(ctx, w.district.ID, newID(), w.now)
	wantKind(t, err, fault.NotFound)
	waiting, err := w.room.FollowUps(ctx, w.district, 10)
	must(t, err)
	if len(waiting) != 1 || waiting[0].Reason != "due" || waiting[0].RiskLevel != "high" || waiting[0].Overdue {
		t.Fatalf("follow-ups %+v", waiting)
	}
	repeats, err := w.room.Repeats(ctx, w.district, control.ByAddress, 10)
	must(t, err)
	if len(repeats) != 1 || repeats[0].DV12m != 2 || repeats[0].Address.ID != w.flat {
		t.Fatalf("repeats %+v", repeats)
	}
	if n := w.count(`select count(*) from access_record`); n == 0 {
		t.Fatal("no look at history was recorded")
	}
	looks := `select count(*) from access_record where actor = $1 and purpose = 'review' and subject = $2 and incident = $3`
	before := w.count(looks, w.district.ID, "incident:"+string(in.ID), in.ID)
	_, err = w.room.Incident(ctx, w.district, in.ID)
	must(t, err)
	if after := w.count(looks, w.district.ID, "incident:"+string(in.ID), in.ID); after != before+1 {
		t.Fatalf("%d looks of the district officer at the incident, then %d", before, after)
	}
}

// yesNoQuestion is a question of the script that is asked of every caller.
func (w *world) yesNoQuestion() string {
	w.t.Helper()
	s, _ := w.room.Scripts.Find("dv", 0)
	for _, q := range s.Questions {
		if _, err := q.Check(json.RawMessage(`"yes"`)); err == nil && reflect.ValueOf(q.When).IsZero() {
			return q.Code
		}
	}
	w.t.Fatal("the script asks no plain question")
	return ""
}

func (w *world) status(id unit.AssignmentID, client string, s unit.Status) {
	w.t.Helper()
	must(w.t, w.room.ReportStatus(w.t.Context(), w.officer, id, control.StatusReport{ClientID: client, Status: s, At: w.now}))
}

func TestHistoryNeverMixesTies(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	want := map[string]premise.Tie{
		w.past(w.flat, 10*24*time.Hour, "dv"):            premise.SameDwelling,
		w.past(w.flat, 200*24*time.Hour, "suspected_dv"): premise.SameDwelling,
		w.past(w.flat, 800*24*time.Hour, "not_dv"):       premise.SameDwelling,
		w.past(w.other, 20*24*time.Hour, "dv"):           premise.SameBuilding,
		w.past(w.building, 30*24*time.Hour, "dv"):        premise.SameBuilding,
		w.past(w.block, 5*24*time.Hour, "dv"):            premise.SameBlock,
	}
	linked, err := w.store.LinkPersons(ctx, noCall, []person.Person{{Role: "suspect", Name: "Jaan Mägi", BirthDate: "1980-02-03"}}, string(w.taker.ID), w.now)
	must(t, err)
	elsewhere := premise.ID(newID())
	w.exec(`insert into address (id, kind, label, key, locality, source, added_at) values ($1, 'place', 'Harbour', 'p', 'Town', 'test', now())`, elsewhere)
	theirs := w.past(elsewhere, 40*24*time.Hour, "dv")
	want[theirs] = premise.SamePerson
	w.exec(`insert into incident_person (person_id, incident_id, role) values ($1, $2, 'suspect'), ($1, $2, 'caller')`, linked[0].ID, theirs)
	for id, tie := range want {
		if tie == premise.SameDwelling {
			w.exec(`insert into incident_person (person_id, incident_id, role) values ($1, $2, 'suspect')`, linked[0].ID, id)
		}
	}
	w.exec(`insert into caution (id, address_id, kind, source, since, review_by) values ($1, $2, 'firearm', 'test', $3, $4)`,
		newID(), w.flat, w.now.Add(-1000*time.Hour), w.now.Add(-time.Hour))

	use := access.Use{Actor: w.taker, Purpose: access.ForCall, At: w.now}
	h, err := w.store.History(ctx, use, w.flat, []person.ID{linked[0].ID}, "")
	must(t, err)
	if len(h.Entries) != len(want) {
		t.Fatalf("%d entries, want %d", len(h.Entries), len(want))
	}
	for i, e := range h.Entries {
		if e.Tie != want[e.IncidentID] {
			t.Errorf("%s at %s has tie %s, want %s", e.IncidentID, e.Address, e.Tie, want[e.IncidentID])
		}
		if i > 0 && e.Tie == h.Entries[i-1].Tie && e.ReceivedAt.After(h.Entries[i-1].ReceivedAt) {
			t.Error("entries of a tie are not newest first")
		}
	}
	if h.Entries[0].Tie != premise.SameDwelling || h.Entries[len(h.Entries)-1].Tie != premise.SameBlock {
		t.Error("ties are not in order, nearest first")
	}
	c := h.Counts
	if c.Incidents12m != 2 || c.DV30d != 1 || c.DV12m != 2 || c.DVEver != 2 || c.PersonsDVEver != 3 || c.LastDVAt == nil {
		t.Errorf("counts %+v", c)
	}
	if len(h.Cautions) != 1 || !h.Cautions[0].Unreviewed {
		t.Errorf("cautions %+v", h.Cautions)
	}
	if len(h.Residents) != 1 || h.Residents[0].BirthDate != "1980-02-03" {
		t.Errorf("residents %+v", h.Residents)
	}
	if n := w.count(`select count(*) from access_record where actor = $1 and subject = any($2)`, w.taker.ID,
		[]string{"address:" + string(w.flat), "person:" + string(linked[0].ID)}); n != 2 {
		t.Errorf("%d uses were recorded, want 2", n)
	}

	block, err := w.store.History(ctx, use, w.block, nil, "")
	must(t, err)
	if len(block.Entries) != 5 || block.Entries[0].Tie != premise.SameBlock || block.Entries[1].Tie != premise.Nearby || block.Counts.DVEver != 1 || len(block.Residents) != 0 || block.SearchedPersons {
		t.Errorf("block %+v", block)
	}
	nowhere, err := w.store.History(ctx, use, "", nil, "")
	must(t, err)
	if nowhere.Searched || nowhere.Entries == nil || len(nowhere.Entries) != 0 {
		t.Errorf("nowhere %+v", nowhere)
	}
}

func TestHistoryComesInPages(t *testing.T) {
	w := newWorld(t)
	for i := range 50 {
		w.past(w.flat, time.Duration(i+1)*7*24*time.Hour, "dv")
	}
	for i := range 120 { // a noisy house hides nothing of the door
		w.past(w.other, time.Duration(i+1)*time.Hour, "not_dv")
	}
	use := access.Use{Actor: w.taker, Purpose: access.ForReview, At: w.now}
	seen, cursor := map[string]bool{}, ""
	door := 0
	for page := 0; page == 0 || cursor != ""; page++ {
		h, err := w.store.History(t.Context(), use, w.flat, nil, cursor)
		must(t, err)
		if h.More != (h.Next != "") || h.Counts.DVEver != 50 || len(h.Entries) == 0 {
			t.Fatalf("page %d: %d entries, more %v, counts %+v", page, len(h.Entries), h.More, h.Counts)
		}
		own := 0
		for _, e := range h.Entries {
			if seen[e.IncidentID] {
				t.Fatal("an entry is on two pages")
			}
			seen[e.IncidentID] = true
			if e.Tie == premise.SameDwelling {
				own++
			}
		}
		door += own
		if page == 0 && (own != 20 || h.CompleteSince == nil || !h.CompleteSince.Equal(h.Entries[19].ReceivedAt)) {
			t.Errorf("the first page has %d of the door, whole since %v", own, h.CompleteSince)
		}
		if door == 50 && h.CompleteSince != nil {
			t.Errorf("whole since %v where all of the door is there", h.CompleteSince)
		}
		cursor = h.Next
	}
	if len(seen) != 170 || door != 50 {
		t.Errorf("%d entries, %d of the door", len(seen), door)
	}
	if _, err := w.store.History(t.Context(), use, w.flat, nil, "x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a cursor of nobody: %v", err)
	}
}

func TestHistorySaysWhoMovedWhoHelpsAndWhatIsNew(t *testing.T) {
	w := newWorld(t)
	here := w.past(w.flat, 30*24*time.Hour, "dv")
	there := w.past(w.block, 5*24*time.Hour, "dv")
	w.exec(`update incident set arrived_at = received_at + interval '9 minutes' where id = $1`, here)
	who := newID()
	w.exec(`insert into person (id, name, folded, added_at) values ($1, 'Mari Mets', 'mari mets', now())`, who)
	w.exec(`insert into incident_person (person_id, incident_id, role) values ($1, $2, 'victim'), ($1, $3, 'victim')`, who, here, there)
	w.exec(`insert into outcome (id, incident_id, kind, text, helped_by, written_by, written_at) values ($1, $2, 'closed', 'x', '{Shelter, " "}', $3, now())`,
		newID(), here, w.taker.ID)
	h, err := w.store.History(t.Context(), access.Use{Actor: w.taker, Purpose: access.ForCall, At: w.now}, w.flat, nil, "")
	must(t, err)
	if len(h.Residents) != 1 || h.Residents[0].Elsewhere != "700 block of Long street" || h.Residents[0].ElsewhereAt == nil {
		t.Errorf("residents %+v", h.Residents)
	}
	if len(h.Services) != 1 || h.Services[0].Name != "Shelter" || h.Services[0].Tie != premise.SameDwelling {
		t.Errorf("services %+v", h.Services)
	}
	if h.LastVisitAt == nil || h.LastVisitAt.After(w.now.Add(-29*24*time.Hour)) {
		t.Errorf("last visit %v", h.LastVisitAt)
	}
	if h.SinceVisit == nil || *h.SinceVisit != (premise.Since{}) {
		t.Errorf("nothing was recorded here since, got %+v", h.SinceVisit)
	}
	w.past(w.flat, 24*time.Hour, "not_dv")
	h, err = w.store.History(t.Context(), access.Use{Actor: w.taker, Purpose: access.ForCall, At: w.now}, w.flat, []person.ID{person.ID(who)}, "")
	must(t, err)
	if want := (premise.Since{Calls: 1, Persons: 1, DV: 1}); h.SinceVisit == nil || *h.SinceVisit != want {
		t.Errorf("a call here and one of her elsewhere since, got %+v", h.SinceVisit)
	}
}

func TestACallKeepsHowFarOffItsPositionMayBe(t *testing.T) {
	w := newWorld(t)
	c := w.open(nil).Written.Call
	if c.Radius != 0 {
		t.Fatalf("a call without a position has the radius %v", c.Radius)
	}
	at, radius := premise.Point{24.5, 59.5}, 12.5
	_, err := w.room.ChangeCall(t.Context(), w.taker, c.ID, 1, call.Change{Radius: &radius})
	wantKind(t, err, fault.Invalid)
	_, err = w.room.ChangeCall(t.Context(), w.taker, c.ID, 1, call.Change{Location: &at, Radius: &radius})
	must(t, err)
	view, err := w.room.Call(t.Context(), w.taker, c.ID)
	must(t, err)
	if view.Call.Radius != radius || *view.Call.Location != at {
		t.Errorf("kept %v with %v", view.Call.Location, view.Call.Radius)
	}
	_, err = w.room.ChangeCall(t.Context(), w.taker, c.ID, 2, call.Change{Location: &premise.Point{24.6, 59.5}})
	must(t, err)
	if view, err = w.room.Call(t.Context(), w.taker, c.ID); err != nil || view.Call.Radius != 0 {
		t.Errorf("another position has the radius of the first: %v, %v", view.Call.Radius, err)
	}

	opened := *c
	opened.Location, opened.Radius = &at, 2500
	kept, err := w.room.OpenCall(t.Context(), w.taker, opened, nil)
	must(t, err)
	if view, err = w.room.Call(t.Context(), w.taker, kept.Written.Call.ID); err != nil || view.Call.Radius != 2500 {
		t.Errorf("opened with %v, %v", view.Call.Radius, err)
	}
}

func TestNearbyIsTheNewestAround(t *testing.T) {
	w := newWorld(t)
	old, newer := w.past(w.flat, 30*24*time.Hour, "dv"), w.past(w.other, time.Hour, "not_dv")
	at, err := w.store.Address(t.Context(), w.flat)
	must(t, err)
	use := access.Use{Actor: w.taker, Purpose: access.ForCall, At: w.now}
	found, err := w.store.Nearby(t.Context(), use, *at.Point, 50, "")
	must(t, err)
	if len(found) != 2 || found[0].IncidentID != newer || found[1].IncidentID != old || found[0].Tie != premise.Nearby {
		t.Errorf("found %+v", found)
	}
	if found, err = w.store.Nearby(t.Context(), use, premise.Point{at.Point[0] + 0.01, at.Point[1]}, 50, ""); err != nil || len(found) != 0 {
		t.Errorf("half a kilometre away: %+v, %v", found, err)
	}
}

func TestUnverifiedAddressLiesWhereTheCallerIs(t *testing.T) {
	w := newWorld(t)
	c := w.open(nil).Written.Call
	text, at := "the red boat house", premise.Point{24.5, 59.5}
	_, err := w.room.ChangeCall(t.Context(), w.taker, c.ID, 1, call.Change{AddressText: &text, Location: &at})
	must(t, err)
	view, err := w.room.Call(t.Context(), w.taker, c.ID)
	must(t, err)
	if a := view.Call.Address; a == nil || a.Kind != premise.Unverified || a.Label != text || a.District != "west" || *a.Point != at {
		t.Fatalf("address %+v", a)
	}
}

func TestActorCrewsTheUnitOfThePresentShift(t *testing.T) {
	w := newWorld(t)
	a, err := w.store.Actor(t.Context(), w.officer.ID, w.now)
	must(t, err)
	if a.UnitID != string(w.unit) || a.CallSign != "A-1" || a.Role != access.PatrolOfficer {
		t.Fatalf("actor %+v", a)
	}
	if a, err = w.store.Actor(t.Context(), w.officer.ID, w.now.Add(24*time.Hour)); err != nil || a.UnitID != "" {
		t.Fatalf("after the shift: %+v, %v", a, err)
	}
	w.exec(`update account set disabled_at = now() where id = $1`, w.officer.ID)
	_, err = w.store.Actor(t.Context(), w.officer.ID, w.now)
	wantKind(t, err, fault.NotFound)
	_, err = w.store.AccountByUsername(t.Context(), "user"+string(w.officer.ID))
	wantKind(t, err, fault.NotFound)
	kept, err := w.store.AccountByUsername(t.Context(), "user"+string(w.taker.ID))
	must(t, err)
	if kept.ID != w.taker.ID || kept.PasswordHash != "x" {
		t.Fatalf("account %+v", kept)
	}
}

// TestAnAnswerThatWaitedIsKeptOnceWithItsTime holds what a desk without a line
// does: it sends again what it did not hear of, later than it was said.
func TestAnAnswerThatWaitedIsKeptOnceWithItsTime(t *testing.T) {
	w := newWorld(t)
	w.now = w.now.Add(-time.Hour)
	opened := w.open(nil).Written.Call
	w.now = w.now.Add(10 * time.Minute)
	question := w.yesNoQuestion()
	rows := func() int { return w.count(`select count(*) from answer where call_id = $1`, opened.ID) }
	for _, c := range []struct {
		value string
		ago   time.Duration
		after time.Duration // of the opening
		rows  int
	}{
		{`"yes"`, 4 * time.Minute, 6 * time.Minute, 1},
		{`"yes"`, 3 * time.Minute, 6 * time.Minute, 1}, // sent again
		{`"no"`, 0, 10 * time.Minute, 2},
		{`"yes"`, time.Hour, 0, 3}, // a clock that jumped: not before the call
	} {
		view, err := w.room.Answer(t.Context(), w.taker, opened.ID, question, json.RawMessage(c.value), c.ago)
		must(t, err)
		kept, err := w.room.Call(t.Context(), w.taker, opened.ID)
		must(t, err)
		for _, of := range []map[string]script.Given{view.Call.Answers, kept.Call.Answers} {
			if got := of[question]; !got.At.Equal(opened.OpenedAt.Add(c.after)) || got.Value.String() != strings.Trim(c.value, `"`) {
				t.Errorf("answer %s of %s ago became %s at %s after the opening", c.value, c.ago, got.Value, got.At.Sub(opened.OpenedAt))
			}
		}
		if got := rows(); got != c.rows {
			t.Errorf("answer %s of %s ago: %d rows, want %d", c.value, c.ago, got, c.rows)
		}
	}
}

// TestAFlagThatIsSetAsideStaysWithItsReason goes from the call taker's reason to
// the crew's tablet, and back when the flag holds after all.
func TestAFlagThatIsSetAsideStaysWithItsReason(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.taker.DisplayName = "Somebody"
	opened := w.open(nil).Written.Call
	answer := func(question, value string) control.CallView {
		t.Helper()
		w.now = w.now.Add(time.Second)
		view, err := w.room.Answer(ctx, w.taker, opened.ID, question, json.RawMessage(value), 0)
		must(t, err)
		return view
	}
	find := func(flags []risk.Flag) *risk.Flag {
		for i := range flags {
			if flags[i].Code == "weapon" {
				return &flags[i]
			}
		}
		return nil
	}
	overrule := func(reason string) (control.CallView, error) {
		w.now = w.now.Add(time.Second)
		return w.room.OverruleFlag(ctx, w.taker, opened.ID, "weapon", reason)
	}
	_, err := overrule("A toy.")
	wantKind(t, err, fault.NotFound)
	answer("weapon", `"yes"`)
	raised, err := w.room.RaiseIncident(ctx, w.taker, opened.ID, nil)
	must(t, err)
	in := raised.Written.Incident

	for range 2 { // a repeat changes nothing
		view, err := overrule("A toy.")
		must(t, err)
		if f := find(view.Assessment.Flags); f == nil || f.Overruled == nil || f.Overruled.Reason != "A toy." || f.Overruled.By != "Somebody" || len(f.Reasons) == 0 {
			t.Fatalf("set aside: %+v", f)
		}
	}
	if n := w.count(`select count(*) from flag_overrule where call_id = $1`, opened.ID); n != 1 {
		t.Errorf("%d rows of two equal decisions", n)
	}
	work, err := w.store.Work(ctx, control.Key{Incident: in.ID})
	must(t, err)
	if f := find(work.Briefing.Flags); f == nil || f.Overruled == nil || f.Overruled.Reason != "A toy." || work.Briefing.Revision != 2 {
		t.Errorf("revision %d tells the crew %+v", work.Briefing.Revision, f)
	}
	if slices.Contains(work.Incident.Flags, "weapon") {
		t.Error("the incident is kept with the flag")
	}

	if f := find(answer("weapon_kind", `["blunt"]`).Assessment.Flags); f == nil || f.Overruled == nil {
		t.Errorf("another answer ended it: %+v", f)
	}
	answer("weapon", `"no"`)
	if f := find(answer("weapon", `"yes"`).Assessment.Flags); f == nil || f.Overruled != nil {
		t.Errorf("news did not raise it again: %+v", f)
	}
	_, err = overrule("Still a toy.")
	must(t, err)
	view, err := overrule("")
	must(t, err)
	if f := find(view.Assessment.Flags); f == nil || f.Overruled != nil {
		t.Errorf("restored: %+v", f)
	}
	if _, err := w.pool.Exec(ctx, `delete from flag_overrule`); err == nil {
		t.Error("decisions can be deleted")
	}
}
