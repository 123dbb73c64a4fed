package script

import (
	"fmt"
	"slices"
	"strings"
)

// Finding is something in a script that cannot be meant so.
type Finding struct {
	Where  string `json:"where"` // such as questions.weapon.when
	Detail string `json:"detail"`
}

func (f Finding) String() string { return f.Where + ": " + f.Detail }

// Lint proves what a schema cannot: that every question can be reached, that
// conditions look only back and only at answers that exist, that every wording
// is there in every language, and that every flag is one of flags. A walk has
// no dead end by construction: questions come in order, and a hidden one is
// passed over. It also finds texts that are too long or too hard for a person in
// danger. A script with findings must not be published.
func (s Script) Lint(flags []string) []Finding {
	l := &linter{script: s, flags: flags}
	l.text("title", s.Title)
	for _, w := range []struct {
		name string
		text Text
	}{{Yes, s.Words.Yes}, {No, s.Words.No}, {Unknown, s.Words.Unknown}, {Refused, s.Words.Refused}} {
		l.text("words."+w.name, w.text)
	}
	l.condition("covert", s.Covert)
	for i, q := range s.Questions {
		l.question(i, q)
	}
	seen := map[string]bool{}
	for _, a := range s.Advice {
		where := "advice." + a.Code
		if seen[a.Code] {
			l.find(where, "is there twice")
		}
		seen[a.Code] = true
		l.text(where+".text", a.Text)
		l.condition(where+".when", a.When)
		l.reachable(where, "advice can never be shown", a.When)
	}
	_, unreadable := s.Readability()
	return append(l.findings, unreadable...)
}

type linter struct {
	script   Script
	flags    []string
	findings []Finding
}

func (l *linter) find(where, format string, args ...any) {
	l.findings = append(l.findings, Finding{where, fmt.Sprintf(format, args...)})
}

func (l *linter) text(where string, t Text) {
	for _, in := range []struct{ language, text string }{{"et", t.ET}, {"en", t.EN}, {"ru", t.RU}} {
		if strings.TrimSpace(in.text) == "" {
			l.find(where, "is missing in %s", in.language)
		}
	}
}

// optional checks a wording that may be left out, but not by half.
func (l *linter) optional(where string, t Text) {
	if t != (Text{}) {
		l.text(where, t)
	}
}

func (l *linter) question(i int, q Question) {
	where := "questions." + q.Code
	earlier := l.script.Questions[:i]
	if slices.ContainsFunc(earlier, func(o Question) bool { return o.Code == q.Code }) {
		l.find(where, "is there twice")
	}
	if i > 0 && groupOrder(q.Group) < groupOrder(earlier[i-1].Group) {
		l.find(where, "group %s comes after %s: the order is safety, relationship, history, access", q.Group, earlier[i-1].Group)
	}
	l.wording(where, q)
	l.choices(where, q)
	for _, r := range q.Raises {
		l.raise(where+".raises", q, r)
	}
	l.condition(where+".when", q.When)
	ahead := false
	q.When.Leaves(func(leaf Condition, _ bool) {
		if leaf.Answer == "" || slices.ContainsFunc(earlier, func(o Question) bool { return o.Code == leaf.Answer }) {
			return
		}
		ahead = true
		if _, known := l.script.Question(leaf.Answer); known {
			l.find(where+".when", "looks ahead at %s", leaf.Answer)
		}
	})
	if !ahead {
		l.reachable(where, "can never be asked", q.When)
		l.inEveryMode(where, q)
	}
}

// inEveryMode finds a mandatory question that hangs on one that is left out in
// a mode: whoever calls in that mode would never be asked. A question whose own
// condition names a mode says so itself, and another one stands in for it.
func (l *linter) inEveryMode(where string, q Question) {
	if !q.Mandatory || q.When.Zero() {
		return
	}
	byItself := false
	q.When.Leaves(func(leaf Condition, _ bool) { byItself = byItself || leaf.Mode != "" })
	if byItself {
		return
	}
	for _, mode := range []Speech{Voice, Typed, Covert} {
		l.reachable(where, fmt.Sprintf("is mandatory and can never be asked in mode %s", mode),
			Condition{All: []Condition{{Mode: mode}, q.When}})
	}
}

func (l *linter) wording(where string, q Question) {
	l.text(where+".text", q.Text)
	l.optional(where+".help", q.Help)
	l.optional(where+".covert", q.CovertText)
	l.optional(where+".third_party", q.ThirdParty)
	// Who is overheard can still say yes or no.
	if q.Mandatory && q.Kind == YesNo && q.CovertText == (Text{}) {
		l.find(where, "is mandatory and has no covert wording")
	}
	if q.Min != nil && q.Max != nil && *q.Min > *q.Max {
		l.find(where, "min is above max")
	}
}

func (l *linter) choices(where string, q Question) {
	for i, c := range q.Choices {
		at := where + ".choices." + c.Code
		l.text(at, c.Text)
		if c.Code == Unknown || c.Code == Refused {
			l.find(at, "is an answer to every question already")
		}
		if slices.ContainsFunc(q.Choices[:i], func(o Option) bool { return o.Code == c.Code }) {
			l.find(at, "is there twice")
		}
	}
}

func (l *linter) raise(where string, q Question, r Raise) {
	if !slices.Contains(l.flags, r.Flag) {
		l.find(where, "flag %s is not defined", r.Flag)
	}
	test := Condition{Answer: q.Code, In: r.In, AtLeast: r.AtLeast}
	if r.Is != "" {
		test.Is = r.Is
	}
	l.condition(where, test)
}

func (l *linter) condition(where string, c Condition) {
	for _, wrong := range l.script.Misread(c) {
		l.find(where, "%s", wrong)
	}
}

// Misread lists the comparisons in a condition that can never hold in this
// script: with questions that it does not ask, and answers that they do not
// take.
func (s Script) Misread(c Condition) []string {
	var wrong []string
	c.Leaves(func(leaf Condition, _ bool) {
		if leaf.Answer == "" {
			return
		}
		q, known := s.Question(leaf.Answer)
		if !known {
			wrong = append(wrong, fmt.Sprintf("question %s is not asked", leaf.Answer))
			return
		}
		words := slices.Clone(leaf.In)
		if is, ok := leaf.Is.(string); ok {
			words = append(words, is)
		}
		for _, w := range words {
			if !slices.Contains(q.words(), w) {
				wrong = append(wrong, fmt.Sprintf("%s is not an answer to %s", w, q.Code))
			}
		}
		if leaf.AtLeast != nil && q.Kind != Number {
			wrong = append(wrong, fmt.Sprintf("%s is not a number", q.Code))
		}
	})
	return wrong
}

// words are the answers to a question that conditions may name.
func (q Question) words() []string {
	words := []string{Unknown, Refused}
	if q.Kind == YesNo {
		return append(words, Yes, No)
	}
	return append(words, q.codes()...)
}

func groupOrder(g Group) int {
	return slices.Index([]Group{Safety, Relationship, History, Access}, g)
}
