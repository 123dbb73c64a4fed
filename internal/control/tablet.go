package control

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
	"doorstep/internal/premise"
	"doorstep/internal/unit"
)

func cutTopic(topic, kind string) (string, bool) { return strings.CutPrefix(topic, kind) }

// crew refuses an actor who is not on board of a unit.
func crew(a access.Actor) (unit.ID, error) {
	if err := a.Need(access.PatrolOfficer); err != nil {
		return "", err
	}
	if a.UnitID == "" {
		return "", fault.New(fault.Forbidden, "you are not on a shift with a unit")
	}
	return unit.ID(a.UnitID), nil
}

// UnitWork is what the actor's unit is sent to, newest first.
func (r *Room) UnitWork(ctx context.Context, a access.Actor) ([]UnitBriefing, error) {
	u, err := crew(a)
	if err != nil {
		return nil, err
	}
	return r.Store.UnitWork(ctx, u)
}

// Acknowledge keeps that a unit's device has stored everything on its topic up
// to seq, and tells the call taker. Other topics have nothing to keep.
func (r *Room) Acknowledge(ctx context.Context, a access.Actor, topic string, seq int64) error {
	if !strings.HasPrefix(topic, "unit:") {
		return nil
	}
	u, err := crew(a)
	if err != nil {
		return err
	}
	if topic != "unit:"+string(u) {
		return fault.New(fault.Forbidden, "this topic is not yours")
	}
	notices, err := r.Store.Acknowledge(ctx, u, seq, r.Now())
	return r.told(ctx, notices, err, "acknowledge")
}

// Displayed keeps that a revision was on the unit's screen.
func (r *Room) Displayed(ctx context.Context, a access.Actor, id briefing.ID, revision int) error {
	u, err := crew(a)
	if err != nil {
		return err
	}
	notices, err := r.Store.Displayed(ctx, u, id, revision, r.Now())
	return r.told(ctx, notices, err, "displayed")
}

// Read keeps that a person on board confirmed a revision.
func (r *Room) Read(ctx context.Context, a access.Actor, id briefing.ID, revision int) error {
	u, err := crew(a)
	if err != nil {
		return err
	}
	notices, err := r.Store.Read(ctx, u, a.ID, id, revision, r.Now())
	return r.told(ctx, notices, err, "read")
}

