package instrument_test

import (
	"reflect"
	"strings"
	"testing"

	"doorstep/internal/instrument"
)

// head and small are the least files that load; T stands for a text, E for the
// evidence.
const head = `code: x
version: 1
edition: e
title: T
licence: {name: n, holder: h, texts: withheld, note: T}
sources: [{name: s, for: f}]
languages: []
users: T
population: {text: T}
validity: T
`

var small = []string{
	`items: [{id: "1", kind: yes_no}]
score: {method: licensed, E}
`,
	`items: [{id: "1", kind: yes_no, points: 2}, {id: "2", kind: yes_no}]
score: {method: sum, E, prorate: {max_missing: 1}}
levels: [{code: a, text: T, E}, {code: b, text: T, from: 2, E}]
vectors: [{name: v, input: {answers: {"1": "yes"}}, want: {min: 2, max: 3, level_min: b, level_max: b, prorated: 3}}]
`,
	`items: [{id: a, kind: yes_no, context: true}, {id: b, kind: yes_no, only_if: {item: a, is: "no"}}, {id: c, kind: graded, choices: [{code: x, points: 0}, {code: y, points: 2}]}]
score: {method: sum, E, adjust: [{item: a, is: "yes", add: -1}]}
settings: [{code: s, text: T, min: 1, max: 9, default: 2, E}]
levels: [{code: l, text: T, E}, {code: h, text: T, from: {setting: s}, follow_up: 3, E}]
measures: [{code: m, text: T, items: [b], source: s}]
vectors: [{name: v, input: {}, want: {min: -1, max: 3, level_min: l, level_max: h}}]
`,
	`items: [{id: "1", kind: yes_no}]
score: {method: judgement, E}
levels: [{code: l, text: T, E}]
referrals: [{code: m, text: T}]
routes:
- {code: a, text: T, when: {judgement: true}, referral: m, E}
- {code: b, text: T, when: {yes_at_least: 1, of: ["1"]}, referral: m, E}
- {code: c, text: T, when: {callouts_at_least: 2}, referral: m, E}
- {code: d, text: T, when: {marac_within_months: 12}, referral: m, E}
vectors: [{name: v, input: {facts: {callouts_12m: 3}}, want: {min: 0, max: 1, met: [c], open: [b, d]}}]
`,
}

// FuzzParse: whatever a file holds, it is refused with its name, or it is an
// instrument that scores an empty case, lints, and reads the same again.
func FuzzParse(f *testing.F) {
	// Small seeds: a fuzzer spends its time on what it can change.
	for _, rest := range small {
		seed := strings.NewReplacer("T", "{et: t, en: t, ru: т}", "E", "evidence: own, source: s").Replace(head + rest)
		if _, err := instrument.Parse([]byte(seed), "seed.yaml"); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(seed))
	}
	f.Add([]byte("code: x\nitems: [{id: \"1\", kind: graded, choices: []}]\n"))
	f.Add([]byte(`{"code":"x","score":{"method":"sum"},"levels":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := instrument.Parse(data, "f.yaml")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Fatalf("the error does not name the file: %v", err)
			}
			return
		}
		again, err := instrument.Parse(data, "f.yaml")
		if err != nil || !reflect.DeepEqual(d, again) {
			t.Fatalf("read twice, it differs: %v", err)
		}
		d.Lint()
		r, err := d.Score(instrument.Input{}, nil)
		if err != nil {
			if d.Scoring.Method != instrument.NeedsFile {
				t.Fatalf("an empty case is refused: %v", err)
			}
			return
		}
		if r.Score.Min > r.Score.Max || len(r.Missing) != len(d.Items) {
			t.Fatalf("nothing asked gives %+v, %d missing of %d", r.Score, len(r.Missing), len(d.Items))
		}
	})
}

// FuzzScore reads a case off a tape of bytes and holds the scorer to what must
// always be true.
func FuzzScore(f *testing.F) {
	all := scored(f)
	f.Add([]byte{})
	f.Add([]byte("\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"))
	f.Add([]byte("\x04\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"))
	f.Fuzz(func(t *testing.T, tape []byte) {
		next := func() int {
			if len(tape) == 0 {
				return 0
			}
			b := tape[0]
			tape = tape[1:]
			return int(b)
		}
		d := all[next()%len(all)]
		in := instrument.Input{Answers: map[string]instrument.Answer{}}
		for _, it := range d.Items {
			choices := append([]instrument.Answer{"", instrument.Unknown, instrument.Refused, "nonsense"}, words(it)...)
			// Nonsense comes up in one of 64, so that most cases are scored.
			n := next()
			choice := choices[n%len(choices)]
			if choice == "nonsense" && n < 252 {
				choice = instrument.NotAsked
			}
			in.Answers[it.ID] = choice
		}
		if n := next(); n > 0 {
			count := n - 8
			in.Facts.Callouts12m = &count
		}
		centre := instrument.Settings{}
		for _, s := range d.Settings {
			if n := next(); n > 127 {
				centre[s.Code] = n - 128
			}
		}
		r, err := d.Score(in, centre)
		again, errAgain := d.Score(in, centre)
		if !reflect.DeepEqual(r, again) || (err == nil) != (errAgain == nil) {
			t.Fatal("same in, other out")
		}
		if err != nil {
			if r.Tool != "" {
				t.Fatal("refused, and scored all the same")
			}
			return
		}
		lo, hi := places(d, r)
		if r.Score.Min > r.Score.Max || r.Score.Max > r.Score.OutOf || lo > hi {
			t.Fatalf("a range upside down: %+v %+v", r.Score, r.Proposed)
		}
		if len(r.Missing) == 0 && r.Score.Min != r.Score.Max {
			t.Fatalf("nothing is missing and the score is %+v", r.Score)
		}
		if r.Tool != d.Code || r.Version != d.Version || r.Licence.EN == "" || r.Headline().EN == "" {
			t.Fatal("a result that does not say whose it is")
		}
	})
}
