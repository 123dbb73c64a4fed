package postgres_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"doorstep/internal/briefing"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/unit"
)

// sentOnly is a server that dies when it has committed the frame of a dispatch.
type sentOnly struct{ control.Store }

type died struct{}

func (s sentOnly) Send(ctx context.Context, key control.Key, once *control.Once, decide func(control.Work) (control.Written, error), _ func(control.Notice) func()) (control.Kept, error) {
	return s.Store.Send(ctx, key, once, decide, func(control.Notice) func() { return func() { panic(died{}) } })
}

// sentAndDied sends the unit of the world; only the frame is kept.
func (w *world) sentAndDied(once *control.Once) (call.ID, incident.ID) {
	w.t.Helper()
	called, in := w.raised()
	_, err := w.room.RecommendUnits(w.t.Context(), w.taker, in)
	must(w.t, err)
	dying := *w.room
	dying.Store = sentOnly{w.store}
	func() {
		defer func() {
			if _, is := recover().(died); !is {
				w.t.Fatal("it did not die when it had sent")
			}
		}()
		_, err := dying.Assign(w.t.Context(), w.taker, in, w.unit, once)
		w.t.Fatalf("it lived on: %v", err)
	}()
	if w.count(`select count(*) from assignment`) != 0 || w.count(`select count(*) from notice where topic = $1`, w.topic()) != 1 {
		w.t.Fatal("more or less than the frame was kept")
	}
	return called, in
}

func (w *world) topic() string { return "unit:" + string(w.unit) }

// entered fails unless the dispatch is on record as if nothing had happened.
func (w *world) entered(in incident.ID) unit.Assignment {
	w.t.Helper()
	view, err := w.room.Incident(w.t.Context(), w.taker, in)
	must(w.t, err)
	if len(view.Assignments) != 1 || view.Incident.State == incident.Open || view.Deliveries[0].Seq != 1 ||
		w.count(`select count(*) from notice where entry is not null`) != 0 ||
		w.count(`select count(*) from access_record where incident = $1 and purpose = 'briefing'`, in) == 0 {
		w.t.Fatalf("the record has %+v", view)
	}
	w.gapless()
	return view.Assignments[0]
}

func TestWhatWasSentIsEnteredByAnother(t *testing.T) {
	for name, then := range map[string]func(w *world, called call.ID, in incident.ID){
		"who looks for it": func(w *world, _ call.ID, _ incident.ID) {
			must(w.t, w.room.EnterSent(w.t.Context()))
			if w.count(`select count(*) from assignment`) != 0 {
				w.t.Error("it was entered while its server could still be at it")
			}
			w.now = w.now.Add(2 * control.EnterAfter)
			must(w.t, w.room.EnterSent(w.t.Context()))
			must(w.t, w.room.EnterSent(w.t.Context()))
		},
		"the tablet that has it": func(w *world, _ call.ID, in incident.ID) {
			must(w.t, w.room.Acknowledge(w.t.Context(), w.officer, w.topic(), 1))
			if w.count(`select count(*) from delivery where incident_id = $1 and delivered_at is not null`, in) != 1 {
				w.t.Error("that it was stored is lost")
			}
		},
		"the tablet that shows it": func(w *world, _ call.ID, _ incident.ID) {
			var frame struct {
				ID       string `json:"briefing_id"`
				Revision int    `json:"revision"`
			}
			told := w.notices(w.topic())
			must(w.t, json.Unmarshal(told[0].Body, &frame))
			must(w.t, w.room.Read(w.t.Context(), w.officer, briefing.ID(frame.ID), frame.Revision))
		},
		"the tablet that is on its way": func(w *world, _ call.ID, in incident.ID) {
			var frame struct {
				Assignment unit.Assignment `json:"assignment"`
			}
			told := w.notices(w.topic())
			must(w.t, json.Unmarshal(told[0].Body, &frame))
			w.status(frame.Assignment.ID, newID(), unit.EnRoute)
		},
		"an answer, which follows": func(w *world, called call.ID, in incident.ID) {
			_, err := w.room.Answer(w.t.Context(), w.taker, called, "children_present", json.RawMessage(`"yes"`), 0)
			must(w.t, err)
			if n := w.count(`select max(revision) from delivery where incident_id = $1`, in); n < 2 {
				w.t.Errorf("the unit has revision %d", n)
			}
		},
		"the same request": func(w *world, _ call.ID, in incident.ID) {
			kept, err := w.room.Assign(w.t.Context(), w.taker, in, w.unit, w.once("k", 1))
			must(w.t, err)
			if kept.Repeated == nil {
				w.t.Errorf("the answer is %+v, not the first one", kept)
			}
		},
		"the same unit, ready once more": func(w *world, _ call.ID, in incident.ID) {
			far := w.node()
			_, err := far.RecommendUnits(w.t.Context(), w.taker, in)
			must(w.t, err)
			_, err = far.Assign(w.t.Context(), w.taker, in, w.unit, nil)
			wantKind(w.t, err, fault.Conflict)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			called, in := w.sentAndDied(w.once("k", 1))
			last, err := w.store.LastSeqs(t.Context(), []string{w.topic()})
			must(t, err)
			if last[w.topic()] != 1 {
				t.Errorf("the topic stands at %d", last[w.topic()])
			}
			then(w, called, in)
			w.entered(in)
			if w.last("status").Seq == 0 || w.last("delivery").Seq == 0 {
				t.Error("the call taker was not told")
			}
		})
	}
}

