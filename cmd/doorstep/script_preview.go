package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// ScriptPreviewCommand walks a script as a call taker does, with nothing on
// record: nothing is kept, and no answer leaves the terminal.
type ScriptPreviewCommand struct {
	Language string `help:"Language of the wording." enum:"et,en,ru" default:"et"`
	Role     string `help:"Who calls." enum:"victim,third_party,child,suspect" default:"victim"`
	Covert   bool   `help:"The caller is overheard."`
	Rules    string `help:"Rules of your own; without, those of the program." placeholder:"FILE"`
	Script   string `arg:"" optional:"" default:"dv" help:"Script: a file, or CODE or CODE@VERSION of the program."`
}

// Run asks until every visible question has an answer or was passed over, or
// the input ends.
func (c ScriptPreviewCommand) Run(ctx context.Context, d Deps) error {
	s, r, err := authored{Script: c.Script, Rules: c.Rules}.load()
	if err != nil {
		return err
	}
	mode := script.Mode{Speech: script.Voice, Caller: script.Caller(c.Role)}
	if c.Covert {
		mode.Speech = script.Covert
	}
	p := &preview{
		script:  s,
		rules:   r,
		mode:    mode,
		say:     func(t script.Text) string { return map[string]string{"et": t.ET, "en": t.EN, "ru": t.RU}[c.Language] },
		out:     d.Out,
		answers: script.Answers{},
	}
	return p.walk(ctx, bufio.NewScanner(d.In))
}

type preview struct {
	script  script.Script
	rules   risk.Rules
	mode    script.Mode
	say     func(script.Text) string
	out     io.Writer
	answers script.Answers
	// asked are the questions behind us, in the order in which they were put.
	asked []string
	shown string // the last line of flags, class and priority
}

func (p *preview) print(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

func (p *preview) walk(ctx context.Context, in *bufio.Scanner) error {
	p.print("%s %d. y yes, n no, u unknown, r refused, numbers for choices, s not asked, b back, q end.", p.say(p.script.Title), p.script.Version)
	for ctx.Err() == nil {
		q := p.next()
		if q == nil {
			break
		}
		p.ask(q)
		if !in.Scan() || strings.TrimSpace(in.Text()) == "q" {
			break
		}
		p.take(q, strings.TrimSpace(in.Text()))
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read answers: %w", err)
	}
	p.end()
	return nil
}

// next is the first visible question that was not put yet.
func (p *preview) next() *script.Question {
	for _, code := range p.script.Walk(p.answers, script.Facts{}, p.mode).Visible {
		if !slices.Contains(p.asked, code) {
			return p.script.Find(code)
		}
	}
	return nil
}

// ask puts the question in the wording of doc.go of package script.
func (p *preview) ask(q *script.Question) {
	text := q.Text
	covert := p.script.Walk(p.answers, script.Facts{}, p.mode).Covert
	switch {
	case covert && q.CovertText != (script.Text{}):
		text = q.CovertText
	case !covert && p.mode.Caller != script.Victim && q.ThirdParty != (script.Text{}):
		text = q.ThirdParty
	}
	mandatory := ""
	if q.Mandatory {
		mandatory = " *"
	}
	p.print("\n%s%s: %s", q.Code, mandatory, p.say(text))
	if help := p.say(q.Help); help != "" {
		p.print("  (%s)", help)
	}
	for i, o := range q.Choices {
		p.print("  %d %s", i+1, p.say(o.Text))
	}
}

func (p *preview) take(q *script.Question, key string) {
	switch key {
	case "b":
		p.back()
		return
	case "s":
		p.asked = append(p.asked, q.Code)
		return
	}
	v, err := q.Check(typed(q, key))
	if err != nil {
		p.print("  ! %s", err)
		return
	}
	p.answers[q.Code] = script.Given{Value: v, At: time.Now()}
	p.asked = append(p.asked, q.Code)
	p.print("  = %s", p.say(p.script.Label(*q, v)))
	p.assess()
}

// back takes the last answer away and puts its question again.
func (p *preview) back() {
	if len(p.asked) == 0 {
		p.print("  ! this is the first question")
		return
	}
	last := p.asked[len(p.asked)-1]
	p.asked = p.asked[:len(p.asked)-1]
	delete(p.answers, last)
	p.assess()
}

// typed turns what was typed into an answer as it travels. What it cannot read
// it hands on as a text, for the question to refuse.
func typed(q *script.Question, key string) json.RawMessage {
	switch key {
	case "":
		return json.RawMessage("null")
	case "u":
		return encoded(script.Unknown)
	case "r":
		return encoded(script.Refused)
	}
	switch q.Kind {
	case script.YesNo:
		if word, ok := map[string]string{"y": script.Yes, "n": script.No}[key]; ok {
			return encoded(word)
		}
	case script.Choice:
		if codes := chosen(q, key); len(codes) == 1 {
			return encoded(codes[0])
		}
	case script.MultiChoice:
		if codes := chosen(q, key); codes != nil {
			return encoded(codes)
		}
	case script.Number:
		if n, err := strconv.ParseFloat(key, 64); err == nil {
			return encoded(n)
		}
	case script.Person:
		return encoded(script.Party{Name: key})
	}
	return encoded(key)
}

// chosen reads "1" or "1,3"; nil when a number is none of the choices.
func chosen(q *script.Question, key string) []string {
	var codes []string
	for _, number := range strings.FieldsFunc(key, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(q.Choices) {
			return nil
		}
		codes = append(codes, q.Choices[n-1].Code)
	}
	return codes
}

// encoded writes JSON. What cannot be a number in JSON is no answer.
func encoded(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return raw
}

// assess shows class, priority and flags when they changed.
func (p *preview) assess() {
	a := p.rules.Assess(p.script, p.answers, script.Facts{}, p.mode, time.Now())
	var flags []string
	for _, f := range a.Flags {
		flags = append(flags, f.Code)
	}
	now := fmt.Sprintf("%s, priority %d, flags: %s", a.Classification.Code, a.Priority.Level, strings.Join(flags, " "))
	if now != p.shown {
		p.print("  > %s", now)
		p.shown = now
	}
}

func (p *preview) end() {
	walk := p.script.Walk(p.answers, script.Facts{}, p.mode)
	a := p.rules.Assess(p.script, p.answers, script.Facts{}, p.mode, time.Now())
	p.print("\n%s: %s", a.Classification.Code, p.say(a.Classification.Reason))
	p.print("priority %d", a.Priority.Level)
	for _, f := range a.Flags {
		p.print("flag %s (%s): %s", f.Code, f.Severity, p.say(f.Text))
	}
	for _, x := range a.Approach {
		p.print("crew %s: %s", x.Code, p.say(x.Text))
	}
	for _, x := range walk.Advice {
		p.print("caller %s: %s", x.Code, p.say(x.Text))
	}
	p.print("mandatory and not asked: %d %s", len(walk.Unanswered), strings.Join(walk.Unanswered, " "))
}
