// Package control is the control room: it joins the stages of a call, one
// method per thing that a person does, one file per desk. It knows neither SQL
// nor JSON on the wire nor sockets.
//
// The order is always the same: who may, load, decide, keep, tell. What is
// told was kept first; a tablet that misses the push finds it on resume.
package control

import (
	"context"
	"encoding/json"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/call"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
	"doorstep/internal/unit"
)

// Notice is something that screens must hear: committed, with its number in
// its topic.
type Notice struct {
	Topic string
	Seq   int64
	Type  string
	At    time.Time
	Body  json.RawMessage
}

// Draft is a notice that is not kept yet, so it has no number.
type Draft struct {
	Topic string
	Type  string
	Body  any
}

// Key names what to load and lock: exactly one of Call, Incident and Assignment
// is set. Unit may go with Incident: it is the one that is to be sent there, and
// what the caller said is then not loaded.
type Key struct {
	Call       call.ID
	Incident   incident.ID
	Assignment unit.AssignmentID
	Unit       unit.ID
}

// Work is a case as it stands, loaded together: the call, what its history was
// when it was read, and the incident with its newest briefing and all
// assignments, if it was raised.
type Work struct {
	Call        call.Call
	History     premise.History
	Incident    *incident.Incident
	Briefing    *briefing.Briefing
	Assignments []unit.Assignment
	Overrules   []risk.Overrule
	Reported    []string // client ids of the statuses already heard for the assignment of the key
	CallSign    string   // of the unit of the key; empty when there is none
}

// AnswerGiven is an answer on its way to the record.
type AnswerGiven struct {
	Question string
	Value    script.Value
	By       access.AccountID
	At       time.Time
}

// Written is what one decision adds; nil and empty fields write nothing. All of
// it is kept in one transaction, or nothing is.
type Written struct {
	Call        *call.Call
	NewAddress  string           // text of an address that no gazetteer entry matches
	History     *premise.History // as it was read for this call
	Answer      *AnswerGiven
	Incident    *incident.Incident
	NewIncident bool
	Briefing    *briefing.Briefing // a new revision
	Assignment  *unit.Assignment
	Reported    *StatusReport
	Deliveries  []briefing.Delivery // the newest revision, to these units
	Record      *outcome.Record
	Outcome     *outcome.Outcome
	Use         *access.Use
	Notices     []Draft
	Script      *ScriptVersion
	Overruled   *FlagOverruled
}

// FlagOverruled is a decision on its way to the record: that a flag does not
// hold in a call, for a reason, or without one that it holds after all.
type FlagOverruled struct {
	Flag   string
	Reason string
	By     access.AccountID
	At     time.Time
}

// StatusReport is a status as a tablet reported it. A repeat of the client's
// id changes nothing.
type StatusReport struct {
	ClientID string
	Status   unit.Status
	At       time.Time // by the tablet's clock
	HeardAt  time.Time
	By       access.AccountID
}

// Once makes a create harmless to repeat: the first answer is kept with what it
// created, and a repeat of the key returns it.
type Once struct {
	Account access.AccountID
	Key     string
	Request []byte // hash of what was asked
	Status  int
	// Encode makes the answer; the deliveries in w have their numbers.
	Encode func(w Written) ([]byte, error)
}

// Kept is what became of a decision: what was written and told, or the answer
// to the same request made before.
type Kept struct {
	Written  Written
	Notices  []Notice
	Repeated []byte
}

