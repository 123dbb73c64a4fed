package script_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"slices"
	"testing"

	"doorstep/internal/script"
)

var update = flag.Bool("update", false, "write what walks of the shipped script do into the vectors, for review")

const vectorsFile = "testdata/vectors.json"

// vectors hold this implementation and the browser's to the same semantics.
type vectors struct {
	About      string                     `json:"about"`
	Conditions []conditionVector          `json:"conditions"`
	Checks     []checkVector              `json:"checks"`
	Scripts    map[string]json.RawMessage `json:"scripts"`
	Walks      []walkVector               `json:"walks"`
}

type conditionVector struct {
	Name    string                  `json:"name"`
	When    script.Condition        `json:"when"`
	Answers map[string]script.Value `json:"answers,omitempty"`
	Facts   json.RawMessage         `json:"facts,omitempty"`
	Mode    script.Mode             `json:"mode,omitzero"`
	Holds   bool                    `json:"holds"`
}

type checkVector struct {
	Name     string          `json:"name"`
	Question json.RawMessage `json:"question"`
	Value    json.RawMessage `json:"value"`
	Taken    bool            `json:"taken"`
}

type walkVector struct {
	Name    string                  `json:"name"`
	Script  string                  `json:"script"`
	Answers map[string]script.Value `json:"answers"`
	Facts   json.RawMessage         `json:"facts,omitempty"`
	Mode    script.Mode             `json:"mode,omitzero"`
	Walk    wantedWalk              `json:"walk"`
}

type wantedWalk struct {
	Next       string   `json:"next"`
	Visible    []string `json:"visible"`
	Unanswered []string `json:"unanswered"`
	Advice     []string `json:"advice"`
	Covert     bool     `json:"covert"`
	Done       bool     `json:"done"`
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	data, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	into(t, data, &v)
	if len(v.Conditions)+len(v.Walks) < 40 {
		t.Fatalf("only %d vectors", len(v.Conditions)+len(v.Walks))
	}
	return v
}

// into decodes strictly: a misspelt key would make a vector that tests nothing.
func into(t *testing.T, data []byte, v any) {
	t.Helper()
	if data == nil {
		return
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
}

func given(values map[string]script.Value) script.Answers {
	answers := script.Answers{}
	for code, v := range values {
		answers[code] = script.Given{Value: v}
	}
	return answers
}

func TestVectorsOfConditions(t *testing.T) {
	for _, v := range readVectors(t).Conditions {
		t.Run(v.Name, func(t *testing.T) {
			in := script.Situation{Answers: given(v.Answers), Mode: v.Mode}
			into(t, v.Facts, &in.Facts)
			if got := v.When.Holds(&in); got != v.Holds {
				t.Errorf("holds: %v, want %v", got, v.Holds)
			}
		})
	}
}

func TestVectorsOfChecks(t *testing.T) {
	for _, v := range readVectors(t).Checks {
		t.Run(v.Name, func(t *testing.T) {
			var q script.Question
			into(t, v.Question, &q)
			value, err := q.Check(v.Value)
			if (err == nil) != v.Taken {
				t.Fatalf("taken: %v, want %v (%v)", err == nil, v.Taken, err)
			}
			if err == nil {
				return
			}
			if _, ok := err.(script.Mistake); !ok || value.Asked() {
				t.Errorf("refused with %T and value %v, want a Mistake and none", err, value)
			}
		})
	}
}

func TestVectorsOfWalks(t *testing.T) {
	all := readVectors(t)
	scripts := map[string]script.Script{}
	shipped, err := script.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shipped {
		scripts[s.Code] = s
	}
	for name, data := range all.Scripts {
		s, err := script.Parse(data, name)
		if err != nil {
			t.Fatal(err)
		}
		scripts[name] = s
	}
	for i, v := range all.Walks {
		t.Run(v.Name, func(t *testing.T) {
			var facts script.Facts
			into(t, v.Facts, &facts)
			w := scripts[v.Script].Walk(given(v.Answers), facts, v.Mode)
			got := wantedWalk{w.Next, w.Visible, w.Unanswered, []string{}, w.Covert, w.Done}
			for _, a := range w.Advice {
				got.Advice = append(got.Advice, a.Code)
			}
			if *update && slices.ContainsFunc(shipped, func(s script.Script) bool { return s.Code == v.Script }) {
				all.Walks[i].Walk = got
				return
			}
			if !reflect.DeepEqual(got, v.Walk) {
				t.Errorf("got  %+v\nwant %+v", got, v.Walk)
			}
		})
	}
	if *update {
		data, err := json.MarshalIndent(all, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(vectorsFile, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
