package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"doorstep/internal/access"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/unit"
)

func TestOpeningACallTwiceOpensOne(t *testing.T) {
	w := newWorld(t)
	var mu sync.Mutex
	answers := map[string]int{}
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			kept, err := w.room.OpenCall(t.Context(), w.taker, call.Call{Channel: "voice", Language: "et"}, w.once("k1", 1))
			if err != nil {
				return err
			}
			answer := kept.Repeated
			if answer == nil {
				answer, err = json.Marshal(map[string]any{"call": kept.Written.Call.ID})
			}
			var said struct{ Call string }
			if err := errors.Join(err, json.Unmarshal(answer, &said)); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			answers[said.Call]++
			return nil
		})
	}
	must(t, group.Wait())
	if len(answers) != 1 || w.count(`select count(*) from call`) != 1 {
		t.Fatalf("answers %v", answers)
	}
	_, err := w.room.OpenCall(t.Context(), w.taker, call.Call{Channel: "text", Language: "et"}, w.once("k1", 2))
	wantKind(t, err, fault.Invalid)
}

func TestAssigningTwiceSendsOnce(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	first, err := w.room.Assign(t.Context(), w.taker, in, w.unit, w.once("k", 1))
	must(t, err)
	again, err := w.room.Assign(t.Context(), w.taker, in, w.unit, w.once("k", 1))
	must(t, err)
	var said struct {
		Assignment string
		Seq        int64
	}
	must(t, json.Unmarshal(again.Repeated, &said))
	if said.Assignment != string(first.Written.Assignment.ID) || said.Seq != 1 || len(again.Notices) != 0 {
		t.Fatalf("the repeat got %s", again.Repeated)
	}
	_, err = w.room.Assign(t.Context(), w.taker, in, w.unit, w.once("k2", 1))
	wantKind(t, err, fault.Conflict)
	if n := w.count(`select count(*) from assignment`); n != 1 {
		t.Fatalf("%d assignments", n)
	}
}

func TestConcurrentAssignmentsOfOneUnit(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	var group errgroup.Group
	var sent counter
	for range 6 {
		group.Go(func() error {
			_, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
			if err == nil {
				sent.next()
			} else if !fault.Is(err, fault.Conflict) {
				return err
			}
			return nil
		})
	}
	must(t, group.Wait())
	if sent.n.Load() != 1 || w.count(`select count(*) from assignment`) != 1 {
		t.Fatalf("sent %d times", sent.n.Load())
	}
}

func TestStaleVersionIsRefused(t *testing.T) {
	w := newWorld(t)
	c := w.open(nil).Written.Call
	note := "second floor"
	_, err := w.room.ChangeCall(t.Context(), w.taker, c.ID, 1, call.Change{AddressNote: &note})
	must(t, err)
	_, err = w.room.ChangeCall(t.Context(), w.taker, c.ID, 1, call.Change{AddressNote: &note})
	wantKind(t, err, fault.Stale)
	if fault.Of(err).Version != 2 {
		t.Fatalf("stale without the version as it stands: %v", err)
	}
	_, in := w.raised()
	_, err = w.store.Change(t.Context(), control.Key{Incident: in}, nil, func(work control.Work) (control.Written, error) {
		ahead := *work.Incident
		ahead.Version += 2
		return control.Written{Incident: &ahead}, nil
	})
	wantKind(t, err, fault.Stale)
}

func TestWhatIsMissingIsNotFound(t *testing.T) {
	w := newWorld(t)
	for name, key := range map[string]control.Key{
		"call": {Call: call.ID(newID())}, "incident": {Incident: incident.ID(newID())},
		"assignment": {Assignment: unit.AssignmentID(newID())}, "no id at all": {Call: "x"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.store.Work(t.Context(), key)
			wantKind(t, err, fault.NotFound)
		})
	}
}

// TestImportedIncidentHasNoCall is how history looks to the desks.
func TestImportedIncidentHasNoCall(t *testing.T) {
	w := newWorld(t)
	id := w.past(w.flat, time.Hour, "dv")
	work, err := w.store.Work(t.Context(), control.Key{Incident: incident.ID(id)})
	must(t, err)
	if work.Call.ID != "" || work.Briefing != nil || work.Incident.DistrictCode != "west" || work.History.Entries == nil {
		t.Fatalf("work %+v", work)
	}
}

// TestSweepMissesNoLateWriter: what was written before the mark and committed
// after it is told after it.
func TestSweepMissesNoLateWriter(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	told, mark, err := w.store.Changed(ctx, "")
	must(t, err)
	if len(told) != 0 || mark == "" {
		t.Fatalf("told %v at mark %q", told, mark)
	}
	w.open(nil)
	tell := func(db interface {
		Exec(context.Context, string, ...any) (pgconn.CommandTag, error)
	}, topic string, seq int64,
	) {
		_, err := db.Exec(ctx, `insert into notice (topic, seq, type, at, body) values ($1, $2, 'alert', now(), '{}')`, topic, seq)
		must(t, err)
	}
	late, err := w.pool.Begin(ctx)
	must(t, err)
	defer late.Rollback(ctx) //nolint:errcheck // it was committed
	tell(late, "unit:late", 4)
	tell(w.pool, "unit:soon", 7)
	changed, mark, err := w.store.Changed(ctx, mark)
	must(t, err)
	if changed["unit:soon"] != 7 || changed["unit:late"] != 0 {
		t.Errorf("before the late one ended: %v", changed)
	}
	must(t, late.Commit(ctx))
	changed, _, err = w.store.Changed(ctx, mark)
	must(t, err)
	if changed["unit:late"] != 4 {
		t.Errorf("the late one is missed: %v", changed)
	}
}

