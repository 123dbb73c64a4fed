package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"doorstep/internal/control"
	"doorstep/internal/postgres"
)

// TestNotify: what one server says all hear that listen, until their line is cut.
func TestNotify(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ready, heard, ended := make(chan bool), make(chan string, 10), make(chan error, 1)
	listen := func() {
		go func() {
			ended <- w.store.Listen(ctx, func() { ready <- true }, func(said string) { heard <- said }, nil)
		}()
		<-ready
	}
	listen()
	listen()
	for _, said := range []string{"one", "two"} {
		must(t, w.store.Notify(ctx, said))
		for range 2 {
			if got := <-heard; got != said {
				t.Errorf("heard %q, want %q", got, said)
			}
		}
	}
	w.exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'doorstep_nudge%'`)
	for range 2 {
		if err := <-ended; err == nil {
			t.Error("a line that was cut ends without an error")
		}
	}
	listen()
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v, want %v", err, context.Canceled)
	}
}

// farNode is another server that listens. What it hears comes back: what is told with
// a commit, and a nudge as something of that type.
func (w *world) farNode() (next func() control.Notice) {
	w.t.Helper()
	return w.listening(postgres.New(w.pool))
}

func (w *world) listening(far *postgres.Store) (next func() control.Notice) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	ready, sent, ended := make(chan bool), make(chan control.Notice, 10), make(chan error, 1)
	go func() {
		ended <- far.Listen(ctx, func() { ready <- true }, func(said string) { sent <- control.Notice{Type: "nudge", Body: []byte(said)} }, func(n control.Notice, _ string) { sent <- n })
	}()
	<-ready
	w.t.Cleanup(func() { stop(); <-ended })
	return func() (n control.Notice) {
		select {
		case n = <-sent:
		case <-time.After(10 * time.Second):
			w.t.Error("nothing is heard")
		}
		return n
	}
}

// TestOtherServersHearOfADispatchWithItsCommit: with the page of the briefing if it
// was told before, else without a body.
func TestOtherServersHearOfADispatchWithItsCommit(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	w.exec(`update briefing_revision set body = (body::jsonb || jsonb_build_object('long', repeat('õ', 9001)))::json`) // several parts, cut within no rune
	early := w.farNode()
	_, _, err := w.store.Changed(t.Context(), "")
	must(t, err)
	_, err = w.room.RecommendUnits(t.Context(), w.taker, in)
	must(t, err)
	late := w.farNode()
	_, _, err = w.store.Changed(t.Context(), "")
	must(t, err)
	_, err = w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	committed := w.notices(w.topic())
	got, want := early(), committed[0]
	if got.Topic != want.Topic || got.Seq != want.Seq || got.Type != want.Type || !got.At.Equal(want.At) || !bytes.Equal(got.Body, want.Body) {
		t.Errorf("told %s %d %s %s with %d bytes, want %s %d %s %s with %d", got.Topic, got.Seq, got.Type, got.At, len(got.Body),
			want.Topic, want.Seq, want.Type, want.At, len(want.Body))
	}
	if !strings.Contains(string(want.Body), strings.Repeat("õ", 9001)) {
		t.Error("the page is not the long one")
	}
	if got = late(); got.Body != nil || got.Topic != w.topic() || got.Seq != 1 {
		t.Errorf("who has not heard the page is told %+v", got)
	}
}

// TestAServerThatComesIsKnownAtOnce: who thought that it is alone need not look again.
// One that cannot look does not know.
func TestAServerThatComesIsKnownAtOnce(t *testing.T) {
	isHeard := func(t *testing.T, w *world, next func() control.Notice) {
		t.Helper()
		done := make(chan bool)
		go func() { defer close(done); next() }()
		for {
			must(t, w.store.Notify(t.Context(), "are you there"))
			select {
			case <-done:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	t.Run("it says so", func(t *testing.T) {
		w := newWorld(t)
		_ = w.listening(w.store)
		_, _, err := w.store.Changed(t.Context(), "")
		must(t, err)
		isHeard(t, w, w.farNode())
	})
	t.Run("it cannot look", func(t *testing.T) {
		w := newWorld(t)
		_, _, err := w.store.Changed(t.Context(), "")
		must(t, err)
		next := w.farNode()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := w.store.Changed(ctx, ""); err == nil {
			t.Fatal("it could look")
		}
		isHeard(t, w, next)
	})
}

// TestAServerThatIsAloneTellsNobody, until it sees others.
func TestAServerThatIsAloneTellsNobody(t *testing.T) {
	w := newWorld(t)
	_, in := w.raised()
	_, _, err := w.store.Changed(t.Context(), "")
	must(t, err)
	far, other := w.farNode(), w.farNode() // w.store has not looked since
	_, err = w.room.RecommendUnits(t.Context(), w.taker, in)
	must(t, err)
	_, err = w.room.Assign(t.Context(), w.taker, in, w.unit, nil)
	must(t, err)
	must(t, w.store.Notify(t.Context(), "to nobody"))
	_, _, err = w.store.Changed(t.Context(), "")
	must(t, err)
	must(t, w.store.Notify(t.Context(), "to both"))
	for _, next := range []func() control.Notice{far, other} {
		if n := next(); n.Type != "nudge" || string(n.Body) != "to both" {
			t.Errorf("a server that thinks that it is alone told %+v", n)
		}
	}
}
