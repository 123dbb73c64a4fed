// Package cases holds narrated calls and what must come of them: what was said,
// in a few sentences, the answers that a call taker would mark, and the class,
// flags, priority and advice that a patrol must then be given. They are the
// field's view of the script and the rules, written before looking at what the
// program says. A case that fails is a question to both.
//
// The package reads and runs cases. It does not know where a script or rules
// come from, and keeps nothing.
package cases

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"doorstep/internal/definition"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

//go:embed calls/*.yaml
var shipped embed.FS

// Schema is the published JSON Schema of a file of cases.
//
//go:embed cases.schema.json
var Schema []byte

var schema = sync.OnceValues(func() (definition.Schema, error) { return definition.Compile(Schema) })

// File is a file of cases for one script.
type File struct {
	Script string `json:"script"` // its code
	// Now is when all its calls come in; the dates of history stand beside it.
	Now   time.Time `json:"now"`
	Cases []Case    `json:"cases"`

	name  string
	data  []byte // to find lines in
	lines []int  // of the cases
}

// Case is one call.
type Case struct {
	Code      string `json:"code"`
	Narrative string `json:"narrative"`
	// Caller and Speech are how the call is held.
	Caller script.Caller `json:"caller"`
	Speech script.Speech `json:"speech"`
	// Answers are in the order in which they were given. A question may stand
	// there twice: the caller changed the answer.
	Answers []Answer `json:"answers"`
	// Facts are what is on record. Without any, nothing was searched.
	Facts  script.Facts `json:"facts"`
	Expect Expect       `json:"expect"`
}

// Answer maps one question to the answer as it travels.
type Answer map[string]json.RawMessage

// Expect is what must come of a call. What it does not name may be anything.
type Expect struct {
	Class string `json:"class"`
	// Rule is the classification rule that must decide; empty for any.
	Rule     string `json:"rule"`
	Priority int    `json:"priority"`
	// Flags must be raised and count. OldFlags must be shown as old, and
	// NotFlags must not be there at all.
	Flags    []string `json:"flags"`
	OldFlags []string `json:"old_flags"`
	NotFlags []string `json:"not_flags"`
	// Approach is advice that the crew must be given, Advice that the caller
	// must be, by code. NotAdvice must not be said to the caller.
	Approach  []string `json:"approach"`
	Advice    []string `json:"advice"`
	NotAdvice []string `json:"not_advice"`
}

// Shipped returns the cases that come with the program, by file name.
func Shipped() ([]File, error) {
	names, err := fs.Glob(shipped, "calls/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list shipped cases: %w", err)
	}
	var files []File
	for _, name := range names {
		data, err := shipped.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read shipped cases: %w", err)
		}
		f, err := Parse(data, name)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// Parse reads cases from YAML or JSON. The error joins definition.Problems.
// Whether the script asks and the rules know what they name is for Check.
func Parse(data []byte, name string) (File, error) {
	sch, err := schema()
	if err != nil {
		return File{}, err
	}
	f := File{name: name, data: data}
	if err := definition.Read(sch, data, name, &f); err != nil {
		return File{}, err
	}
	for i := range f.Cases {
		f.lines = append(f.lines, definition.Line(data, fmt.Sprintf("cases[%d]", i)))
	}
	return f, nil
}

// Check refuses cases that the script and the rules cannot run: answers that the
// service would refuse, answers to questions that are unknown or hidden when
// they come, and expectations of what is not defined. The error joins
// definition.Problems with lines.
func (f File) Check(s script.Script, r risk.Rules) error {
	c := checker{file: f, script: s, rules: r}
	if f.Script != s.Code {
		c.wrong("script", "is %s, and these cases are run with %s", f.Script, s.Code)
	}
	seen := map[string]bool{}
	for i, one := range f.Cases {
		at := fmt.Sprintf("cases[%d]", i)
		if seen[one.Code] {
			c.wrong(at+".code", "%s is there twice", one.Code)
		}
		seen[one.Code] = true
		c.answers(at, one)
		c.expected(at+".expect", one.Expect)
	}
	return errors.Join(c.errs...)
}
