package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

const (
	dvFile    = "../../internal/script/scripts/dv.yaml"
	rulesFile = "../../internal/risk/rules.yaml"
	sheetFile = "../../internal/instrument/instruments/doorstep_sheet.yaml"
)

// authoring runs the command as a person does, typing what stands in typed.
func authoring(t *testing.T, typed string, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), append([]string{"script"}, args...), Deps{Getenv: func(string) string { return "" }, In: strings.NewReader(typed), Out: &out, Err: &errs})
	return out.String(), err
}

// changed writes a file with each old text replaced; every one must be there.
func changed(t *testing.T, file string, pairs ...string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s does not hold %q", file, pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return written(t, "changed.yaml", text)
}

func TestScriptTestOfTheShipped(t *testing.T) {
	out, err := authoring(t, "", "test")
	if err != nil || !strings.HasPrefix(out, "cases ") || strings.Count(out, "\n") != 1 {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestScriptTestFailsOncePerCase(t *testing.T) {
	poorer := changed(t, rulesFile, "answer: relationship, is: sibling", "answer: relationship, is: stranger")
	out, err := authoring(t, "", "test", "--rules", poorer)
	if err == nil || !strings.Contains(err.Error(), "cases failed") {
		t.Errorf("error %v", err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if !strings.Contains(out, "calls/family.yaml:6: brother_beats_sister: class: expected dv, came suspected_dv; rule: expected sibling, came domestic_relation") {
		t.Errorf("the brother is not missed:\n%s", out)
	}
	last := lines[len(lines)-1]
	if !strings.HasPrefix(last, "cases ") || !strings.Contains(last, ", passed ") {
		t.Errorf("the last line is %q", last)
	}
}

func TestScriptTestAsJSON(t *testing.T) {
	own := written(t, "own.yaml", `script: dv
now: "2026-01-01T00:30:00Z"
cases:
  - code: noise
    narrative: Music from upstairs, and nobody is hurt.
    caller: victim
    speech: voice
    answers: [{ relationship: acquaintance }]
    expect: { class: dv, priority: 4 }
`)
	out, err := authoring(t, "", "test", "--json", own)
	if err == nil {
		t.Error("a failed case did not fail the command")
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || lines[1] != `{"cases":1,"passed":0}` {
		t.Fatalf("output:\n%s", out)
	}
	var got struct {
		Case     string
		Line     int
		Passed   bool
		Failures []struct{ What, Expected, Came string }
	}
	if err := json.Unmarshal([]byte(lines[0]), &got); err != nil {
		t.Fatal(err)
	}
	if got.Case != "noise" || got.Line != 4 || got.Passed || len(got.Failures) != 1 || got.Failures[0].Came != "not_dv" {
		t.Errorf("read %+v", got)
	}
}

func TestScriptTestRefusesAHiddenAnswer(t *testing.T) {
	own := written(t, "own.yaml", `script: dv
now: "2026-01-01T00:30:00Z"
cases:
  - code: hidden
    narrative: An answer to what was never asked.
    caller: victim
    speech: voice
    answers:
      - { children_hurt: "no" }
    expect: { class: not_dv, priority: 4 }
`)
	out, err := authoring(t, "", "test", own)
	if err == nil || !strings.Contains(err.Error(), "own.yaml:9: cases[0].answers[0].children_hurt: the question is hidden") || out != "" {
		t.Errorf("%v:\n%s", err, out)
	}
	if _, err := authoring(t, "", "test", own, "--script", "nothing@7"); err == nil || !strings.Contains(err.Error(), "nothing@7 is neither a file nor a script of the program: dv@3") {
		t.Errorf("error %v", err)
	}
}

func TestScriptLintOfTheShipped(t *testing.T) {
	for _, args := range [][]string{{"lint"}, {"lint", dvFile, rulesFile}, {"lint", dvFile}, {"lint", rulesFile}, {"lint", sheetFile}} {
		out, err := authoring(t, "", args...)
		if err != nil || !strings.HasSuffix(out, "findings 0\n") || !strings.Contains(out, "texts et ") {
			t.Errorf("%v: %v:\n%s", args, err, out)
		}
	}
}

// What the loader or the linter refuses comes with file, line and reason.
func TestScriptLintNamesTheLine(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		pairs []string
		want  []string
	}{
		"broken YAML":      {dvFile, []string{"covert:\n  any:", "covert: [\n  any:"}, []string{"changed.yaml:"}},
		"misspelt key":     {dvFile, []string{"kind: yes_no", "kynd: yes_no"}, []string{"changed.yaml:25: questions[0]: "}},
		"a cycle":          {dvFile, []string{"  - code: weapon\n", "  - code: weapon\n    when: { answer: weapon_kind, is: blade }\n"}, []string{"questions.weapon.when: looks ahead at weapon_kind"}},
		"unknown question": {dvFile, []string{"when: { answer: children_present, is: \"yes\" }", "when: { answer: kids, is: \"yes\" }"}, []string{"questions.children_count.when: question kids is not asked"}},
		"unknown flag":     {dvFile, []string{"{ flag: dog,", "{ flag: hound,"}, []string{"questions.dogs.raises: flag hound is not defined"}},
		"missing text":     {dvFile, []string{`en: "Is there a dog?"`, `en: " "`}, []string{"questions.dogs.text: is missing in en"}},
		"contradiction":    {dvFile, []string{"when: { answer: children_present, is: \"yes\" }", "when: { all: [{ answer: children_present, is: \"yes\" }, { answer: children_present, is: \"no\" }] }"}, []string{"questions.children_count: can never be asked"}},
		"a hard word":      {dvFile, []string{`en: "Is there a dog?"`, `en: "Is there a caninepresenceindicator?"`}, []string{"questions.dogs.text.en: has a word of 23 letters, more than 20"}},
		"a long flag":      {rulesFile, []string{`en: "Strangulation"`, `en: "There was strangulation, at least once, as the caller or a record says"`}, []string{"text.en: has 70 characters, more than 60"}},
		"a long item":      {sheetFile, []string{"Are you hurt right now?", "Are you now hurt or do you feel pain or are you dizzy or sick or cold or numb or weak?"}, []string{"items.hurt_now.text.en: has a sentence of 21 words, more than 16"}},
		"rules, flag":      {rulesFile, []string{"flag: firearm\n    when", "flag: cannon\n    when"}, []string{"rules[0].flag: flag cannon is not defined"}},
		"rules, answer":    {rulesFile, []string{"relationship, is: partner }", "relationship, is: spouse }"}, []string{"classification[0].when: spouse is not an answer to relationship"}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := authoring(t, "", "lint", changed(t, c.file, c.pairs...))
			if err == nil {
				t.Fatalf("was accepted:\n%s", out)
			}
			all := out + err.Error()
			_, after, found := strings.Cut(all, "changed.yaml:")
			if !found || after[0] < '1' || after[0] > '9' {
				t.Errorf("no line is named:\n%s", all)
			}
			for _, want := range c.want {
				if !strings.Contains(all, want) {
					t.Errorf("the output lacks %q:\n%s", want, all)
				}
			}
		})
	}
}

func TestScriptDiffOfTheSame(t *testing.T) {
	for _, other := range []string{"dv", dvFile} {
		if out, err := authoring(t, "", "diff", "dv", other); err != nil || out != "" {
			t.Errorf("%v:\n%s", err, out)
		}
	}
	if out, err := authoring(t, "", "diff", "dv@1", "dv@2"); err == nil || !strings.Contains(out, "\n+ question is_gun, after weapon_kind\n") {
		t.Errorf("%v:\n%s", err, out)
	}
}

// small writes a script of yes-no questions with their lines.
func small(t *testing.T, version string, questions ...string) string {
	t.Helper()
	text := func(s string) string { return `{ et: "` + s + `", en: "` + s + `", ru: "` + s + `" }` }
	doc := "code: small\nversion: " + version + "\ntitle: " + text("t") + "\nwords: { yes: " + text("y") + ", no: " + text("n") + ", unknown: " + text("u") + ", refused: " + text("r") + " }\ncovert: { mode: covert }\nquestions:\n"
	for _, q := range questions {
		code, more, _ := strings.Cut(q, " ")
		doc += "  - { code: " + code + ", kind: yes_no, group: safety, text: " + text(code) + more + " }\n"
	}
	return written(t, version+".yaml", doc+"advice:\n  - { code: a"+version+", text: "+text("a")+", source: s }\n")
}

func TestScriptDiffSaysWhatAReaderMustKnow(t *testing.T) {
	old := small(t, "1", "hurt", "weapon", "gone", "child")
	next := small(t, "2", "child , mandatory: true", "hurt , raises: [{ flag: injury, is: \"yes\" }]", "dog", "weapon , when: { answer: hurt, is: \"no\" }")
	out, err := authoring(t, "", "diff", old, next)
	if err == nil {
		t.Error("differences do not fail the command")
	}
	want := `~ script version: "1" -> "2"
> question child moved: was after gone, is first
~ question child mandatory: "false" -> "true"
~ question hurt raises injury: none -> "yes"
+ question dog, after hurt
+ question dog kind: yes_no
+ question dog group: safety
+ question dog mandatory: false
+ question dog text.et: dog
+ question dog text.en: dog
+ question dog text.ru: dog
~ question weapon when: none -> {"answer":"hurt","is":"no"}
- question gone, after weapon
+ advice a2, first
+ advice a2 text.et: a
+ advice a2 text.en: a
+ advice a2 text.ru: a
+ advice a2 source: s
- advice a1, first
`
	if out != want {
		t.Errorf("differences:\n%s\nwant:\n%s", out, want)
	}
}

func TestScriptPreviewWalksACovertCall(t *testing.T) {
	out, err := authoring(t, "y\nn\nx\nb\ny\ny\ny\ny\n", "preview", "--language", "et", "--role", "victim", "--covert")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"injured *: Jah või ei: kas keegi on viga saanud?",
		"  ! value must be one of yes, no, unknown, refused", // x is no answer
		"grave_injury *: Jah või ei: ",                       // only after the answer was changed
		"flags: serious_injury caller_cannot_speak injury",
		"is_gun *: Jah või ei: kas see on tulirelv?",
		"flag firearm (critical): Tulirelv käepärast",
		"priority 1\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the walk lacks %q:\n%s", want, out)
		}
	}
	if strings.Count(out, "\ninjured *:") != 2 {
		t.Errorf("back does not put the question again:\n%s", out)
	}
}

