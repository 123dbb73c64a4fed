// Package unit is the patrols: call signs, crews, who is free and near, and
// how far an assignment has come. It does not know sockets.
package unit

import (
	"cmp"
	"math"
	"slices"
	"time"

	"doorstep/internal/fault"
	"doorstep/internal/premise"
	"doorstep/internal/script"
)

// ID names a unit.
type ID string

// Unit is a patrol with its crew on the present shift.
type Unit struct {
	ID        ID             `json:"id"`
	CallSign  string         `json:"call_sign"`
	District  string         `json:"district_code,omitempty"`
	Status    string         `json:"status" enum:"free,assigned,en_route,on_scene,off_duty"`
	Point     *premise.Point `json:"point,omitempty"`
	PointAt   *time.Time     `json:"point_at,omitempty"`
	Crew      int            `json:"crew" doc:"officers on board"`
	MixedCrew bool           `json:"mixed_crew" doc:"a woman and a man on board"`
	DVTrained bool           `json:"dv_trained" doc:"an officer on board is trained for domestic violence"`
}

// AssignmentID names one sending of one unit to one incident.
type AssignmentID string

// Assignment is one unit sent to one incident.
type Assignment struct {
	ID         AssignmentID `json:"id"`
	IncidentID string       `json:"incident_id"`
	UnitID     ID           `json:"unit_id"`
	CallSign   string       `json:"call_sign"`
	Status     Status       `json:"status" enum:"assigned,en_route,on_scene,cleared,cancelled"`
	AssignedAt time.Time    `json:"assigned_at"`
	EnRouteAt  *time.Time   `json:"en_route_at,omitempty"`
	OnSceneAt  *time.Time   `json:"on_scene_at,omitempty"`
	ClearedAt  *time.Time   `json:"cleared_at,omitempty"`
}

// Active reports whether the unit is still at work there.
func (a Assignment) Active() bool { return a.Status != Cleared && a.Status != Cancelled }

// Status is how far an assignment has come.
type Status string

// The statuses.
const (
	Assigned  Status = "assigned"
	EnRoute   Status = "en_route"
	OnScene   Status = "on_scene"
	Cleared   Status = "cleared"
	Cancelled Status = "cancelled"
)

// next is the table of moves. A crew in a hurry may skip a button, so each
// later status can follow each earlier one.
var next = map[Status][]Status{
	Assigned:  {EnRoute, OnScene, Cleared, Cancelled},
	EnRoute:   {OnScene, Cleared, Cancelled},
	OnScene:   {Cleared},
	Cleared:   {},
	Cancelled: {},
}

// Move takes the assignment to another status, or returns a Conflict that
// names both. Moving to the status that it has changes nothing.
func (a *Assignment) Move(to Status, now time.Time) error {
	if a.Status == to {
		return nil
	}
	if !slices.Contains(next[a.Status], to) {
		return fault.New(fault.Conflict, "an assignment that is %s cannot become %s", a.Status, to)
	}
	a.Status = to
	switch to {
	case EnRoute:
		a.EnRouteAt = &now
	case OnScene:
		a.OnSceneAt = &now
	case Cleared, Cancelled:
		a.ClearedAt = &now
	case Assigned:
	}
	return nil
}

// Recommended is a free unit with its place in the order and the reasons.
type Recommended struct {
	Unit      Unit     `json:"unit"`
	DistanceM *int     `json:"distance_m,omitempty" doc:"metres in a straight line; absent when a position is not known"`
	Reasons   []Reason `json:"reasons"`
	rank      float64  // metres, less what the crew is worth
	stale     bool     // the position is too old to rank by
}

// Reason is why a unit stands where it does.
type Reason struct {
	Code string      `json:"code" enum:"near,position_unknown,position_old,mixed_crew,dv_trained,same_district"`
	Text script.Text `json:"text"`
}

// positionFresh is how long a position is trusted for ranking. The list shows
// an older one as old instead of passing it off as where the unit is.
const positionFresh = 10 * time.Minute

// What a crew is worth in metres of distance. A fitting crew may come from a
// little further, and never from much further: a recommendation must not
// delay the response (the study asks for mixed pairs, without delay).
const (
	mixedWorthM   = 700
	trainedWorthM = 500
	unknownFarM   = 50_000
)

// Recommend ranks free units for an address, best first.
func Recommend(units []Unit, at *premise.Point, district string, now time.Time) []Recommended {
	ranked := make([]Recommended, 0, len(units))
	for _, u := range units {
		ranked = append(ranked, weigh(u, at, district, now))
	}
	slices.SortStableFunc(ranked, func(a, b Recommended) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.Unit.CallSign, b.Unit.CallSign))
	})
	return ranked
}

func weigh(u Unit, at *premise.Point, district string, now time.Time) Recommended {
	r := Recommended{Unit: u, Reasons: []Reason{}, rank: unknownFarM}
	switch {
	case u.Point == nil || at == nil:
		r.because("position_unknown")
	default:
		m := int(math.Round(metres(*u.Point, *at)))
		r.DistanceM, r.rank = &m, float64(m)
		r.stale = u.PointAt == nil || now.Sub(*u.PointAt) > positionFresh
		if r.stale {
			r.rank += unknownFarM / 10
			r.because("position_old")
		} else {
			r.because("near")
		}
	}
	if u.MixedCrew {
		r.rank -= mixedWorthM
		r.because("mixed_crew")
	}
	if u.DVTrained {
		r.rank -= trainedWorthM
		r.because("dv_trained")
	}
	if district != "" && u.District == district {
		r.because("same_district")
	}
	return r
}

var reasonTexts = map[string]script.Text{
	"near":             {ET: "linnulennult lähedal", EN: "near in a straight line", RU: "рядом по прямой"},
	"position_unknown": {ET: "asukoht teadmata", EN: "position not known", RU: "местоположение неизвестно"},
	"position_old":     {ET: "asukoht on vana", EN: "position is old", RU: "данные о местоположении устарели"},
	"mixed_crew":       {ET: "naine ja mees ekipaažis", EN: "a woman and a man on board", RU: "в экипаже женщина и мужчина"},
	"dv_trained":       {ET: "lähisuhtevägivalla koolitusega", EN: "trained for domestic violence", RU: "обучение по домашнему насилию"},
	"same_district":    {ET: "sama piirkond", EN: "same district", RU: "тот же участок"},
}

func (r *Recommended) because(code string) {
	r.Reasons = append(r.Reasons, Reason{Code: code, Text: reasonTexts[code]})
}

// metres is the distance on a sphere of the earth's mean radius.
func metres(a, b premise.Point) float64 {
	const radius, degree = 6_371_008.8, math.Pi / 180
	dLat, dLon := (b[1]-a[1])*degree, (b[0]-a[0])*degree
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a[1]*degree)*math.Cos(b[1]*degree)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * radius * math.Asin(math.Min(1, math.Sqrt(h)))
}
