package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"doorstep/internal/cases"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// ScriptCommand is the workbench of whoever writes a script; docs/script.md
// says how to work with it.
type ScriptCommand struct {
	Test    ScriptTestCommand    `cmd:"" help:"Run narrated calls, and compare what comes of them with what must."`
	Lint    ScriptLintCommand    `cmd:"" help:"Check scripts and rules, and print what is in them."`
	Diff    ScriptDiffCommand    `cmd:"" help:"Say what differs between two versions of a script."`
	Preview ScriptPreviewCommand `cmd:"" help:"Walk through a script in the terminal."`
	Publish ScriptPublishCommand `cmd:"" help:"Propose a script to a running service, or decide on one."`
}

// authored names the script and rules to work with.
type authored struct {
	Script string `help:"Script: a file, or CODE or CODE@VERSION of the program." default:"dv" placeholder:"SCRIPT"`
	Rules  string `help:"Rules of your own; without, those of the program." placeholder:"FILE"`
}

func (a authored) load() (script.Script, risk.Rules, error) {
	s, scriptErr := namedScript(a.Script)
	r, rulesErr := namedRules(a.Rules)
	return s, r, errors.Join(scriptErr, rulesErr)
}

func namedRules(file string) (risk.Rules, error) {
	if file == "" {
		return risk.Shipped()
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return risk.Rules{}, err
	}
	return risk.Parse(data, file)
}

// namedScript reads a file, or finds a script of the program: dv is the version
// that new calls begin with, dv@1 an earlier one.
func namedScript(name string) (script.Script, error) {
	data, err := os.ReadFile(name)
	if err == nil {
		return script.Parse(data, name)
	}
	if !errors.Is(err, os.ErrNotExist) || strings.ContainsAny(name, "./") {
		return script.Script{}, err
	}
	current, err := script.Shipped()
	if err != nil {
		return script.Script{}, err
	}
	earlier, err := script.Earlier()
	if err != nil {
		return script.Script{}, err
	}
	code, version, versioned := strings.Cut(name, "@")
	all := slices.Concat(current, earlier)
	for _, s := range all {
		if s.Code == code && (!versioned || strconv.Itoa(s.Version) == version) {
			return s, nil
		}
	}
	var known []string
	for _, s := range all {
		known = append(known, fmt.Sprintf("%s@%d", s.Code, s.Version))
	}
	return script.Script{}, fmt.Errorf("%s is neither a file nor a script of the program: %s", name, strings.Join(known, ", "))
}

// ScriptTestCommand runs cases.
type ScriptTestCommand struct {
	authored `embed:""`
	JSON     bool     `help:"Print one JSON object a case, and one with the sums."`
	Files    []string `arg:"" optional:"" name:"file" help:"Files of cases; without any, those that come with the program." type:"path"`
}

// Run prints a line for each case that fails, then the sums, and fails when a
// case did. Cases that cannot be run stop it before the first.
func (c ScriptTestCommand) Run(_ context.Context, d Deps) error {
	s, r, err := c.load()
	if err != nil {
		return err
	}
	files, err := c.cases()
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Check(s, r))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	ran, passed := 0, 0
	out := json.NewEncoder(d.Out)
	for _, f := range files {
		for _, result := range f.Run(s, r) {
			ran++
			if result.Passed {
				passed++
			}
			switch {
			case c.JSON:
				err = out.Encode(result)
			case !result.Passed:
				_, err = fmt.Fprintln(d.Out, result)
			}
			if err != nil {
				return err
			}
		}
	}
	if c.JSON {
		err = out.Encode(struct {
			Cases  int `json:"cases"`
			Passed int `json:"passed"`
		}{ran, passed})
	} else {
		_, err = fmt.Fprintf(d.Out, "cases %d, passed %d\n", ran, passed)
	}
	if err == nil && passed < ran {
		err = fmt.Errorf("%d of %d cases failed", ran-passed, ran)
	}
	return err
}

func (c ScriptTestCommand) cases() ([]cases.File, error) {
	if len(c.Files) == 0 {
		return cases.Shipped()
	}
	var files []cases.File
	var errs []error
	for _, name := range c.Files {
		data, err := os.ReadFile(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		f, err := cases.Parse(data, name)
		errs = append(errs, err)
		files = append(files, f)
	}
	return files, errors.Join(errs...)
}
