package script

import (
	"slices"
	"time"
)

// Facts are what is on record when a call is judged. Not searched is not the
// same as nothing found: while SearchedPremise is false, no condition may
// conclude that an address has no past.
type Facts struct {
	SearchedPremise bool `json:"searched_premise"`
	SearchedPersons bool `json:"searched_persons"`

	// Counts at the address, suspected DV counted as DV. "Same block" entries
	// are not counted.
	Incidents12m    int `json:"incidents_12m"`
	DVIncidents30d  int `json:"dv_incidents_30d"`
	DVIncidents12m  int `json:"dv_incidents_12m"`
	DVIncidentsEver int `json:"dv_incidents_ever"`
	// PersonDVIncidentsEver counts DV of the suspect or the victim, anywhere.
	PersonDVIncidentsEver int        `json:"person_dv_incidents_ever"`
	LastDVAt              *time.Time `json:"last_dv_at,omitempty"`

	// Flags are flag codes on record at the address or of a person, without
	// a date; dated ones stand in Recent.
	Flags           []string `json:"flags"`
	ProtectionOrder bool     `json:"protection_order"`
	FirearmOnRecord bool     `json:"firearm_on_record"`

	// Recent are past incidents, newest first, at most MaxRecent.
	Recent []PastIncident `json:"recent"`
}

// MaxRecent bounds Facts.Recent.
const MaxRecent = 50

// Tie says why a past incident is shown with this call.
type Tie string

// The ties. Only the first two speak of these people; the others are shown,
// and raise nothing.
const (
	TieDwelling        Tie = "dwelling" // the same dwelling
	TiePerson          Tie = "person"   // the same suspect or victim, elsewhere
	TieBlock           Tie = "block"    // the same block, dwelling not known
	TieEarlierResident Tie = "earlier_resident"
)

// The classes of a past incident, as far as the script and the rules care.
const (
	ClassDV          = "dv"
	ClassSuspectedDV = "suspected_dv"
	ClassNotDV       = "not_dv"
)

// PastIncident is one earlier incident, as reasons name it.
type PastIncident struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Class   string    `json:"class"`
	Address string    `json:"address"` // label
	Tie     Tie       `json:"tie"`
	Flags   []string  `json:"flags"` // flag codes raised or confirmed then
}

// DV reports whether the incident was DV or suspected DV.
func (p *PastIncident) DV() bool { return p.Class == ClassDV || p.Class == ClassSuspectedDV }

// Theirs reports whether the incident speaks of these people: one in the same
// dwelling, or of the same persons.
func (p *PastIncident) Theirs() bool {
	return p.Tie == TieDwelling || p.Tie == TiePerson || p.Tie == ""
}

// The names by which conditions ask for history.
const (
	FactSearchedPremise       = "searched_premise"
	FactSearchedPersons       = "searched_persons"
	FactIncidents12m          = "incidents_12m"
	FactDVIncidents30d        = "dv_incidents_30d"
	FactDVIncidents12m        = "dv_incidents_12m"
	FactDVIncidentsEver       = "dv_incidents_ever"
	FactPersonDVIncidentsEver = "person_dv_incidents_ever"
	FactProtectionOrder       = "protection_order"
	FactFirearmOnRecord       = "firearm_on_record"
	FactFlags                 = "flags"
)

// FactNames are all of them; the schema lists the same.
var FactNames = []string{
	FactSearchedPremise, FactSearchedPersons, FactIncidents12m, FactDVIncidents30d,
	FactDVIncidents12m, FactDVIncidentsEver, FactPersonDVIncidentsEver,
	FactProtectionOrder, FactFirearmOnRecord, FactFlags,
}

// Count returns a fact as a number, a yes counting as 1, and whether the
// records that it comes from were searched.
func (f *Facts) Count(name string) (n int, searched bool) {
	switch name {
	case FactSearchedPremise:
		return one(f.SearchedPremise), true
	case FactSearchedPersons:
		return one(f.SearchedPersons), true
	case FactIncidents12m:
		return f.Incidents12m, f.SearchedPremise
	case FactDVIncidents30d:
		return f.DVIncidents30d, f.SearchedPremise
	case FactDVIncidents12m:
		return f.DVIncidents12m, f.SearchedPremise
	case FactDVIncidentsEver:
		return f.DVIncidentsEver, f.SearchedPremise
	case FactPersonDVIncidentsEver:
		return f.PersonDVIncidentsEver, f.SearchedPersons
	case FactProtectionOrder:
		return one(f.ProtectionOrder), f.SearchedPersons
	case FactFirearmOnRecord:
		return one(f.FirearmOnRecord), f.SearchedPersons
	case FactFlags:
		return len(f.Flags), f.SearchedPremise
	}
	return 0, false
}

// Flagged reports whether a flag is on record, dated or not.
func (f *Facts) Flagged(code string) bool {
	if slices.Contains(f.Flags, code) {
		return true
	}
	for i := range f.Recent {
		if p := &f.Recent[i]; p.Theirs() && slices.Contains(p.Flags, code) {
			return true
		}
	}
	return false
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
