package script

import "slices"

// Condition is a question about the call that has only two results, and that
// nobody can write a program in. The package comment defines it.
//
// Exactly one of All, Any, Not, Answer, History, Mode, Caller, Flag and Class
// is set; Answer and History come with one of Is, In, AtLeast and Asked. The
// zero Condition always holds.
type Condition struct {
	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
	Not *Condition  `json:"not,omitempty"`

	Answer  string `json:"answer,omitempty"`  // a question code
	History string `json:"history,omitempty"` // a fact name
	Mode    Speech `json:"mode,omitempty"`
	Caller  Caller `json:"caller,omitempty"`

	// Flag and Class are for risk rules only: a script is walked before
	// anything is judged.
	Flag  string `json:"flag,omitempty"`
	Class string `json:"class,omitempty"`

	// Is is a string (a word of an answer, a flag on record) or, with
	// History, a bool.
	Is      any      `json:"is,omitempty"`
	In      []string `json:"in,omitempty"`
	AtLeast *float64 `json:"at_least,omitempty"`
	Asked   *bool    `json:"asked,omitempty"`
}

// Speech is how the caller can speak.
type Speech string

// The modes of speech.
const (
	Voice  Speech = "voice"
	Typed  Speech = "text" // by message, not by voice
	Covert Speech = "covert"
)

// Caller is who calls.
type Caller string

// The callers.
const (
	Victim     Caller = "victim"
	ThirdParty Caller = "third_party"
	Child      Caller = "child"
	Suspect    Caller = "suspect"
)

// Mode is how the call is held. A field that is not known is empty, and no
// condition on it holds.
type Mode struct {
	Speech Speech `json:"speech"`
	Caller Caller `json:"caller"`
}

// Situation is all that a condition may look at. Flags and Class are set by
// the risk rules as they go.
type Situation struct {
	Answers Answers
	Facts   Facts
	Mode    Mode
	Flags   []string
	Class   string
}

// Zero reports whether the condition is the one that always holds.
func (c Condition) Zero() bool {
	return c.All == nil && c.Any == nil && c.Not == nil && c.Answer == "" &&
		c.History == "" && c.Mode == "" && c.Caller == "" && c.Flag == "" && c.Class == ""
}

// Holds judges the condition.
func (c *Condition) Holds(in *Situation) bool {
	switch {
	case c.All != nil:
		for i := range c.All {
			if !c.All[i].Holds(in) {
				return false
			}
		}
		return true
	case c.Any != nil:
		for i := range c.Any {
			if c.Any[i].Holds(in) {
				return true
			}
		}
		return false
	case c.Not != nil:
		return !c.Not.Holds(in)
	case c.Answer != "":
		given := in.Answers[c.Answer]
		return c.ofAnswer(&given.Value)
	case c.History != "":
		return c.ofHistory(&in.Facts)
	case c.Mode != "":
		return c.Mode == in.Mode.Speech
	case c.Caller != "":
		return c.Caller == in.Mode.Caller
	case c.Flag != "":
		return slices.Contains(in.Flags, c.Flag)
	case c.Class != "":
		return c.Class == in.Class
	}
	return true
}

func (c *Condition) ofAnswer(v *Value) bool {
	switch {
	case c.Asked != nil:
		return v.Asked() == *c.Asked
	case c.AtLeast != nil:
		n, ok := v.Number()
		return ok && n >= *c.AtLeast
	case c.In != nil:
		return slices.ContainsFunc(c.In, v.Is)
	}
	word, _ := c.Is.(string)
	return v.Is(word)
}

func (c *Condition) ofHistory(f *Facts) bool {
	switch {
	case c.AtLeast != nil:
		n, _ := f.Count(c.History)
		return float64(n) >= *c.AtLeast
	case c.In != nil:
		return slices.ContainsFunc(c.In, f.Flagged)
	}
	switch is := c.Is.(type) {
	case string:
		return f.Flagged(is)
	case bool:
		n, searched := f.Count(c.History)
		if is {
			return n > 0
		}
		// Not searched is not "none".
		return searched && n == 0
	}
	return false
}

// Leaves calls visit for each condition within c that is not all, any or not,
// in order; negated tells whether it stands under an odd number of nots.
func (c Condition) Leaves(visit func(leaf Condition, negated bool)) { c.leaves(visit, false) }

func (c Condition) leaves(visit func(Condition, bool), negated bool) {
	switch {
	case c.Zero():
	case c.Not != nil:
		c.Not.leaves(visit, !negated)
	case c.All != nil || c.Any != nil:
		for _, sub := range slices.Concat(c.All, c.Any) {
			sub.leaves(visit, negated)
		}
	default:
		visit(c, negated)
	}
}
