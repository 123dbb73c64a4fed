package postgres_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/postgres"
	"doorstep/internal/unit"
)

// escalated is who was told in which order, "topic step level"; each once.
func (w *world) escalated() (all []string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.pushed {
		var alert control.Alert
		if n.Type != "alert" {
			continue
		}
		must(w.t, json.Unmarshal(n.Body, &alert))
		if alert.Kind != "delivery_late" {
			continue
		}
		if alert.CallSign != "A-1" || alert.Number == "" || alert.SentAt.IsZero() {
			w.t.Errorf("the alert is %+v", alert)
		}
		topic := "incident"
		if n.Topic == access.SupervisorTopic {
			topic = "supervisor"
		}
		all = append(all, topic+" "+string(alert.Step)+" "+string(alert.Level))
	}
	return all
}

// after lets time pass and has another server look, which knows nothing but the record.
func (w *world) after(d time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(d)
	restarted := *w.room
	restarted.Store = postgres.New(w.pool)
	must(w.t, restarted.Escalate(w.t.Context()))
}

// waiting is how many deliveries the second's look would find one day.
func (w *world) waiting() int {
	return w.count(`select count(*) from delivery where due_at is not null`)
}

func (w *world) supervisor() access.Actor {
	w.t.Helper()
	a := access.Actor{ID: access.AccountID(newID()), Role: access.ShiftSupervisor, DisplayName: "Supervisor"}
	w.exec(`insert into account (id, username, display_name, role, password_hash) values ($1, 'user' || ($1::uuid)::text, $2, $3, 'x')`,
		string(a.ID), a.DisplayName, a.Role)
	return a
}

const (
	takerHears      = "incident delivered call_taker"
	takerHearsOfIt  = "incident delivered shift_supervisor"
	supervisorHears = "supervisor delivered shift_supervisor"
)

func TestALateBriefingEscalatesInSteps(t *testing.T) {
	w := newWorld(t)
	w.assigned()
	w.after(9 * time.Second)
	if got := w.escalated(); got != nil {
		t.Fatalf("told early: %v", got)
	}
	for _, passed := range []struct {
		d    time.Duration
		want []string
	}{
		{time.Second, []string{takerHears}},
		{19 * time.Second, []string{takerHears}},
		{time.Second, []string{takerHears, takerHearsOfIt, supervisorHears}},
		{time.Hour, []string{takerHears, takerHearsOfIt, supervisorHears}},
	} {
		w.after(passed.d)
		if got := w.escalated(); !slices.Equal(got, passed.want) {
			t.Fatalf("told %v, want %v", got, passed.want)
		}
	}
	if n := w.waiting(); n != 0 {
		t.Errorf("%d deliveries are looked at for ever", n)
	}
	w.gapless()
}

func TestManyServersTellOnce(t *testing.T) {
	w := newWorld(t)
	in, _ := w.assigned()
	must(t, w.room.Acknowledge(t.Context(), w.officer, w.topic(), 1))
	w.now = w.now.Add(time.Hour)
	var group errgroup.Group
	for range 8 {
		other := *w.room
		other.Store = postgres.New(w.pool)
		group.Go(func() error { return other.Escalate(t.Context()) })
	}
	must(t, group.Wait())
	want := []string{"incident displayed call_taker", "incident displayed shift_supervisor", "supervisor displayed shift_supervisor"}
	got := w.escalated()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
	all, err := w.store.Deliveries(t.Context(), in)
	must(t, err)
	if late := all[0].Late; len(late) != 2 || late[0].Level != briefing.ToCallTaker || !late[1].At.Equal(w.now) {
		t.Errorf("kept %+v", late)
	}
}

