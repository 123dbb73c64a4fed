package script_test

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/script"
)

func TestParseRefuses(t *testing.T) {
	whole, err := os.ReadFile("scripts/dv.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"an unknown key":               {"    mandatory: true\n", "    mandatry: true\n", "mandatry: is not a key"},
		"an unknown kind":              {"kind: yes_no", "kind: yesno", "kind"},
		"an unknown fact":              {"history: protection_order", "history: protection_orders", "history"},
		"a flag in a condition":        {"{ mode: covert }", "{ flag: weapon }", "flag"},
		"a mode that does not exist":   {"{ mode: covert }", "{ mode: whisper }", "mode"},
		"two tests in one condition":   {"{ answer: injured, is: \"yes\" }", "{ answer: injured, is: \"yes\", asked: true }", "oneOf"},
		"a condition without a test":   {"{ answer: injured, is: \"yes\" }", "{ answer: injured }", "missing property 'asked'"},
		"is without a question":        {"{ mode: covert }", "{ mode: covert, is: \"yes\" }", "maxProperties"},
		"a truth value for an answer":  {"{ answer: injured, is: \"yes\" }", "{ answer: injured, is: true }", "got boolean, want string"},
		"a missing language":           {"      ru: \"Кто-нибудь ранен?\"\n", "", "missing property 'ru'"},
		"a version that is no number":  {"\nversion: ", "\nversion: one", "version"},
		"a number without bounds":      {"    min: 1\n    max: 20\n", "", "missing properties 'min', 'max'"},
		"choices of a yes_no question": {"  - code: injured\n", "  - code: injured\n    choices: []\n", "choices"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(string(whole), c.old, c.new, 1)
			if broken == string(whole) {
				t.Fatal("nothing was broken")
			}
			_, err := script.Parse([]byte(broken), "dv.yaml")
			if err == nil {
				t.Fatal("was taken")
			}
			if !strings.Contains(err.Error(), "dv.yaml:") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error does not say what is wrong: %v", err)
			}
		})
	}
}

func TestTheSchemaKnowsTheFacts(t *testing.T) {
	var schema struct {
		Defs struct {
			Condition struct {
				Properties struct {
					History struct {
						Enum []string `json:"enum"`
					} `json:"history"`
				} `json:"properties"`
			} `json:"condition"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(script.Schema, &schema); err != nil {
		t.Fatal(err)
	}
	if got := schema.Defs.Condition.Properties.History.Enum; !slices.Equal(got, script.FactNames) {
		t.Errorf("the schema knows %v, the program %v", got, script.FactNames)
	}
}

func TestLabelsSayWhatTheCallerSaid(t *testing.T) {
	s := dv(t)
	for name, c := range map[string]struct {
		question string
		value    script.Value
		want     string
	}{
		"yes":             {"weapon", script.Word("yes"), "Yes"},
		"no":              {"weapon", script.Word("no"), "No"},
		"unknown":         {"weapon", script.Word("unknown"), "Unknown"},
		"refused choice":  {"relationship", script.Word("refused"), "Refused"},
		"one choice":      {"relationship", script.Word("sibling"), "Brother or sister"},
		"several choices": {"weapon_kind", script.WordList("firearm", "blade"), "Firearm; Knife or blade"},
		"a number":        {"floor", script.Num(5), "5"},
		"a text":          {"access_code", script.Word("12#"), "12#"},
	} {
		t.Run(name, func(t *testing.T) {
			q, ok := s.Question(c.question)
			if !ok {
				t.Fatal("no such question")
			}
			if got := s.Label(q, c.value).EN; got != c.want {
				t.Errorf("label %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("code: x\nversion: 1\n"))
	f.Add([]byte(`{"code": "x", "version": 1, "questions": []}`))
	f.Add([]byte("a: &a [*a, *a]\n"))
	f.Add([]byte("questions:\n  - {code: q, kind: yes_no, when: {not: {answer: q}}}\n"))
	f.Add([]byte("? |\n  x\n: - - - -\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := script.Parse(data, "fuzz.yaml")
		if err != nil {
			if !reflect.DeepEqual(s, script.Script{}) {
				t.Error("a refused script is not empty")
			}
			return
		}
		s.Walk(script.Answers{}, script.Facts{}, script.Mode{})
		s.Lint(nil)
	})
}
