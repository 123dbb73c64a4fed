// Package briefing is the page that a crew reads before it knocks: what is
// known of the door and of the people behind it, in revisions. How it travels
// is not its concern.
package briefing

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"doorstep/internal/incident"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// ID names a briefing. An incident has one, in revisions.
type ID string

// MaxHistory bounds the entries that a briefing carries: what a crew can read
// on the way. The whole past is on the district officer's screen.
const MaxHistory = 12

// Briefing is one revision. It travels and is stored as it stands here, so
// that a tablet without network has all of it.
type Briefing struct {
	ID             ID                  `json:"briefing_id"`
	Revision       int                 `json:"revision"`
	At             time.Time           `json:"at"`
	Incident       Incident            `json:"incident"`
	Address        *Address            `json:"address,omitempty"`
	Classification risk.Classification `json:"classification"`
	Priority       risk.Priority       `json:"priority"`
	Flags          []risk.Flag         `json:"flags"`
	History        []premise.Entry     `json:"history"`
	HistoryCounts  premise.Counts      `json:"history_counts"`
	Searched       bool                `json:"searched" doc:"false: the history was not searched, which is not the same as none"`
	HistoryAsOf    *time.Time          `json:"history_as_of,omitempty"`
	LastVisitAt    *time.Time          `json:"last_visit_at,omitempty" doc:"when a unit was last at this address"`
	SinceVisit     *premise.Since      `json:"since_visit,omitempty" doc:"what was recorded after that visit"`
	Services       []premise.Service   `json:"services,omitempty" doc:"that already help: they are told that there is news, not introduced once more"`
	Moved          []Moved             `json:"moved,omitempty" doc:"residents who were seen elsewhere since and may live there now"`
	Cautions       []premise.Caution   `json:"cautions"`
	Persons        []person.Person     `json:"persons"`
	Approach       []risk.Advice       `json:"approach"`
	Contacts       []Contact           `json:"contacts"`
	Answers        []Answer            `json:"answers" doc:"what the caller said, in the order of the script"`
	NotAsked       []Question          `json:"not_asked" doc:"what nobody asked yet"`
	Changes        []Change            `json:"changes" doc:"what is new since the last revision"`
}

// Incident is what the crew needs of the incident itself.
type Incident struct {
	ID         string    `json:"id"`
	Number     string    `json:"number"`
	Priority   int       `json:"priority"`
	ReceivedAt time.Time `json:"received_at"`
	Covert     bool      `json:"covert" doc:"the caller cannot speak freely: arrive without signals"`
	Language   string    `json:"language" doc:"of the caller"`
}

// Address is where to go, with what the caller said about getting in.
type Address struct {
	premise.Address
	Note string `json:"note"`
}

// Moved is a resident who may live elsewhere now. Where is not said: the page is
// open at the door, and a new address in the wrong hands is a danger.
type Moved struct {
	Name        string    `json:"name"`
	BirthDate   string    `json:"birth_date,omitempty"`
	LastSeen    time.Time `json:"last_seen" doc:"here"`
	ElsewhereAt time.Time `json:"elsewhere_at" doc:"when they were seen elsewhere"`
}

// Question is one question of the script, for display.
type Question struct {
	Code string      `json:"code"`
	Text script.Text `json:"text"`
}

// Answer is one answer, for display.
type Answer struct {
	Code     string      `json:"code"`
	Group    string      `json:"group"`
	Question script.Text `json:"question"`
	Answer   script.Text `json:"answer"`
	At       time.Time   `json:"at"`
}

// Change is one thing that is new in a revision.
type Change struct {
	Kind string      `json:"kind" enum:"flag_raised,flag_gone,priority,classification,address,answer,person,caution"`
	Code string      `json:"code" doc:"of the flag or question"`
	Text script.Text `json:"text"`
}

// Material is what a briefing is made from.
type Material struct {
	Incident   incident.Incident
	Covert     bool
	Language   string
	Assessment risk.Assessment
	History    premise.History
	Persons    []person.Person
	Contacts   []Contact
	Script     script.Script
	Answers    script.Answers
	Mode       script.Mode
}

// Build makes the first revision.
func Build(id ID, m Material, now time.Time) Briefing {
	in := m.Incident
	b := Briefing{
		ID: id, Revision: 1, At: now,
		Incident: Incident{
			ID: string(in.ID), Number: in.Number, Priority: in.Priority, ReceivedAt: in.ReceivedAt,
			Covert: m.Covert, Language: m.Language,
		},
		Classification: m.Assessment.Classification,
		Priority:       m.Assessment.Priority,
		Flags:          m.Assessment.Flags,
		History:        telling(m.History.Entries),
		HistoryCounts:  m.History.Counts,
		Searched:       m.History.Searched,
		LastVisitAt:    m.History.LastVisitAt,
		SinceVisit:     m.History.SinceVisit,
		Services:       m.History.Services,
		Moved:          moved(m.History),
		Cautions:       orEmpty(m.History.Cautions),
		Persons:        known(m.Persons),
		Approach:       m.Assessment.Approach,
		Contacts:       m.Contacts,
		Answers:        answers(m),
		NotAsked:       notAsked(m),
		Changes:        []Change{},
	}
	if m.History.Searched {
		b.HistoryAsOf = &m.History.AsOf
	}
	if in.Address != nil {
		b.Address = &Address{Address: *in.Address, Note: in.AddressNote}
	}
	return b
}