// TestNumbersFollowWithoutGaps has many writers on shared topics, some of whom
// fail half way.
func TestNumbersFollowWithoutGaps(t *testing.T) {
	w := newWorld(t)
	const writers, rounds = 8, 15
	calls := make([]call.ID, writers)
	for i := range calls {
		calls[i] = w.open(nil).Written.Call.ID
	}
	topics := []string{"incident:shared", "district:west", "unit:shared"}
	refused := errors.New("refused")
	var group errgroup.Group
	for i, id := range calls {
		group.Go(func() error {
			for round := range rounds {
				_, err := w.store.Change(t.Context(), control.Key{Call: id}, nil, func(work control.Work) (control.Written, error) {
					if (i+round)%5 == 0 {
						return control.Written{}, refused
					}
					mixed := slices.Clone(topics)
					if i%2 == 0 {
						slices.Reverse(mixed)
					}
					out := control.Written{}
					for _, topic := range mixed {
						out.Notices = append(out.Notices, control.Draft{Topic: topic, Type: "alert", Body: round})
					}
					if (i+round)%7 == 0 { // fails after the numbers were taken
						out.Notices = append(out.Notices, control.Draft{Topic: topics[0], Type: "alert", Body: "\u0000"})
					}
					return out, nil
				})
				if err != nil && !errors.Is(err, refused) && (i+round)%7 != 0 {
					return err
				}
			}
			return nil
		})
	}
	must(t, group.Wait())
	last, err := w.store.LastSeqs(t.Context(), append(topics, "user:nobody"))
	must(t, err)
	if last["user:nobody"] != 0 {
		t.Error("a topic without notices has a number")
	}
	for _, topic := range topics {
		told := w.notices(topic)
		if len(told) == 0 || last[topic] != int64(len(told)) {
			t.Fatalf("%s has %d notices and stands at %d", topic, len(told), last[topic])
		}
		for i, n := range told {
			if n.Seq != int64(i+1) {
				t.Fatalf("%s: notice %d has number %d", topic, i+1, n.Seq)
			}
		}
	}
}

