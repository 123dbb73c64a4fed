package risk_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// anyAnswers draws answers to some of the questions, dead branches included.
func anyAnswers(t *rapid.T, s script.Script) script.Answers {
	answers := script.Answers{}
	for _, q := range s.Questions {
		if !rapid.Bool().Draw(t, "ask "+q.Code) {
			continue
		}
		words := []string{script.Unknown, script.Refused}
		switch q.Kind {
		case script.YesNo:
			words = append(words, script.Yes, script.No, script.Yes, script.No)
		case script.Choice, script.MultiChoice:
			for _, c := range q.Choices {
				words = append(words, c.Code)
			}
		}
		word := rapid.SampledFrom(words).Draw(t, q.Code)
		v := script.Word(word)
		if q.Kind == script.MultiChoice && word != script.Unknown && word != script.Refused {
			v = script.WordList(word)
		}
		answers[q.Code] = script.Given{Value: v, At: now.Add(-time.Minute)}
	}
	return answers
}

func anyFacts(t *rapid.T, flags []string) script.Facts {
	f := script.Facts{
		SearchedPremise:       rapid.Bool().Draw(t, "searched premise"),
		SearchedPersons:       rapid.Bool().Draw(t, "searched persons"),
		DVIncidents30d:        rapid.IntRange(0, 3).Draw(t, "30d"),
		DVIncidents12m:        rapid.IntRange(0, 4).Draw(t, "12m"),
		DVIncidentsEver:       rapid.IntRange(0, 5).Draw(t, "ever"),
		PersonDVIncidentsEver: rapid.IntRange(0, 2).Draw(t, "persons"),
		ProtectionOrder:       rapid.Bool().Draw(t, "order"),
		FirearmOnRecord:       rapid.Bool().Draw(t, "firearm"),
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "incidents") {
		f.Recent = append(f.Recent, script.PastIncident{
			ID:      fmt.Sprint(i),
			At:      daysAgo(rapid.IntRange(0, 3000).Draw(t, "days ago")),
			Class:   rapid.SampledFrom([]string{"dv", "suspected_dv", "not_dv"}).Draw(t, "class"),
			Address: "Näite 1",
			Tie:     rapid.SampledFrom([]script.Tie{script.TieDwelling, script.TiePerson, script.TieBlock, script.TieEarlierResident}).Draw(t, "tie"),
			Flags:   []string{rapid.SampledFrom(flags).Draw(t, "flag")},
		})
	}
	return f
}

func anyMode(t *rapid.T) script.Mode {
	return script.Mode{
		Speech: rapid.SampledFrom([]script.Speech{"", script.Voice, script.Typed, script.Covert}).Draw(t, "speech"),
		Caller: rapid.SampledFrom([]script.Caller{"", script.Victim, script.ThirdParty, script.Child, script.Suspect}).Draw(t, "caller"),
	}
}

// factor adds one risk factor to a call, and takes none away.
type factor struct {
	name string
	add  func(script.Answers, *script.Facts)
}

// factors are all answers that raise a flag, and all facts that can grow.
func factors(s script.Script, flags []string) []factor {
	all := []factor{
		{"another DV incident", func(_ script.Answers, f *script.Facts) {
			f.SearchedPremise = true
			f.DVIncidents30d++
			f.DVIncidents12m++
			f.DVIncidentsEver++
		}},
		{"DV elsewhere", func(_ script.Answers, f *script.Facts) { f.SearchedPersons = true; f.PersonDVIncidentsEver++ }},
		{"an order", func(_ script.Answers, f *script.Facts) { f.SearchedPersons = true; f.ProtectionOrder = true }},
		{"a firearm", func(_ script.Answers, f *script.Facts) { f.SearchedPersons = true; f.FirearmOnRecord = true }},
	}
	for _, code := range flags {
		all = append(all, factor{"on record: " + code, func(_ script.Answers, f *script.Facts) { f.Flags = append(f.Flags, code) }})
	}
	for _, q := range s.Questions {
		for _, r := range q.Raises {
			for _, word := range append(slices.Clone(r.In), r.Is) {
				if word != "" {
					all = append(all, factor{q.Code + " " + word, func(answers script.Answers, _ *script.Facts) { answerMore(answers, q, word) }})
				}
			}
		}
	}
	return all
}

