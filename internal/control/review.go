package control

import (
	"context"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
	"doorstep/internal/person"
	"doorstep/internal/premise"
)

// Premise is an address with what is known of it.
type Premise struct {
	Address premise.Address
	Entry   premise.GazetteerEntry
	History premise.History
	Links   []person.Link // of the residents, for a district officer
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
	if err != nil {
		return Premise{}, err
	}
	p = Premise{at, entry, past, []person.Link{}}
	if a.Role == access.DistrictOfficer && len(past.Residents) > 0 {
		of := make([]person.ID, len(past.Residents))
		for i, resident := range past.Residents {
			of[i] = person.ID(resident.PersonID)
		}
		p.Links, err = r.Store.PersonLinks(ctx, access.Use{Actor: a, Purpose: purpose, At: r.Now()}, of, a.DistrictCode)
	}
	return p, err
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
	kept, err := r.change(ctx, Key{Incident: id}, once, func(w Work) (Written, error) {
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
	return kept, nil
}

// UnverifiedAddress is one that nobody found when it was said, with what is kept
// at it; suspected DV counts as DV.
type UnverifiedAddress struct {
	Address   premise.Address
	Incidents int
	DV        int
	LastAt    time.Time
}

// Match says that an unverified address is another one.
type Match struct {
	ID       string
	From, To premise.ID
	By       access.AccountID
	At       time.Time
}

// Unverified lists the addresses of the actor's district, and those of no known
// district, that nobody found when they were said.
func (r *Room) Unverified(ctx context.Context, a access.Actor, limit int) ([]UnverifiedAddress, error) {
	if err := a.Need(access.DistrictOfficer); err != nil {
		return nil, err
	}
	return r.Store.Unverified(ctx, a.DistrictCode, limit)
}

// Match keeps that an unverified address is another one: what happened there is
// part of that one's history from now on.
func (r *Room) Match(ctx context.Context, a access.Actor, from, to premise.ID) (premise.Address, error) {
	if err := r.mayMatch(ctx, a, from); err != nil {
		return premise.Address{}, err
	}
	at, err := r.Store.Address(ctx, to)
	if fault.Is(err, fault.NotFound) || err == nil && at.District != a.DistrictCode {
		return premise.Address{}, fault.Bad("address_id", "is no address of your district")
	}
	if err != nil {
		return premise.Address{}, err
	}
	return at, r.Store.Match(ctx, Match{ID: r.NewID(), From: from, To: to, By: a.ID, At: r.Now()})
}

// Unmatch takes a match back.
func (r *Room) Unmatch(ctx context.Context, a access.Actor, from premise.ID) error {
	if err := r.mayMatch(ctx, a, from); err != nil {
		return err
	}
	return r.Store.Unmatch(ctx, Match{From: from, By: a.ID, At: r.Now()})
}

// mayMatch refuses an address of another district.
func (r *Room) mayMatch(ctx context.Context, a access.Actor, from premise.ID) error {
	if err := a.Need(access.DistrictOfficer); err != nil {
		return err
	}
	at, err := r.Store.Address(ctx, from)
	if err != nil {
		return err
	}
	if at.District != "" && at.District != a.DistrictCode {
		return fault.New(fault.NotFound, "no such address in your district")
	}
	use := access.Use{Actor: a, Purpose: access.ForReview, At: r.Now()}
	if err := r.Store.UsedAddress(ctx, use, from); err != nil {
		return fmt.Errorf("record a look at address %s: %w", from, err)
	}
	return nil
}

// What repeats are counted by.
const (
	ByAddress = "address"
	ByPerson  = "person"
	ByNumber  = "number"
)

// Repeat is an address, a person or a telephone number with more than one DV
// incident in 12 months; suspected DV counts as DV. The study found that nobody
// could identify repeat callers and repeat victims.
type Repeat struct {
	Address     premise.Address // itself, or the latest of the person or number
	Person      RepeatPerson
	Number      string
	DV12m       int
	DV90d       int
	DV90dBefore int // in the 90 days before those
	LastAt      time.Time
	Addresses   int // how many different ones
}

// RepeatPerson is a person who was a victim or a suspect again.
type RepeatPerson struct {
	ID, Name, BirthDate string
	Roles               []string
}

// The trends.
const (
	Rising  = "rising"
	Steady  = "steady"
	Falling = "falling"
)

// Trend compares the last 90 days with the 90 before: two incidents more or
// fewer, or twice as many or half, are a trend. One more than none is not.
func (r Repeat) Trend() string {
	now, before := r.DV90d, r.DV90dBefore
	switch {
	case now-before >= 2 || before > 0 && now >= 2*before:
		return Rising
	case before-now >= 2 || now > 0 && before >= 2*now:
		return Falling
	}
	return Steady
}

// Repeats lists what repeats in the actor's district.
func (r *Room) Repeats(ctx context.Context, a access.Actor, by string, limit int) ([]Repeat, error) {
	if err := a.Need(access.DistrictOfficer); err != nil {
		return nil, err
	}
	if a.DistrictCode == "" {
		return nil, fault.New(fault.Forbidden, "you have no district")
	}
	return r.Store.Repeats(ctx, access.Use{Actor: a, Purpose: access.ForReview, At: r.Now()}, by, a.DistrictCode, limit)
}

// PersonMerge says that two records are one human being.
type PersonMerge struct {
	ID       string
	From, To person.ID
	District string // whose officer says so
	By       access.AccountID
	At       time.Time
}

// MergePersons keeps that a record is of the same human being as another, whose
// past it is read with from now on.
func (r *Room) MergePersons(ctx context.Context, a access.Actor, from, to person.ID) error {
	if err := a.Need(access.DistrictOfficer); err != nil {
		return err
	}
	if from == to {
		return fault.Bad("same_as", "is the same record")
	}
	return r.Store.MergePersons(ctx, PersonMerge{r.NewID(), from, to, a.DistrictCode, a.ID, r.Now()})
}

// UnmergePersons takes that back: each has its own past again.
func (r *Room) UnmergePersons(ctx context.Context, a access.Actor, from person.ID) error {
	if err := a.Need(access.DistrictOfficer); err != nil {
		return err
	}
	return r.Store.UnmergePersons(ctx, PersonMerge{From: from, District: a.DistrictCode, By: a.ID, At: r.Now()})
}
