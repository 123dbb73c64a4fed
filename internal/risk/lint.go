package risk

import (
	"fmt"
	"slices"

	"doorstep/internal/script"
)

// Lint finds what in the rules can never happen with this script: comparisons
// with questions or answers that it does not have, flags that nothing raises
// and advice that nothing asks for. It also finds texts that are too long or too
// hard to be read on the way.
func (r Rules) Lint(s script.Script) []script.Finding {
	var findings []script.Finding
	for _, c := range r.conditions() {
		for _, wrong := range s.Misread(c.when) {
			findings = append(findings, script.Finding{Where: c.field, Detail: wrong})
		}
	}
	var raised, advised []string
	for _, q := range s.Questions {
		for _, x := range q.Raises {
			raised = append(raised, x.Flag)
		}
	}
	for _, rule := range r.Rules {
		raised = append(raised, rule.Flag)
	}
	for i, f := range r.Flags {
		advised = append(advised, f.Advice...)
		if !slices.Contains(raised, f.Code) {
			findings = append(findings, script.Finding{
				Where:  fmt.Sprintf("flags[%d]", i),
				Detail: fmt.Sprintf("nothing raises %s", f.Code),
			})
		}
	}
	for i, a := range r.Approach {
		if a.When.Zero() && !slices.Contains(advised, a.Code) {
			findings = append(findings, script.Finding{
				Where:  fmt.Sprintf("approach[%d]", i),
				Detail: fmt.Sprintf("no flag asks for %s", a.Code),
			})
		}
	}
	_, unreadable := r.Readability()
	return append(findings, unreadable...)
}

// The most characters of each sort of text: what a crew reads at a glance, on
// its way.
const (
	longestFlag   = 60
	longestReason = 110
	longestAdvice = 110
)

// Readability is how easy the texts of the rules are, with what is too long.
func (r Rules) Readability() (script.Readability, []script.Finding) {
	var read script.Readability
	var found []script.Finding
	check := func(where string, i int, field string, t script.Text, longest int) {
		found = append(found, read.Check(fmt.Sprintf("%s[%d].%s", where, i, field), t, longest)...)
	}
	for i, f := range r.Flags {
		check("flags", i, "text", f.Text, longestFlag)
	}
	for i, x := range r.Rules {
		check("rules", i, "reason", x.Reason, longestReason)
	}
	for i, x := range r.Classification {
		check("classification", i, "reason", x.Reason, longestReason)
	}
	for i, x := range r.Priorities {
		check("priorities", i, "reason", x.Reason, longestReason)
	}
	for i, a := range r.Approach {
		check("approach", i, "text", a.Text, longestAdvice)
		check("approach", i, "why", a.Why, longestAdvice)
	}
	return read, append(found, read.Findings(script.AtAGlance)...)
}
