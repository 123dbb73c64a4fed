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
	if len(v.Conditions)+len(v.Walks) < 200 {
		t.Fatalf("only %d vectors", len(v.Conditions)+len(v.Walks))
	}
	return v
}

// write keeps one vector a line, so that a change can be read.
func (v vectors) write(t *testing.T) {
	t.Helper()
	var out bytes.Buffer
	line := func(prefix string, x any, comma bool) {
		var raw bytes.Buffer
		e := json.NewEncoder(&raw)
		e.SetEscapeHTML(false)
		if err := e.Encode(x); err != nil {
			t.Fatal(err)
		}
		out.WriteString(prefix)
		out.Write(bytes.TrimSpace(raw.Bytes()))
		if comma {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	line("{\"about\": ", v.About, true)
	line("\"scripts\": ", v.Scripts, true)
	out.WriteString("\"conditions\": [\n")
	for i, x := range v.Conditions {
		line(" ", x, i < len(v.Conditions)-1)
	}
	out.WriteString("],\n\"checks\": [\n")
	for i, x := range v.Checks {
		line(" ", x, i < len(v.Checks)-1)
	}
	out.WriteString("],\n\"walks\": [\n")
	for i, x := range v.Walks {
		line(" ", x, i < len(v.Walks)-1)
	}
	out.WriteString("]}\n")
	if err := os.WriteFile(vectorsFile, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
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

// judged is what this implementation makes of a condition's vector.
func (v conditionVector) judged(t *testing.T) bool {
	t.Helper()
	in := script.Situation{Answers: given(v.Answers), Mode: v.Mode}
	into(t, v.Facts, &in.Facts)
	return v.When.Holds(&in)
}

func TestVectorsOfConditions(t *testing.T) {
	for _, v := range readVectors(t).Conditions {
		t.Run(v.Name, func(t *testing.T) {
			if got := v.judged(t); got != v.Holds {
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

// scripts are those that the walks name: the vectors' own and the shipped ones.
func (v vectors) scripts(t *testing.T) (all map[string]script.Script, shipped []script.Script) {
	t.Helper()
	all = map[string]script.Script{}
	shipped, err := script.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shipped {
		all[s.Code] = s
	}
	for name, data := range v.Scripts {
		s, err := script.Parse(data, name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = s
	}
	return all, shipped
}

// walked is what this implementation makes of a walk's vector.
func (v walkVector) walked(t *testing.T, s script.Script) wantedWalk {
	t.Helper()
	var facts script.Facts
	into(t, v.Facts, &facts)
	w := s.Walk(given(v.Answers), facts, v.Mode)
	got := wantedWalk{w.Next, w.Visible, w.Unanswered, []string{}, w.Covert, w.Done}
	for _, a := range w.Advice {
		got.Advice = append(got.Advice, a.Code)
	}
	return got
}

func TestVectorsOfWalks(t *testing.T) {
	all := readVectors(t)
	scripts, shipped := all.scripts(t)
	for i, v := range all.Walks {
		t.Run(v.Name, func(t *testing.T) {
			got := v.walked(t, scripts[v.Script])
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
		all.write(t)
	}
}

// TestVectorsThatAreWrongAreNoticed: each vector, turned into its opposite, is
// refused. The browser's suite does the same.
func TestVectorsThatAreWrongAreNoticed(t *testing.T) {
	all := readVectors(t)
	for _, v := range all.Conditions {
		v.Holds = !v.Holds
		if v.judged(t) == v.Holds {
			t.Errorf("%s: the opposite passes too", v.Name)
		}
	}
	scripts, _ := all.scripts(t)
	for _, v := range all.Walks {
		v.Walk.Next += "x"
		if reflect.DeepEqual(v.walked(t, scripts[v.Script]), v.Walk) {
			t.Errorf("%s: another next question passes too", v.Name)
		}
	}
}