// News that came between the frame and its entry follow the frame.
func TestNewsBetweenFrameAndEntryFollow(t *testing.T) {
	w := newWorld(t)
	called, in := w.raised()
	_, err := w.room.RecommendUnits(t.Context(), w.taker, in)
	must(t, err)
	slow := *w.room
	slow.Prepare = func(_ context.Context, frame control.Notice) func() {
		return func() {
			w.push(t.Context(), frame)
			// As a writer that did not see the frame yet.
			w.exec(`alter table notice rename column entry to hidden`)
			w.exec(`alter table notice add column entry json`)
			_, err := w.room.Answer(t.Context(), w.taker, called, "children_present", json.RawMessage(`"yes"`), 0)
			must(t, err)
			w.exec(`alter table notice drop column entry`)
			w.exec(`alter table notice rename column hidden to entry`)
		}
	}
	_, err = slow.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	told := w.notices(w.topic())
	if len(told) != 2 || told[1].Type != "briefing" {
		t.Fatalf("the unit was told %+v", told)
	}
	if n := w.count(`select max(revision) from delivery where incident_id = $1`, in); n != 2 {
		t.Errorf("the unit has revision %d", n)
	}
	w.entered(in)
}

// A repeat is known by a server that has the case ready, also when the unit is clear
// again meanwhile.
func TestRepeatOfASendingIsKnownWhereItIsReady(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	send := func(room *control.Room) control.Kept {
		_, err := room.RecommendUnits(t.Context(), w.taker, in)
		must(t, err)
		kept, err := room.Assign(t.Context(), w.taker, in, w.unit, w.once("k", 1))
		must(t, err)
		return kept
	}
	first := send(w.room)
	w.status(first.Written.Assignment.ID, newID(), unit.Cleared)
	if again := send(w.node()); again.Repeated == nil {
		t.Errorf("the unit was sent again: %+v", again.Written.Assignment)
	}
	if n := w.count(`select count(*) from assignment where incident_id = $1`, in); n != 1 {
		t.Errorf("%d assignments", n)
	}
}

