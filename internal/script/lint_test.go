package script_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/script"
)

// text is the same wording in each language.
func text(s string) script.Text { return script.Text{ET: s, EN: s, RU: s} }

func is(question, word string) script.Condition {
	return script.Condition{Answer: question, Is: word}
}

// sound is a small script without findings, to be broken by each test.
func sound() script.Script {
	return script.Script{
		Code: "small", Version: 1, Title: text("small"),
		Words: script.Words{Yes: text("yes"), No: text("no"), Unknown: text("unknown"), Refused: text("refused")},
		Questions: []script.Question{
			{Code: "hurt", Kind: script.YesNo, Group: script.Safety, Text: text("hurt"), CovertText: text("hurt"), Mandatory: true,
				Raises: []script.Raise{{Flag: "injury", Is: "yes"}}},
			{Code: "where", Kind: script.MultiChoice, Group: script.Safety, Text: text("where"), When: is("hurt", "yes"),
				Choices: []script.Option{{Code: "head", Text: text("head")}, {Code: "arm", Text: text("arm")}}},
			{Code: "who", Kind: script.Choice, Group: script.Relationship, Text: text("who"),
				Choices: []script.Option{{Code: "partner", Text: text("partner")}, {Code: "brother", Text: text("brother")}}},
		},
		Advice: []script.Advice{{Code: "press", Text: text("press"), When: is("where", "head")}},
	}
}

