package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"doorstep/internal/script"
)

// ScriptDiffCommand compares two versions.
type ScriptDiffCommand struct {
	Old string `arg:"" help:"A file, or CODE@VERSION of the program, such as dv@1."`
	New string `arg:"" help:"The same, of the version to compare with."`
}

// Run prints one line a difference, in the order of the new version with what
// was removed at the end of its part, and fails when there is any, like diff(1).
func (c ScriptDiffCommand) Run(_ context.Context, d Deps) error {
	before, oldErr := namedScript(c.Old)
	after, newErr := namedScript(c.New)
	if err := errors.Join(oldErr, newErr); err != nil {
		return err
	}
	lines := differences(before, after)
	for _, line := range lines {
		if _, err := fmt.Fprintln(d.Out, line); err != nil {
			return err
		}
	}
	if len(lines) > 0 {
		return fmt.Errorf("%d differences", len(lines))
	}
	return nil
}

// differences are "+" added, "-" removed, ">" moved and "~" changed.
func differences(before, after script.Script) []string {
	lines := compare("script", about(before), about(after))
	lines = append(lines, parts("question", asked(before), asked(after))...)
	return append(lines, parts("advice", advised(before), advised(after))...)
}

// part is one question or advice, as its fields stand.
type part struct {
	code   string
	fields []field
}

type field struct{ name, value string }

func about(s script.Script) []field {
	f := []field{{"code", s.Code}, {"version", fmt.Sprint(s.Version)}}
	f = append(f, wording("title", s.Title)...)
	f = append(f, wording("words.yes", s.Words.Yes)...)
	f = append(f, wording("words.no", s.Words.No)...)
	f = append(f, wording("words.unknown", s.Words.Unknown)...)
	f = append(f, wording("words.refused", s.Words.Refused)...)
	return append(f, field{"covert", condition(s.Covert)})
}

func asked(s script.Script) []part {
	parts := make([]part, len(s.Questions))
	for i, q := range s.Questions {
		f := []field{{"kind", string(q.Kind)}, {"group", string(q.Group)}, {"mandatory", fmt.Sprint(q.Mandatory)}}
		f = append(f, wording("text", q.Text)...)
		f = append(f, wording("help", q.Help)...)
		f = append(f, wording("covert", q.CovertText)...)
		f = append(f, wording("third_party", q.ThirdParty)...)
		f = append(f, field{"when", condition(q.When)}, field{"min", bound(q.Min)}, field{"max", bound(q.Max)})
		order := make([]string, len(q.Choices))
		for j, o := range q.Choices {
			order[j] = o.Code
			f = append(f, wording("choices."+o.Code, o.Text)...)
		}
		f = append(f, field{"choices", strings.Join(order, " ")})
		for _, r := range q.Raises {
			by := r.Is
			if r.In != nil {
				by = strings.Join(r.In, " ")
			}
			if r.AtLeast != nil {
				by = "at least " + bound(r.AtLeast)
			}
			// A question may raise a flag twice, by different answers.
			name := "raises " + r.Flag
			if k := slices.IndexFunc(f, func(x field) bool { return x.name == name }); k >= 0 {
				f[k].value += "; " + by
				continue
			}
			f = append(f, field{name, by})
		}
		parts[i] = part{q.Code, f}
	}
	return parts
}

func advised(s script.Script) []part {
	parts := make([]part, len(s.Advice))
	for i, a := range s.Advice {
		f := append(wording("text", a.Text), field{"when", condition(a.When)}, field{"source", a.Source})
		parts[i] = part{a.Code, f}
	}
	return parts
}

func wording(name string, t script.Text) []field {
	return []field{{name + ".et", t.ET}, {name + ".en", t.EN}, {name + ".ru", t.RU}}
}

func bound(n *float64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

// condition writes a condition as JSON, whose order is that of the type.
func condition(c script.Condition) string {
	if c.Zero() {
		return ""
	}
	text, err := json.Marshal(c)
	if err != nil {
		panic("doorstep: a condition that was read cannot be written: " + err.Error())
	}
	return string(text)
}

func parts(kind string, before, after []part) []string {
	stayed := inOrder(before, after)
	var lines []string
	for i, now := range after {
		k := slices.IndexFunc(before, func(p part) bool { return p.code == now.code })
		name := kind + " " + now.code
		if k < 0 {
			lines = append(lines, "+ "+name+", "+place(after, i))
			for _, f := range now.fields {
				if f.value != "" {
					lines = append(lines, fmt.Sprintf("+ %s %s: %s", name, f.name, f.value))
				}
			}
			continue
		}
		if !slices.Contains(stayed, now.code) {
			lines = append(lines, fmt.Sprintf("> %s moved: was %s, is %s", name, place(before, k), place(after, i)))
		}
		lines = append(lines, compare(name, before[k].fields, now.fields)...)
	}
	for i, gone := range before {
		if !slices.ContainsFunc(after, func(p part) bool { return p.code == gone.code }) {
			lines = append(lines, "- "+kind+" "+gone.code+", "+place(before, i))
		}
	}
	return lines
}

func place(parts []part, i int) string {
	if i == 0 {
		return "first"
	}
	return "after " + parts[i-1].code
}

// compare lists the fields that differ, in the new order, the lost ones last.
func compare(name string, before, after []field) []string {
	value := func(in []field, name string) (string, bool) {
		i := slices.IndexFunc(in, func(f field) bool { return f.name == name })
		if i < 0 {
			return "", false
		}
		return in[i].value, true
	}
	var lines []string
	tell := func(what, was, is string) {
		if was != is {
			lines = append(lines, fmt.Sprintf("~ %s %s: %s -> %s", name, what, orNone(was), orNone(is)))
		}
	}
	for _, f := range after {
		was, _ := value(before, f.name)
		tell(f.name, was, f.value)
	}
	for _, f := range before {
		if _, kept := value(after, f.name); !kept {
			tell(f.name, f.value, "")
		}
	}
	return lines
}

func orNone(s string) string {
	switch {
	case s == "":
		return "none"
	case s[0] == '{': // a condition, with quotes enough
		return s
	}
	return fmt.Sprintf("%q", s)
}

// inOrder is the longest run of codes that both lists hold in the same order:
// whatever else both hold has moved.
func inOrder(before, after []part) []string {
	longest := make([][]int, len(before)+1)
	for i := range longest {
		longest[i] = make([]int, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if before[i].code == after[j].code {
				longest[i][j] = longest[i+1][j+1] + 1
			}
		}
	}
	var codes []string
	for i, j := 0, 0; i < len(before) && j < len(after); {
		switch {
		case before[i].code == after[j].code:
			codes = append(codes, before[i].code)
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return codes
}
