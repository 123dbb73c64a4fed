package postgres_test

import (
	"context"
	"errors"
	"testing"
)

// TestNotify: what one server says all hear that listen, until their line is cut.
func TestNotify(t *testing.T) {
	w := newWorld(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ready, heard, ended := make(chan bool), make(chan string), make(chan error, 1)
	go func() {
		ended <- w.store.Listen(ctx, func() { ready <- true }, func(said string) { heard <- said })
	}()
	<-ready
	for _, said := range []string{"one", "two"} {
		must(t, w.store.Notify(ctx, said))
		if got := <-heard; got != said {
			t.Errorf("heard %q, want %q", got, said)
		}
	}
	w.exec(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query = 'listen doorstep_nudge'`)
	if err := <-ended; err == nil {
		t.Error("a line that was cut ends without an error")
	}
	go func() {
		ended <- w.store.Listen(ctx, func() { ready <- true }, func(string) {})
	}()
	<-ready
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v, want %v", err, context.Canceled)
	}
}
