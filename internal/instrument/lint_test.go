package instrument_test

import (
	"os"
	"strings"
	"testing"

	"doorstep/internal/instrument"
)

// broken reads a shipped file with one thing changed.
func broken(t *testing.T, name, old, new string) (instrument.Definition, error) {
	t.Helper()
	data, err := os.ReadFile("instruments/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	whole := string(data)
	if !strings.Contains(whole, old) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	return instrument.Parse([]byte(strings.Replace(whole, old, new, 1)), name+".yaml")
}

func TestParseRefusesPartsThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct{ file, old, new, want string }{
		"a setting twice":              {"dash_ric", "- code: callouts\n", "- code: ticks\n", "settings[1].code: ticks is there twice"},
		"a setting that nothing uses":  {"dash_ric", "callouts_at_least: { setting: callouts }", "callouts_at_least: 3", "settings[1].code: nothing uses callouts"},
		"a route twice":                {"dash_ric", "- code: repeat", "- code: escalation", "routes[3].code: escalation is there twice"},
		"a referral that is not there": {"dash_ric", "referral: marac", "referral: police", "routes[0].referral: referral police is not defined"},
		"a referral without a route":   {"dash_ric", "referrals:\n", "referrals:\n  - { code: court, text: { et: a, en: b, ru: в } }\n", "referrals[0].code: no route leads to court"},
		"a level that is not there":    {"lap", "level: referral", "level: certain_death", "routes[0].level: certain_death is not a level that a score gives"},
		"a graded route":               {"dash_2009", "referral: marac", "level: high", "routes[0].level: high is not a level that a score gives"},
		"a band where a person grades": {"dash_2009", "- { code: high, ", "- { code: high, from: 14, ", "levels[2].from: bands go with the method sum only"},
		"an item of a route":           {"lap", `of: ["1", "2", "3"]`, `of: ["1", "2", "33"]`, "routes[0].when.of[2]: 33 is not a yes_no item"},
		"an item twice in a route":     {"lap", `of: ["1", "2", "3"]`, `of: ["1", "2", "2"]`, "routes[0].when.of[2]: 2 is there twice"},
		"a setting of a route":         {"lap", "yes_at_least: 4", "yes_at_least: { setting: four }", "routes[1].when.yes_at_least: setting four is not defined"},
		"two tests in one route":       {"lap", "when: { judgement: true }", "when: { judgement: true, marac_within_months: 3 }", "routes[2].when"},
		"a graded item in a route":     {"doorstep_sheet", "of: [strangled, ", "of: [direction, ", "when.of[0]: direction is not a yes_no item"},
		"a measure twice":              {"doorstep_sheet", "- code: safe_word", "- code: crisis_line", "measures[1].code: crisis_line is there twice"},
		"a measure for no level":       {"doorstep_sheet", "    level: low\n", "    level: lowest\n", "measures[0].level: level lowest is not defined"},
		"a measure for no item":        {"doorstep_sheet", "items: [hurt_now, strangled]", "items: [hurt_now, choked]", "items[1]: choked is not a yes_no item"},
		"the wording of a holder":      {"lap", `{ id: "1", kind: yes_no,`, `{ id: "1", kind: yes_no, text: { en: "Is it so?" },`, "items[0].text.en: is a text in a language that languages does not name"},
		"a weight without a rule":      {"danger_assessment", `{ id: "2", kind: yes_no`, `{ id: "2", kind: yes_no, points: 4`, "score.method: licensed is for a file without texts, weights"},
		"a rule without vectors":       {"danger_assessment", "method: licensed", "method: judgement", "has no vectors"},
		"a sum without levels":         {"danger_assessment", "method: licensed", "method: sum", "score.method: sum needs levels"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := broken(t, c.file, c.old, c.new)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), c.file+".yaml:") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestLintFinds(t *testing.T) {
	drop := func(file, vector string) (string, string) {
		data, err := os.ReadFile("instruments/" + file + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, rest, found := strings.Cut(string(data), "  - name: \""+vector+"\"\n")
		if !found {
			t.Fatalf("%s has no vector %q", file, vector)
		}
		body, _, _ := strings.Cut(rest, "  - name: ")
		return "  - name: \"" + vector + "\"\n" + body, ""
	}
	type change struct{ file, old, new, want string }
	without := func(file, vector, want string) change {
		old, new := drop(file, vector)
		return change{file, old, new, want}
	}
	for name, c := range map[string]change{
		"no vector at a band's first point": without("odara", "a score of 7", "vectors: none stands 0 below where level norm_7 begins"),
		"no vector just below a band":       without("dash_ric", "13 yes stay below the default threshold", ""),
		"a level that no vector reaches":    without("odara", "a score of 4", "vectors: none reaches level norm_4 for certain"),
		"an item that no vector tests":      without("lap", "four others of 4 to 11", "vectors: none answers item 7 with more than no"),
		"a route that no vector meets":      without("lap", "the officer's belief with every item no", "vectors: in none the route belief is met"),
		"a topic that is a question":        {"lap", `en: "weapon"`, `en: "used a weapon"`, "items.1.topic: has 3 words: a topic is one or two"},
		"a text nobody can say":             {"doorstep_sheet", "Are you hurt right now?", strings.Repeat("Are you hurt? ", 12), "items.hurt_now.text.en: has 168 characters, more than 160"},
		"a threshold that is not shown":     {"dash_ric", "the local threshold is {limit}.", "the threshold is reached.", "routes.ticks: does not show {limit} in en"},
		"a count that is not shown":         {"dash_ric", "Jaatavaid vastuseid {count};", "Vastused;", "routes.ticks: does not show {count} in et"},
		"a placeholder for nothing":         {"lap", "The officer believes the danger is great.", "The officer believes {count}.", "routes.belief: has a placeholder that stands for nothing in en"},
		"English in ru":                     {"doorstep_sheet", "Есть ли у вас сейчас травмы?", "Are you hurt?", "items.hurt_now: is not in Russian in ru"},
		"Russian in et":                     {"doorstep_sheet", "Kas sa oled praegu viga saanud?", "Вы ранены?", "items.hurt_now: has Cyrillic letters in et"},
		"English in et":                     {"doorstep_sheet", "Kas sa oled praegu viga saanud?", "Are you hurt right now?", "items.hurt_now: is the same in et and en"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := broken(t, c.file, c.old, c.new)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range d.Lint() {
				got = append(got, f.String())
			}
			// The centre's own threshold of 10 proves the edge of DASH's band too.
			if c.want == "" {
				if len(got) != 0 {
					t.Errorf("findings %q", got)
				}
				return
			}
			if !strings.Contains(strings.Join(got, "\n"), c.want) {
				t.Errorf("findings %q, want %q", got, c.want)
			}
		})
	}
}

func TestLintWantsAVectorThatLeavesSomethingOut(t *testing.T) {
	d := shipped(t, "odara")
	d.Vectors = d.Vectors[:14] // the scores of 0 to 13, with every item answered
	if found := d.Lint(); len(found) != 1 || found[0].String() != "vectors: none leaves an answer out" {
		t.Errorf("findings %v", found)
	}
}
