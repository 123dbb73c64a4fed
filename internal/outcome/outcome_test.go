package outcome

import (
	"slices"
	"testing"
	"time"

	"doorstep/internal/fault"
)

func whole() Record {
	return Record{
		Summary: "Heard both apart; she wants victim support to call her at work.", HeardSeparately: "yes",
		CrewClass: "dv", RiskLevel: "medium", ChildrenPresent: "no", Injuries: "no",
		VictimSupport: "accepted", SafeContact: "at work, 9 to 15",
	}
}

func TestASheetThatCannotBeActedOnIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Record)
		want   []string
	}{
		"a whole sheet":                            {func(*Record) {}, nil},
		"too laconic":                              {func(r *Record) { r.Summary = "verbal, calmed" }, []string{"summary"}},
		"heard together without a reason":          {func(r *Record) { r.HeardSeparately = "no" }, []string{"not_separately_why"}},
		"heard together with a reason":             {func(r *Record) { r.HeardSeparately, r.NotSeparatelyWhy = "no", "one room, snowstorm" }, nil},
		"the crew sees no DV and does not say why": {func(r *Record) { r.CrewClass = "not_dv" }, []string{"disagreement_reason"}},
		"support accepted and no safe way to call": {func(r *Record) { r.SafeContact = " " }, []string{"safe_contact"}},
		"support refused needs no way to call":     {func(r *Record) { r.VictimSupport, r.SafeContact = "refused", "" }, nil},
		"every field at fault is named":            {func(r *Record) { r.Summary, r.SafeContact = "", "" }, []string{"summary", "safe_contact"}},
		"suspected is no disagreement with DV":     {func(r *Record) { r.CrewClass = "suspected_dv" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := whole()
			c.change(&r)
			err := r.Check("dv")
			var got []string
			for _, f := range fault.Of(err).Fields {
				got = append(got, f.Field)
			}
			if (err == nil) != (c.want == nil) || !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestNoDisagreementWhereTheCentreSawNone(t *testing.T) {
	r := whole()
	r.CrewClass = "not_dv"
	if r.Disagrees("not_dv") || !r.Disagrees("dv") || !r.Disagrees("suspected_dv") {
		t.Error("a crew disagrees only when it sees less than the centre")
	}
}

func TestAnOutcomeSaysWhatBecameOfIt(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	past := now.Add(-time.Hour)
	if err := (Outcome{Text: " "}).Check(now); !fault.Is(err, fault.Invalid) {
		t.Errorf("an empty outcome: %v", err)
	}
	if err := (Outcome{Text: "Victim support reached her.", FollowUpAt: &past}).Check(now); !fault.Is(err, fault.Invalid) {
		t.Errorf("a follow-up in the past: %v", err)
	}
	if err := (Outcome{Text: "Victim support reached her."}).Check(now); err != nil {
		t.Error(err)
	}
}
