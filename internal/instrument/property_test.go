package instrument_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"doorstep/internal/instrument"
)

// scored are all instruments that give points, invented ones included.
func scored(tb testing.TB) []instrument.Definition {
	tb.Helper()
	all, err := instrument.Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	all = slices.DeleteFunc(all, func(d instrument.Definition) bool { return d.Scoring.Method == instrument.NeedsFile })
	for _, name := range []string{"synthetic", "prorated"} {
		d, _ := synthetic(tb, name)
		all = append(all, d)
	}
	return all
}

// words are the answers that an item takes, least first; the missing ones not.
func words(it instrument.Item) []instrument.Answer {
	if it.Kind == instrument.YesNo {
		return []instrument.Answer{instrument.No, instrument.Yes}
	}
	var all []instrument.Answer
	for _, c := range it.Choices {
		all = append(all, instrument.Answer(c.Code))
	}
	return all
}

func anyCase(t *rapid.T, d instrument.Definition) instrument.Input {
	in := instrument.Input{Answers: map[string]instrument.Answer{}, Judgements: map[string]instrument.Opinion{}}
	for _, it := range d.Items {
		all := append(words(it), words(it)...)
		all = append(all, "", instrument.NotAsked, instrument.Unknown, instrument.Refused)
		in.Answers[it.ID] = rapid.SampledFrom(all).Draw(t, it.ID)
	}
	if n := rapid.IntRange(-1, 5).Draw(t, "callouts"); n >= 0 {
		in.Facts.Callouts12m = &n
	}
	in.Facts.AssessedAt = decidedAt
	if n := rapid.IntRange(-1, 30).Draw(t, "months since MARAC"); n >= 0 {
		last := decidedAt.AddDate(0, -n, 0)
		in.Facts.MARAC = &instrument.MARAC{Last: &last}
	}
	for _, r := range d.Routes {
		if r.When.Judgement && rapid.Bool().Draw(t, "judged") {
			in.Judgements[r.Code] = instrument.Opinion{Holds: rapid.Bool().Draw(t, "holds"), Reason: "r"}
		}
	}
	return in
}

func try(t *rapid.T, d instrument.Definition, in instrument.Input) instrument.Result {
	r, err := d.Score(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// places are the levels of a result by their place, 0 where only a person grades.
func places(d instrument.Definition, r instrument.Result) (lowest, highest int) {
	if r.Proposed == nil {
		return 0, 0
	}
	_, lowest, _ = d.Level(r.Proposed.Min.Code)
	_, highest, _ = d.Level(r.Proposed.Max.Code)
	return lowest, highest
}

func TestProperties(t *testing.T) {
	for _, d := range scored(t) {
		t.Run(d.Code, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				in := anyCase(t, d)
				before := try(t, d, in)
				lo, hi := places(d, before)
				if before.Score.Min > before.Score.Max || lo > hi || before.Score.Max > before.Score.OutOf {
					t.Fatalf("a range upside down: %+v %+v", before.Score, before.Proposed)
				}
				if !reflect.DeepEqual(before, try(t, d, in)) {
					t.Fatal("same in, other out")
				}
				if p := before.Score.Prorated; p != nil && (*p < before.Score.Min || *p > before.Score.Max) {
					t.Fatalf("an estimate of %d outside %+v", *p, before.Score)
				}
				it := rapid.SampledFrom(d.Items).Draw(t, "item")
				was := in.Answers[it.ID]
				in.Answers = maps.Clone(in.Answers)
				in.Answers[it.ID] = rapid.SampledFrom(words(it)).Draw(t, "now")
				after := try(t, d, in)
				afterLo, afterHi := places(d, after)
				// An answer that was missing only narrows what is possible.
				if was.Missing() && (after.Score.Min < before.Score.Min || after.Score.Max > before.Score.Max || afterLo < lo || afterHi > hi) {
					t.Fatalf("%s from %q to %q widened %+v to %+v", it.ID, was, in.Answers[it.ID], before.Score, after.Score)
				}
				if it.Context {
					return
				}
				// One more factor never lowers anything.
				in.Answers[it.ID] = words(it)[len(words(it))-1]
				more := try(t, d, in)
				moreLo, moreHi := places(d, more)
				if more.Score.Min < before.Score.Min || more.Score.Max < before.Score.Max || moreLo < lo || moreHi < hi {
					t.Fatalf("%s from %q to %q lowered %+v to %+v", it.ID, was, in.Answers[it.ID], before.Score, more.Score)
				}
				for i, m := range before.Routes {
					if m.State == instrument.IsMet && more.Routes[i].State != instrument.IsMet {
						t.Fatalf("a yes to %s took back %s", it.ID, m.Code)
					}
				}
			})
		})
	}
}

// The range is exact: each end is reached by some way to answer what is missing.
func TestTheRangeIsWhatTheMissingAnswersAllow(t *testing.T) {
	for _, name := range []string{"synthetic", "prorated"} {
		d, _ := synthetic(t, name)
		rapid.Check(t, func(t *rapid.T) {
			in := anyCase(t, d)
			r := try(t, d, in)
			lo, hi := 1000, -1000
			complete(d, in, 0, func(full instrument.Input) {
				s := try(t, d, full).Score
				if s.Min != s.Max {
					t.Fatalf("every item is answered and the score is %+v", s)
				}
				lo, hi = min(lo, s.Min), max(hi, s.Max)
			})
			if r.Score.Min != lo || r.Score.Max != hi {
				t.Fatalf("%v gives %+v, the answers allow %d to %d", in.Answers, r.Score, lo, hi)
			}
		})
	}
}

// complete visits every way to answer what is missing.
func complete(d instrument.Definition, in instrument.Input, from int, visit func(instrument.Input)) {
	for i := from; i < len(d.Items); i++ {
		it := d.Items[i]
		if !in.Answers[it.ID].Missing() {
			continue
		}
		for _, w := range words(it) {
			next := in
			next.Answers = maps.Clone(in.Answers)
			next.Answers[it.ID] = w
			complete(d, next, i+1, visit)
		}
		return
	}
	visit(in)
}