func TestScriptPreviewReadsEveryKindOfAnswer(t *testing.T) {
	next := written(t, "kinds.yaml", kinds)
	out, err := authoring(t, "b\n2\n1,2\n1,9\n2,1\n7\n30\n4\nMari Maasikas\nred van\nu\nthen\n2026-01-01T00:00:00Z\n", "preview", next, "--language", "en", "--role", "third_party")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  ! this is the first question",
		"one: Which for them?\n  1 first\n  2 second\n",
		"  = second\n",
		"  = first; second\n",
		"  ! value must be a list", // there is no choice 9
		"  ! value must be at most 5",
		"  = 4\n",
		"  = Mari Maasikas\n",
		"  = red van\n",
		"  = U\n", // unknown, in the words of the script
		"  ! value must be a time",
		"  = 2026-01-01T00:00:00Z\n",
		"mandatory and not asked: 0",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the walk lacks %q:\n%s", want, out)
		}
	}
}

func TestScriptPreviewPassesOverAndEnds(t *testing.T) {
	out, err := authoring(t, "s\nu\nr\nq\n", "preview", "--language", "en")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"  = Unknown\n", "  = Refused\n", "not asked: ", " address_confirmed "} {
		if !strings.Contains(out, want) {
			t.Errorf("the walk lacks %q:\n%s", want, out)
		}
	}
	if _, err := authoring(t, "", "preview", "nothing"); err == nil {
		t.Error("a script that is not there is walked")
	}
}

