package script

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"doorstep/internal/definition"
)

//go:embed scripts/*.yaml scripts/earlier/*.yaml
var shipped embed.FS

// Schema is the published JSON Schema of a script.
//
//go:embed script.schema.json
var Schema []byte

var schema = sync.OnceValues(func() (definition.Schema, error) { return definition.Compile(Schema) })

// Text is one wording in each of the languages that a centre answers in.
type Text struct {
	ET string `json:"et"`
	EN string `json:"en"`
	RU string `json:"ru"`
}

// Script is one published version of a question script. It never changes; a
// call keeps the version it began with.
type Script struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
	Title   Text   `json:"title"`
	// Words are the labels of the answers that need no choices.
	Words Words `json:"words"`
	// Covert says when questions are put in their covert wording.
	Covert    Condition  `json:"covert"`
	Questions []Question `json:"questions"`
	Advice    []Advice   `json:"advice"`
}

// Words label yes, no, unknown and refused.
type Words struct {
	Yes     Text `json:"yes"`
	No      Text `json:"no"`
	Unknown Text `json:"unknown"`
	Refused Text `json:"refused"`
}

// Kind is what sort of answer a question takes.
type Kind string

// The kinds. Each also takes the words "unknown" and "refused".
const (
	YesNo       Kind = "yes_no"       // "yes" or "no"
	Choice      Kind = "choice"       // one code of the choices
	MultiChoice Kind = "multi_choice" // a list of codes, at least one
	FreeText    Kind = "text"         // at most 2000 characters
	Number      Kind = "number"       // within Min and Max
	Person      Kind = "person"       // an object, see Party
	Time        Kind = "time"         // RFC 3339
)

// Group is the part of the call that a question belongs to, in the order in
// which the parts are asked: life first.
type Group string

// The groups.
const (
	Safety       Group = "safety"
	Relationship Group = "relationship"
	History      Group = "history"
	Access       Group = "access"
)

// Question is one thing to ask.
type Question struct {
	Code  string `json:"code"`
	Kind  Kind   `json:"kind"`
	Group Group  `json:"group"`
	Text  Text   `json:"text"`
	// Help tells the call taker what to listen for.
	Help Text `json:"help,omitzero"`
	// CovertText can be answered with yes or no by a caller who is overheard;
	// of a question with choices it tells the call taker what to do instead.
	CovertText Text `json:"covert,omitzero"`
	// ThirdParty is the wording for a caller who is not the victim.
	ThirdParty Text `json:"third_party,omitzero"`
	// Mandatory questions stay on screen, and in the briefing as not asked,
	// until they have an answer.
	Mandatory bool `json:"mandatory,omitempty"`
	// When says on which earlier answers, history and mode the question is
	// visible; the zero Condition always holds.
	When    Condition `json:"when,omitzero"`
	Choices []Option  `json:"choices,omitempty"`
	Raises  []Raise   `json:"raises,omitempty"`
	// Min and Max bound a number.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}

// Option is one choice.
type Option struct {
	Code string `json:"code"`
	Text Text   `json:"text"`
}

// Raise says that an answer raises a flag. Exactly one of Is, In and AtLeast
// is set.
type Raise struct {
	Flag    string   `json:"flag"`
	Is      string   `json:"is,omitempty"`
	In      []string `json:"in,omitempty"`
	AtLeast *float64 `json:"at_least,omitempty"`
}

// By reports whether the answer v raises the flag.
func (r Raise) By(v Value) bool {
	if r.AtLeast != nil {
		n, ok := v.Number()
		return ok && n >= *r.AtLeast
	}
	return v.Is(r.Is) || slices.ContainsFunc(r.In, v.Is)
}

// Advice is an instruction to the caller until the crew is there.
type Advice struct {
	Code string `json:"code"`
	Text Text   `json:"text"`
	// When is judged on the answers to visible questions.
	When Condition `json:"when,omitzero"`
	// Source is the guidance that it rests on.
	Source string `json:"source"`
}

// Files are the scripts that come with the program, as scripts/*.yaml.
func Files() fs.FS { return shipped }

// Shipped returns the scripts that come with the program, each in the version
// that new calls begin with, by file name.
func Shipped() ([]Script, error) { return read("scripts/*.yaml") }

// Earlier returns the versions that were in force before. A call that began
// with one stays with it.
func Earlier() ([]Script, error) { return read("scripts/earlier/*.yaml") }

// Sources returns the YAML of all versions that come with the program, older
// ones first.
func Sources() ([]string, error) {
	var sources []string
	for _, pattern := range []string{"scripts/earlier/*.yaml", "scripts/*.yaml"} {
		err := each(pattern, func(_ string, data []byte) error {
			sources = append(sources, string(data))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return sources, nil
}

func read(pattern string) ([]Script, error) {
	var scripts []Script
	err := each(pattern, func(name string, data []byte) error {
		s, err := Parse(data, name)
		scripts = append(scripts, s)
		return err
	})
	return scripts, err
}

func each(pattern string, do func(name string, data []byte) error) error {
	names, err := fs.Glob(shipped, pattern)
	if err != nil {
		return fmt.Errorf("list shipped scripts: %w", err)
	}
	for _, name := range names {
		data, err := shipped.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read shipped script: %w", err)
		}
		if err := do(name, data); err != nil {
			return err
		}
	}
	return nil
}

// Parse reads a script from YAML or JSON. The error lists definition.Problems
// with file name and line. A script that parses has the right shape; whether
// it also makes sense is for Lint to say.
func Parse(data []byte, name string) (Script, error) {
	sch, err := schema()
	if err != nil {
		return Script{}, err
	}
	var s Script
	if err := definition.Read(sch, data, name, &s); err != nil {
		return Script{}, err
	}
	return s, nil
}

// Question finds a question by its code.
func (s Script) Question(code string) (Question, bool) {
	if q := s.Find(code); q != nil {
		return *q, true
	}
	return Question{}, false
}

// Find finds a question by its code, nil when there is none. It is not to be
// changed.
func (s Script) Find(code string) *Question {
	for i := range s.Questions {
		if s.Questions[i].Code == code {
			return &s.Questions[i]
		}
	}
	return nil
}

// Label is how an answer to q reads on screen: the words of yes_no, the texts
// of the choices, else the answer itself.
func (s Script) Label(q Question, v Value) Text {
	switch {
	case v.Is(Unknown):
		return s.Words.Unknown
	case v.Is(Refused):
		return s.Words.Refused
	case q.Kind == YesNo && v.Is(Yes):
		return s.Words.Yes
	case q.Kind == YesNo:
		return s.Words.No
	case q.Kind == Choice || q.Kind == MultiChoice:
		return q.chosen(v)
	}
	said := v.String()
	return Text{ET: said, EN: said, RU: said}
}

func (q Question) chosen(v Value) Text {
	var label Text
	for _, c := range q.Choices {
		if !v.Is(c.Code) {
			continue
		}
		if label == (Text{}) {
			label = c.Text
			continue
		}
		label.ET += "; " + c.Text.ET
		label.EN += "; " + c.Text.EN
		label.RU += "; " + c.Text.RU
	}
	return label
}