// A writer that has the unit's topic and did not see the frame writes the unit's row
// and takes the frame's number. It hears at once that the number is taken, and waits
// for nothing that who enters the frame has, who waits for the topic.
func TestNobodyWaitsInACircleForAFrame(t *testing.T) {
	for name, enter := range map[string]func(w *world, hold func()) incident.ID{
		"the server that sent it": func(w *world, hold func()) incident.ID {
			_, in := w.raised()
			_, err := w.room.RecommendUnits(w.t.Context(), w.taker, in)
			must(w.t, err)
			holding := *w.room
			holding.Prepare = func(_ context.Context, frame control.Notice) func() {
				return func() {
					hold()
					w.push(w.t.Context(), frame)
				}
			}
			_, err = holding.Assign(w.t.Context(), w.taker, in, w.unit, nil)
			must(w.t, err)
			return in
		},
		"another": func(w *world, hold func()) incident.ID {
			_, in := w.sentAndDied(nil)
			w.now = w.now.Add(2 * control.EnterAfter)
			hold()
			must(w.t, w.room.EnterSent(w.t.Context()))
			return in
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			wrote := make(chan error, 1)
			in := enter(w, func() {
				tx, err := w.pool.Begin(t.Context())
				must(t, err)
				_, err = tx.Exec(t.Context(), `select from topic where name = $1 for update`, w.topic())
				must(t, err)
				go func() {
					for w.count(`select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) == 0 {
					}
					_, err := tx.Exec(context.Background(), `update unit set version = version where id = $1`, w.unit)
					if err == nil {
						_, err = tx.Exec(context.Background(), `insert into notice (topic, seq, type, at, body) values ($1, 1, 'status', now(), '{}')`, w.topic())
					}
					_ = tx.Rollback(context.Background()) // it failed, or there is nothing to keep
					wrote <- err
				}()
			})
			var refused *pgconn.PgError
			if err := <-wrote; !errors.As(err, &refused) || refused.ConstraintName != "notice_pkey" {
				t.Errorf("the number of the frame was not taken: %v", err)
			}
			w.entered(in)
		})
	}
}

// A unit that was sent away, while another is still there, can be sent again; it is told
// of what it does there now.
func TestAUnitIsSentToTheSameIncidentAgain(t *testing.T) {
	w := newWorld(t)
	called, in := w.raised()
	other := unit.ID(newID())
	w.crew(other, "N-9", w.taker.ID)
	_, err := w.room.Assign(t.Context(), w.taker, in, other, nil)
	must(t, err)
	first, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	w.status(first.Written.Assignment.ID, newID(), unit.Cancelled)
	w.now = w.now.Add(time.Minute)
	again, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	_, err = w.room.Answer(t.Context(), w.taker, called, "children_present", json.RawMessage(`"yes"`), 0)
	must(t, err)
	told := w.notices(w.topic())
	for i, want := range []unit.AssignmentID{first.Written.Assignment.ID, again.Written.Assignment.ID, again.Written.Assignment.ID} {
		var frame struct {
			Assignment unit.Assignment `json:"assignment"`
		}
		must(t, json.Unmarshal(told[i].Body, &frame))
		if frame.Assignment.ID != want {
			t.Errorf("frame %d is of assignment %s, not %s", i+1, frame.Assignment.ID, want)
		}
	}
	waiting, err := w.store.Unread(t.Context(), 10)
	must(t, err)
	for _, each := range waiting {
		for _, d := range each.Deliveries {
			if each.Assignment.UnitID == w.unit && d.SentAt.Before(w.now) {
				t.Errorf("what it was sent before is still waited for: %+v", d)
			}
		}
	}
}

// Several places are read in one question, two of one topic too, each to its own limit.
func TestNoticesOfManyPlaces(t *testing.T) {
	w := newWorld(t)
	called, in := w.raised()
	_, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	for _, value := range []string{`"yes"`, `"no"`} {
		_, err = w.room.Answer(t.Context(), w.taker, called, "weapon", json.RawMessage(value), 0)
		must(t, err)
	}
	pages, err := w.store.Notices(t.Context(), []string{w.topic(), "unit:nobody", w.topic(), w.topic()}, []int64{1, 0, 0, 3}, 2)
	must(t, err)
	var got [][]int64
	for _, page := range pages {
		var seqs []int64
		for _, n := range page {
			seqs = append(seqs, n.Seq)
			if n.Topic != w.topic() || !bytes.Contains(n.Body, []byte(`"approach"`)) {
				t.Errorf("told %s %d: %s", n.Topic, n.Seq, n.Body)
			}
		}
		got = append(got, seqs)
	}
	if want := [][]int64{{2, 3}, nil, {1, 2}, nil}; !slices.EqualFunc(got, want, slices.Equal[[]int64]) {
		t.Errorf("read %v, want %v", got, want)
	}
}
