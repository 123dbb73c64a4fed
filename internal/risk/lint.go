package risk

import (
	"fmt"
	"slices"

	"doorstep/internal/script"
)

// Lint finds what in the rules can never happen with this script: comparisons
// with questions or answers that it does not have, flags that nothing raises
// and advice that nothing asks for.
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
	return findings
}
