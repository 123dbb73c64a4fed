package briefing

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"doorstep/internal/incident"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func material(t *testing.T, answers map[string]script.Value) Material {
	t.Helper()
	scripts, err := script.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := risk.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	given := script.Answers{}
	for code, v := range answers {
		given[code] = script.Given{Value: v, At: noon}
	}
	past := premise.Empty()
	past.Searched, past.AsOf = true, noon
	mode := script.Mode{Speech: script.Voice, Caller: script.Victim}
	assessed := rules.Assess(scripts[0], given, past.Facts(), mode, noon)
	door := &premise.Address{ID: "a", Kind: "dwelling", Label: "Kase tn 12-5"}
	in := incident.Raise("i", "260301-0001", "taker", door, "3rd floor", assessed, noon)
	return Material{Incident: in, Assessment: assessed, History: past, Script: scripts[0], Answers: given, Mode: mode, Language: "et"}
}

func TestTheFirstRevisionSaysAllThatIsKnown(t *testing.T) {
	b := Build("b", material(t, map[string]script.Value{"weapon": script.Word("yes")}), noon)
	if b.Revision != 1 || b.Address.Label != "Kase tn 12-5" || b.Address.Note != "3rd floor" || !b.Searched {
		t.Errorf("got %+v", b)
	}
	if len(b.Flags) == 0 || len(b.Flags[0].Reasons) == 0 || len(b.Answers) != 1 || len(b.NotAsked) == 0 || len(b.Changes) != 0 {
		t.Errorf("flags %v, answers %v, not asked %d, changes %v", b.Flags, b.Answers, len(b.NotAsked), b.Changes)
	}
}

func TestARevisionSaysWhatIsNewAndOnlyThat(t *testing.T) {
	first := Build("b", material(t, nil), noon)
	later := noon.Add(time.Minute)
	if _, changed := first.Revise(material(t, nil), later); changed {
		t.Error("the same material made a new revision")
	}
	next, changed := first.Revise(material(t, map[string]script.Value{"weapon": script.Word("yes")}), later)
	if !changed || next.Revision != 2 || next.ID != first.ID || !next.At.Equal(later) {
		t.Fatalf("got revision %d, changed %v", next.Revision, changed)
	}
	if !next.says("flag_raised", "weapon") || !next.says("answer", "weapon") {
		t.Errorf("the changes are %v", next.Changes)
	}
	back, _ := next.Revise(material(t, map[string]script.Value{"weapon": script.Word("no")}), later)
	if !back.says("flag_gone", "weapon") {
		t.Errorf("the changes back are %v", back.Changes)
	}
}

func (b Briefing) says(kind, code string) bool {
	return slices.ContainsFunc(b.Changes, func(c Change) bool { return c.Kind == kind && c.Code == code })
}

func TestPersonsThatAreCorrectedAreNews(t *testing.T) {
	m := material(t, nil)
	m.Persons = []person.Person{{ID: "p", Role: "suspect", Name: "Raivo Kaljuste"}}
	first := Build("b", m, noon)
	m.Persons = []person.Person{{ID: "p", Role: "suspect", Name: "Raivo Kaljuste", BirthDate: "1985-02-03"}}
	next, changed := first.Revise(m, noon)
	if !changed || len(next.Changes) != 1 || next.Changes[0].Kind != "person" {
		t.Errorf("changed %v: %v", changed, next.Changes)
	}
}

func TestTheMostTellingHistoryComesFirstAndIsBounded(t *testing.T) {
	m := material(t, nil)
	m.History.Entries = []premise.Entry{
		{IncidentID: "block", Tie: premise.SameBlock, Class: "dv"},
		{IncidentID: "noise", Tie: premise.SameDwelling, Class: "not_dv"},
		{IncidentID: "person", Tie: premise.SamePerson, Class: "suspected_dv"},
		{IncidentID: "door", Tie: premise.SameDwelling, Class: "dv"},
	}
	for i := range MaxHistory {
		m.History.Entries = append(m.History.Entries, premise.Entry{IncidentID: fmt.Sprint(i), Tie: premise.SameBuilding, Class: "not_dv"})
	}
	var got []string
	for _, e := range Build("b", m, noon).History {
		got = append(got, e.IncidentID)
	}
	if len(got) != MaxHistory || !reflect.DeepEqual(got[:4], []string{"person", "door", "noise", "block"}) {
		t.Errorf("got %v", got)
	}
}

func TestEveryShippedContactHasANumberASourceAndItsWords(t *testing.T) {
	contacts, err := Contacts()
	if err != nil {
		t.Fatal(err)
	}
	if len(contacts) == 0 {
		t.Fatal("there is nothing to hand to a victim")
	}
	for _, c := range contacts {
		if c.Name.ET == "" || c.Name.EN == "" || c.Name.RU == "" || c.Hours.ET == "" || len(c.For) == 0 {
			t.Errorf("%s is not said in every language: %+v", c.Code, c)
		}
	}
}

func TestACrewHearsWhoHelpsWhatIsNewAndWhoMovedButNotWhere(t *testing.T) {
	m := material(t, nil)
	visit := noon.AddDate(0, -2, 0)
	later := noon.AddDate(0, -1, 0)
	m.History.LastVisitAt, m.History.SinceVisit = &visit, &premise.Since{Calls: 1}
	m.History.Services = []premise.Service{{Name: "Shelter", Tie: premise.SameDwelling, LastAt: visit}}
	m.History.Residents = []premise.Resident{
		{Name: "Mari Mets", LastSeen: visit, Elsewhere: "Long street 7", ElsewhereAt: &later},
		{Name: "Jaan Mets", LastSeen: visit},
	}
	b := Build("b", m, noon)
	if b.LastVisitAt == nil || !b.LastVisitAt.Equal(visit) || b.SinceVisit.Calls != 1 || len(b.Services) != 1 {
		t.Errorf("last visit %v, since %+v, services %+v", b.LastVisitAt, b.SinceVisit, b.Services)
	}
	want := []Moved{{Name: "Mari Mets", LastSeen: visit, ElsewhereAt: later}}
	if !reflect.DeepEqual(b.Moved, want) {
		t.Errorf("moved %+v", b.Moved)
	}
}