func TestLint(t *testing.T) {
	five, one := 5.0, 1.0
	for name, c := range map[string]struct {
		damage func(*script.Script)
		want   string
	}{
		"a question that looks ahead":   {func(s *script.Script) { s.Questions[0].When = is("who", "brother") }, "questions.hurt.when: looks ahead at who"},
		"a question that looks at self": {func(s *script.Script) { s.Questions[0].When = is("hurt", "yes") }, "questions.hurt.when: looks ahead at hurt"},
		"a condition on nothing":        {func(s *script.Script) { s.Questions[1].When = is("hrut", "yes") }, "questions.where.when: question hrut is not asked"},
		"an answer that is none":        {func(s *script.Script) { s.Questions[1].When = is("hurt", "yse") }, "questions.where.when: yse is not an answer to hurt"},
		"a number that is none":         {func(s *script.Script) { s.Questions[1].When = script.Condition{Answer: "hurt", AtLeast: &one} }, "questions.where.when: hurt is not a number"},
		"yes and no at once": {func(s *script.Script) {
			s.Questions[1].When = script.Condition{All: []script.Condition{is("hurt", "yes"), is("hurt", "no")}}
		}, "questions.where: can never be asked"},
		"a branch on a branch that is closed": {func(s *script.Script) {
			s.Questions[2].When = script.Condition{All: []script.Condition{is("where", "arm"), is("hurt", "no")}}
		}, "questions.who: can never be asked"},
		"both choices of one": {func(s *script.Script) {
			s.Advice[0].When = script.Condition{All: []script.Condition{is("who", "partner"), is("who", "brother")}}
		}, "advice.press: advice can never be shown"},
		"covert and by voice": {func(s *script.Script) {
			s.Advice[0].When = script.Condition{All: []script.Condition{{Mode: script.Covert}, {Mode: script.Voice}}}
		}, "advice.press: advice can never be shown"},
		"two callers": {func(s *script.Script) {
			s.Advice[0].When = script.Condition{All: []script.Condition{{Caller: script.Victim}, {Caller: script.Child}}}
		}, "advice.press: advice can never be shown"},
		"none on record, and five": {func(s *script.Script) {
			s.Advice[0].When = script.Condition{All: []script.Condition{
				{History: script.FactIncidents12m, Is: false}, {History: script.FactIncidents12m, AtLeast: &five}}}
		}, "advice.press: advice can never be shown"},
		"a flag that is not defined": {func(s *script.Script) { s.Questions[0].Raises[0].Flag = "injry" }, "questions.hurt.raises: flag injry is not defined"},
		"a flag on no answer":        {func(s *script.Script) { s.Questions[0].Raises[0].Is = "maybe" }, "questions.hurt.raises: maybe is not an answer to hurt"},
		"a wording left out":         {func(s *script.Script) { s.Questions[2].Text.RU = " " }, "questions.who.text: is missing in ru"},
		"half a help":                {func(s *script.Script) { s.Questions[2].Help = script.Text{EN: "help"} }, "questions.who.help: is missing in et"},
		"a choice without words":     {func(s *script.Script) { s.Questions[2].Choices[0].Text.ET = "" }, "questions.who.choices.partner: is missing in et"},
		"a choice named unknown":     {func(s *script.Script) { s.Questions[2].Choices[0].Code = "unknown" }, "questions.who.choices.unknown: is an answer to every question already"},
		"a choice twice":             {func(s *script.Script) { s.Questions[2].Choices[0].Code = "brother" }, "questions.who.choices.brother: is there twice"},
		"a question twice":           {func(s *script.Script) { s.Questions[2].Code = "where" }, "questions.where: is there twice"},
		"advice twice":               {func(s *script.Script) { s.Advice = append(s.Advice, s.Advice[0]) }, "advice.press: is there twice"},
		"who before safety":          {func(s *script.Script) { slices.Reverse(s.Questions[1:]) }, "questions.where: group safety comes after relationship"},
		"mandatory, not for covert":  {func(s *script.Script) { s.Questions[0].CovertText = script.Text{} }, "questions.hurt: is mandatory and has no covert wording"},
		"mandatory, on one that covert calls leave out": {func(s *script.Script) {
			s.Questions[0].When = script.Condition{Mode: script.Voice}
			s.Questions[1].Mandatory = true
		}, "questions.where: is mandatory and can never be asked in mode covert"},
		"a question in too many words":  {func(s *script.Script) { s.Questions[0].Text.EN = strings.Repeat("and so on ", 10) }, "questions.hurt.text.en: has 100 characters, more than 90"},
		"a sentence without an end":     {func(s *script.Script) { s.Questions[0].Text.RU = strings.Repeat("и да ", 9) }, "questions.hurt.text.ru: has a sentence of 18 words, more than 16"},
		"a word that nobody says":       {func(s *script.Script) { s.Questions[0].Text.ET = "lähisuhtevägivallajuhtumid" }, "questions.hurt.text.et: has a word of 26 letters, more than 20"},
		"a help longer than a glance":   {func(s *script.Script) { s.Questions[0].Help = text(strings.Repeat("Listen well. ", 11)) }, "questions.hurt.help.et: has 143 characters, more than 140"},
		"a choice longer than a button": {func(s *script.Script) { s.Questions[2].Choices[0].Text.EN = strings.Repeat("one ", 13) }, "questions.who.choices.partner.en: has 52 characters, more than 48"},
		"advice longer than a breath":   {func(s *script.Script) { s.Advice[0].Text.EN = strings.Repeat("Press here. ", 14) }, "advice.press.text.en: has 168 characters, more than 160"},
		"texts that are hard to follow": {func(s *script.Script) {
			for n := range 10 {
				hard := script.Text{ET: "Tule.", EN: "Immobilise contaminated extremities. Administer compression. Summon assistance.", RU: "Иди."}
				s.Advice = append(s.Advice, script.Advice{Code: fmt.Sprint("hard", n), Text: hard})
			}
		}, "title.en: the texts in en have LIX"},
		"min above max": {func(s *script.Script) {
			s.Questions[2] = script.Question{Code: "n", Kind: script.Number, Group: script.Safety, Text: text("n"), Min: &five, Max: &one}
		}, "questions.n: min is above max"},
		"number never so large": {func(s *script.Script) {
			s.Questions[0] = script.Question{Code: "hurt", Kind: script.Number, Group: script.Safety, Text: text("n"), Min: &one, Max: &one}
			s.Questions[1].When = script.Condition{Answer: "hurt", AtLeast: &five}
		}, "questions.where: can never be asked"},
		"a title left out": {func(s *script.Script) { s.Title = script.Text{} }, "title: is missing in et"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sound()
			c.damage(&s)
			var got []string
			for _, f := range s.Lint([]string{"injury"}) {
				got = append(got, f.String())
			}
			if !slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, c.want) }) {
				t.Errorf("findings %q lack %q", got, c.want)
			}
		})
	}
}

func TestLintFindsNothingInASoundScript(t *testing.T) {
	s := sound()
	s.Advice = append(s.Advice, script.Advice{Code: "by_history", Text: text("x"), When: script.Condition{All: []script.Condition{
		{History: script.FactFlags, In: []string{"weapon", "dog"}},
		{History: script.FactProtectionOrder, Is: true},
		{Not: &script.Condition{History: script.FactDVIncidentsEver, Is: false}},
		{Mode: script.Typed}, {Caller: script.Suspect},
	}}})
	if got := s.Lint([]string{"injury"}); len(got) != 0 {
		t.Errorf("findings: %v", got)
	}
}