func TestWhatEndsTheWaiting(t *testing.T) {
	for name, then := range map[string]func(w *world, in incident.ID, d briefing.Delivery, id unit.AssignmentID){
		"read": func(w *world, _ incident.ID, d briefing.Delivery, _ unit.AssignmentID) {
			must(w.t, w.room.Read(w.t.Context(), w.officer, d.BriefingID, d.Revision))
		},
		"cleared": func(w *world, _ incident.ID, _ briefing.Delivery, id unit.AssignmentID) {
			for i, s := range []unit.Status{unit.EnRoute, unit.OnScene, unit.Cleared} {
				w.status(id, string(rune('a'+i)), s)
			}
		},
		"told by radio": func(w *world, in incident.ID, d briefing.Delivery, _ unit.AssignmentID) {
			for range 2 {
				told, err := w.room.ToldByRadio(w.t.Context(), w.taker, in, w.unit, d.Revision)
				must(w.t, err)
				if told.ToldByRadioBy != "Somebody" || !told.ToldByRadioAt.Equal(w.now) {
					w.t.Errorf("kept %+v", told)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			in, kept := w.assigned()
			w.after(10 * time.Second)
			then(w, in, kept.Written.Deliveries[0], kept.Written.Assignment.ID)
			w.after(time.Hour)
			if got := w.escalated(); !slices.Equal(got, []string{takerHears}) {
				t.Errorf("told %v", got)
			}
			if n := w.waiting(); n != 0 {
				t.Errorf("%d deliveries are looked at for ever", n)
			}
		})
	}
}

func TestWhatIsDoneLateIsTakenBackWhereItWasTold(t *testing.T) {
	w := newWorld(t)
	_, kept := w.assigned()
	w.after(time.Minute)
	must(t, w.room.Acknowledge(t.Context(), w.officer, w.topic(), kept.Written.Deliveries[0].Seq))
	last := w.last("delivery")
	var d briefing.Delivery
	must(t, json.Unmarshal(last.Body, &d))
	if last.Topic != access.SupervisorTopic || d.DeliveredAt == nil || len(d.Late) != 2 {
		t.Errorf("the supervisor hears on %s of %+v", last.Topic, d)
	}
	told := len(w.escalated())
	w.after(briefing.GraceToDisplay - time.Millisecond)
	if got := w.escalated(); len(got) != told {
		t.Errorf("a tablet that has only just stored it had no moment to show it: %v", got[told:])
	}
	w.after(time.Millisecond)
	if got := w.escalated()[told:]; !slices.Equal(got, []string{"incident displayed call_taker"}) {
		t.Errorf("that it is on no screen was not told: %v", got)
	}
}

func TestOnlyTheNewestRevisionEscalates(t *testing.T) {
	w := newWorld(t)
	called, in := w.raised()
	_, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	w.now = w.now.Add(8 * time.Second)
	_, err = w.room.Answer(t.Context(), w.taker, called, "weapon", json.RawMessage(`"yes"`), 0)
	must(t, err)
	w.after(2 * time.Second)
	w.after(time.Hour)
	if got := w.escalated(); !slices.Equal(got, []string{takerHears, takerHearsOfIt, supervisorHears}) {
		t.Errorf("told %v", got)
	}
	all, err := w.store.Deliveries(t.Context(), in)
	must(t, err)
	if len(all) != 2 || all[0].Late != nil || len(all[1].Late) != 2 {
		t.Errorf("kept %+v", all)
	}
	w.gapless()
}

func TestReadingAnOlderRevisionLeavesTheNewestItsTime(t *testing.T) {
	w := newWorld(t)
	called, in := w.raised()
	kept, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	first := kept.Written.Deliveries[0]
	must(t, w.room.Displayed(t.Context(), w.officer, first.BriefingID, 1))
	w.after(time.Hour) // everybody was told that it is not read
	_, err = w.room.Answer(t.Context(), w.taker, called, "weapon", json.RawMessage(`"yes"`), 0)
	must(t, err)
	must(t, w.room.Displayed(t.Context(), w.officer, first.BriefingID, 2))
	w.after(10 * time.Second)
	told := len(w.escalated())
	must(t, w.room.Read(t.Context(), w.officer, first.BriefingID, 1))
	w.after(49 * time.Second)
	if got := w.escalated(); len(got) != told {
		t.Fatalf("told early: %v", got[told:])
	}
	w.after(time.Second)
	if got := w.escalated()[told:]; !slices.Equal(got, []string{"incident read call_taker"}) {
		t.Errorf("told %v", got)
	}
}

func TestWhatADeadServerSentEscalates(t *testing.T) {
	w := newWorld(t)
	w.sentAndDied(nil)
	w.now = w.now.Add(10 * time.Second)
	must(t, w.room.EnterSent(t.Context()))
	w.after(0)
	if got := w.escalated(); !slices.Equal(got, []string{takerHears}) {
		t.Errorf("told %v", got)
	}
}

func TestDeadlinesAreTheCentres(t *testing.T) {
	w := newWorld(t)
	boss := w.supervisor()
	shipped, err := w.room.Deadlines(t.Context(), w.taker)
	must(t, err)
	want := briefing.Deadlines{Delivered: 10 * time.Second, Displayed: 30 * time.Second, Read: time.Minute, Supervisor: 20 * time.Second}
	if shipped.Deadlines != want || shipped.ChangedBy != "" {
		t.Fatalf("shipped are %+v", shipped)
	}
	w.assigned()
	short := briefing.Deadlines{Delivered: time.Second, Displayed: 2 * time.Second, Read: 3 * time.Second, Supervisor: time.Second}
	set, err := w.room.SetDeadlines(t.Context(), boss, shipped.Version, short)
	must(t, err)
	if set.Deadlines != short || set.ChangedBy != boss.DisplayName || set.Version == shipped.Version {
		t.Errorf("set %+v", set)
	}
	w.after(2 * time.Second)
	if got := w.escalated(); len(got) != 3 {
		t.Errorf("what was under way kept the old deadlines: told %v", got)
	}
	_, err = w.room.SetDeadlines(t.Context(), boss, shipped.Version, want)
	wantKind(t, err, fault.Stale)
	_, err = w.room.SetDeadlines(t.Context(), w.taker, set.Version, want)
	wantKind(t, err, fault.Forbidden)
	_, err = w.room.SetDeadlines(t.Context(), boss, set.Version, briefing.Deadlines{})
	wantKind(t, err, fault.Invalid)
}

func TestASupervisorTakesOver(t *testing.T) {
	w := newWorld(t)
	boss := w.supervisor()
	in, _ := w.assigned()
	_, err := w.room.TakeOver(t.Context(), w.taker, in)
	wantKind(t, err, fault.Forbidden)
	for range 2 {
		taken, err := w.room.TakeOver(t.Context(), boss, in)
		must(t, err)
		if taken.By != boss.DisplayName || !taken.At.Equal(w.now) {
			t.Errorf("taken over %+v", taken)
		}
	}
	w.after(10 * time.Second)
	if got := w.escalated(); !slices.Equal(got, []string{takerHearsOfIt, supervisorHears}) {
		t.Errorf("told %v", got)
	}
	unread, err := w.room.Unread(t.Context(), boss)
	must(t, err)
	if len(unread) != 1 || unread[0].TakenOver == nil || unread[0].CallTaker != "Somebody" || len(unread[0].Deliveries) != 1 ||
		unread[0].Address != "Long street 742-1" || unread[0].Deliveries[0].CallSign != "A-1" {
		t.Errorf("unread %+v", unread)
	}
	view, err := w.room.Incident(t.Context(), w.taker, in)
	must(t, err)
	if view.TakenOver == nil || view.TakenOver.By != boss.DisplayName {
		t.Errorf("the call taker sees %+v", view.TakenOver)
	}
	w.exec(`update incident set state = 'closed' where id = $1`, string(in))
	_, err = w.room.TakeOver(t.Context(), boss, in)
	wantKind(t, err, fault.Conflict)
}

func TestASupervisorSeesWhatWasNotAsked(t *testing.T) {
	w := newWorld(t)
	boss := w.supervisor()
	called, in := w.raised()
	_, err := w.room.Answer(t.Context(), w.taker, called, "relationship", json.RawMessage(`"partner"`), 0)
	must(t, err)
	watched, err := w.room.Watched(t.Context(), boss, "", 10)
	must(t, err)
	if len(watched) != 1 || watched[0].Incident.ID != in || len(watched[0].Unanswered) == 0 || watched[0].CallTaker != "Somebody" || watched[0].TakenOver != nil {
		t.Fatalf("watched %+v", watched)
	}
	next, err := w.room.Watched(t.Context(), boss, string(in), 10)
	must(t, err)
	if len(next) != 0 {
		t.Errorf("the next page has %+v", next)
	}
	_, err = w.room.Watched(t.Context(), w.taker, "", 10)
	wantKind(t, err, fault.Forbidden)
}

// The look at what was told late must not wait for the supervisor's time: the next
// deadline may be before it.
func TestWhatIsDoneLateHasItsNextDeadline(t *testing.T) {
	w := newWorld(t)
	must(t, w.store.SetDeadlines(t.Context(), 1, briefing.Deadlines{
		Delivered: 10 * time.Second, Displayed: 20 * time.Second, Read: time.Minute, Supervisor: 40 * time.Second}, w.supervisor().ID, w.now))
	_, kept := w.assigned()
	w.after(10 * time.Second)
	must(t, w.room.Acknowledge(t.Context(), w.officer, w.topic(), kept.Written.Deliveries[0].Seq))
	w.after(0)
	w.after(10 * time.Second)
	if got, want := w.escalated(), []string{takerHears, "incident displayed call_taker"}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}

// The tablet never showed the first, so the grace counts from the second: what comes
// after it gives no more.
func TestTheGraceCountsFromTheFirstOnTheScreen(t *testing.T) {
	w := newWorld(t)
	called, in := w.raised()
	kept, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	first := kept.Written.Deliveries[0]
	answered := func(value string) {
		t.Helper()
		_, err := w.room.Answer(t.Context(), w.taker, called, "weapon", json.RawMessage(value), 0)
		must(t, err)
	}
	answered(`"yes"`)
	must(t, w.room.Acknowledge(t.Context(), w.officer, w.topic(), first.Seq+1))
	w.after(55 * time.Second)
	must(t, w.room.Displayed(t.Context(), w.officer, first.BriefingID, 2))
	told := len(w.escalated())
	answered(`"no"`)
	must(t, w.room.Acknowledge(t.Context(), w.officer, w.topic(), first.Seq+2))
	w.after(3 * time.Second)
	must(t, w.room.Displayed(t.Context(), w.officer, first.BriefingID, 3))
	w.after(6 * time.Second)
	if got := w.escalated()[told:]; len(got) != 0 {
		t.Errorf("told %v within the grace", got)
	}
	w.after(time.Second)
	if got := w.escalated()[told:]; !slices.Equal(got, []string{"incident read call_taker"}) {
		t.Errorf("told %v", got)
	}
	w.after(20 * time.Second)
	if got := w.escalated()[told:]; len(got) != 3 {
		t.Errorf("told %v 20 s later", got)
	}
}

// When to look next is kept by statements of its own; whatever happens, it must not be
// later than the rule wants.
func TestWhenToLookIsNeverLaterThanTheRule(t *testing.T) {
	w := newWorld(t)
	deadlines, err := w.store.Deadlines(t.Context())
	must(t, err)
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 5))
		called, in := w.raised()
		kept, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
		must(t, err)
		first := kept.Written.Deliveries[0]
		last, acked := 1, 0
		trace := fmt.Sprint("sent 1 at ", w.now.Format("04:05"))
		w.now = w.now.Add(time.Duration(rng.IntN(2)*50) * time.Second)
		for range 12 {
			any := func() int { return 1 + rng.IntN(max(acked, 1)) }
			doing, err := "", error(nil)
			switch of := rng.IntN(6); {
			case of == 0 && last < 4:
				last++
				doing = fmt.Sprint("sent ", last)
				_, err = w.room.Answer(t.Context(), w.taker, called, "weapon", json.RawMessage([]string{`"yes"`, `"no"`}[last%2]), 0)
			case of == 1 && acked < last:
				acked += 1 + rng.IntN(last-acked)
				doing = fmt.Sprint("acknowledged ", acked)
				err = w.room.Acknowledge(t.Context(), w.officer, w.topic(), first.Seq+int64(acked)-1)
			case of == 2 && acked > 0:
				n := any()
				doing = fmt.Sprint("displayed ", n)
				err = w.room.Displayed(t.Context(), w.officer, first.BriefingID, n)
			case of == 3 && acked > 0 && rng.IntN(3) == 0:
				n := any()
				doing = fmt.Sprint("read ", n)
				err = w.room.Read(t.Context(), w.officer, first.BriefingID, n)
			case of == 4 && rng.IntN(3) == 0:
				n := any()
				doing = fmt.Sprint("by radio ", n)
				_, err = w.room.ToldByRadio(t.Context(), w.taker, in, w.unit, n)
			default:
				doing = "looked"
				w.after(time.Duration(rng.IntN(20)) * time.Second)
			}
			must(t, err)
			trace += fmt.Sprintf("; %s at %v", doing, w.now.Format("04:05"))
			sent, err := w.store.Deliveries(t.Context(), in)
			must(t, err)
			late, wanted := deadlines.Escalate(sent, false, w.now)
			if len(late) > 0 {
				wanted = w.now
			}
			var due *time.Time
			must(t, w.pool.QueryRow(t.Context(), `select min(due_at) from delivery where incident_id = $1`, in).Scan(&due))
			if !wanted.IsZero() && (due == nil || due.After(wanted)) {
				t.Fatalf("seed %d: %s: looks at %v, the rule wants %v", seed, trace, due, wanted)
			}
			w.now = w.now.Add(time.Duration(rng.IntN(8)) * time.Second)
		}
		w.status(kept.Written.Assignment.ID, fmt.Sprint("cleared", seed), unit.Cleared)
	}
}

