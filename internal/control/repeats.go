package control

import (
	"context"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/fault"
	"doorstep/internal/premise"
)

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
