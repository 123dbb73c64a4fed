// Package access says who is acting, what each role may do, and what is
// recorded when protected history is looked at. It does not know passwords.
package access

import (
	"slices"
	"time"

	"doorstep/internal/fault"
)

// Role is one of the kinds of people at work here.
type Role string

// The roles.
const (
	CallTaker       Role = "call_taker"
	ShiftSupervisor Role = "shift_supervisor"
	PatrolOfficer   Role = "patrol_officer"
	DistrictOfficer Role = "district_officer"
	Administrator   Role = "administrator"
)

// AccountID names one person who can sign in.
type AccountID string

// Actor is who is acting: an account with its role, and the unit that it
// crews on the present shift, if any.
type Actor struct {
	ID           AccountID
	Role         Role
	Username     string
	DisplayName  string
	Language     string
	DistrictCode string // of a district officer
	UnitID       string // of a patrol officer on shift
	CallSign     string
}

// Is reports whether the actor has one of the roles.
func (a Actor) Is(roles ...Role) bool { return slices.Contains(roles, a.Role) }

// Need refuses an actor who has none of the roles.
func (a Actor) Need(roles ...Role) error {
	if a.Is(roles...) {
		return nil
	}
	return fault.New(fault.Forbidden, "this is not for the role %s", a.Role)
}

// Purpose is why protected history was read.
type Purpose string

// The purposes that the program itself can state.
const (
	ForCall      Purpose = "call"      // deciding on a call in progress
	ForBriefing  Purpose = "briefing"  // telling the crew that is sent
	ForReview    Purpose = "review"    // the district officer's follow-up
	ForOversight Purpose = "oversight" // the shift supervisor's look at what goes on
)

// Use is one look at protected history. Reading history takes a Use, which is
// recorded in the same transaction: a read without a reason does not compile.
type Use struct {
	Actor    Actor
	Purpose  Purpose
	Incident string // id, empty before there is one
	At       time.Time
}

// SupervisorTopic is what everybody hears who supervises a shift.
const SupervisorTopic = "role:" + string(ShiftSupervisor)

// Topics are what the actor hears without asking: the own inbox, the unit that
// it crews, the district that it answers for, and what a supervisor must know.
func (a Actor) Topics() []string {
	topics := []string{"user:" + string(a.ID)}
	if a.Role == ShiftSupervisor {
		topics = append(topics, SupervisorTopic)
	}
	if a.Role == PatrolOfficer && a.UnitID != "" {
		topics = append(topics, "unit:"+a.UnitID)
	}
	if a.DistrictCode != "" && a.Is(DistrictOfficer) {
		topics = append(topics, "district:"+a.DistrictCode)
	}
	return topics
}
