package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"doorstep/internal/instrument"
	"doorstep/internal/script"
)

// InstrumentCommand looks at risk instruments without a server.
type InstrumentCommand struct {
	Lint  InstrumentLintCommand  `cmd:"" help:"Check instruments, and print what is in them."`
	Score InstrumentScoreCommand `cmd:"" help:"Score a file of answers."`
}

// InstrumentLintCommand checks files, or the shipped instruments.
type InstrumentLintCommand struct {
	Files []string `arg:"" optional:"" name:"file" help:"Instruments of your own; without any, those that come with the program." type:"path"`
}

// Run prints each instrument with its findings, and fails when there are any.
func (c InstrumentLintCommand) Run(_ context.Context, d Deps) error {
	all, err := c.load()
	if err != nil {
		return err
	}
	items, vectors, findings := 0, 0, 0
	texts := map[string]int{}
	for _, in := range all {
		found := in.Lint()
		describe(d.Out, in, texts)
		for _, f := range found {
			fmt.Fprintf(d.Out, "  finding: %s\n", f)
		}
		items, vectors, findings = items+len(in.Items), vectors+len(in.Vectors), findings+len(found)
	}
	fmt.Fprintf(d.Out, "%d instruments, %d items, %d vectors passed; item texts et %d, en %d, ru %d; %d findings\n",
		len(all), items, vectors, texts["et"], texts["en"], texts["ru"], findings)
	if findings > 0 {
		return fmt.Errorf("%d findings", findings)
	}
	return nil
}

func (c InstrumentLintCommand) load() ([]instrument.Definition, error) {
	if len(c.Files) == 0 {
		return instrument.Shipped()
	}
	return ownInstruments(c.Files)
}

// ownInstruments reads a centre's files, and names what is wrong in all of them.
func ownInstruments(files []string) ([]instrument.Definition, error) {
	var all []instrument.Definition
	var errs []error
	for _, name := range files {
		own, err := ownInstrument(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, own)
	}
	return all, errors.Join(errs...)
}

func ownInstrument(name string) (instrument.Definition, error) {
	f, err := os.Open(name)
	if err != nil {
		return instrument.Definition{}, err
	}
	defer func() { _ = f.Close() }() // only read
	return instrument.Read(f, name)
}

// describe prints one instrument and counts its texts by language.
func describe(out io.Writer, in instrument.Definition, texts map[string]int) {
	fmt.Fprintf(out, "%s version %d: %s\n", in.Code, in.Version, in.Title.EN)
	languages := "none in this file"
	if len(in.Languages) > 0 {
		languages = strings.Join(in.Languages, ", ")
	}
	for _, l := range in.Languages {
		texts[l] += len(in.Items)
	}
	fmt.Fprintf(out, "  items: %d; item texts: %s\n", len(in.Items), languages)
	fmt.Fprintf(out, "  licence: %s; %s; texts %s\n", in.Licence.Holder, in.Licence.Name, in.Licence.Texts)
	fmt.Fprintf(out, "  who may use it: %s\n", in.Users.EN)
	fmt.Fprintf(out, "  for whom: %s\n", in.Population.Text.EN)
	fmt.Fprintf(out, "  validity: %s\n", in.Validity.EN)
	if in.Scoring.Method == instrument.NeedsFile {
		fmt.Fprintln(out, "  score: none without the holder's own file")
		return
	}
	fmt.Fprintf(out, "  score: %s; %d levels, %d routes, %d vectors passed\n", in.Scoring.Method, len(in.Levels), len(in.Routes), len(in.Vectors))
	for _, s := range in.Settings {
		value := "the centre has to choose"
		if s.Default != nil {
			value = fmt.Sprintf("%d unless the centre chooses", *s.Default)
		}
		fmt.Fprintf(out, "  setting %s: %s (%s)\n", s.Code, value, s.Evidence)
	}
}

