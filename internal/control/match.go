package control

import (
	"context"
	"fmt"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/fault"
	"doorstep/internal/premise"
)

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