// telling picks what a crew should read first: what these people and this door
// have behind them, DV before the rest, then the neighbourhood; newest first.
func telling(entries []premise.Entry) []premise.Entry {
	ranked := slices.Clone(entries)
	slices.SortStableFunc(ranked, func(a, b premise.Entry) int { return weight(a) - weight(b) })
	if len(ranked) > MaxHistory {
		ranked = ranked[:MaxHistory]
	}
	return orEmpty(ranked)
}

func weight(e premise.Entry) int {
	w := 0
	if e.Tie == premise.SameBuilding || e.Tie == premise.SameBlock {
		w += 2
	}
	if e.Class != "dv" && e.Class != "suspected_dv" {
		w++
	}
	return w
}

func moved(h premise.History) []Moved {
	var all []Moved
	for _, r := range h.Residents {
		if r.ElsewhereAt != nil {
			all = append(all, Moved{Name: r.Name, BirthDate: r.BirthDate, LastSeen: r.LastSeen, ElsewhereAt: *r.ElsewhereAt})
		}
	}
	return all
}

func answers(m Material) []Answer {
	live, _ := m.Script.Live(m.Answers, m.History.Facts(), m.Mode)
	out := []Answer{}
	for _, q := range m.Script.Questions {
		if given, ok := live[q.Code]; ok && given.Value.Asked() {
			out = append(out, Answer{
				Code: q.Code, Group: string(q.Group), Question: q.Text,
				Answer: m.Script.Label(q, given.Value), At: given.At,
			})
		}
	}
	return out
}

func notAsked(m Material) []Question {
	out := []Question{}
	for _, code := range m.Assessment.NotAsked {
		if q, ok := m.Script.Question(code); ok {
			out = append(out, Question{Code: q.Code, Text: q.Text})
		}
	}
	return out
}

// Revise makes the revision after b from newer material, with what changed.
// changed is false when a crew would read nothing new; then b stands.
func (b Briefing) Revise(m Material, now time.Time) (next Briefing, changed bool) {
	next = Build(b.ID, m, now)
	next.Changes = changes(b, next)
	if len(next.Changes) == 0 {
		return b, false
	}
	next.Revision = b.Revision + 1
	return next, true
}

func changes(old, now Briefing) []Change {
	out := flagChanges(old.Flags, now.Flags)
	if old.Incident.Priority != now.Incident.Priority {
		out = append(out, Change{Kind: "priority", Text: numbered("Prioriteet %d", "Priority %d", "Приоритет %d", now.Incident.Priority)})
	}
	if old.Classification.Code != now.Classification.Code || old.Classification.Relationship != now.Classification.Relationship {
		out = append(out, Change{Kind: "classification", Code: now.Classification.Code, Text: now.Classification.Reason})
	}
	if !reflect.DeepEqual(old.Address, now.Address) && now.Address != nil {
		label := now.Address.Label
		if now.Address.Note != "" {
			label += " · " + now.Address.Note
		}
		out = append(out, Change{Kind: "address", Text: script.Text{ET: label, EN: label, RU: label}})
	}
	out = append(out, answerChanges(old.Answers, now.Answers)...)
	if len(old.Persons) != len(now.Persons) || !samePersons(old.Persons, now.Persons) {
		out = append(out, Change{Kind: "person", Text: script.Text{ET: "Isikute andmed täienesid", EN: "Persons were added or corrected", RU: "Данные о лицах дополнены"}})
	}
	for _, c := range now.Cautions {
		if !slices.ContainsFunc(old.Cautions, func(o premise.Caution) bool { return o.ID == c.ID }) {
			out = append(out, Change{Kind: "caution", Code: c.Kind, Text: script.Text{ET: c.Note, EN: c.Note, RU: c.Note}})
		}
	}
	return out
}

func flagChanges(old, now []risk.Flag) []Change {
	out := []Change{}
	held := func(flags []risk.Flag, code string) bool {
		return slices.ContainsFunc(flags, func(f risk.Flag) bool { return f.Code == code && f.Overruled == nil })
	}
	for _, f := range now {
		if f.Overruled == nil && !held(old, f.Code) {
			out = append(out, Change{Kind: "flag_raised", Code: f.Code, Text: f.Text})
		}
	}
	for _, f := range old {
		if f.Overruled == nil && !held(now, f.Code) {
			out = append(out, Change{Kind: "flag_gone", Code: f.Code, Text: f.Text})
		}
	}
	return out
}

func answerChanges(old, now []Answer) []Change {
	var out []Change
	for _, a := range now {
		same := slices.ContainsFunc(old, func(o Answer) bool { return o.Code == a.Code && o.Answer == a.Answer })
		if !same {
			out = append(out, Change{Kind: "answer", Code: a.Code, Text: script.Text{
				ET: a.Question.ET + " – " + a.Answer.ET,
				EN: a.Question.EN + " – " + a.Answer.EN,
				RU: a.Question.RU + " – " + a.Answer.RU,
			}})
		}
	}
	return out
}

// known are the persons without what only the desk decides on: which other
// records may be theirs.
func known(persons []person.Person) []person.Person {
	out := make([]person.Person, 0, len(persons))
	for _, p := range persons {
		p.MayBe, p.Said, p.Taught = nil, person.Said{}, person.Said{}
		out = append(out, p)
	}
	return out
}

func samePersons(a, b []person.Person) bool {
	return slices.EqualFunc(a, b, func(x, y person.Person) bool {
		return x.ID == y.ID && x.Role == y.Role && x.Relationship == y.Relationship && x.Says() == y.Says()
	})
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func numbered(et, en, ru string, n int) script.Text {
	return script.Text{ET: fmt.Sprintf(et, n), EN: fmt.Sprintf(en, n), RU: fmt.Sprintf(ru, n)}
}
