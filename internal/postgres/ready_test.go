package postgres_test

import (
	"encoding/json"
	"testing"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/postgres"
	"doorstep/internal/unit"
)

// node is another server on the same database, with what it holds ready.
func (w *world) node() *control.Room {
	other := *w.room
	other.Store = postgres.New(w.pool)
	return &other
}

func TestWhatWasReadyIsSentAsItStandsNow(t *testing.T) {
	w := newWorld(t)
	called, in := w.raised()
	second := unit.ID(newID())
	w.crew(second, "B-2", w.officer.ID)
	far := w.node()
	for _, room := range []*control.Room{w.room, far} {
		if units, err := room.RecommendUnits(t.Context(), w.taker, in); err != nil || len(units) != 2 {
			t.Fatalf("units %+v, %v", units, err)
		}
	}
	// Since then: an answer here makes a second revision, and a unit is sent there.
	_, err := w.room.Answer(t.Context(), w.taker, called, "children_present", json.RawMessage(`"yes"`), 0)
	must(t, err)
	_, err = far.Assign(t.Context(), w.taker, in, second, nil)
	must(t, err)

	kept, err := w.room.Assign(t.Context(), w.taker, in, w.unit, w.once("k", 1))
	must(t, err)
	sent := kept.Written.Deliveries[0]
	if newest := w.count(`select max(revision) from briefing_revision`); sent.Revision != newest || newest < 2 {
		t.Fatalf("revision %d was sent of %d", sent.Revision, newest)
	}
	if n := w.count(`select count(*) from assignment`); n != 2 {
		t.Fatalf("%d assignments", n)
	}
	w.gapless()
}

func TestAUnitThatWasReadyTwiceIsSentOnce(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	rooms := []*control.Room{w.room, w.node(), w.node()}
	for _, room := range rooms {
		_, err := room.RecommendUnits(t.Context(), w.taker, in)
		must(t, err)
	}
	var group errgroup.Group
	var sent, refused counter
	for _, room := range rooms {
		group.Go(func() error {
			_, err := room.Assign(t.Context(), w.taker, in, w.unit, nil)
			switch {
			case err == nil:
				sent.next()
			case fault.Is(err, fault.Conflict):
				refused.next()
			default:
				return err
			}
			return nil
		})
	}
	must(t, group.Wait())
	if sent.n.Load() != 1 || refused.n.Load() != 2 {
		t.Fatalf("sent %d times, refused %d times", sent.n.Load(), refused.n.Load())
	}
	w.gapless()
}

func TestAReadyCaseIsSentInOneRoundTrip(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	_, err := w.room.RecommendUnits(t.Context(), w.taker, in)
	must(t, err)
	// Whoever locks the case to read it waits; one that is ready is not read.
	kept, err := w.room.Assign(t.Context(), w.taker, in, w.unit, w.once("k", 1))
	must(t, err)
	again, err := w.room.Assign(t.Context(), w.taker, in, w.unit, w.once("k", 1))
	must(t, err)
	if again.Repeated == nil || kept.Written.Deliveries[0].Seq != 1 {
		t.Fatalf("first %+v, again %+v", kept, again)
	}
	var body struct{ Assignment unit.Assignment }
	notices := w.notices("unit:" + string(w.unit))
	must(t, json.Unmarshal(notices[0].Body, &body))
	if pushed := w.last("briefing"); pushed.Topic != notices[0].Topic || string(pushed.Body) != string(notices[0].Body) {
		t.Fatalf("pushed %s\nreplayed %s", pushed.Body, notices[0].Body)
	}
	if len(notices) != 1 || body.Assignment.CallSign != "A-1" {
		t.Fatalf("notices %+v", notices)
	}
	w.gapless()
}

// gapless fails unless the numbers of every topic run from 1 to its last.
func (w *world) gapless() {
	w.t.Helper()
	n := w.count(`
		select count(*) from topic t
		where t.last_seq <> (select count(*) from notice n where n.topic = t.name)
		   or t.last_seq <> coalesce((select max(seq) from notice n where n.topic = t.name), 0)`)
	if n != 0 {
		w.t.Fatalf("%d topics have gaps", n)
	}
}
