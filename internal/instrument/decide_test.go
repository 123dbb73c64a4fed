package instrument_test

import (
	"testing"
	"time"

	"doorstep/internal/fault"
	"doorstep/internal/instrument"
)

var decidedAt = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)

func by(level, who, second string) instrument.Override {
	return instrument.Override{Level: level, By: who, Second: second, Reason: "seen at the door", At: decidedAt}
}

// sheetAt returns the sheet's result at a level for certain.
func sheetAt(t *testing.T, level string) (instrument.Definition, instrument.Result) {
	t.Helper()
	sheet := shipped(t, "doorstep_sheet")
	in, none := answered(sheet, 0), 0
	in.Answers["how_often"], in.Answers["direction"] = "first_time", "same"
	in.Facts.Callouts12m = &none
	switch level {
	case "medium":
		in.Answers["following"] = instrument.Yes
	case "high":
		in.Answers["strangled"] = instrument.Yes
	}
	r := score(t, sheet, in, nil)
	if !r.Proposed.Certain || r.Proposed.Max.Code != level {
		t.Fatalf("the sheet proposes %+v, want %s", r.Proposed, level)
	}
	return sheet, r
}

func TestOneRaisesTwoLower(t *testing.T) {
	order := map[string]int{"low": 0, "medium": 1, "high": 2}
	for computed, from := range order {
		for chosen, to := range order {
			sheet, r := sheetAt(t, computed)
			alone, err := sheet.Decide(r, nil, by(chosen, "o1", ""))
			want := map[bool]instrument.Direction{true: instrument.Raised, false: instrument.Lowered}[to > from]
			if to == from {
				want = instrument.Confirmed
			}
			if to < from {
				if f := fault.Of(err); f.Kind != fault.Invalid || f.Fields[0].Field != "second" {
					t.Errorf("one person put %s below %s: %v", chosen, computed, err)
				}
			} else if err != nil || alone.Direction != want {
				t.Errorf("one person cannot make %s of %s: %+v %v", chosen, computed, alone.Direction, err)
			}
			both, err := sheet.Decide(r, nil, by(chosen, "o1", "o2"))
			if err != nil || both.Direction != want || both.Level.Code != chosen || both.Result.Proposed.Max.Code != computed {
				t.Errorf("two persons, %s to %s: %+v %v", computed, chosen, both.Level, err)
			}
		}
	}
}

func TestLeavingQuestionsOutDoesNotLower(t *testing.T) {
	sheet := shipped(t, "doorstep_sheet")
	r := score(t, sheet, instrument.Input{}, nil)
	if _, err := sheet.Decide(r, nil, by("low", "o1", "")); !fault.Is(err, fault.Invalid) {
		t.Errorf("one person graded an empty sheet low: %v", err)
	}
	if _, err := sheet.Decide(r, nil, by("high", "o1", "")); err != nil {
		t.Errorf("one person cannot take the careful level: %v", err)
	}
}