// answerMore gives the answer that raises a flag: instead of one that raises
// none, or besides the others of a list.
func answerMore(answers script.Answers, q script.Question, word string) {
	before := answers[q.Code].Value
	if q.Kind != script.MultiChoice {
		raised := slices.ContainsFunc(q.Raises, func(r script.Raise) bool { return r.By(before) })
		if !raised {
			answers[q.Code] = script.Given{Value: script.Word(word), At: now}
		}
		return
	}
	more := []string{word}
	for _, c := range q.Choices {
		if before.Is(c.Code) && c.Code != word {
			more = append(more, c.Code)
		}
	}
	answers[q.Code] = script.Given{Value: script.WordList(more...), At: now}
}

var severities = []risk.Severity{risk.Critical, risk.High, risk.Caution, risk.Info}

// worst is the index of the gravest severity among the flags that count.
func worst(a risk.Assessment) int {
	for i, s := range severities {
		if slices.ContainsFunc(a.Flags, func(f risk.Flag) bool { return f.Severity == s && f.Counts() }) {
			return i
		}
	}
	return len(severities)
}

func TestOneMoreFactorNeverLowersPriorityOrSeverity(t *testing.T) {
	s, rules := shipped(t)
	all := factors(s, rules.FlagCodes())
	rapid.Check(t, func(t *rapid.T) {
		answers, facts, mode := anyAnswers(t, s), anyFacts(t, rules.FlagCodes()), anyMode(t)
		before := rules.Assess(s, answers, facts, mode, now)
		more := all[rapid.IntRange(0, len(all)-1).Draw(t, "factor")]
		more.add(answers, &facts)
		after := rules.Assess(s, answers, facts, mode, now)
		if after.Priority.Level > before.Priority.Level {
			t.Fatalf("%s lowers the priority from %d to %d", more.name, before.Priority.Level, after.Priority.Level)
		}
		if worst(after) > worst(before) {
			t.Fatalf("%s lowers the severity: %v, then %v", more.name, codes(before), codes(after))
		}
		if before.Classification.Code == script.ClassDV && after.Classification.Code != script.ClassDV {
			t.Fatalf("%s makes it no longer DV", more.name)
		}
	})
}

func TestTheSameInGivesTheSameOut(t *testing.T) {
	s, rules := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		answers, facts, mode := anyAnswers(t, s), anyFacts(t, rules.FlagCodes()), anyMode(t)
		first, err := json.Marshal(rules.Assess(s, answers, facts, mode, now))
		if err != nil {
			t.Fatal(err)
		}
		second, _ := json.Marshal(rules.Assess(s, answers, facts, mode, now))
		if !reflect.DeepEqual(first, second) {
			t.Fatalf("%s\n%s", first, second)
		}
	})
}

func TestEveryFlagHasItsReasons(t *testing.T) {
	s, rules := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		a := rules.Assess(s, anyAnswers(t, s), anyFacts(t, rules.FlagCodes()), anyMode(t), now)
		for _, f := range a.Flags {
			if len(f.Reasons) == 0 {
				t.Fatalf("%s is a bare flag", f.Code)
			}
			for _, r := range f.Reasons {
				if r.Text.ET == "" || (r.Kind == risk.ByAnswer) != (r.Question != "") || (r.Kind == risk.ByIncident) != (r.IncidentID != "") {
					t.Fatalf("%s has a reason that cannot be followed: %+v", f.Code, r)
				}
			}
		}
		if len(a.Priority.Reasons) == 0 || a.Classification.Reason.EN == "" {
			t.Fatal("class or priority without a reason")
		}
	})
}

func BenchmarkAssess(b *testing.B) {
	s, rules := shipped(b)
	answers := script.Answers{}
	for _, q := range s.Questions {
		if len(answers) == 40 {
			break
		}
		switch q.Kind {
		case script.MultiChoice:
			answers[q.Code] = script.Given{Value: script.WordList(q.Choices[0].Code), At: now}
		case script.Choice:
			answers[q.Code] = script.Given{Value: script.Word(q.Choices[0].Code), At: now}
		case script.Number:
			answers[q.Code] = script.Given{Value: script.Num(*q.Min), At: now}
		default:
			answers[q.Code] = script.Given{Value: script.Word(script.Yes), At: now}
		}
	}
	facts := searched
	facts.DVIncidents12m, facts.DVIncidentsEver, facts.PersonDVIncidentsEver = 20, 50, 10
	for i := range script.MaxRecent {
		facts.Recent = append(facts.Recent, past(fmt.Sprint(i), i*10, "dv", "stalking", "threat_to_kill"))
	}
	b.ReportAllocs()
	for b.Loop() {
		rules.Assess(s, answers, facts, voice, now)
	}
}