// InstrumentScoreCommand scores one case.
type InstrumentScoreCommand struct {
	Code    string         `arg:"" help:"Instrument, such as dash_ric."`
	Answers string         `arg:"" help:"JSON file of answers, facts and judgements (docs/instruments.md)." type:"existingfile"`
	Own     []string       `name:"own" placeholder:"FILE" help:"Your own licensed instruments; they take the place of the shipped ones." type:"path"`
	Set     map[string]int `name:"set" placeholder:"SETTING=N" help:"Your centre's settings, such as ticks=14."`
	Lang    string         `name:"lang" enum:"et,en,ru" default:"en" help:"Language of the result."`
	JSON    bool           `name:"json" help:"Print the whole result as JSON."`
}

// Run prints the result.
func (c InstrumentScoreCommand) Run(_ context.Context, d Deps) error {
	in, err := c.instrument()
	if err != nil {
		return err
	}
	given, err := readAnswers(c.Answers)
	if err != nil {
		return err
	}
	result, err := in.Score(given, c.Set)
	if err != nil {
		return fmt.Errorf("score %s: %w", c.Code, err)
	}
	if c.JSON {
		enc := json.NewEncoder(d.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(result)
	}
	c.print(d.Out, result)
	return nil
}

func (c InstrumentScoreCommand) instrument() (instrument.Definition, error) {
	all, err := instrument.Shipped()
	if err != nil {
		return instrument.Definition{}, err
	}
	own, err := ownInstruments(c.Own)
	if err != nil {
		return instrument.Definition{}, err
	}
	var codes []string
	for _, in := range instrument.Replace(all, own) {
		if in.Code == c.Code {
			return in, nil
		}
		codes = append(codes, in.Code)
	}
	return instrument.Definition{}, fmt.Errorf("there is no instrument %s; there are %s", c.Code, strings.Join(codes, ", "))
}

func readAnswers(name string) (instrument.Input, error) {
	f, err := os.Open(name)
	if err != nil {
		return instrument.Input{}, err
	}
	defer func() { _ = f.Close() }() // only read
	given, err := instrument.ReadInput(f)
	if err != nil {
		return instrument.Input{}, fmt.Errorf("%s: %w", name, err)
	}
	return given, nil
}

func (c InstrumentScoreCommand) print(out io.Writer, r instrument.Result) {
	say := func(t script.Text) string {
		return map[string]string{"et": t.ET, "en": t.EN, "ru": t.RU}[c.Lang]
	}
	fmt.Fprintln(out, say(r.Headline()))
	if p := r.Score.Prorated; p != nil {
		fmt.Fprintf(out, "  %-10s  %d\n", "prorated", *p)
	}
	for _, m := range r.Routes {
		fmt.Fprintf(out, "  %-10s  %s: %s\n", m.State, m.Code, say(m.Reason))
	}
	for _, l := range r.Referrals {
		fmt.Fprintf(out, "  %-10s  -> %s\n", l.State, say(l.Text))
	}
	for _, m := range r.Measures {
		fmt.Fprintf(out, "  %-10s  %s (%s)\n", "offered", say(m.Text), strings.Join(m.For, ", "))
	}
	if f := r.FollowUp; f != nil {
		fmt.Fprintf(out, "  %-10s  %d d (%s)\n", "follow-up", f.Days, f.Level)
	}
	for _, s := range r.Settings {
		value, by := "?", "default"
		if s.Value != nil {
			value = fmt.Sprint(*s.Value)
		}
		if s.ByCentre {
			by = "centre"
		}
		fmt.Fprintf(out, "  %-10s  %s: %s (%s)\n", "setting", say(s.Text), value, by)
	}
	if r.Fit == instrument.FitUnknown {
		fmt.Fprintf(out, "  %-10s  %s\n", "for whom", say(r.Population))
	}
	fmt.Fprintf(out, "%s\n%s\n", say(r.Licence), say(r.Validity))
}