// Store keeps the record. Each method is one transaction.
type Store interface {
	// Change loads and locks a case, lets decide judge it, and keeps what it
	// returns. If decide refuses, nothing is written.
	Change(ctx context.Context, key Key, once *Once, decide func(Work) (Written, error)) (Kept, error)
	// Send is Change for the sending of a unit. Of a case that is ready it commits the
	// frame alone, lets it be prepared meanwhile and pushes it, then enters what else
	// decide returned. Where it does all at once, prepare is not called and the frame
	// is among the notices.
	Send(ctx context.Context, key Key, once *Once, decide func(Work) (Written, error), prepare func(frame Notice) (push func())) (Kept, error)
	// EnterSent enters what was sent before a time and not entered since, as Enter
	// says: the server that sent it died.
	EnterSent(ctx context.Context, before time.Time) ([]Notice, error)
	// MakeReady reads what sending one of the units to an incident needs, so
	// that the sending itself is quick.
	MakeReady(ctx context.Context, id incident.ID, units []unit.ID) error
	// OpenCall keeps a new call.
	OpenCall(ctx context.Context, c call.Call, once *Once) (Kept, error)
	// Work loads a case without locking it.
	Work(ctx context.Context, key Key) (Work, error)

	Address(ctx context.Context, id premise.ID) (premise.Address, error)
	// History reads the past of an address and of persons, and records the use.
	History(ctx context.Context, use access.Use, id premise.ID, persons []person.ID, before string) (premise.History, error)
	// Nearby reads the newest 50 incidents within metres of a point, in a district
	// or, when it is empty, everywhere, and records the use.
	Nearby(ctx context.Context, use access.Use, at premise.Point, metres float64, district string) ([]premise.Entry, error)
	// Used records a look at an incident: who, why and when.
	Used(ctx context.Context, use access.Use) error
	// UsedAddress records a look at what is kept at an address.
	UsedAddress(ctx context.Context, use access.Use, id premise.ID) error
	// Entry reads what the gazetteer knows of an address beside itself.
	Entry(ctx context.Context, id premise.ID) (premise.GazetteerEntry, error)
	// Unverified lists the addresses of a district and of none that nobody found
	// when they were said, those with DV first.
	Unverified(ctx context.Context, district string, limit int) ([]UnverifiedAddress, error)
	// Match moves what is kept at an unverified address to another one, Unmatch
	// back; a Conflict when it is verified, or matched already.
	Match(ctx context.Context, m Match) error
	Unmatch(ctx context.Context, m Match) error
	// MergePersons keeps that two records are one human being, UnmergePersons that
	// they are not; a Conflict when one of them was merged already.
	MergePersons(ctx context.Context, m PersonMerge) error
	UnmergePersons(ctx context.Context, m PersonMerge) error
	// PersonLinks lists the records that may be the same human being as these or
	// were merged into them, and records the use.
	PersonLinks(ctx context.Context, use access.Use, of []person.ID, district string) ([]person.Link, error)
	// FromNumber reads the earlier calls from the number of a call, and records
	// the use.
	FromNumber(ctx context.Context, use access.Use, id call.ID) (call.FromNumber, error)
	// LinkPersons finds or makes the records of a call's persons, and keeps
	// what the account by decided on them.
	LinkPersons(ctx context.Context, id call.ID, persons []person.Person, by string, now time.Time) ([]person.Person, error)

	Incident(ctx context.Context, id incident.ID) (incident.Incident, error)
	Incidents(ctx context.Context, f IncidentFilter) ([]incident.Incident, error)
	RunningNumber(ctx context.Context) (int64, error)
	Assignments(ctx context.Context, id incident.ID) ([]unit.Assignment, error)
	Deliveries(ctx context.Context, id incident.ID) ([]briefing.Delivery, error)
	FreeUnits(ctx context.Context, near *premise.Point, limit int, now time.Time) ([]unit.Unit, error)
	UnitWork(ctx context.Context, id unit.ID) ([]UnitBriefing, error)

	// Acknowledge, Displayed and Read each keep one of the facts of a
	// delivery and what the call taker is told of it; a repeat does nothing.
	Acknowledge(ctx context.Context, u unit.ID, seq int64, now time.Time) ([]Notice, error)
	Displayed(ctx context.Context, u unit.ID, id briefing.ID, revision int, now time.Time) ([]Notice, error)
	Read(ctx context.Context, u unit.ID, by access.AccountID, id briefing.ID, revision int, now time.Time) ([]Notice, error)
	// ToldByRadio keeps that the account by told a unit a revision by radio; a
	// repeat changes nothing.
	ToldByRadio(ctx context.Context, id incident.ID, u unit.ID, revision int, by access.AccountID, now time.Time) ([]Notice, error)
	// Escalate lets decide judge each unit's assignment that is due, and keeps and
	// tells what it returns: once, however many servers ask. There may be more.
	Escalate(ctx context.Context, now time.Time, decide func(Underway) Escalated) (told []Notice, more bool, err error)
	Deadlines(ctx context.Context) (KeptDeadlines, error)
	// SetDeadlines writes over a version; Stale when it is not the newest.
	SetDeadlines(ctx context.Context, version int64, d briefing.Deadlines, by access.AccountID, now time.Time) error

	// Unread lists the assignments whose unit has not read the newest revision, the
	// first sent first.
	Unread(ctx context.Context, limit int) ([]Unread, error)
	// Watched lists open incidents with DV, or suspected, the newest first.
	Watched(ctx context.Context, before string, limit int) ([]Watched, error)
	// TakeOver keeps that the account by took an incident over and tells it; a repeat
	// changes nothing.
	TakeOver(ctx context.Context, in incident.Incident, by access.Actor, now time.Time) ([]Notice, error)
	// TakenOver is who took an incident over last, nil when nobody did.
	TakenOver(ctx context.Context, id incident.ID) (*TakenOver, error)
	Position(ctx context.Context, u unit.ID, p premise.Point, at time.Time) error

	Record(ctx context.Context, id incident.ID) (KeptRecord, error)
	KeepRecord(ctx context.Context, id incident.ID, version int64, r outcome.Record, by access.AccountID, now time.Time, drafts []Draft) (KeptRecord, []Notice, error)
	Outcomes(ctx context.Context, id incident.ID) ([]outcome.Outcome, error)
	Feedback(ctx context.Context, to access.AccountID, before string, limit int) ([]outcome.Feedback, error)
	ReadFeedback(ctx context.Context, to access.AccountID, id string, now time.Time) (outcome.Feedback, error)
	FollowUps(ctx context.Context, district string, now time.Time, limit int) ([]outcome.FollowUp, error)
	// Repeats lists what more than one DV incident of a district in 12 months has
	// in common, the most first, and records the use.
	Repeats(ctx context.Context, use access.Use, by, district string, limit int) ([]Repeat, error)

	// ScriptVersions lists all versions, the newest first.
	ScriptVersions(ctx context.Context) ([]ScriptVersion, error)
	ScriptSource(ctx context.Context, code string, version int) (ScriptSource, error)
	// ScriptsInForce are the numbers of the versions in force, by code.
	ScriptsInForce(ctx context.Context) (map[string]int, error)
	// ProposeScript keeps a version unless refuse has something against it,
	// which is told the newest number so far.
	ProposeScript(ctx context.Context, v ScriptSource, once *Once, refuse func(newest int) error) (Kept, error)
	DecideScript(ctx context.Context, code string, version int, d ScriptDecision) (ScriptVersion, error)
	// ShipScript records a version of the program if the record does not have
	// it, and returns the text that the record has of it.
	ShipScript(ctx context.Context, v ScriptSource) (string, error)
}

