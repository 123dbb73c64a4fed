package risk_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"doorstep/internal/risk"
	"doorstep/internal/script"
)

func TestParseRefuses(t *testing.T) {
	whole, err := os.ReadFile("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown key":                 {"    fades_after: 1825d", "    fade_after: 1825d", "fade_after"},
		"a fading that is no span":       {"fades_after: 1825d", "fades_after: 5y", "fades_after"},
		"a severity that does not exist": {"severity: critical", "severity: grave", "severity"},
		"a flag without a source":        {"    source: \"IOPC", "    # source: \"IOPC", "missing property 'source'"},
		"a priority past four":           {"level: 4", "level: 5", "level"},
		"advice that is not defined":     {"advice: [ambulance]", "advice: [ambulanse]", "approach ambulanse is not defined"},
		"a rule for no flag":             {"flag: repeat_incidents", "flag: repeats", "flag repeats is not defined"},
		"a condition on no flag":         {"{ flag: line_cut }", "{ flag: line_cutt }", "flag line_cutt is not defined"},
		"a flag raised by flags":         {"when: { mode: covert }", "when: { flag: weapon }", "looks at what is not decided yet"},
		"a class decided by the class":   {"when: { answer: relationship, in: [acquaintance, stranger] }", "when: { class: dv }", "looks at what is not decided yet"},
		"no class of last resort":        {"  - code: relationship_not_known\n", "  - code: relationship_not_known\n    when: { mode: covert }\n", "the last rule must hold always"},
		"no priority of last resort":     {"  - code: nothing_named\n", "  - code: nothing_named\n    when: { mode: covert }\n", "one rule must hold always"},
		"a flag twice":                   {"  - code: injury\n", "  - code: weapon\n", "weapon is defined twice"},
		"advice twice":                   {"  - code: two_units\n", "  - code: ambulance\n", "ambulance is defined twice"},
		"a fact without words":           {factLine(string(whole), "firearm_on_record"), "", "labels.facts does not word firearm_on_record"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(string(whole), c.old, c.new, 1)
			if broken == string(whole) {
				t.Fatal("nothing was broken")
			}
			_, err := risk.Parse([]byte(broken), "rules.yaml")
			if err == nil {
				t.Fatal("was taken")
			}
			if !strings.HasPrefix(err.Error(), "rules.yaml:") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error does not say what is wrong: %v", err)
			}
		})
	}
}

// factLine finds the line that words a fact.
func factLine(rules, fact string) string {
	for line := range strings.Lines(rules) {
		if strings.HasPrefix(line, "    "+fact+": ") {
			return line
		}
	}
	return ""
}

func TestRulesSurviveTheWire(t *testing.T) {
	_, rules := shipped(t)
	raw, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	again, err := risk.Parse(raw, "rules.json")
	if err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(again)
	if err != nil {
		t.Fatal(err)
	}
	if string(raw) != string(second) {
		t.Error("rules change when they are written and read")
	}
}

func TestARuleOverFlagsOnRecordNamesThem(t *testing.T) {
	s, _ := shipped(t)
	whole, err := os.ReadFile("rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(whole), "{ history: firearm_on_record, is: true }", "{ history: flags, in: [weapon, dog] }", 1)
	rules, err := risk.Parse([]byte(changed), "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	facts := searched
	facts.Flags = []string{"weapon", "stalking"}
	got := flag(t, rules.Assess(s, nil, facts, voice, now), "firearm").Reasons
	if len(got) != 1 || got[0].Kind != risk.ByHistory || got[0].Flag != "weapon" {
		t.Errorf("reasons %+v, want the weapon on record", got)
	}
}

func TestLintFindsRulesThatCannotHold(t *testing.T) {
	s, rules := shipped(t)
	var kept []script.Question
	for _, q := range s.Questions {
		if q.Code != "stalking" && q.Code != "what_happened" {
			kept = append(kept, q)
		}
	}
	s.Questions = kept
	var found []string
	for _, f := range rules.Lint(s) {
		found = append(found, f.String())
	}
	for _, want := range []string{"question stalking is not asked", "nothing raises stalking"} {
		if !strings.Contains(strings.Join(found, "\n"), want) {
			t.Errorf("findings %q lack %q", found, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("version: 1\nflags: []\n"))
	f.Add([]byte("version: 1\nrules:\n  - {code: a, flag: b, when: {flag: b}}\n"))
	f.Add([]byte(`{"labels": {"facts": {"dv_incidents_12m": {"et": "", "en": "", "ru": ""}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := risk.Parse(data, "fuzz.yaml")
		if err == nil {
			r.Assess(script.Script{}, nil, script.Facts{}, script.Mode{}, now)
		}
	})
}
