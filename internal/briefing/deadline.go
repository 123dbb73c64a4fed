package briefing

import (
	"slices"
	"time"

	"doorstep/internal/fault"
)

// Step is one of the facts that a revision must reach in time, each after the
// one before.
type Step string

// The steps, in order.
const (
	Delivered Step = "delivered"
	Displayed Step = "displayed"
	Read      Step = "read"
)

var steps = []Step{Delivered, Displayed, Read}

// How long after the step before it one is not late yet, however late that was. What a
// tablet has only just stored cannot be on its screen, and nobody reads in a moment what
// has only just come up there: an alarm at once would be false, one for each tablet of a
// city whose network comes back.
const (
	GraceToDisplay = 2 * time.Second
	GraceToRead    = 10 * time.Second
)

// Level is who is told of a step that is late: first the call taker, then the
// shift supervisor. Who took the incident over is told in their place.
type Level string

// The levels, in order.
const (
	ToCallTaker  Level = "call_taker"
	ToSupervisor Level = "shift_supervisor"
)

// Escalation is that somebody was told of a step that was late.
type Escalation struct {
	Step  Step      `json:"step" enum:"delivered,displayed,read"`
	Level Level     `json:"level" enum:"call_taker,shift_supervisor" doc:"who was told"`
	At    time.Time `json:"at"`
}

// Deadlines are the centre's: how long after its sending a revision may take to
// each step, and how long after that the supervisor is told too.
type Deadlines struct {
	Delivered, Displayed, Read time.Duration
	Supervisor                 time.Duration
}

// The bounds of each deadline: a round trip over a poor line takes a second, and
// what may take an hour needs none.
const (
	leastDeadline = time.Second
	mostDeadline  = time.Hour
)

// Check refuses deadlines that nobody could keep, or in the wrong order.
func (d Deadlines) Check() error {
	var wrong []fault.Field
	for _, each := range []struct {
		field      string
		span, over time.Duration
		than       string
	}{
		{"delivered_s", d.Delivered, 0, ""},
		{"displayed_s", d.Displayed, d.Delivered, "delivered_s"},
		{"read_s", d.Read, d.Displayed, "displayed_s"},
		{"supervisor_s", d.Supervisor, 0, ""},
	} {
		switch {
		case each.span < leastDeadline || each.span > mostDeadline:
			wrong = append(wrong, fault.Field{Field: each.field, Detail: "is 1 to 3600 seconds"})
		case each.than != "" && each.span <= each.over:
			wrong = append(wrong, fault.Field{Field: each.field, Detail: "is more than " + each.than})
		}
	}
	if len(wrong) > 0 {
		return fault.BadFields(wrong...)
	}
	return nil
}

func (d Deadlines) of(s Step) time.Duration {
	switch s {
	case Delivered:
		return d.Delivered
	case Displayed:
		return d.Displayed
	default:
		return d.Read
	}
}

// reached is when a delivery came to a step, nil when it has not.
func (d Delivery) reached(s Step) *time.Time {
	switch s {
	case Delivered:
		return d.DeliveredAt
	case Displayed:
		return d.DisplayedAt
	default:
		return d.ReadAt
	}
}

// reachedBefore is when it came to the step before the nth.
func (d Delivery) reachedBefore(n int) *time.Time {
	if n == 0 {
		return nil
	}
	return d.reached(steps[n-1])
}

// Wanted is what a unit that is at work has not done yet.
type Wanted struct {
	Step  Step
	Since time.Time // the sending of the oldest revision that it lacks
	Came  time.Time // when the first of those came to the step before; zero for the first step
	Told  []Escalation
}

// due is when the step is late.
func (w Wanted) due(d Deadlines) time.Time {
	due, grace := w.Since.Add(d.of(w.Step)), GraceToDisplay
	if w.Step == Read {
		grace = GraceToRead
	}
	if least := w.Came.Add(grace); !w.Came.IsZero() && least.After(due) {
		return least
	}
	return due
}

// Missing is the first step that the newest revision lacks; ok is false when it
// lacks none, or the unit was told by radio. sent are the revisions of one
// assignment, oldest first. A newer revision takes the place of those before it and
// gives no more time: a call taker who goes on asking would put the alarm off for
// ever.
func Missing(sent []Delivery) (w Wanted, ok bool) {
	for n, step := range steps {
		behind := sent
		for i, d := range sent {
			if d.reached(step) != nil || d.ToldByRadioAt != nil {
				behind = sent[i+1:]
			}
		}
		if len(behind) == 0 {
			continue
		}
		w = Wanted{Step: step, Since: behind[0].SentAt}
		for _, d := range behind {
			if came := d.reachedBefore(n); came != nil && (w.Came.IsZero() || came.Before(w.Came)) {
				w.Came = *came
			}
			for _, e := range d.Late {
				if e.Step == step {
					w.Told = append(w.Told, e)
				}
			}
		}
		return w, true
	}
	return Wanted{}, false
}

// Escalate says who is to be told now, each once, that the newest revision is late,
// and when to look again; it is late at its deadline, or its grace after the step before
// it where that is later. next is zero when there is nothing to wait for before the
// unit does something.
func (d Deadlines) Escalate(sent []Delivery, takenOver bool, now time.Time) (late []Escalation, next time.Time) {
	w, ok := Missing(sent)
	if !ok {
		return nil, time.Time{}
	}
	due := w.due(d)
	at := map[Level]time.Time{ToCallTaker: due, ToSupervisor: due.Add(d.Supervisor)}
	levels := []Level{ToCallTaker, ToSupervisor}
	if takenOver {
		at[ToSupervisor], levels = due, levels[1:]
	}
	for _, level := range levels {
		if slices.ContainsFunc(w.Told, func(e Escalation) bool { return e.Level == level }) {
			continue
		}
		if at[level].After(now) {
			return late, at[level]
		}
		late = append(late, Escalation{Step: w.Step, Level: level, At: now})
	}
	return late, time.Time{}
}
