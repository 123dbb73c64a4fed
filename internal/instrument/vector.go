package instrument

import (
	"fmt"
	"slices"
	"strings"
)

// Vector is an input with the result it must have: the licence holder's worked
// examples, or ours. The loader runs it.
type Vector struct {
	Name     string   `json:"name"`
	Input    Input    `json:"input"`
	Settings Settings `json:"settings,omitempty"`
	Want     Want     `json:"want"`
}

// Want is the part of a result that a vector fixes.
type Want struct {
	Min int `json:"min"`
	Max int `json:"max"`
	// Levels are the lowest and the highest; empty where only a person grades.
	LevelMin string `json:"level_min,omitempty"`
	LevelMax string `json:"level_max,omitempty"`
	// Met and Open are the routes in that state.
	Met      []string `json:"met,omitempty"`
	Open     []string `json:"open,omitzero"`
	Prorated *int     `json:"prorated,omitempty"`
}

// vectors runs what the file claims of itself.
func (c *checker) vectors() {
	if len(c.d.Vectors) == 0 && c.d.Scoring.Method != NeedsFile {
		c.wrong(nil, "has no vectors: an instrument that is scored carries its own tests")
	}
	for i, v := range c.d.Vectors {
		r, err := c.d.Score(v.Input, v.Settings)
		if err != nil {
			c.wrong([]any{"vectors", i, "input"}, "%q cannot be scored: %v", v.Name, err)
			continue
		}
		for _, diff := range v.Want.against(r) {
			c.wrong([]any{"vectors", i, "want"}, "%q fails: %s", v.Name, diff)
		}
	}
}

// against lists where a result differs from what is wanted.
func (w Want) against(r Result) []string {
	var diffs []string
	differ := func(what, want, got string) {
		if want != got {
			diffs = append(diffs, fmt.Sprintf("%s is %q, the file wants %q", what, got, want))
		}
	}
	differ("min", fmt.Sprint(w.Min), fmt.Sprint(r.Score.Min))
	differ("max", fmt.Sprint(w.Max), fmt.Sprint(r.Score.Max))
	lo, hi := "", ""
	if p := r.Proposed; p != nil {
		lo, hi = p.Min.Code, p.Max.Code
	}
	differ("level_min", w.LevelMin, lo)
	differ("level_max", w.LevelMax, hi)
	differ("met", sorted(w.Met), sorted(r.in(IsMet)))
	if w.Open != nil {
		differ("open", sorted(w.Open), sorted(r.in(Open)))
	}
	differ("prorated", number(w.Prorated), number(r.Score.Prorated))
	return diffs
}

// in lists the routes in a state.
func (r Result) in(s State) []string {
	var codes []string
	for _, m := range r.Routes {
		if m.State == s {
			codes = append(codes, m.Code)
		}
	}
	return codes
}

func sorted(codes []string) string {
	codes = slices.Clone(codes)
	slices.Sort(codes)
	return strings.Join(codes, " ")
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}
