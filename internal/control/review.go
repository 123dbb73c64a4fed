package control

import (
	"context"
	"fmt"
	"slices"

	"doorstep/internal/access"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
	"doorstep/internal/premise"
)

// Premise is an address with what is known of it.
type Premise struct {
	Address premise.Address
	Entry   premise.GazetteerEntry
	History premise.History
}

// ReviewPremise reads the whole history of an address, a page at a time.
func (r *Room) ReviewPremise(ctx context.Context, a access.Actor, id premise.ID, before string) (p Premise, err error) {
	if err := a.Need(access.CallTaker, access.DistrictOfficer); err != nil {
		return Premise{}, err
	}
	at, err := r.Store.Address(ctx, id)
	if err != nil {
		return Premise{}, err
	}
	purpose := access.ForCall
	if a.Role == access.DistrictOfficer {
		purpose = access.ForReview
		unplaced := at.District == "" && at.Kind == premise.Unverified
		if at.District != a.DistrictCode && !unplaced {
			return Premise{}, fault.New(fault.NotFound, "no such address in your district")
		}
	}
	past, err := r.Store.History(ctx, access.Use{Actor: a, Purpose: purpose, At: r.Now()}, id, nil, before)
	if err != nil {
		return Premise{}, fmt.Errorf("history of address %s: %w", id, err)
	}
	entry, err := r.Store.Entry(ctx, id)
	return Premise{at, entry, past}, err
}

// Nearby reads the newest 50 incidents around a point, for a district officer
// those of the own district.
func (r *Room) Nearby(ctx context.Context, a access.Actor, at premise.Point, metres float64) ([]premise.Entry, error) {
	if err := a.Need(access.CallTaker, access.DistrictOfficer); err != nil {
		return nil, err
	}
	use := access.Use{Actor: a, Purpose: access.ForCall, At: r.Now()}
	if a.Role == access.DistrictOfficer {
		if a.DistrictCode == "" {
			return nil, fault.New(fault.Forbidden, "you have no district")
		}
		use.Purpose = access.ForReview
		return r.Store.Nearby(ctx, use, at, metres, a.DistrictCode)
	}
	return r.Store.Nearby(ctx, use, at, metres, "")
}

// FollowUps lists the cases of the actor's district that wait for somebody,
// the most urgent first.
func (r *Room) FollowUps(ctx context.Context, a access.Actor, limit int) ([]outcome.FollowUp, error) {
	if err := a.Need(access.DistrictOfficer); err != nil {
		return nil, err
	}
	return r.Store.FollowUps(ctx, a.DistrictCode, r.Now(), limit)
}

// Outcomes are what became of an incident so far.
func (r *Room) Outcomes(ctx context.Context, a access.Actor, id incident.ID) ([]outcome.Outcome, error) {
	if _, err := r.Incident(ctx, a, id); err != nil {
		return nil, err
	}
	return r.Store.Outcomes(ctx, id)
}

// ReportOutcome keeps what became of an incident; it becomes feedback to the
// officers who responded and to the call taker who took the call, and the line
// that the next crew reads in the history.
func (r *Room) ReportOutcome(ctx context.Context, a access.Actor, id incident.ID, o outcome.Outcome, once *Once) (Kept, error) {
	if err := a.Need(access.DistrictOfficer); err != nil {
		return Kept{}, err
	}
	now := r.Now()
	o.ID, o.IncidentID, o.WrittenBy, o.WrittenAt = outcome.ID(r.NewID()), string(id), a.ID, now
	o.HelpedBy = slices.Clip(append([]string{}, o.HelpedBy...))
	if err := o.Check(now); err != nil {
		return Kept{}, err
	}
	kept, err := r.Store.Change(ctx, Key{Incident: id}, once, func(w Work) (Written, error) {
		in := *w.Incident
		if !maySee(a, in, nil) {
			return Written{}, fault.New(fault.NotFound, "no such incident in your district")
		}
		in.Summary = o.Text
		if o.RiskLevel != "" {
			in.RiskLevel = o.RiskLevel
		}
		if o.Class != "" {
			in.Class = o.Class
		}
		in.Version++
		return Written{Incident: &in, Outcome: &o}, nil
	})
	if err != nil {
		return Kept{}, fmt.Errorf("outcome of incident %s: %w", id, err)
	}
	r.tell(ctx, kept)
	return kept, nil
}