// IncidentFilter narrows a list of incidents; Before is the id of the last one
// of the page before.
type IncidentFilter struct {
	Open     bool
	District string
	RaisedBy access.AccountID
	DVOnly   bool
	Before   string
	Limit    int
}

// UnitBriefing is what a unit is or lately was sent to: how a tablet that was
// switched off finds its work.
type UnitBriefing struct {
	Assignment unit.Assignment
	Briefing   json.RawMessage // the newest revision, as it travels
	Delivery   briefing.Delivery
}

// KeptRecord is the on-scene record of an incident in its newest version;
// version 0 means that none was written.
type KeptRecord struct {
	Record    outcome.Record
	WrittenBy access.AccountID
	WrittenAt time.Time
	Version   int64
}

// Room is the control room. Now and NewID are fields, so that tests hold time
// still.
type Room struct {
	Store    Store
	Scripts  *script.Library
	Rules    risk.Rules
	Contacts []briefing.Contact
	Now      func() time.Time
	NewID    func() string
	Push     func(context.Context, ...Notice)
	// Prepare makes ready to push a notice that is being committed; what it returns
	// pushes it.
	Prepare func(context.Context, Notice) (push func())
}

// assess judges a case by its pinned script.
func (r *Room) assess(ctx context.Context, w Work, now time.Time) (risk.Assessment, script.Walk, error) {
	s, err := r.Script(ctx, w.Call.ScriptCode, w.Call.ScriptVersion)
	if err != nil {
		return risk.Assessment{}, script.Walk{}, err
	}
	facts := w.History.Facts()
	return r.Rules.Assess(s, w.Call.Answers, facts, w.Call.Mode(), now, w.Overrules...),
		s.Walk(w.Call.Answers, facts, w.Call.Mode()), nil
}

// change is the store's Change, and tells: where it refuses too, what other servers
// sent may have been entered first.
func (r *Room) change(ctx context.Context, key Key, once *Once, decide func(Work) (Written, error)) (Kept, error) {
	kept, err := r.Store.Change(ctx, key, once, decide)
	r.tell(ctx, kept)
	return kept, err
}

func (r *Room) tell(ctx context.Context, k Kept) {
	if len(k.Notices) > 0 {
		r.Push(ctx, k.Notices...)
	}
}
