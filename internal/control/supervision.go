package control

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/script"
	"doorstep/internal/unit"
)

// Underway is what one unit was sent of an assignment, the oldest revision first;
// nothing where the assignment has ended.
type Underway struct {
	Sent      []briefing.Delivery
	Number    string // of the incident
	TakenOver bool
	Deadlines briefing.Deadlines // that hold now
}

// Escalated is what becomes of it: kept with the newest revision, and told.
type Escalated struct {
	Late    []briefing.Escalation
	Next    time.Time // to look again; zero when there is nothing to wait for
	Notices []Draft
}

// Escalate tells the call takers, and then the supervisors, of steps whose deadline
// has passed.
func (r *Room) Escalate(ctx context.Context) error {
	for {
		began, now := time.Now(), r.Now()
		notices, more, err := r.Store.Escalate(ctx, now, func(u Underway) Escalated { return escalate(u, now) })
		if err != nil {
			return fmt.Errorf("escalate: %w", err)
		}
		r.tell(ctx, Kept{Notices: notices})
		if !more {
			return nil
		}
		select { // most of the time is left to who sends a unit
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(3 * time.Since(began)):
		}
	}
}

func escalate(u Underway, now time.Time) (out Escalated) {
	out.Late, out.Next = u.Deadlines.Escalate(u.Sent, u.TakenOver, now)
	for _, e := range out.Late {
		d := u.Sent[len(u.Sent)-1]
		alert := Alert{
			Kind: "delivery_late", IncidentID: d.IncidentID, Number: u.Number, UnitID: d.UnitID, CallSign: d.CallSign,
			BriefingID: string(d.BriefingID), Revision: d.Revision, SentAt: d.SentAt, Step: e.Step, Level: e.Level,
		}
		out.Notices = append(out.Notices, Draft{Topic: incidentTopic(incident.ID(d.IncidentID)), Type: "alert", Body: alert})
		if e.Level == briefing.ToSupervisor {
			out.Notices = append(out.Notices, Draft{Topic: access.SupervisorTopic, Type: "alert", Body: alert})
		}
	}
	return out
}

// DeliveryTopics are those that hear how far a delivery has come: who was told that
// it is late hears of it when it is done, or the unit was told by radio.
func DeliveryTopics(d briefing.Delivery) []string {
	topics := []string{incidentTopic(incident.ID(d.IncidentID))}
	for _, e := range d.Late {
		if e.Level == briefing.ToSupervisor {
			return append(topics, access.SupervisorTopic)
		}
	}
	return topics
}

// ToldByRadio keeps that the actor told a unit by radio what a revision says.
// Nothing of that revision escalates any more; a repeat changes nothing.
func (r *Room) ToldByRadio(ctx context.Context, a access.Actor, id incident.ID, u unit.ID, revision int) (briefing.Delivery, error) {
	if err := a.Need(access.CallTaker, access.ShiftSupervisor); err != nil {
		return briefing.Delivery{}, err
	}
	notices, err := r.Store.ToldByRadio(ctx, id, u, revision, a.ID, r.Now())
	if err := r.told(ctx, notices, err, "told by radio"); err != nil {
		return briefing.Delivery{}, err
	}
	all, err := r.Store.Deliveries(ctx, id)
	if err != nil {
		return briefing.Delivery{}, err
	}
	for _, d := range all {
		if d.UnitID == string(u) && d.Revision == revision {
			return d, nil
		}
	}
	return briefing.Delivery{}, fault.New(fault.NotFound, "this unit was sent no such revision")
}

// KeptDeadlines are the deadlines in a version.
type KeptDeadlines struct {
	briefing.Deadlines
	Version   int64
	ChangedBy string // empty: as the program ships them
	ChangedAt time.Time
}

// Deadlines shows those that hold.
func (r *Room) Deadlines(ctx context.Context, a access.Actor) (KeptDeadlines, error) {
	if err := a.Need(access.CallTaker, access.ShiftSupervisor, access.Administrator); err != nil {
		return KeptDeadlines{}, err
	}
	return r.Store.Deadlines(ctx)
}

