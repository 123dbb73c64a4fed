// Package incident is the event that units are sent to; several calls may
// belong to one. Who is sent is not its concern.
package incident

import (
	"fmt"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/fault"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
)

// ID names an incident. It is a UUIDv7 whose time is when the call came in.
type ID string

// State is how far the response has come.
type State string

// The states.
const (
	Open       State = "open"
	Dispatched State = "dispatched"
	OnScene    State = "on_scene"
	Closed     State = "closed"
)

// next is the table of moves, and the documentation of them.
var next = map[State][]State{
	Open:       {Dispatched, Closed},
	Dispatched: {OnScene, Open, Closed},
	OnScene:    {Dispatched, Closed},
	Closed:     {},
}

// Incident is the event responded to.
type Incident struct {
	ID           ID
	Number       string
	State        State
	Class        string
	Type         string
	Relationship string
	Priority     int
	Flags        []string
	Address      *premise.Address
	AddressNote  string
	DistrictCode string
	ReceivedAt   time.Time
	DispatchedAt *time.Time
	ArrivedAt    *time.Time
	ClosedAt     *time.Time
	Disposition  string
	Summary      string
	RiskLevel    string
	RaisedBy     access.AccountID
	Version      int64
}

// Raise makes an incident from a call's assessment.
func Raise(id ID, number string, by access.AccountID, address *premise.Address, note string, a risk.Assessment, received time.Time) Incident {
	in := Incident{
		ID: id, Number: number, State: Open, Address: address, AddressNote: note,
		ReceivedAt: received, RaisedBy: by, Version: 1, Type: "domestic",
	}
	if address != nil {
		in.DistrictCode = address.District
	}
	in.Assess(a)
	return in
}

// Assess takes over what the newest assessment says.
func (in *Incident) Assess(a risk.Assessment) {
	in.Class = a.Classification.Code
	in.Relationship = a.Classification.Relationship
	in.Priority = a.Priority.Level
	in.Flags = []string{}
	for _, f := range a.Flags {
		if f.Counts() {
			in.Flags = append(in.Flags, f.Code)
		}
	}
	slices.Sort(in.Flags)
}

// Move takes the incident to another state, or returns a Conflict that names
// both. Moving to the state that it is in changes nothing.
func (in *Incident) Move(to State, now time.Time) error {
	if in.State == to {
		return nil
	}
	if !slices.Contains(next[in.State], to) {
		return fault.New(fault.Conflict, "an incident that is %s cannot become %s", in.State, to)
	}
	in.State = to
	switch to {
	case Dispatched:
		setOnce(&in.DispatchedAt, now)
	case OnScene:
		setOnce(&in.ArrivedAt, now)
	case Closed:
		setOnce(&in.ClosedAt, now)
	case Open:
	}
	return nil
}

func setOnce(at **time.Time, now time.Time) {
	if *at == nil {
		*at = &now
	}
}

// Number is what people call an incident by: the day and a running number.
func Number(day time.Time, running int64) string {
	return fmt.Sprintf("%s-%04d", day.UTC().Format("060102"), running)
}

// Place is where the incident is; nil when the address has no position.
func (in Incident) Place() *premise.Point {
	if in.Address == nil {
		return nil
	}
	return in.Address.Point
}
