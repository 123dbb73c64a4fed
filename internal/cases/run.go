package cases

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// Result is what came of a case.
type Result struct {
	Case     string    `json:"case"`
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Passed   bool      `json:"passed"`
	Failures []Failure `json:"failures"`
}

// Failure is one thing that came out otherwise than expected.
type Failure struct {
	What     string `json:"what"` // class, rule, priority, flag …
	Expected string `json:"expected"`
	Came     string `json:"came"`
}

func (f Failure) String() string {
	return fmt.Sprintf("%s: expected %s, came %s", f.What, f.Expected, f.Came)
}

// String is one line: where, which case, and all that failed.
func (r Result) String() string {
	said := make([]string, len(r.Failures))
	for i, f := range r.Failures {
		said[i] = f.String()
	}
	return fmt.Sprintf("%s:%d: %s: %s", r.File, r.Line, r.Case, strings.Join(said, "; "))
}

// Run judges each case, in order. The file must have passed Check with the same
// script and rules.
func (f File) Run(s script.Script, r risk.Rules) []Result {
	results := make([]Result, 0, len(f.Cases))
	for i, one := range f.Cases {
		failures := one.run(s, r, f.Now)
		results = append(results, Result{Case: one.Code, File: f.name, Line: f.lines[i], Passed: len(failures) == 0, Failures: failures})
	}
	return results
}

func (c Case) mode() script.Mode { return script.Mode{Speech: c.Speech, Caller: c.Caller} }

// given takes the answers one a second, so that the last falls on now.
func (c Case) given(s script.Script, now time.Time) script.Answers {
	answers := script.Answers{}
	for i, a := range c.Answers {
		for question, raw := range a {
			v, err := s.Find(question).Check(raw)
			if err != nil {
				panic("cases: run without a check: " + err.Error())
			}
			answers[question] = script.Given{Value: v, At: now.Add(time.Duration(i+1-len(c.Answers)) * time.Second)}
		}
	}
	return answers
}

func (c Case) run(s script.Script, r risk.Rules, now time.Time) []Failure {
	answers := c.given(s, now)
	got := r.Assess(s, answers, c.Facts, c.mode(), now)
	e := c.Expect
	t := tally{failures: []Failure{}}
	t.same("class", e.Class, got.Classification.Code)
	if e.Rule != "" {
		t.same("rule", e.Rule, got.Classification.Rule)
	}
	t.same("priority", strconv.Itoa(e.Priority), strconv.Itoa(got.Priority.Level))

	var counting, old, all []string
	for _, f := range got.Flags {
		all = append(all, f.Code)
		if f.Counts() {
			counting = append(counting, f.Code)
		} else {
			old = append(old, f.Code)
		}
	}
	t.each("flag", e.Flags, counting)
	t.each("old flag", e.OldFlags, old)
	t.none("flag", e.NotFlags, all)

	var approach []string
	for _, a := range got.Approach {
		approach = append(approach, a.Code)
	}
	t.each("approach", e.Approach, approach)

	var advice []string
	for _, a := range s.Walk(answers, c.Facts, c.mode()).Advice {
		advice = append(advice, a.Code)
	}
	t.each("advice", e.Advice, advice)
	t.none("advice", e.NotAdvice, advice)
	return t.failures
}

type tally struct{ failures []Failure }

func (t *tally) same(what, expected, came string) {
	if expected != came {
		t.failures = append(t.failures, Failure{what, expected, came})
	}
}

// each expects all of them, and shows what is there instead.
func (t *tally) each(what string, expected, came []string) {
	for _, code := range expected {
		if !slices.Contains(came, code) {
			t.failures = append(t.failures, Failure{what, code, shown(came)})
		}
	}
}

func (t *tally) none(what string, unwanted, came []string) {
	for _, code := range unwanted {
		if slices.Contains(came, code) {
			t.failures = append(t.failures, Failure{what, "no " + code, code})
		}
	}
}

func shown(codes []string) string {
	if len(codes) == 0 {
		return "none"
	}
	return strings.Join(codes, " ")
}