// SetDeadlines changes them, also for what is on its way.
func (r *Room) SetDeadlines(ctx context.Context, a access.Actor, version int64, d briefing.Deadlines) (KeptDeadlines, error) {
	if err := a.Need(access.ShiftSupervisor, access.Administrator); err != nil {
		return KeptDeadlines{}, err
	}
	if err := d.Check(); err != nil {
		return KeptDeadlines{}, err
	}
	if err := r.Store.SetDeadlines(ctx, version, d, a.ID, r.Now()); err != nil {
		return KeptDeadlines{}, fmt.Errorf("set the deadlines: %w", err)
	}
	return r.Store.Deadlines(ctx)
}

// TakenOver is who took an incident over from its call taker.
type TakenOver struct {
	By string    `json:"by" doc:"who is told now of what is late"`
	At time.Time `json:"at"`
}

// Unread is an assignment whose unit has not read the newest revision.
type Unread struct {
	Assignment unit.Assignment
	Deliveries []briefing.Delivery // of this assignment, oldest first
	Number     string              // of the incident
	Class      string
	Priority   int
	Address    string
	CallTaker  string
	TakenOver  *TakenOver
}

// unreadMost bounds the list: a centre has fewer units.
const unreadMost = 200

// Unread lists the briefings that are under way, the first sent first.
func (r *Room) Unread(ctx context.Context, a access.Actor) ([]Unread, error) {
	if err := a.Need(access.ShiftSupervisor); err != nil {
		return nil, err
	}
	return r.Store.Unread(ctx, unreadMost)
}

// Watched is an open incident as the supervisor follows it.
type Watched struct {
	Incident   incident.Incident
	CallTaker  string
	TakenOver  *TakenOver
	Units      []unit.Assignment
	Unanswered []script.Question // mandatory ones, in order
}

// Watched lists the open incidents with DV, and what nobody asked yet.
func (r *Room) Watched(ctx context.Context, a access.Actor, before string, limit int) ([]Watched, error) {
	if err := a.Need(access.ShiftSupervisor); err != nil {
		return nil, err
	}
	all, err := r.Store.Watched(ctx, before, limit)
	if err != nil {
		return nil, err
	}
	for i := range all {
		w, err := r.Store.Work(ctx, Key{Incident: all[i].Incident.ID})
		if err != nil {
			return nil, err
		}
		s, err := r.Script(ctx, w.Call.ScriptCode, w.Call.ScriptVersion)
		if err != nil {
			return nil, err
		}
		all[i].Units = w.Assignments
		for _, code := range s.Walk(w.Call.Answers, w.History.Facts(), w.Call.Mode()).Unanswered {
			if q, ok := s.Question(code); ok {
				all[i].Unanswered = append(all[i].Unanswered, q)
			}
		}
	}
	return all, nil
}

// TakeOver makes the actor the one who is told of what is late in an incident, at
// the first deadline, and tells its call taker who it is.
func (r *Room) TakeOver(ctx context.Context, a access.Actor, id incident.ID) (TakenOver, error) {
	if err := a.Need(access.ShiftSupervisor); err != nil {
		return TakenOver{}, err
	}
	in, err := r.Store.Incident(ctx, id)
	if err != nil {
		return TakenOver{}, err
	}
	if in.State == incident.Closed {
		return TakenOver{}, fault.New(fault.Conflict, "the incident is closed")
	}
	notices, err := r.Store.TakeOver(ctx, in, a, r.Now())
	if err := r.told(ctx, notices, err, "take over"); err != nil {
		return TakenOver{}, err
	}
	taken, err := r.Store.TakenOver(ctx, id)
	if err != nil || taken == nil {
		return TakenOver{}, fmt.Errorf("who took over incident %s: %w", id, err)
	}
	return *taken, nil
}