func TestADecisionStandsUntilSomethingNewIsLearned(t *testing.T) {
	sheet, low := sheetAt(t, "low")
	raised, err := sheet.Decide(low, nil, by("high", "o1", ""))
	if err != nil {
		t.Fatal(err)
	}
	// Taking it back is lowering, although the computed level is low.
	if _, err := sheet.Decide(low, &raised, by("low", "o1", "")); !fault.Is(err, fault.Invalid) {
		t.Errorf("one person took a raise back: %v", err)
	}
	_, high := sheetAt(t, "high")
	lowered, err := sheet.Decide(high, nil, by("low", "o1", "o2"))
	if err != nil {
		t.Fatal(err)
	}
	// The same result, confirmed again by one.
	again, err := sheet.Decide(high, &lowered, by("low", "o3", ""))
	if err != nil || again.Direction != instrument.Confirmed {
		t.Errorf("confirmed again: %s %v", again.Direction, err)
	}
	// What was learned since was not weighed by anybody.
	kept, err := sheet.Decide(low, nil, by("low", "o1", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sheet.Decide(high, &kept, by("low", "o1", "")); !fault.Is(err, fault.Invalid) {
		t.Errorf("low stands although strangling is known now: %v", err)
	}
}

// A decision of two persons for less than the answers allow does not hold
// against what the answers establish or allow only later.
func TestNewAnswersReopenALowerLevel(t *testing.T) {
	sheet, medium := sheetAt(t, "medium")
	_, high := sheetAt(t, "high")
	open := high
	open.Proposed = &instrument.Proposed{Min: medium.Proposed.Min, Max: high.Proposed.Max}
	for name, c := range map[string]struct {
		then, now instrument.Result
		refused   bool
	}{
		"nothing new":                       {medium, medium, false},
		"high is established only now":      {open, high, true},
		"high is possible only now":         {medium, open, true},
		"high was possible, and is not now": {open, medium, false},
	} {
		last, err := sheet.Decide(c.then, nil, by("medium", "o1", "o2"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sheet.Decide(c.now, &last, by("medium", "o3", "")); fault.Is(err, fault.Invalid) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAPersonGradesDASH2009(t *testing.T) {
	dash := shipped(t, "dash_2009")
	r := score(t, dash, answered(dash, 20), nil)
	d, err := dash.Decide(r, nil, by("standard", "o1", ""))
	if err != nil || d.Direction != instrument.Given || len(d.Result.Missing) != 0 {
		t.Fatalf("%+v %v", d, err)
	}
	if d, err = dash.Decide(r, &d, by("high", "o2", "")); err != nil || d.Direction != instrument.Raised {
		t.Errorf("raised: %v", err)
	}
	if _, err = dash.Decide(r, &d, by("medium", "o2", "")); !fault.Is(err, fault.Invalid) {
		t.Errorf("one person lowered: %v", err)
	}
}

func TestDecideRefuses(t *testing.T) {
	sheet, r := sheetAt(t, "medium")
	for field, o := range map[string]instrument.Override{
		"level":  by("extreme", "o1", ""),
		"by":     by("high", "", ""),
		"second": by("low", "o1", "o1"),
		"reason": {Level: "high", By: "o1", At: decidedAt},
		"at":     {Level: "high", By: "o1", Reason: "r"},
	} {
		_, err := sheet.Decide(r, nil, o)
		if f := fault.Of(err); f.Kind != fault.Invalid || f.Fields[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	r.Version++
	if _, err := sheet.Decide(r, nil, by("high", "o1", "")); !fault.Is(err, fault.Conflict) {
		t.Errorf("a result of another version: %v", err)
	}
}

func TestFollowUpGoesWithTheDecision(t *testing.T) {
	sheet, r := sheetAt(t, "low")
	d, err := sheet.Decide(r, nil, by("high", "o1", ""))
	if err != nil {
		t.Fatal(err)
	}
	for want, centre := range map[int]instrument.Settings{1: nil, 2: {"high_days": 2}} {
		f, ok, err := sheet.FollowUp(d.Level.Code, centre)
		if err != nil || !ok || f != (instrument.FollowUp{Days: want, Level: "high"}) {
			t.Errorf("%v: %+v %v %v", centre, f, ok, err)
		}
	}
	if _, _, err := sheet.FollowUp("high", instrument.Settings{"high_days": 0}); !fault.Is(err, fault.Invalid) {
		t.Errorf("no days at all: %v", err)
	}
	if _, _, err := sheet.FollowUp("extreme", nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("a level that is not there: %v", err)
	}
	if low, high := len(sheet.Offer("low", nil)), len(sheet.Offer(d.Level.Code, nil)); low != 3 || high != 8 {
		t.Errorf("%d measures for low, %d for the chosen level", low, high)
	}
	// DASH says nothing of intervals, and nor does the program.
	dash := shipped(t, "dash_2009")
	d, err = dash.Decide(score(t, dash, answered(dash, 20), nil), nil, by("high", "o1", ""))
	if err != nil {
		t.Fatal(err)
	}
	if f, ok, err := dash.FollowUp(d.Level.Code, nil); ok || err != nil {
		t.Errorf("DASH 2009: %+v %v", f, err)
	}
}
