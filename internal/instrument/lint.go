package instrument

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"doorstep/internal/script"
)

// longest is how many characters of an item are still read out in one breath.
const longest = 160

// Lint finds what loads and still cannot be meant so: wordings that are not in
// their language or too long, and rules that no vector of the file proves. An
// instrument with findings must not be used.
func (d Definition) Lint() []script.Finding {
	l := linter{d: d}
	l.texts()
	if d.Scoring.Method != NeedsFile {
		l.proofs()
	}
	return l.findings
}

type linter struct {
	d        Definition
	findings []script.Finding
}

func (l *linter) find(where, format string, args ...any) {
	l.findings = append(l.findings, script.Finding{Where: where, Detail: fmt.Sprintf(format, args...)})
}

func (l *linter) texts() {
	d := l.d
	l.text("title", d.Title)
	l.text("licence.note", d.Licence.Note)
	l.text("users", d.Users)
	l.text("population.text", d.Population.Text)
	l.text("validity", d.Validity)
	for _, s := range d.Settings {
		l.text("settings."+s.Code, s.Text)
	}
	var read script.Readability
	for _, it := range d.Items {
		l.text("items."+it.ID+".topic", it.Topic)
		l.text("items."+it.ID, it.Text)
		if words := len(strings.Fields(it.Topic.EN)); words > 2 {
			l.find("items."+it.ID+".topic", "has %d words: a topic is one or two", words)
		}
		if d.Licence.Texts == Own { // the holder's wording may not be changed
			l.findings = append(l.findings, read.Check("items."+it.ID+".text", it.Text, longest)...)
		}
		for _, c := range it.Choices {
			l.text("items."+it.ID+"."+c.Code, c.Text)
		}
	}
	l.findings = append(l.findings, read.Findings(script.Heard)...)
	for _, v := range d.Levels {
		l.text("levels."+v.Code, v.Text)
	}
	for _, r := range d.Routes {
		l.text("routes."+r.Code, r.Text)
		l.placeholders(r)
	}
	for _, r := range d.Referrals {
		l.text("referrals."+r.Code, r.Text)
	}
	for _, m := range d.Measures {
		l.text("measures."+m.Code, m.Text)
	}
}

// text looks at a wording that may be left out, as a whole or in a language.
func (l *linter) text(where string, t script.Text) {
	for _, latin := range []struct{ language, text string }{{"et", t.ET}, {"en", t.EN}} {
		if strings.ContainsFunc(latin.text, cyrillic) {
			l.find(where, "has Cyrillic letters in %s", latin.language)
		}
	}
	if t.RU != "" && !strings.ContainsFunc(t.RU, cyrillic) {
		l.find(where, "is not in Russian in ru")
	}
	if t.ET != "" && t.ET == t.EN && strings.ContainsRune(t.ET, ' ') {
		l.find(where, "is the same in et and en")
	}
}

func cyrillic(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }

// placeholders wants what was counted, and the limit, in each language: a
// threshold that is not shown looks like a law of nature.
func (l *linter) placeholders(r Route) {
	wanted := []string{"{count}", "{limit}"}
	switch {
	case r.When.Judgement:
		wanted = nil
	case r.When.MARACWithinMonths > 0:
		wanted = []string{"{limit}"}
	}
	for _, in := range []struct{ language, text string }{{"et", r.Text.ET}, {"en", r.Text.EN}, {"ru", r.Text.RU}} {
		left := in.text
		for _, w := range wanted {
			if !strings.Contains(left, w) {
				l.find("routes."+r.Code, "does not show %s in %s", w, in.language)
			}
			left = strings.ReplaceAll(left, w, "")
		}
		if strings.ContainsAny(left, "{}") {
			l.find("routes."+r.Code, "has a placeholder that stands for nothing in %s", in.language)
		}
	}
}

// proofs asks of each rule whether a vector would fail if it were wrong.
func (l *linter) proofs() {
	results := make([]Result, 0, len(l.d.Vectors))
	missing := false
	for _, v := range l.d.Vectors {
		r, err := l.d.Score(v.Input, v.Settings)
		if err != nil {
			l.find("vectors", "%q cannot be scored: %v", v.Name, err)
			continue
		}
		results = append(results, r)
		missing = missing || len(r.Missing) > 0
	}
	if !missing {
		l.find("vectors", "none leaves an answer out")
	}
	for _, it := range l.d.Items {
		if !slices.ContainsFunc(l.d.Vectors, func(v Vector) bool { a := v.Input.Answers[it.ID]; return !a.Missing() && a != No }) {
			l.find("vectors", "none answers item %s with more than no", it.ID)
		}
	}
	for _, r := range l.d.Routes {
		for _, s := range []State{IsMet, NotMet} {
			if r.When.Judgement && s == NotMet {
				continue
			}
			if !slices.ContainsFunc(results, func(x Result) bool { return slices.Contains(x.in(s), r.Code) }) {
				l.find("vectors", "in none the route %s is %s", r.Code, s)
			}
		}
	}
	if l.d.Scoring.Method == Sum {
		l.edges(results)
	}
}

// edges wants each level reached, and each band held at its first point and at
// the last one below it.
func (l *linter) edges(results []Result) {
	for _, v := range l.d.Levels {
		if !slices.ContainsFunc(results, func(r Result) bool { return r.Proposed.Certain && r.Proposed.Max.Code == v.Code }) {
			l.find("vectors", "none reaches level %s for certain", v.Code)
		}
		if v.From == nil {
			continue
		}
		for _, below := range []int{0, 1} {
			if !slices.ContainsFunc(results, func(r Result) bool {
				from := l.from(v, r)
				return r.Score.Min == r.Score.Max && r.Score.Min == from-below
			}) {
				l.find("vectors", "none stands %d below where level %s begins", below, v.Code)
			}
		}
	}
}

// from is where a level began in a result, by the settings that held.
func (l *linter) from(v Level, r Result) int {
	for _, u := range r.Settings {
		if u.Code == v.From.Setting && u.Value != nil {
			return *u.Value
		}
	}
	return v.From.N
}