func TestACityThatIsDueIsJudgedInOneLook(t *testing.T) {
	w := newWorld(t)
	for range 120 {
		w.assigned()
	}
	w.after(10 * time.Second)
	if n := len(w.escalated()); n != 120 {
		t.Errorf("%d of 120 are told", n)
	}
	w.gapless()
}

// Both were told of the first revision, and so of the second; who then has only the
// first is late with the second, whatever of it the device said.
func TestAnOlderRevisionThatComesFurtherLeavesTheNewestWatched(t *testing.T) {
	for name, then := range map[string]func(w *world, first briefing.Delivery) error{
		"acknowledged": func(w *world, first briefing.Delivery) error {
			return w.room.Acknowledge(t.Context(), w.officer, w.topic(), first.Seq)
		},
		"displayed": func(w *world, first briefing.Delivery) error {
			return w.room.Displayed(t.Context(), w.officer, first.BriefingID, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			called, in := w.raised()
			kept, err := w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
			must(t, err)
			w.after(10 * time.Second)
			w.after(20 * time.Second)
			w.now = w.now.Add(10 * time.Second)
			_, err = w.room.Answer(t.Context(), w.taker, called, "weapon", json.RawMessage(`"yes"`), 0)
			must(t, err)
			w.after(10 * time.Second)
			if got := w.escalated(); !slices.Equal(got, []string{takerHears, takerHearsOfIt, supervisorHears}) {
				t.Fatalf("told %v", got)
			}
			w.now = w.now.Add(5 * time.Second)
			must(t, then(w, kept.Written.Deliveries[0]))
			w.after(0)
			w.after(time.Hour)
			if got := w.escalated()[3:]; !slices.Equal(got, []string{takerHears, takerHearsOfIt, supervisorHears}) {
				t.Errorf("then told %v", got)
			}
		})
	}
}