func (r *Room) told(ctx context.Context, notices []Notice, err error, what string) error {
	r.tell(ctx, Kept{Notices: notices})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// clockTrust is how long ago by a tablet's clock something may have been before our
// time replaces it. So it does for what would be in the future, or before the unit
// was sent.
const clockTrust = 12 * time.Hour

// ReportStatus takes a status from a tablet, maybe late, maybe twice.
func (r *Room) ReportStatus(ctx context.Context, a access.Actor, id unit.AssignmentID, s StatusReport) error {
	u, err := crew(a)
	if err != nil {
		return err
	}
	now := r.Now()
	s.By, s.HeardAt = a.ID, now
	if s.At.After(now) || now.Sub(s.At) > clockTrust {
		s.At = now
	}
	_, err = r.change(ctx, Key{Assignment: id}, nil, func(w Work) (Written, error) {
		i := slices.IndexFunc(w.Assignments, func(x unit.Assignment) bool { return x.ID == id })
		if i < 0 || w.Assignments[i].UnitID != u {
			return Written{}, fault.New(fault.NotFound, "no such assignment, or not yours")
		}
		moved := w.Assignments[i]
		if s.At.Before(moved.AssignedAt) {
			s.At = now // nobody is on the way to what is not assigned yet
		}
		if moved.Status == s.Status || slices.Contains(w.Reported, s.ClientID) {
			return Written{}, nil
		}
		if err := moved.Move(s.Status, s.At); err != nil {
			return Written{}, err
		}
		w.Assignments[i] = moved
		in := *w.Incident
		if err := follow(&in, w.Assignments, s.At); err != nil {
			return Written{}, err
		}
		in.Version++
		return Written{
			Incident: &in, Assignment: &moved, Reported: &s,
			Notices: []Draft{{Topic: incidentTopic(in.ID), Type: "status", Body: moved}},
		}, nil
	})
	if err != nil {
		return fmt.Errorf("status of assignment %s: %w", id, err)
	}
	return nil
}

// follow moves the incident with its units: on scene with the first, closed
// with the last.
func follow(in *incident.Incident, sent []unit.Assignment, at time.Time) error {
	if in.State == incident.Closed {
		return nil
	}
	if slices.ContainsFunc(sent, func(s unit.Assignment) bool { return s.Status == unit.OnScene }) {
		if in.State == incident.Open {
			return nil
		}
		return in.Move(incident.OnScene, at)
	}
	ended := func(s unit.Assignment) bool { return !s.Active() }
	if len(sent) > 0 && !slices.ContainsFunc(sent, func(s unit.Assignment) bool { return !ended(s) }) {
		return in.Move(incident.Closed, at)
	}
	return nil
}

// ReportPosition keeps where a unit is.
func (r *Room) ReportPosition(ctx context.Context, a access.Actor, p premise.Point, at time.Time) error {
	u, err := crew(a)
	if err != nil {
		return err
	}
	if p[0] < -180 || p[0] > 180 || p[1] < -90 || p[1] > 90 {
		return fault.Bad("point", "is not on earth: longitude first, then latitude")
	}
	if now := r.Now(); at.After(now) {
		at = now
	}
	return r.Store.Position(ctx, u, p, at)
}

// OnSceneRecord shows the record of an incident; version 0 when none was
// written.
func (r *Room) OnSceneRecord(ctx context.Context, a access.Actor, id incident.ID) (KeptRecord, error) {
	if _, err := r.Incident(ctx, a, id); err != nil {
		return KeptRecord{}, err
	}
	return r.Store.Record(ctx, id)
}

// KeepOnSceneRecord keeps what the crew wrote. version is the one that it was
// written over, 0 for the first. A crew that disagrees with the centre's class
// is heard by the district officer; the class stays.
func (r *Room) KeepOnSceneRecord(ctx context.Context, a access.Actor, id incident.ID, version int64, rec outcome.Record) (KeptRecord, error) {
	if _, err := crew(a); err != nil {
		return KeptRecord{}, err
	}
	view, err := r.Incident(ctx, a, id)
	if err != nil {
		return KeptRecord{}, err
	}
	in := view.Incident
	if err := rec.Check(in.Class); err != nil {
		return KeptRecord{}, err
	}
	var drafts []Draft
	if in.DistrictCode != "" {
		kind := "record_written"
		if rec.Disagrees(in.Class) {
			kind = "disagreement"
		}
		drafts = append(drafts, Draft{Topic: "district:" + in.DistrictCode, Type: "alert",
			Body: Alert{Kind: kind, IncidentID: string(id), Number: in.Number}})
	}
	kept, notices, err := r.Store.KeepRecord(ctx, id, version, rec, a.ID, r.Now(), drafts)
	if err != nil {
		return KeptRecord{}, fmt.Errorf("on-scene record of incident %s: %w", id, err)
	}
	r.tell(ctx, Kept{Notices: notices})
	return kept, nil
}

// Feedback is the actor's own inbox, newest first.
func (r *Room) Feedback(ctx context.Context, a access.Actor, before string, limit int) ([]outcome.Feedback, error) {
	return r.Store.Feedback(ctx, a.ID, before, limit)
}

// ReadFeedback keeps that the actor read a feedback of the own inbox.
func (r *Room) ReadFeedback(ctx context.Context, a access.Actor, id string) (outcome.Feedback, error) {
	return r.Store.ReadFeedback(ctx, a.ID, id, r.Now())
}
