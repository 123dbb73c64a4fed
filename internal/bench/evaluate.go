package bench

import (
	"fmt"
	"io"
	"time"

	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// The size of the case that Evaluate judges: a long call at an address with a
// long past.
const (
	evaluatedAnswers = 40
	evaluatedPast    = script.MaxRecent
)

// Evaluate measures one full evaluation of the DV script: what to ask next,
// flags, class, priority and approach. The floor is the least that could be
// done: to look at each question's answer and at each entry once.
func Evaluate(out io.Writer, n int) error {
	scripts, err := script.Shipped()
	if err != nil {
		return err
	}
	rules, err := risk.Shipped()
	if err != nil {
		return err
	}
	s, now := scripts[0], time.Now().UTC()
	answers := longCall(s, now)
	if len(answers) < evaluatedAnswers {
		return fmt.Errorf("only %d questions of script %s can be answered at once", len(answers), s.Code)
	}
	facts := longPast(rules, now)
	mode := script.Mode{Speech: script.Voice, Caller: script.Victim}
	return Compare(out, "script_evaluate", n/10, n, func(int) (time.Duration, error) {
		return Timed(func() error {
			if rules.Assess(s, answers, facts, mode, now).Priority.Level == 0 {
				return fmt.Errorf("no priority")
			}
			return nil
		})
	}, func(int) (time.Duration, error) {
		return Timed(func() error {
			seen := 0
			for _, q := range s.Questions {
				if answers[q.Code].Value.Asked() {
					seen++
				}
			}
			for _, p := range facts.Recent {
				seen += len(p.Flags)
			}
			if seen == 0 {
				return fmt.Errorf("nothing to see")
			}
			return nil
		})
	})
}

// longCall answers questions as they come up until there are enough: yes where
// it can be, else the first choice.
func longCall(s script.Script, now time.Time) script.Answers {
	answers := script.Answers{}
	facts, mode := script.Facts{SearchedPremise: true, SearchedPersons: true}, script.Mode{Speech: script.Voice, Caller: script.Victim}
	for len(answers) < evaluatedAnswers {
		code := s.Walk(answers, facts, mode).Next
		q, ok := s.Question(code)
		if !ok {
			break
		}
		v := script.Word(script.Yes)
		switch q.Kind {
		case script.Choice:
			v = script.Word(q.Choices[0].Code)
		case script.MultiChoice:
			v = script.WordList(q.Choices[0].Code)
		case script.YesNo:
		default:
			v = script.Word(script.Unknown)
		}
		answers[code] = script.Given{Value: v, At: now}
	}
	return answers
}

func longPast(rules risk.Rules, now time.Time) script.Facts {
	f := script.Facts{SearchedPremise: true, SearchedPersons: true, Incidents12m: 20, DVIncidents30d: 2, DVIncidents12m: 12,
		DVIncidentsEver: evaluatedPast, PersonDVIncidentsEver: 4, ProtectionOrder: true, FirearmOnRecord: true}
	for i := range evaluatedPast {
		at := now.AddDate(0, 0, -20*i)
		f.Recent = append(f.Recent, script.PastIncident{ID: fmt.Sprint(i), At: at, Class: script.ClassDV, Address: "Näite tn 1-2", Tie: script.TieDwelling,
			Flags: []string{rules.Flags[i%len(rules.Flags)].Code, rules.Flags[(3*i+1)%len(rules.Flags)].Code}})
	}
	return f
}
