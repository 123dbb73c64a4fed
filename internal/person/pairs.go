package person

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Pair is two records of which it is known whether they are one human being.
type Pair struct {
	Kind string // what makes it easy or hard, such as twins
	Same bool
	A, B Person
}

var pairColumns = []string{"kind", "label", "a_name", "a_birth_date", "a_national_id", "a_phone",
	"b_name", "b_birth_date", "b_national_id", "b_phone"}

// ReadPairs reads labelled pairs from CSV with the columns kind, label (same or
// different) and name, birth_date, national_id and phone of a and of b.
func ReadPairs(r io.Reader) ([]Pair, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(pairColumns)
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("read the columns: %w", err)
	}
	if !slices.Equal(head, pairColumns) {
		return nil, fmt.Errorf("the columns must be %v", pairColumns)
	}
	var all []Pair
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if row[1] != "same" && row[1] != "different" {
			line, _ := in.FieldPos(1)
			return nil, fmt.Errorf("line %d: label %q is neither same nor different", line, row[1])
		}
		person := func(f []string) Person {
			return Person{Name: f[0], BirthDate: f[1], NationalID: f[2], Phone: f[3]}
		}
		all = append(all, Pair{Kind: row[0], Same: row[1] == "same", A: person(row[2:6]), B: person(row[6:10])})
	}
}

// Score says how well pairs were told apart.
type Score struct {
	Name         string  `json:"name"`
	Pairs        int     `json:"pairs"`
	Same         int     `json:"same"`
	Found        float64 `json:"found"` // share of the same that are at least possible
	FalseCertain int     `json:"false_certain"`
	FalseLikely  int     `json:"false_likely"`
	False        int     `json:"false_possible"`
}

// Judge compares the pairs of a kind.
func Judge(name string, pairs []Pair) Score {
	s, found := Score{Name: name, Pairs: len(pairs)}, 0
	for _, p := range pairs {
		m := Compare(Identify(p.A), Identify(p.B))
		switch {
		case p.Same:
			s.Same++
			if m.Found() {
				found++
			}
		case m.Certainty == Certain:
			s.FalseCertain++
		case m.Certainty == Likely:
			s.FalseLikely++
		case m.Found():
			s.False++
		}
	}
	if s.Same > 0 {
		s.Found = float64(found) / float64(s.Same)
	}
	return s
}