const kinds = `code: kinds
version: 1
title: { et: "k", en: "k", ru: "k" }
words: { yes: { et: "Y", en: "Y", ru: "Y" }, no: { et: "N", en: "N", ru: "N" }, unknown: { et: "U", en: "U", ru: "U" }, refused: { et: "R", en: "R", ru: "R" } }
covert: { mode: covert }
questions:
  - code: one
    kind: choice
    group: safety
    text: { et: "Which?", en: "Which?", ru: "Which?" }
    third_party: { et: "Which for them?", en: "Which for them?", ru: "Which for them?" }
    choices: [{ code: a, text: { et: "first", en: "first", ru: "first" } }, { code: b, text: { et: "second", en: "second", ru: "second" } }]
  - code: some
    kind: multi_choice
    group: safety
    text: { et: "All?", en: "All?", ru: "All?" }
    choices: [{ code: a, text: { et: "first", en: "first", ru: "first" } }, { code: b, text: { et: "second", en: "second", ru: "second" } }]
  - code: more
    kind: multi_choice
    group: safety
    text: { et: "More?", en: "More?", ru: "More?" }
    choices: [{ code: a, text: { et: "first", en: "first", ru: "first" } }, { code: b, text: { et: "second", en: "second", ru: "second" } }]
  - { code: count, kind: number, group: safety, min: 1, max: 5, text: { et: "n", en: "n", ru: "n" } }
  - { code: who, kind: person, group: safety, text: { et: "w", en: "w", ru: "w" } }
  - { code: car, kind: text, group: safety, text: { et: "c", en: "c", ru: "c" } }
  - { code: sure, kind: yes_no, group: safety, text: { et: "s", en: "s", ru: "s" } }
  - { code: at, kind: time, group: safety, text: { et: "t", en: "t", ru: "t" } }
advice:
  - { code: wait, text: { et: "w", en: "w", ru: "w" }, source: s }
`
