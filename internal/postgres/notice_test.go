package postgres_test

import (
	"context"
	"errors"
	"testing"
)

// TestNotify: what one server says all hear that listen, until their line is cut.
// One that is alone says nothing.
func TestNotify(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ready, heard, ended := make(chan bool), make(chan string, 10), make(chan error, 1)
	listen := func() {
		go func() {
			ended <- w.store.Listen(ctx, func() { ready <- true }, func(said string) { heard <- said })
		}()
		<-ready
	}
	listen()
	must(t, w.store.Notify(ctx, "to nobody"))
	listen()
	for _, said := range []string{"one", "two"} {
		must(t, w.store.Notify(ctx, said))
		for range 2 {
			if got := <-heard; got != said {
				t.Errorf("heard %q, want %q", got, said)
			}
		}
	}
	w.exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'doorstep_nudge'`)
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
