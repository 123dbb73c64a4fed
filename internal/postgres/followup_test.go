package postgres_test

import (
	"testing"
	"time"

	"doorstep/internal/incident"
	"doorstep/internal/outcome"
	"doorstep/internal/unit"
)

// TestFollowUpsSayWhy has one case of each reason, and one of each that waits
// for nobody.
func TestFollowUpsSayWhy(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	closed := func() incident.ID {
		t.Helper()
		in, kept := w.assigned()
		w.exec(`update incident set class = 'dv' where id = $1`, in)
		w.status(kept.Written.Assignment.ID, newID(), unit.Cleared)
		return in
	}
	report := func(in incident.ID, due *time.Time) {
		t.Helper()
		_, err := w.room.ReportOutcome(ctx, w.district, in, outcome.Outcome{Kind: "other", Text: "Visited.", FollowUpAt: due}, nil)
		must(t, err)
		w.now = w.now.Add(time.Second)
	}
	untold, disputed, due, overdue, done := closed(), closed(), closed(), closed(), closed()
	w.past(w.flat, time.Hour, "dv") // imported: nobody of ours was sent

	_, _, err := w.store.KeepRecord(ctx, disputed, 0, outcome.Record{CrewClass: "not_dv", DisagreementReason: "A quarrel of neighbours.", RiskLevel: "high"}, w.officer.ID, w.now, nil)
	must(t, err)
	soon, later := w.now.Add(time.Hour), w.now.Add(72*time.Hour)
	report(due, &later)
	report(overdue, &soon)
	report(done, &soon)
	report(done, nil) // nothing more is due
	w.now = w.now.Add(2 * time.Hour)

	got, err := w.room.FollowUps(ctx, w.district, 10)
	must(t, err)
	want := []struct {
		id      incident.ID
		reason  string
		overdue bool
	}{{disputed, "disagreement", false}, {overdue, "due", true}, {due, "due", false}, {untold, "no_outcome", false}}
	if len(got) != len(want) {
		t.Fatalf("%d cases wait, want %d: %+v", len(got), len(want), got)
	}
	for i, f := range got {
		if f.IncidentID != string(want[i].id) || f.Reason != want[i].reason || f.Overdue != want[i].overdue {
			t.Errorf("place %d is %+v, want %+v", i, f, want[i])
		}
	}
	if got[0].CrewClass != "not_dv" || got[0].CrewReason == "" || got[0].RiskLevel != "high" {
		t.Errorf("the crew's view is missing: %+v", got[0])
	}
	elsewhere := w.district
	elsewhere.DistrictCode = "east"
	if none, err := w.room.FollowUps(ctx, elsewhere, 10); err != nil || len(none) != 0 {
		t.Errorf("another district sees %+v, %v", none, err)
	}
}
