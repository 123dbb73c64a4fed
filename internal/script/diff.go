package script

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// How two versions differ in one place.
const (
	Added   = "added"
	Removed = "removed"
	Moved   = "moved"
	Changed = "changed"
)

// place is the field of a difference that says behind which code a question or
// an advice stands, "" when it is the first.
const place = "place"

// Difference is one place in which two versions of a script differ.
type Difference struct {
	Kind  string `json:"kind" enum:"added,removed,moved,changed"`
	Of    string `json:"of" enum:"script,question,advice"`
	Code  string `json:"code,omitempty" doc:"of the question or the advice"`
	Field string `json:"field" doc:"such as text.en; place is the code of the one before it"`
	Was   string `json:"was,omitempty"`
	Is    string `json:"is,omitempty"`
}

// String is the line that an author reads: "+" added, "-" removed, ">" moved
// and "~" changed.
func (d Difference) String() string {
	name := d.Of
	if d.Code != "" {
		name += " " + d.Code
	}
	switch {
	case d.Kind == Moved:
		return fmt.Sprintf("> %s moved: was %s, is %s", name, behind(d.Was), behind(d.Is))
	case d.Kind == Removed:
		return "- " + name + ", " + behind(d.Was)
	case d.Kind == Added && d.Field == place:
		return "+ " + name + ", " + behind(d.Is)
	case d.Kind == Added:
		return fmt.Sprintf("+ %s %s: %s", name, d.Field, d.Is)
	}
	return fmt.Sprintf("~ %s %s: %s -> %s", name, d.Field, orNone(d.Was), orNone(d.Is))
}

func behind(code string) string {
	if code == "" {
		return "first"
	}
	return "after " + code
}

// Compare lists how after differs from before, in the order of after, with
// what was removed at the end of its part.
func Compare(before, after Script) []Difference {
	found := compare("script", "", about(before), about(after))
	found = append(found, parts("question", asked(before), asked(after))...)
	return append(found, parts("advice", advised(before), advised(after))...)
}

// part is one question or advice, as its fields stand.
type part struct {
	code   string
	fields []field
}

type field struct{ name, value string }

func about(s Script) []field {
	f := []field{{"code", s.Code}, {"version", fmt.Sprint(s.Version)}}
	f = append(f, wording("title", s.Title)...)
	f = append(f, wording("words.yes", s.Words.Yes)...)
	f = append(f, wording("words.no", s.Words.No)...)
	f = append(f, wording("words.unknown", s.Words.Unknown)...)
	f = append(f, wording("words.refused", s.Words.Refused)...)
	return append(f, field{"covert", condition(s.Covert)})
}

func asked(s Script) []part {
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

func advised(s Script) []part {
	parts := make([]part, len(s.Advice))
	for i, a := range s.Advice {
		f := append(wording("text", a.Text), field{"when", condition(a.When)}, field{"source", a.Source})
		parts[i] = part{a.Code, f}
	}
	return parts
}

func wording(name string, t Text) []field {
	return []field{{name + ".et", t.ET}, {name + ".en", t.EN}, {name + ".ru", t.RU}}
}

func bound(n *float64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

// condition writes a condition as JSON, whose order is that of the type.
func condition(c Condition) string {
	if c.Zero() {
		return ""
	}
	text, err := json.Marshal(c)
	if err != nil {
		panic("doorstep: a condition that was read cannot be written: " + err.Error())
	}
	return string(text)
}

func parts(of string, before, after []part) []Difference {
	stayed := inOrder(before, after)
	var found []Difference
	for i, now := range after {
		k := slices.IndexFunc(before, func(p part) bool { return p.code == now.code })
		if k < 0 {
			found = append(found, Difference{Kind: Added, Of: of, Code: now.code, Field: place, Is: previous(after, i)})
			for _, f := range now.fields {
				if f.value != "" {
					found = append(found, Difference{Kind: Added, Of: of, Code: now.code, Field: f.name, Is: f.value})
				}
			}
			continue
		}
		if !slices.Contains(stayed, now.code) {
			found = append(found, Difference{Kind: Moved, Of: of, Code: now.code, Field: place, Was: previous(before, k), Is: previous(after, i)})
		}
		found = append(found, compare(of, now.code, before[k].fields, now.fields)...)
	}
	for i, gone := range before {
		if !slices.ContainsFunc(after, func(p part) bool { return p.code == gone.code }) {
			found = append(found, Difference{Kind: Removed, Of: of, Code: gone.code, Field: place, Was: previous(before, i)})
		}
	}
	return found
}

func previous(parts []part, i int) string {
	if i == 0 {
		return ""
	}
	return parts[i-1].code
}

// compare lists the fields that differ, in the new order, the lost ones last.
func compare(of, code string, before, after []field) []Difference {
	value := func(in []field, name string) (string, bool) {
		i := slices.IndexFunc(in, func(f field) bool { return f.name == name })
		if i < 0 {
			return "", false
		}
		return in[i].value, true
	}
	var found []Difference
	tell := func(what, was, is string) {
		if was != is {
			found = append(found, Difference{Kind: Changed, Of: of, Code: code, Field: what, Was: was, Is: is})
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
	return found
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
