package instrument

import (
	"time"

	"doorstep/internal/fault"
)

// Override is a person's decision on a level. The names are ids, not names of
// persons.
type Override struct {
	Level  string    `json:"level"`
	By     string    `json:"by"`
	Second string    `json:"second,omitempty"` // who agreed, where two are needed
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// Direction is where a decision went, against what stood before it.
type Direction string

// The directions.
const (
	Given     Direction = "graded" // nothing stood before
	Confirmed Direction = "confirmed"
	Raised    Direction = "raised"
	Lowered   Direction = "lowered"
)

// Decision is a level that a person gave, beside the result it was given for.
type Decision struct {
	Result    Result    `json:"result"`
	Level     Named     `json:"level"`
	Direction Direction `json:"direction"`
	Override  Override  `json:"override"`
}

// Decide gives the level that a person chose. One person confirms or raises;
// two different ones are needed to go below what stands: the last decision on
// the case, or without one the highest level that the answers still allow. So a
// low level is not had by leaving questions out. The computed level stays in
// the result beside the chosen one.
func (d Definition) Decide(r Result, last *Decision, o Override) (Decision, error) {
	if r.Tool != d.Code || r.Version != d.Version {
		return Decision{}, fault.New(fault.Conflict, "the result is of %s version %d, not of %s version %d", r.Tool, r.Version, d.Code, d.Version)
	}
	level, chosen, ok := d.Level(o.Level)
	switch {
	case !ok:
		return Decision{}, fault.Bad("level", "is no level of %s", d.Code)
	case o.By == "":
		return Decision{}, fault.Bad("by", "is needed")
	case o.Reason == "":
		return Decision{}, fault.Bad("reason", "is needed")
	case o.Second == o.By:
		return Decision{}, fault.Bad("second", "must be another person")
	case o.At.IsZero():
		return Decision{}, fault.Bad("at", "is needed")
	}
	stands := d.stands(r, last)
	direction := Confirmed
	switch {
	case stands < 0:
		direction = Given
	case chosen > stands:
		direction = Raised
	case chosen < stands:
		direction = Lowered
	}
	if direction == Lowered && o.Second == "" {
		return Decision{}, fault.Bad("second", "is needed: %s is below %s, and two persons lower a level", level.Code, d.Levels[stands].Code)
	}
	return Decision{Result: r, Level: Named{level.Code, level.Text}, Direction: direction, Override: o}, nil
}

// stands is the place of the level that a decision is measured against, -1 when
// there is none. What was learned after the last decision counts: a level that
// the answers establish or allow only now was not weighed then.
func (d Definition) stands(r Result, last *Decision) int {
	lowest, highest := d.places(r.Proposed)
	if last == nil {
		return highest
	}
	_, stands, _ := d.Level(last.Level.Code)
	thenLowest, thenHighest := d.places(last.Result.Proposed)
	if lowest > thenLowest {
		stands = max(stands, lowest)
	}
	if highest > thenHighest {
		stands = max(stands, highest)
	}
	return stands
}

// places are -1 where nothing is proposed.
func (d Definition) places(p *Proposed) (lowest, highest int) {
	if p == nil {
		return -1, -1
	}
	_, lowest, _ = d.Level(p.Min.Code)
	_, highest, _ = d.Level(p.Max.Code)
	return lowest, highest
}

// FollowUp is in how many days somebody looks again at a level, such as the one
// that a person chose; false where neither the instrument nor the centre says.
func (d Definition) FollowUp(level string, centre Settings) (FollowUp, bool, error) {
	set, _, err := d.settle(centre)
	if err != nil {
		return FollowUp{}, false, err
	}
	l, _, ok := d.Level(level)
	if !ok {
		return FollowUp{}, false, fault.Bad("level", "is no level of %s", d.Code)
	}
	days, ok := d.followUp(l, set)
	return FollowUp{Days: days, Level: l.Code}, ok, nil
}
