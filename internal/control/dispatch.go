package control

import (
	"context"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/unit"
)

// recommendFrom bounds the units that are ranked: the nearest free ones.
const recommendFrom = 20

// RecommendUnits ranks the free units for an incident.
func (r *Room) RecommendUnits(ctx context.Context, a access.Actor, id incident.ID) ([]unit.Recommended, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return nil, err
	}
	in, err := r.Store.Incident(ctx, id)
	if err != nil {
		return nil, err
	}
	now := r.Now()
	units, err := r.Store.FreeUnits(ctx, in.Place(), recommendFrom, now)
	if err != nil {
		return nil, fmt.Errorf("free units: %w", err)
	}
	if len(units) == 0 {
		return nil, nil
	}
	ids := make([]unit.ID, len(units))
	for i, u := range units {
		ids[i] = u.ID
	}
	if err := r.Store.MakeReady(ctx, id, ids); err != nil {
		return nil, fmt.Errorf("make incident %s ready: %w", id, err)
	}
	return unit.Recommend(units, in.Place(), in.DistrictCode, now), nil
}

// Sent is a unit on its way, with the frame that tells it why.
type Sent struct {
	Assignment unit.Assignment
	Delivery   briefing.Delivery
	Use        access.Use // of the history in the briefing
}

// Enter is what sending a unit adds to a case. It refuses nothing, since the unit
// may be on its way already; news that came meanwhile follow it.
func Enter(w Work, s Sent) (Written, error) {
	in := *w.Incident
	if in.State == incident.Open {
		if err := in.Move(incident.Dispatched, s.Assignment.AssignedAt); err != nil {
			return Written{}, err
		}
	}
	in.Version++
	sent := []briefing.Delivery{s.Delivery}
	if w.Briefing.Revision > s.Delivery.Revision {
		sent = append(sent, deliveries(*w.Briefing, []unit.Assignment{s.Assignment}, s.Delivery.SentAt)...)
	}
	return Written{
		Incident: &in, Assignment: &s.Assignment, Use: &s.Use, Deliveries: sent,
		Notices: []Draft{{Topic: incidentTopic(in.ID), Type: "status", Body: s.Assignment}},
	}, nil
}

// Assign sends a unit: the frame with the newest briefing is committed, then
// pushed; then the rest is entered.
func (r *Room) Assign(ctx context.Context, a access.Actor, id incident.ID, to unit.ID, once *Once) (Kept, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return Kept{}, err
	}
	now := r.Now()
	kept, err := r.Store.Send(ctx, Key{Incident: id, Unit: to}, once, func(w Work) (Written, error) {
		if w.CallSign == "" {
			return Written{}, fault.Bad("unit_id", "no such unit")
		}
		if slices.ContainsFunc(w.Assignments, func(s unit.Assignment) bool { return s.UnitID == to && s.Active() }) {
			return Written{}, fault.New(fault.Conflict, "%s is on this incident already", w.CallSign)
		}
		if w.Incident.State == incident.Closed {
			return Written{}, fault.New(fault.Conflict, "the incident is closed")
		}
		assigned := unit.Assignment{
			ID: unit.AssignmentID(r.NewID()), IncidentID: string(id), UnitID: to,
			CallSign: w.CallSign, Status: unit.Assigned, AssignedAt: now,
		}
		return Enter(w, Sent{
			Assignment: assigned, Delivery: deliveries(*w.Briefing, []unit.Assignment{assigned}, now)[0],
			Use: access.Use{Actor: a, Purpose: access.ForBriefing, Incident: string(id), At: now},
		})
	}, func(frame Notice) (push func()) { return r.Prepare(ctx, frame) })
	r.tell(ctx, kept)
	if err != nil {
		return Kept{}, fmt.Errorf("assign unit %s: %w", to, err)
	}
	return kept, nil
}

// deliveries puts a revision on its way to the units that are still at work.
func deliveries(b briefing.Briefing, to []unit.Assignment, now time.Time) []briefing.Delivery {
	var out []briefing.Delivery
	for _, s := range to {
		if !s.Active() {
			continue
		}
		out = append(out, briefing.Delivery{
			BriefingID: b.ID, Revision: b.Revision, IncidentID: s.IncidentID,
			UnitID: string(s.UnitID), CallSign: s.CallSign, Topic: "unit:" + string(s.UnitID), SentAt: now,
		})
	}
	return out
}