// TestNothingIsWrittenByHalves breaks the last insert of an assignment.
func TestNothingIsWrittenByHalves(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	w.exec(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`)
	w.exec(`create trigger refuse before insert on delivery for each row execute function refuse()`)
	before := w.count(`select (select count(*) from notice) + (select coalesce(sum(last_seq), 0) from topic) + (select count(*) from access_record)`)
	if _, err := w.room.Assign(t.Context(), w.taker, in, w.unit, w.once("k", 1)); err == nil {
		t.Fatal("the assignment was kept")
	}
	after := w.count(`select (select count(*) from notice) + (select coalesce(sum(last_seq), 0) from topic) + (select count(*) from access_record)`)
	rows := w.count(`select (select count(*) from assignment) + (select count(*) from delivery) + (select count(*) from idempotency_key)`)
	if before != after || rows != 0 {
		t.Fatalf("%d before, %d after, %d rows", before, after, rows)
	}
	got, err := w.store.Incident(t.Context(), in)
	must(t, err)
	if got.State != incident.Open || got.Version != 1 || w.statusOf(w.unit) != "free" {
		t.Fatalf("incident %+v, unit %s", got, w.statusOf(w.unit))
	}
	w.exec(`drop trigger refuse on delivery`)
	_, err = w.room.Assign(t.Context(), w.taker, in, w.unit, w.once("k", 1))
	must(t, err)
}

func TestAStatusReportedTwiceCountsOnce(t *testing.T) {
	w := newWorld(t)
	_, kept := w.assigned()
	id := kept.Written.Assignment.ID
	w.status(id, "c1", unit.EnRoute)
	w.status(id, "c2", unit.OnScene)
	topic := "incident:" + kept.Written.Assignment.IncidentID
	before, err := w.store.LastSeqs(t.Context(), []string{topic})
	must(t, err)
	w.status(id, "c1", unit.EnRoute) // comes again after a reconnect
	w.status(id, "c2", unit.OnScene)
	after, err := w.store.LastSeqs(t.Context(), []string{topic})
	must(t, err)
	if before[topic] != after[topic] || w.count(`select count(*) from assignment_status`) != 2 {
		t.Fatalf("told again: %d, then %d", before[topic], after[topic])
	}
	if status := w.statusOf(w.unit); status != "on_scene" {
		t.Fatalf("the unit is %s", status)
	}
}

func TestIncidentListsAreNarrowed(t *testing.T) {
	w := newWorld(t)
	w.past(w.flat, time.Hour, "dv")
	w.past(w.block, 2*time.Hour, "not_dv")
	_, raised := w.raised()
	cases := []struct {
		name   string
		filter control.IncidentFilter
		want   int
	}{
		{"all", control.IncidentFilter{}, 3},
		{"open", control.IncidentFilter{Open: true}, 1},
		{"own", control.IncidentFilter{RaisedBy: w.taker.ID}, 1},
		{"district", control.IncidentFilter{District: "west"}, 3},
		{"another district", control.IncidentFilter{District: "east"}, 0},
		{"next page", control.IncidentFilter{Before: string(raised)}, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.filter.Limit = 10
			list, err := w.store.Incidents(t.Context(), c.filter)
			must(t, err)
			if len(list) != c.want {
				t.Errorf("%d incidents, want %d", len(list), c.want)
			}
		})
	}
	dv, err := w.store.Incidents(t.Context(), control.IncidentFilter{DVOnly: true, Limit: 10})
	must(t, err)
	for _, in := range dv {
		if in.Class != "dv" && in.Class != "suspected_dv" {
			t.Errorf("%s is %s", in.Number, in.Class)
		}
	}
}

func TestUnitsWithoutAPositionComeLast(t *testing.T) {
	w := newWorld(t)
	w.crew(unit.ID(newID()), "A-2", w.officer.ID)
	w.exec(`update unit set point = null where call_sign = 'A-1'`)
	w.exec(`insert into unit (id, call_sign) values ($1, 'off shift')`, newID())
	in, err := w.store.FreeUnits(t.Context(), nil, 10, w.now)
	must(t, err)
	if len(in) != 2 {
		t.Fatalf("%d units without a place to go to", len(in))
	}
	_, id := w.raised()
	at, err := w.store.Incident(t.Context(), id)
	must(t, err)
	near, err := w.store.FreeUnits(t.Context(), at.Place(), 10, w.now)
	must(t, err)
	if len(near) != 2 || near[0].CallSign != "A-2" || near[1].Point != nil {
		t.Fatalf("units %+v", near)
	}
}

// TestErrorsCarryNoPersonalData sends a value that the database refuses.
func TestErrorsCarryNoPersonalData(t *testing.T) {
	w := newWorld(t)
	err := w.store.Position(t.Context(), "Mari Magi", [2]float64{24, 59}, w.now)
	wantKind(t, err, fault.NotFound)
	if strings.Contains(err.Error(), "Mari") {
		t.Fatalf("the error quotes the value: %v", err)
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.store.Actor(canceled, access.AccountID(newID()), w.now); !errors.Is(err, context.Canceled) || !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestAStatusIsNeverBeforeTheUnitWasSent(t *testing.T) {
	for name, off := range map[string]time.Duration{"behind": -3 * time.Hour, "ahead": 3 * time.Hour, "years behind": -24 * 365 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			in, kept := w.assigned()
			w.now = w.now.Add(time.Minute)
			report := control.StatusReport{ClientID: "c1", Status: unit.Cleared, At: w.now.Add(off)} // by the tablet's clock
			must(t, w.room.ReportStatus(t.Context(), w.officer, kept.Written.Assignment.ID, report))
			view, err := w.room.Incident(t.Context(), w.taker, in)
			must(t, err)
			if at := view.Assignments[0].ClearedAt; at == nil || !at.Equal(w.now) || !view.Incident.ClosedAt.Equal(w.now) {
				t.Errorf("cleared at %v, closed at %v, heard at %v", at, view.Incident.ClosedAt, w.now)
			}
		})
	}
}

// What fails at the commit was never so, and no screen may show it.
func TestWhatIsNotCommittedIsNotTold(t *testing.T) {
	w := newWorld(t)
	_, kept := w.assigned()
	d := kept.Written.Deliveries[0]
	w.exec(`create function refuse() returns trigger language plpgsql as $$ begin raise exception using errcode = 'disk_full'; end $$`)
	w.exec(`create constraint trigger refuse after update on delivery deferrable initially deferred for each row execute function refuse()`)
	before := w.last("delivery").Seq
	for what, err := range map[string]error{
		"acknowledged": w.room.Acknowledge(t.Context(), w.officer, d.Topic, d.Seq),
		"displayed":    w.room.Displayed(t.Context(), w.officer, d.BriefingID, d.Revision),
		"read":         w.room.Read(t.Context(), w.officer, d.BriefingID, d.Revision),
	} {
		wantKind(t, err, fault.Unavailable)
		if after := w.last("delivery").Seq; after != before {
			t.Errorf("%s: the call taker was told", what)
		}
	}
	w.exec(`drop trigger refuse on delivery`)
	must(t, w.room.Acknowledge(t.Context(), w.officer, d.Topic, d.Seq))
	if after := w.last("delivery").Seq; after != before+1 {
		t.Errorf("then the call taker was told %d after %d", after, before)
	}
}
