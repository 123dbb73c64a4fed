package script_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/internal/script"
)

var midnight = time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC)

// anyValue draws an answer that the question takes.
func anyValue(t *rapid.T, q script.Question) script.Value {
	if rapid.IntRange(0, 4).Draw(t, "silent") == 0 {
		return script.Word(rapid.SampledFrom([]string{script.Unknown, script.Refused}).Draw(t, "word"))
	}
	switch q.Kind {
	case script.YesNo:
		return script.Word(rapid.SampledFrom([]string{script.Yes, script.No}).Draw(t, q.Code))
	case script.Choice:
		return script.Word(rapid.SampledFrom(q.Choices).Draw(t, q.Code).Code)
	case script.MultiChoice:
		var codes []string
		for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom(q.Choices), 1, -1, func(o script.Option) string { return o.Code }).Draw(t, q.Code) {
			codes = append(codes, c.Code)
		}
		return script.WordList(codes...)
	case script.Number:
		return script.Num(float64(rapid.IntRange(int(*q.Min), int(*q.Max)).Draw(t, q.Code)))
	case script.Time:
		return script.Word("2026-01-01T00:30:00Z")
	case script.Person:
		var v script.Value
		_ = v.UnmarshalJSON([]byte(`{"name": "Mari Näidis"}`)) // cannot fail: it is a constant
		return v
	}
	return script.Word("said")
}

func anyAnswers(t *rapid.T, s script.Script) script.Answers {
	answers := script.Answers{}
	for _, q := range s.Questions {
		if rapid.Bool().Draw(t, "ask "+q.Code) {
			answers[q.Code] = script.Given{Value: anyValue(t, q), At: midnight}
		}
	}
	return answers
}

func anyFacts(t *rapid.T) script.Facts {
	return script.Facts{
		SearchedPremise: rapid.Bool().Draw(t, "searched premise"),
		SearchedPersons: rapid.Bool().Draw(t, "searched persons"),
		DVIncidentsEver: rapid.IntRange(0, 3).Draw(t, "dv ever"),
		ProtectionOrder: rapid.Bool().Draw(t, "order"),
	}
}

func anyMode(t *rapid.T) script.Mode {
	return script.Mode{
		Speech: rapid.SampledFrom([]script.Speech{"", script.Voice, script.Typed, script.Covert}).Draw(t, "speech"),
		Caller: rapid.SampledFrom([]script.Caller{"", script.Victim, script.ThirdParty, script.Child, script.Suspect}).Draw(t, "caller"),
	}
}

func dv(tb testing.TB) script.Script {
	tb.Helper()
	all, err := script.Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	return all[0]
}

func TestWalkIsTheSameForTheSameAnswers(t *testing.T) {
	s := dv(t)
	rapid.Check(t, func(t *rapid.T) {
		answers, facts, mode := anyAnswers(t, s), anyFacts(t), anyMode(t)
		if a, b := s.Walk(answers, facts, mode), s.Walk(answers, facts, mode); !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

func TestAnswersOnADeadBranchCountForNothing(t *testing.T) {
	s := dv(t)
	rapid.Check(t, func(t *rapid.T) {
		answers, facts, mode := anyAnswers(t, s), anyFacts(t), anyMode(t)
		walk := s.Walk(answers, facts, mode)
		live, _ := s.Live(answers, facts, mode)
		if again := s.Walk(live, facts, mode); !reflect.DeepEqual(walk, again) {
			t.Fatalf("dead answers changed the walk:\n%+v\n%+v", walk, again)
		}
		for code := range live {
			if !slices.Contains(walk.Visible, code) {
				t.Fatalf("%s is live and not visible", code)
			}
		}
	})
}

func TestAnAnswerNeverMovesAnEarlierQuestion(t *testing.T) {
	s := dv(t)
	rapid.Check(t, func(t *rapid.T) {
		answers, facts, mode := anyAnswers(t, s), anyFacts(t), anyMode(t)
		i := rapid.IntRange(0, len(s.Questions)-1).Draw(t, "question")
		before := visibleUpTo(s, i, s.Walk(answers, facts, mode))
		answers[s.Questions[i].Code] = script.Given{Value: anyValue(t, s.Questions[i])}
		if after := visibleUpTo(s, i, s.Walk(answers, facts, mode)); !slices.Equal(before, after) {
			t.Fatalf("before %v, after %v", before, after)
		}
	})
}

func visibleUpTo(s script.Script, i int, w script.Walk) []string {
	var visible []string
	for _, q := range s.Questions[:i+1] {
		if slices.Contains(w.Visible, q.Code) {
			visible = append(visible, q.Code)
		}
	}
	return visible
}

func TestEveryCallComesToAnEnd(t *testing.T) {
	s := dv(t)
	rapid.Check(t, func(t *rapid.T) {
		answers, facts, mode := script.Answers{}, anyFacts(t), anyMode(t)
		for range s.Questions {
			w := s.Walk(answers, facts, mode)
			if w.Next == "" {
				break
			}
			q, ok := s.Question(w.Next)
			if !ok || answers[q.Code].Value.Asked() {
				t.Fatalf("next is %q, which is no open question", w.Next)
			}
			answers[q.Code] = script.Given{Value: anyValue(t, q)}
		}
		if w := s.Walk(answers, facts, mode); w.Next != "" || !w.Done {
			t.Fatalf("every question was answered once, and %q is still open", w.Next)
		}
	})
}

func TestUnknownAndRefusedOpenWhatNoWouldClose(t *testing.T) {
	s := dv(t)
	for _, silent := range []string{script.Unknown, script.Refused} {
		w := s.Walk(script.Answers{"suspect_present": {Value: script.Word(silent)}}, script.Facts{}, script.Mode{})
		if !slices.Contains(w.Visible, "safe_place") {
			t.Errorf("%s whether he is there was taken for no", silent)
		}
	}
}

func TestAnswersSurviveTheWire(t *testing.T) {
	s := dv(t)
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.SampledFrom(s.Questions).Draw(t, "question")
		v := anyValue(t, q)
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		checked, err := q.Check(raw)
		if err != nil {
			t.Fatalf("%s refuses its own answer %s: %v", q.Code, raw, err)
		}
		var read script.Value
		if err := json.Unmarshal(raw, &read); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(checked, v) || !reflect.DeepEqual(read, v) {
			t.Fatalf("gave %v, checked %v, read %v", v, checked, read)
		}
	})
}

func TestAScriptSurvivesTheWire(t *testing.T) {
	s := dv(t)
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := script.Parse(raw, "dv.json")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again, s) {
		t.Error("the script that the browser gets is not the script that was published")
	}
}

func BenchmarkWalk(b *testing.B) {
	s := dv(b)
	answers := script.Answers{"injured": {Value: script.Word("yes")}, "can_speak": {Value: script.Word("silent")}}
	for b.Loop() {
		s.Walk(answers, script.Facts{}, script.Mode{Speech: script.Covert})
	}
}
