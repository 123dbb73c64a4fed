package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"doorstep/internal/person"
)

// PersonCommand looks at how persons are linked, without a server.
type PersonCommand struct {
	Match PersonMatchCommand `cmd:"" help:"Score the linking of persons on labelled pairs of records."`
}

// PersonMatchCommand scores labelled pairs.
type PersonMatchCommand struct {
	File string `arg:"" type:"existingfile" help:"CSV with the columns kind, label (same, different) and name, birth_date, national_id and phone of a and of b: a_name, …, b_phone."`
}

// Run prints a line for each kind of pair and one for all, as JSON, and fails
// where two human beings would be called certainly one.
func (c PersonMatchCommand) Run(_ context.Context, d Deps) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	pairs, err := person.ReadPairs(file)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	out := json.NewEncoder(d.Out)
	kinds := map[string][]person.Pair{}
	var order []string
	for _, p := range pairs {
		if !slices.Contains(order, p.Kind) {
			order = append(order, p.Kind)
		}
		kinds[p.Kind] = append(kinds[p.Kind], p)
	}
	for _, kind := range order {
		if err := out.Encode(person.Judge(kind, kinds[kind])); err != nil {
			return err
		}
	}
	all := person.Judge("person_linking", pairs)
	if err := out.Encode(all); err != nil {
		return err
	}
	if all.FalseCertain > 0 {
		return fmt.Errorf("%d pairs of two human beings are called certain", all.FalseCertain)
	}
	return nil
}
