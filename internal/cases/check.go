package cases

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"doorstep/internal/definition"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

type checker struct {
	file   File
	script script.Script
	rules  risk.Rules
	errs   []error
}

func (c *checker) wrong(field, format string, args ...any) {
	c.errs = append(c.errs, definition.Problem{
		Name:   c.file.name,
		Line:   definition.Line(c.file.data, field),
		Field:  field,
		Detail: fmt.Sprintf(format, args...),
	})
}

// answers takes them one by one, as the service does.
func (c *checker) answers(at string, one Case) {
	given := script.Answers{}
	for i, a := range one.Answers {
		for question, raw := range a {
			where := fmt.Sprintf("%s.answers[%d].%s", at, i, question)
			v, err := c.answer(one, given, question, raw)
			if err != nil {
				c.wrong(where, "%s", err)
				continue
			}
			given[question] = script.Given{Value: v, At: c.file.Now}
		}
	}
}

func (c *checker) answer(one Case, given script.Answers, question string, raw json.RawMessage) (script.Value, error) {
	q := c.script.Find(question)
	if q == nil {
		return script.Value{}, errors.New("the script does not ask this")
	}
	if _, visible := c.script.Live(given, one.Facts, one.mode()); !slices.Contains(visible, question) {
		return script.Value{}, errors.New("the question is hidden at this point of the call")
	}
	return q.Check(raw)
}

func (c *checker) expected(at string, e Expect) {
	var rules, approach, advice []string
	for _, r := range c.rules.Classification {
		rules = append(rules, r.Code)
	}
	for _, a := range c.rules.Approach {
		approach = append(approach, a.Code)
	}
	for _, a := range c.script.Advice {
		advice = append(advice, a.Code)
	}
	if e.Rule != "" && !slices.Contains(rules, e.Rule) {
		c.wrong(at+".rule", "rule %s is not defined", e.Rule)
	}
	flags := c.rules.FlagCodes()
	for _, list := range []struct {
		field        string
		codes, known []string
	}{
		{"flags", e.Flags, flags},
		{"old_flags", e.OldFlags, flags},
		{"not_flags", e.NotFlags, flags},
		{"approach", e.Approach, approach},
		{"advice", e.Advice, advice},
		{"not_advice", e.NotAdvice, advice},
	} {
		for i, code := range list.codes {
			if !slices.Contains(list.known, code) {
				c.wrong(fmt.Sprintf("%s.%s[%d]", at, list.field, i), "%s is not defined", code)
			}
		}
	}
}
