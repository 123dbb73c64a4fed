// Package call is one contact with the centre: who calls, from where, about
// whom, and the answers given so far. What the answers mean is not its concern.
package call

import (
	"time"

	"doorstep/internal/access"
	"doorstep/internal/fault"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/script"
)

// ID names a call.
type ID string

// Call is one contact with the centre, pinned to the script version that it
// began with.
type Call struct {
	ID            ID
	Phone         string
	Channel       string // voice, text, silent, app
	CallerRole    script.Caller
	Covert        bool
	Language      string
	Location      *premise.Point
	Radius        float64 // of the location, in metres; 0 where nobody said how exact it is
	Address       *premise.Address
	AddressNote   string
	ScriptCode    string
	ScriptVersion int
	IncidentID    string
	TakenBy       access.AccountID
	OpenedAt      time.Time
	ClosedAt      *time.Time
	Version       int64
	Persons       []person.Person
	Answers       script.Answers
}

// Mode is how the caller can speak and who it is, as the script asks for it.
func (c Call) Mode() script.Mode {
	speech := script.Voice
	switch {
	case c.Covert || c.Channel == "silent":
		speech = script.Covert
	case c.Channel == "text" || c.Channel == "app":
		speech = script.Typed
	}
	return script.Mode{Speech: speech, Caller: c.CallerRole}
}

// FromNumber are the earlier calls from the number of a call: who calls again is
// known before a name is given.
type FromNumber struct {
	Calls12m int       `json:"calls_12m" doc:"in the last twelve months"`
	Items    []Earlier `json:"items" doc:"the newest five of them"`
}

// Earlier is a call that came before. Class and number are those of its
// incident, empty without one.
type Earlier struct {
	ID         ID        `json:"id"`
	OpenedAt   time.Time `json:"opened_at"`
	Address    string    `json:"address"`
	IncidentID string    `json:"incident_id,omitempty"`
	Number     string    `json:"number,omitempty"`
	Class      string    `json:"class,omitempty" enum:"dv,suspected_dv,not_dv,unclassified"`
}

// Change is what a call taker corrects in a call; nil leaves as it is.
type Change struct {
	Phone       *string
	CallerRole  *script.Caller
	Covert      *bool
	Language    *string
	Location    *premise.Point
	Radius      *float64 // of a location given with it
	AddressID   *premise.ID
	AddressText *string // an address that no gazetteer entry matches: kept as unverified
	AddressNote *string
	Persons     *[]person.Person
	Closed      *bool
}

// Apply makes the change to the call. A closed call takes no more changes
// until it is opened again.
func (c *Call) Apply(ch Change, now time.Time) error {
	if c.ClosedAt != nil && (ch.Closed == nil || *ch.Closed) {
		return fault.New(fault.Conflict, "the call is closed")
	}
	if ch.AddressID != nil && ch.AddressText != nil {
		return fault.Bad("address_text", "cannot be given together with address_id")
	}
	if err := c.Locate(ch.Location, ch.Radius); err != nil {
		return err
	}
	set(&c.Phone, ch.Phone)
	c.Phone = person.Phone(c.Phone)
	set(&c.CallerRole, ch.CallerRole)
	set(&c.Covert, ch.Covert)
	set(&c.Language, ch.Language)
	set(&c.AddressNote, ch.AddressNote)
	set(&c.Persons, ch.Persons)
	if ch.Closed != nil {
		c.ClosedAt = nil
		if *ch.Closed {
			c.ClosedAt = &now
		}
	}
	return nil
}

// Locate says where the caller is; nil leaves it as it is. The radius of an
// earlier position says nothing of a new one.
func (c *Call) Locate(at *premise.Point, radius *float64) error {
	if at == nil {
		if radius != nil {
			return fault.Bad("location_radius", "is given together with the location that it belongs to")
		}
		return nil
	}
	c.Location, c.Radius = at, 0
	set(&c.Radius, radius)
	return nil
}

func set[T any](field *T, to *T) {
	if to != nil {
		*field = *to
	}
}
