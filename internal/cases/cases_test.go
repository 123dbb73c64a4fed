package cases_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/cases"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

func shipped(t *testing.T) ([]cases.File, script.Script, risk.Rules) {
	t.Helper()
	files, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := script.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := risk.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(scripts, func(s script.Script) bool { return s.Code == "dv" })
	return files, scripts[i], rules
}

func failed(files []cases.File, s script.Script, r risk.Rules) []string {
	var lines []string
	for _, f := range files {
		for _, result := range f.Run(s, r) {
			if !result.Passed {
				lines = append(lines, result.String())
			}
		}
	}
	return lines
}

func TestShippedCases(t *testing.T) {
	files, s, r := shipped(t)
	seen := map[string]bool{}
	for _, f := range files {
		if err := f.Check(s, r); err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Cases {
			if seen[c.Code] {
				t.Errorf("%s is there twice", c.Code)
			}
			seen[c.Code] = true
		}
	}
	if len(seen) < 66 {
		t.Errorf("%d cases, want 66 at least", len(seen))
	}
	for _, line := range failed(files, s, r) {
		t.Error(line)
	}
}

// A rule that nobody would miss is a rule that no case holds.
func TestTheCasesMissEachRuleThatDecides(t *testing.T) {
	files, s, r := shipped(t)
	var all []cases.Case
	for _, f := range files {
		all = append(all, f.Cases...)
	}
	for _, rule := range r.Classification {
		if !slices.ContainsFunc(all, func(c cases.Case) bool { return c.Expect.Rule == rule.Code && c.Expect.Class == rule.Class }) {
			t.Errorf("no case expects to be classified by %s", rule.Code)
		}
	}
	for _, flag := range r.Flags {
		if !slices.ContainsFunc(all, func(c cases.Case) bool { return slices.Contains(c.Expect.Flags, flag.Code) }) {
			t.Errorf("no case expects flag %s", flag.Code)
		}
	}
	for _, advice := range s.Advice {
		if !slices.ContainsFunc(all, func(c cases.Case) bool { return slices.Contains(c.Expect.Advice, advice.Code) }) {
			t.Errorf("no case expects that the caller is told %s", advice.Code)
		}
		// What is said to everybody, as long as the call lasts, cannot be said to the wrong one.
		if advice.When.Zero() {
			continue
		}
		if !slices.ContainsFunc(all, func(c cases.Case) bool { return slices.Contains(c.Expect.NotAdvice, advice.Code) }) {
			t.Errorf("no case expects that the caller is not told %s", advice.Code)
		}
	}
	for i, q := range s.Questions {
		for j, x := range q.Raises {
			poorer := s
			poorer.Questions = slices.Clone(s.Questions)
			poorer.Questions[i].Raises = slices.Delete(slices.Clone(q.Raises), j, j+1)
			if len(failed(files, poorer, r)) == 0 {
				t.Errorf("no case misses that %s raises %s", q.Code, x.Flag)
			}
		}
	}
	for i, rule := range r.Rules {
		poorer := r
		poorer.Rules = slices.Delete(slices.Clone(r.Rules), i, i+1)
		if len(failed(files, s, poorer)) == 0 {
			t.Errorf("no case misses rule %s", rule.Code)
		}
	}
	for i, rule := range r.Priorities {
		if rule.When.Zero() {
			continue
		}
		poorer := r
		poorer.Priorities = slices.Delete(slices.Clone(r.Priorities), i, i+1)
		if len(failed(files, s, poorer)) == 0 {
			t.Errorf("no case misses priority rule %s", rule.Code)
		}
	}
}

const one = `script: dv
now: "2026-01-01T00:30:00Z"
cases:
  - code: somebody
    narrative: Somebody was hit by a stranger who has gone.
    caller: victim
    speech: voice
    answers:
      - injured: "no"
      - suspect_present: "no"
      - what_happened: [hit]
      - relationship: stranger
    expect:
      class: not_dv
      priority: 3
`

