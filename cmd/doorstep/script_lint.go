package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/goccy/go-yaml"

	"doorstep/internal/definition"
	"doorstep/internal/instrument"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// ScriptLintCommand checks scripts, rules and instruments, those of the program
// or files.
type ScriptLintCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"Scripts, rules and instruments; without any, those that come with the program." type:"path"`
}

// linted is what lint looks at: scripts, the rules that judge their calls, and
// instruments.
type linted struct {
	scripts     []parsed[script.Script]
	rules       []parsed[risk.Rules]
	instruments []parsed[instrument.Definition]
}

// parsed is a definition with the text that it was read from.
type parsed[T any] struct {
	name string
	data []byte
	is   T
}

// Run prints each finding with file, line and reason, then what is in the files,
// and fails when there are findings. Scripts are judged with the rules given, or
// with those of the program, and the other way round.
func (c ScriptLintCommand) Run(_ context.Context, d Deps) error {
	all, err := c.load()
	if err != nil {
		return err
	}
	shipped, err := shippedDefinitions()
	if err != nil {
		return err
	}
	judges, judged := all.rules, all.scripts
	if len(judges) == 0 {
		judges = shipped.rules
	}
	if len(judged) == 0 {
		judged = shipped.scripts
	}
	var findings []definition.Problem
	for _, s := range all.scripts {
		var flags []string
		for _, r := range judges {
			flags = append(flags, r.is.FlagCodes()...)
		}
		findings = append(findings, s.problems(s.is.Lint(flags))...)
	}
	for _, r := range all.rules {
		for _, s := range judged {
			findings = append(findings, r.problems(r.is.Lint(s.is))...)
		}
	}
	for _, i := range all.instruments {
		findings = append(findings, i.problems(i.is.Lint())...)
	}
	for _, f := range findings {
		fmt.Fprintln(d.Out, f.Error())
	}
	if len(findings) > 0 {
		return fmt.Errorf("%d findings", len(findings))
	}
	all.summary(d.Out)
	return nil
}

func (p parsed[T]) problems(findings []script.Finding) []definition.Problem {
	var found []definition.Problem
	for _, f := range findings {
		found = append(found, definition.Problem{Name: p.name, Line: definition.Line(p.data, f.Where), Field: f.Where, Detail: f.Detail})
	}
	return found
}

func (c ScriptLintCommand) load() (linted, error) {
	if len(c.Files) == 0 {
		return shippedDefinitions()
	}
	var all linted
	var errs []error
	for _, name := range c.Files {
		data, err := os.ReadFile(name)
		if err == nil {
			err = all.add(name, data)
		}
		errs = append(errs, err)
	}
	return all, errors.Join(errs...)
}

// shippedDefinitions are all that come with the program.
func shippedDefinitions() (linted, error) {
	var all linted
	for _, from := range []struct {
		files   fs.FS
		pattern string
	}{{script.Files(), "scripts/*.yaml"}, {risk.Files(), "rules.yaml"}, {instrument.Files(), "instruments/*.yaml"}} {
		names, err := fs.Glob(from.files, from.pattern)
		if err != nil {
			return all, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(from.files, name)
			if err != nil {
				return all, err
			}
			if err := all.add(filepath.Base(name), data); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

// add takes a definition in. Rules classify and instruments have items; whatever else
// it is, it is read as a script, which says what is missing.
func (l *linted) add(name string, data []byte) error {
	var keys map[string]any
	// A broken file has no keys, and is told so when it is read below.
	_ = yaml.Unmarshal(data, &keys)
	_, classifies := keys["classification"]
	_, scored := keys["items"]
	switch {
	case classifies || keys == nil && filepath.Base(name) == "rules.yaml":
		r, err := risk.Parse(data, name)
		if err != nil {
			return located(err, data)
		}
		l.rules = append(l.rules, parsed[risk.Rules]{name, data, r})
	case scored:
		i, err := instrument.Parse(data, name)
		if err != nil {
			return located(err, data)
		}
		l.instruments = append(l.instruments, parsed[instrument.Definition]{name, data, i})
	default:
		s, err := script.Parse(data, name)
		if err != nil {
			return located(err, data)
		}
		l.scripts = append(l.scripts, parsed[script.Script]{name, data, s})
	}
	return nil
}

// located adds lines to problems that name a place without one.
func located(err error, data []byte) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var errs []error
		for _, one := range many.Unwrap() {
			errs = append(errs, located(one, data))
		}
		return errors.Join(errs...)
	}
	var p definition.Problem
	if errors.As(err, &p) && p.Line == 0 && p.Field != "" {
		p.Line = definition.Line(data, p.Field)
		return p
	}
	return err
}

func (l linted) summary(out io.Writer) {
	for _, s := range l.scripts {
		read, _ := s.is.Readability()
		fmt.Fprintf(out, "%s: %s version %d: questions %d, flags raised %d, advice %d, texts %s, reading level (LIX) %s\n",
			s.name, s.is.Code, s.is.Version, len(s.is.Questions), raised(s.is), len(s.is.Advice), countTexts(s.is), &read)
	}
	for _, r := range l.rules {
		read, _ := r.is.Readability()
		fmt.Fprintf(out, "%s: version %d: flags %d, rules %d, classification %d, priorities %d, approach %d, texts %s, reading level (LIX) %s\n",
			r.name, r.is.Version, len(r.is.Flags), len(r.is.Rules), len(r.is.Classification), len(r.is.Priorities), len(r.is.Approach), countTexts(r.is), &read)
	}
	for _, i := range l.instruments {
		fmt.Fprintf(out, "%s: %s version %d: questions %d, levels %d, routes %d, vectors %d, texts %s\n",
			i.name, i.is.Code, i.is.Version, len(i.is.Items), len(i.is.Levels), len(i.is.Routes), len(i.is.Vectors), countTexts(i.is))
	}
	fmt.Fprintln(out, "findings 0")
}

// raised counts the flags that some answer raises.
func raised(s script.Script) int {
	flags := map[string]bool{}
	for _, q := range s.Questions {
		for _, r := range q.Raises {
			flags[r.Flag] = true
		}
	}
	return len(flags)
}

// countTexts counts the wordings in a definition by language.
func countTexts(of any) texts {
	var n texts
	n.count(reflect.ValueOf(of))
	return n
}

// texts counts wordings by language.
type texts struct{ et, en, ru int }

func (n texts) String() string { return fmt.Sprintf("et %d, en %d, ru %d", n.et, n.en, n.ru) }

func (n *texts) count(v reflect.Value) {
	if !v.CanInterface() {
		return
	}
	if t, ok := v.Interface().(script.Text); ok {
		n.et, n.en, n.ru = n.et+oneIfSaid(t.ET), n.en+oneIfSaid(t.EN), n.ru+oneIfSaid(t.RU)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			n.count(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			n.count(v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			n.count(it.Value())
		}
	}
}

func oneIfSaid(s string) int {
	if s == "" {
		return 0
	}
	return 1
}
