package premise

import (
	"time"

	"doorstep/internal/script"
)

// ID names an address.
type ID string

// Point is a place on earth in WGS 84 degrees: longitude, latitude.
type Point [2]float64

// Address is an entry of the gazetteer as the stages see it.
type Address struct {
	ID       ID     `json:"id"`
	Kind     string `json:"kind" enum:"dwelling,building,block,crossing,place,unverified"`
	Label    string `json:"label"`
	Locality string `json:"locality"`
	Point    *Point `json:"point,omitempty" doc:"longitude, latitude (WGS 84)"`
	District string `json:"district_code,omitempty"`
}

// Tie says why an entry is shown with this address. Entries of different ties
// are labelled and never mixed: what happened in the block is not what
// happened behind this door.
type Tie string

// The ties, nearest first.
const (
	SameDwelling Tie = "dwelling"
	SameBuilding Tie = "building"
	SameBlock    Tie = "block"
	SamePerson   Tie = "person"
	Nearby       Tie = "nearby" // another building within NearbyMetres
)

// NearbyMetres is how far another building may be to count as nearby.
const NearbyMetres = 50

// Entry is one earlier incident in the history of an address or a person.
type Entry struct {
	IncidentID  string    `json:"incident_id"`
	Number      string    `json:"number"`
	ReceivedAt  time.Time `json:"received_at"`
	Tie         Tie       `json:"tie" enum:"dwelling,person,building,block,nearby"`
	Address     string    `json:"address" doc:"label of where it was"`
	Class       string    `json:"class" enum:"dv,suspected_dv,not_dv,unclassified"`
	Type        string    `json:"type" doc:"call type as it was recorded"`
	Flags       []string  `json:"flags" doc:"codes of the flags raised then"`
	State       string    `json:"state"`
	Disposition string    `json:"disposition"`
	Summary     string    `json:"summary" doc:"what became of it"`
	HelpedBy    []string  `json:"helped_by,omitempty" doc:"services that helped, as outcomes name them"`
}

// Caution is a hazard or an order to know before the door opens. One past its
// review date is shown as unreviewed, never hidden.
type Caution struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind" enum:"firearm,dog,officer_safety,protection_order"`
	Note       string    `json:"note"`
	Source     string    `json:"source"`
	Since      time.Time `json:"since"`
	ReviewBy   time.Time `json:"review_by"`
	Unreviewed bool      `json:"unreviewed"`
}

// Resident is a person whom earlier incidents tie to the address.
type Resident struct {
	PersonID  string    `json:"person_id"`
	Name      string    `json:"name"`
	BirthDate string    `json:"birth_date,omitempty"`
	Roles     []string  `json:"roles"`
	LastSeen  time.Time `json:"last_seen"`
	// Elsewhere is where the person was seen since, who may have moved away.
	Elsewhere   string     `json:"elsewhere,omitempty" doc:"label of another address where a later incident saw the person: they may have moved away"`
	ElsewhereAt *time.Time `json:"elsewhere_at,omitempty"`
}

// Service is one that helps somebody already, as outcomes say: it is told that
// there is news, not introduced once more.
type Service struct {
	Name   string    `json:"name" doc:"as the outcome names it"`
	Tie    Tie       `json:"tie" enum:"dwelling,person" doc:"whether it came through this dwelling or these persons"`
	LastAt time.Time `json:"last_at" doc:"when the last incident was for which an outcome names it"`
}

// Since is what was recorded after a unit was last at the address.
type Since struct {
	Calls   int `json:"calls" doc:"at this address"`
	Persons int `json:"persons" doc:"of the call's persons, elsewhere"`
	DV      int `json:"dv" doc:"DV among them all, suspected too"`
}

// Counts are the totals at the address itself (its dwelling, or for a block the
// block), suspected DV counted as DV.
type Counts struct {
	Incidents12m  int        `json:"incidents_12m"`
	DV30d         int        `json:"dv_30d"`
	DV12m         int        `json:"dv_12m"`
	DVEver        int        `json:"dv_ever"`
	LastDVAt      *time.Time `json:"last_dv_at,omitempty"`
	PersonsDVEver int        `json:"persons_dv_ever" doc:"DV incidents of the call's persons, anywhere"`
}

// History is the past of an address, as of a moment. Searched tells an empty
// list that was looked for from one that was not.
type History struct {
	Searched        bool       `json:"searched"`
	SearchedPersons bool       `json:"searched_persons"`
	AsOf            time.Time  `json:"as_of"`
	Counts          Counts     `json:"counts"`
	Entries         []Entry    `json:"entries" doc:"by tie, nearest first, then newest first; of each tie DV first, so many that a page is read at a glance"`
	Cautions        []Caution  `json:"cautions"`
	Residents       []Resident `json:"residents"`
	Services        []Service  `json:"services" doc:"that already help, as earlier outcomes say"`
	LastVisitAt     *time.Time `json:"last_visit_at,omitempty" doc:"when a unit was last at this address: what is newer has changed since"`
	SinceVisit      *Since     `json:"since_visit,omitempty" doc:"what was recorded after that"`
	More            bool       `json:"more" doc:"older entries exist"`
	CompleteSince   *time.Time `json:"complete_since,omitempty" doc:"all entries of the address itself since then are here; absent when all are"`
	// Next is where the next page begins, empty on the last one.
	Next string `json:"-"`
}

// Facts are what the script and the rules may ask of the history.
func (h History) Facts() script.Facts {
	f := script.Facts{
		SearchedPremise:       h.Searched,
		SearchedPersons:       h.SearchedPersons,
		Incidents12m:          h.Counts.Incidents12m,
		DVIncidents30d:        h.Counts.DV30d,
		DVIncidents12m:        h.Counts.DV12m,
		DVIncidentsEver:       h.Counts.DVEver,
		PersonDVIncidentsEver: h.Counts.PersonsDVEver,
		LastDVAt:              h.Counts.LastDVAt,
		Flags:                 []string{},
		Recent:                []script.PastIncident{},
	}
	for _, c := range h.Cautions {
		switch c.Kind {
		case "firearm":
			f.FirearmOnRecord = true
		case "protection_order":
			f.ProtectionOrder = true
		}
	}
	for _, e := range h.Entries {
		if len(f.Recent) == script.MaxRecent {
			break
		}
		f.Recent = append(f.Recent, script.PastIncident{
			ID: e.IncidentID, At: e.ReceivedAt, Class: e.Class, Address: e.Address,
			Tie: e.scriptTie(), Flags: e.Flags,
		})
	}
	return f
}

// SinceOf counts what is newer than a visit. Neighbours are not counted: what
// happened behind another door is no news of these people.
func SinceOf(entries []Entry, visit time.Time) *Since {
	since := &Since{}
	for _, e := range entries {
		if !e.ReceivedAt.After(visit) {
			continue
		}
		switch e.Tie {
		case SameDwelling:
			since.Calls++
		case SamePerson:
			since.Persons++
		default:
			continue
		}
		if e.Class == "dv" || e.Class == "suspected_dv" {
			since.DV++
		}
	}
	return since
}

// scriptTie maps an entry's tie to what the rules tell apart: a neighbour's
// past in the same building is no more theirs than one in the same block.
func (e Entry) scriptTie() script.Tie {
	switch e.Tie {
	case SameDwelling:
		return script.TieDwelling
	case SamePerson:
		return script.TiePerson
	default:
		return script.TieBlock
	}
}

// Empty is the history of a call whose address nobody knows yet: not searched.
func Empty() History {
	return History{Entries: []Entry{}, Cautions: []Caution{}, Residents: []Resident{}, Services: []Service{}}
}