func TestWhatCannotBeRunIsRefusedWithItsLine(t *testing.T) {
	_, s, r := shipped(t)
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown question":   {"- injured:", "- injrued:", `own.yaml:9: cases[0].answers[0].injrued: the script does not ask this`},
		"hidden question":    {`- injured: "no"`, `- children_hurt: "no"`, `own.yaml:9: cases[0].answers[0].children_hurt: the question is hidden`},
		"hidden by another":  {`- what_happened: [hit]`, `- safe_place: "yes"`, `own.yaml:11: cases[0].answers[2].safe_place: the question is hidden`},
		"wrong choice":       {"relationship: stranger", "relationship: nobody", `own.yaml:12: cases[0].answers[3].relationship: value must be one of`},
		"wrong kind":         {"[hit]", "hit", `own.yaml:11: cases[0].answers[2].what_happened: value must be a list`},
		"unknown flag":       {"priority: 3", "priority: 3\n      flags: [violence_now, wepaon]", `own.yaml:16: cases[0].expect.flags[1]: wepaon is not defined`},
		"unknown advice":     {"priority: 3", "priority: 3\n      not_advice: [run]", `own.yaml:16: cases[0].expect.not_advice[0]: run is not defined`},
		"unknown class rule": {"priority: 3", "priority: 3\n      rule: moon", `own.yaml:16: cases[0].expect.rule: rule moon is not defined`},
		"another script":     {"script: dv", "script: fire", `own.yaml:1: script: is fire`},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(one, c.old) {
				t.Fatalf("the case does not hold %q", c.old)
			}
			f, err := cases.Parse([]byte(strings.Replace(one, c.old, c.new, 1)), "own.yaml")
			if err != nil {
				t.Fatal(err)
			}
			err = f.Check(s, r)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want %s…", err, c.want)
			}
		})
	}
}

func TestParseIsStrict(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"misspelt key":    {"priority: 3", "priorty: 3", "own.yaml:13: cases[0].expect: "},
		"no such caller":  {"caller: victim", "caller: dog", "own.yaml:6: cases[0].caller: "},
		"two in one item": {`- injured: "no"`, `- { injured: "no", weapon: "no" }`, "own.yaml:9: cases[0].answers[0]: "},
		"no narrative":    {"narrative: Somebody was hit by a stranger who has gone.", "narrative: short", "own.yaml:5: cases[0].narrative: "},
		"broken YAML":     {"caller: victim", "caller: [", "own.yaml:"},
		"not a time":      {"2026-01-01T00:30:00Z", "2026-99-99T00:30:00Z", "own.yaml: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := cases.Parse([]byte(strings.Replace(one, c.old, c.new, 1)), "own.yaml")
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %v, want %s…", err, c.want)
			}
		})
	}
}

func TestAFailureSaysWhatWasExpectedAndWhatCame(t *testing.T) {
	_, s, r := shipped(t)
	wrong := strings.NewReplacer("class: not_dv", "class: dv", "priority: 3",
		"priority: 1\n      rule: sibling\n      flags: [weapon]\n      old_flags: [firearm]\n      not_flags: [violence_now]\n      approach: [two_units]\n      advice: [leave_now]\n      not_advice: [lock_up]").Replace(one)
	f, err := cases.Parse([]byte(wrong), "own.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(s, r); err != nil {
		t.Fatal(err)
	}
	results := f.Run(s, r)
	if len(results) != 1 || results[0].Passed {
		t.Fatalf("results %+v", results)
	}
	line := results[0].String()
	for _, want := range []string{
		"own.yaml:4: somebody: class: expected dv, came not_dv; rule: expected sibling, came not_domestic; priority: expected 1, came 3; flag: expected weapon, came ",
		"old flag: expected firearm, came none",
		"flag: expected no violence_now, came violence_now",
		"approach: expected two_units, came ",
		"advice: expected leave_now, came ",
		"advice: expected no lock_up, came lock_up",
	} {
		if !strings.Contains(line, want) {
			t.Errorf("the line lacks %q:\n%s", want, line)
		}
	}
	if strings.Contains(line, "\n") {
		t.Error("more than one line")
	}
}

// Every fact that a condition may ask for can be written in a case.
func TestTheSchemaKnowsEveryFact(t *testing.T) {
	for _, want := range script.FactNames {
		if !regexp.MustCompile(fmt.Sprintf(`"%s": \{`, want)).Match(cases.Schema) {
			t.Errorf("the schema does not know the fact %s", want)
		}
	}
}