// IncidentView is an incident with who is sent and how far the briefing came.
type IncidentView struct {
	Incident    incident.Incident
	CallID      string
	Assignments []unit.Assignment
	Deliveries  []briefing.Delivery
	Briefing    *briefing.Briefing
	TakenOver   *TakenOver
}

// Incident shows an incident to those who work on it: the centre, a unit that
// is assigned to it, and the district officer of its district.
func (r *Room) Incident(ctx context.Context, a access.Actor, id incident.ID) (IncidentView, error) {
	w, err := r.Store.Work(ctx, Key{Incident: id})
	if err != nil {
		return IncidentView{}, err
	}
	all, err := r.Store.Assignments(ctx, id)
	if err != nil {
		return IncidentView{}, err
	}
	if !maySee(a, *w.Incident, all) {
		return IncidentView{}, fault.New(fault.NotFound, "no such incident, or not yours to see")
	}
	sent, err := r.Store.Deliveries(ctx, id)
	if err != nil {
		return IncidentView{}, err
	}
	taken, err := r.Store.TakenOver(ctx, id)
	if err != nil {
		return IncidentView{}, err
	}
	use := access.Use{Actor: a, Purpose: purposeOf[a.Role], Incident: string(id), At: r.Now()}
	if err := r.Store.Used(ctx, use); err != nil {
		return IncidentView{}, fmt.Errorf("record the look at incident %s: %w", id, err)
	}
	return IncidentView{Incident: *w.Incident, CallID: string(w.Call.ID), Assignments: all, Deliveries: sent, Briefing: w.Briefing, TakenOver: taken}, nil
}

// purposeOf is why each role looks at an incident.
var purposeOf = map[access.Role]access.Purpose{
	access.CallTaker: access.ForCall, access.PatrolOfficer: access.ForBriefing, access.DistrictOfficer: access.ForReview,
	access.ShiftSupervisor: access.ForOversight,
}

// maySee is the relation that opens an incident to an actor.
func maySee(a access.Actor, in incident.Incident, sent []unit.Assignment) bool {
	switch a.Role {
	case access.CallTaker, access.ShiftSupervisor:
		return true
	case access.PatrolOfficer:
		return slices.ContainsFunc(sent, func(s unit.Assignment) bool { return a.UnitID != "" && string(s.UnitID) == a.UnitID })
	case access.DistrictOfficer:
		return a.DistrictCode != "" && in.DistrictCode == a.DistrictCode
	default:
		return false
	}
}

// Incidents lists incidents: all open ones for the centre, those of the own
// district for its officer.
func (r *Room) Incidents(ctx context.Context, a access.Actor, f IncidentFilter) ([]incident.Incident, error) {
	if err := a.Need(access.CallTaker, access.DistrictOfficer); err != nil {
		return nil, err
	}
	if a.Role == access.DistrictOfficer {
		f.District = a.DistrictCode
	}
	return r.Store.Incidents(ctx, f)
}

// MayHear says whether an actor may listen to a topic besides the own ones. An
// incident that is not the actor's to see is not found; what is somebody else's own
// is forbidden.
func (r *Room) MayHear(ctx context.Context, a access.Actor, topic string) error {
	if slices.Contains(a.Topics(), topic) {
		return nil
	}
	id, ok := cutTopic(topic, "incident:")
	if !ok {
		return fault.New(fault.Forbidden, "this topic is not yours")
	}
	in, err := r.Store.Incident(ctx, incident.ID(id))
	if err != nil {
		return err
	}
	sent, err := r.Store.Assignments(ctx, in.ID)
	if err != nil {
		return err
	}
	if !maySee(a, in, sent) {
		return fault.New(fault.NotFound, "no such incident, or not yours to see")
	}
	return nil
}

// EnterAfter is how long a server may take to enter what it sent before another
// one does.
const EnterAfter = time.Second

// EnterSent enters what was sent by a server that died before it could.
func (r *Room) EnterSent(ctx context.Context) error {
	notices, err := r.Store.EnterSent(ctx, r.Now().Add(-EnterAfter))
	r.tell(ctx, Kept{Notices: notices})
	if err != nil {
		return fmt.Errorf("enter what was sent: %w", err)
	}
	return nil
}
