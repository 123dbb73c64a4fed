package risk_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// tape reads a fuzzer's bytes one by one; past the end it reads zeros.
type tape []byte

func (b *tape) next() byte {
	if len(*b) == 0 {
		return 0
	}
	first := (*b)[0]
	*b = (*b)[1:]
	return first
}

// answersFrom gives every question one of its answers, or none.
func answersFrom(b *tape, s script.Script) script.Answers {
	answers := script.Answers{}
	for _, q := range s.Questions {
		choice := int(b.next())
		words := []string{"", script.Unknown, script.Refused, script.Yes, script.No}
		for _, c := range q.Choices {
			words = append(words, c.Code)
		}
		word := words[choice%len(words)]
		if word == "" {
			continue
		}
		v := script.Word(word)
		if q.Kind == script.MultiChoice && choice > 127 {
			v = script.WordList(word, words[int(b.next())%len(words)])
		}
		answers[q.Code] = script.Given{Value: v, At: now.Add(-time.Duration(b.next()) * time.Minute)}
	}
	return answers
}

func factsFrom(b *tape, flags []string) script.Facts {
	bits := b.next()
	f := script.Facts{
		SearchedPremise: bits&1 > 0, SearchedPersons: bits&2 > 0, ProtectionOrder: bits&4 > 0, FirearmOnRecord: bits&8 > 0,
		DVIncidents30d: int(b.next() % 5), DVIncidents12m: int(b.next() % 9), DVIncidentsEver: int(b.next() % 9), PersonDVIncidentsEver: int(b.next() % 3),
	}
	ties := []script.Tie{script.TieDwelling, script.TiePerson, script.TieBlock, script.TieEarlierResident}
	for i := range b.next() % 8 {
		f.Recent = append(f.Recent, script.PastIncident{
			ID: fmt.Sprint(i), At: now.AddDate(0, 0, -int(b.next())*16), Class: []string{"dv", "suspected_dv", "not_dv"}[b.next()%3],
			Tie: ties[b.next()%4], Flags: []string{flags[int(b.next())%len(flags)]},
		})
	}
	return f
}

// FuzzAssess holds the evaluator to what must always be true: it never fails,
// the same in gives the same out, it leaves what it was given as it was, a level
// is between 1 and 4 and has a reason, and so has the class and every flag.
func FuzzAssess(f *testing.F) {
	scripts, err := script.Shipped()
	if err != nil {
		f.Fatal(err)
	}
	rules, err := risk.Shipped()
	if err != nil {
		f.Fatal(err)
	}
	s := scripts[0]
	var flags []string
	for _, def := range rules.Flags {
		flags = append(flags, def.Code)
	}
	speeches := []script.Speech{"", script.Voice, script.Typed, script.Covert}
	callers := []script.Caller{"", script.Victim, script.ThirdParty, script.Child, script.Suspect}
	f.Add([]byte{})
	f.Add([]byte("\x03\x03\x85\x05\x03\x06\x04\x03\x03\x03\x03"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := tape(data)
		mode := script.Mode{Speech: speeches[b.next()%4], Caller: callers[b.next()%5]}
		answers := answersFrom(&b, s)
		facts := factsFrom(&b, flags)
		before, err := json.Marshal([]any{answers, facts})
		if err != nil {
			t.Fatal(err)
		}
		got := rules.Assess(s, answers, facts, mode, now)
		if again := rules.Assess(s, answers, facts, mode, now); !reflect.DeepEqual(got, again) {
			t.Fatal("the same in gave something else out")
		}
		if after, err := json.Marshal([]any{answers, facts}); err != nil || string(after) != string(before) {
			t.Fatalf("what was given was changed: %v", err)
		}
		if got.Priority.Level < 1 || got.Priority.Level > 4 || len(got.Priority.Reasons) == 0 {
			t.Fatalf("priority %+v", got.Priority)
		}
		if got.Classification.Code == "" || got.Classification.Reason == (script.Text{}) {
			t.Fatalf("class %+v", got.Classification)
		}
		for _, flag := range got.Flags {
			if len(flag.Reasons) == 0 {
				t.Fatalf("flag %s has no reason", flag.Code)
			}
		}
	})
}
