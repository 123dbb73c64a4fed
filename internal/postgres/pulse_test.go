package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/fault"
	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
	"doorstep/internal/premise"
	"doorstep/internal/unit"
)

func open(t *testing.T, at string, conns int32) *postgres.Pool {
	t.Helper()
	pool, err := postgres.Open(t.Context(), at, conns)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// watch has the pool asked and returns what it tells.
func watch(t *testing.T, pool *postgres.Pool) <-chan time.Time {
	t.Helper()
	told := make(chan time.Time, 16)
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { pool.Watch(ctx, func(since time.Time) { told <- since }) })
	t.Cleanup(func() { stop(); watching.Wait() })
	return told
}

// TestASlowStatementIsNoAlarm keeps every connection busy for longer than the
// pool takes to see that a server is gone.
func TestASlowStatementIsNoAlarm(t *testing.T) {
	pool := open(t, pgtest.URL(t), 4)
	told := watch(t, pool)
	var slow sync.WaitGroup
	for range 4 {
		slow.Go(func() {
			if _, err := pool.Exec(t.Context(), "select pg_sleep(5)"); err != nil {
				t.Error(err)
			}
		})
	}
	slow.Wait()
	if len(told) > 0 || !pool.Away().IsZero() {
		t.Error("the database was taken for gone")
	}
}

func TestAConnectionThatIsNoGoodIsReplaced(t *testing.T) {
	pool := open(t, pgtest.URL(t), 1)
	write := func() error {
		_, err := pool.Exec(t.Context(), "create temporary table if not exists written (at int)")
		return err
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]string{
		"to a server that can only be read now": "set default_transaction_read_only = on",
		"to a server that shuts down":           "select pg_terminate_backend(pg_backend_pid())",
	} {
		t.Run(name, func(t *testing.T) {
			_, _ = pool.Exec(t.Context(), spoil) // the second way ends the connection that asks for it
			_ = write()                          // the last thing that the connection does
			if err := write(); err != nil {
				t.Errorf("the next connection is no better: %v", err)
			}
		})
	}
}

func TestReadOnlyIsUnavailable(t *testing.T) {
	pool := open(t, pgtest.URL(t), 1)
	if _, err := pool.Exec(t.Context(), "set default_transaction_read_only = on"); err != nil {
		t.Fatal(err)
	}
	if err := postgres.New(pool.Pool).Position(t.Context(), unit.ID(uuid.NewString()), premise.Point{24.7, 59.4}, time.Now()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a write was answered %v", err)
	}
}

func TestCommitsWaitForTheDisk(t *testing.T) {
	at := pgtest.URL(t)
	pool := open(t, at, 2)
	var waits string
	if err := pool.QueryRow(t.Context(), "show synchronous_commit").Scan(&waits); err != nil || waits != "on" {
		t.Errorf("synchronous_commit is %q, %v", waits, err)
	}
	if err := pool.Durable(t.Context()); err != nil {
		t.Error(err)
	}
	if err := open(t, at+"&options=-csynchronous_commit%3Doff", 1).Durable(t.Context()); err == nil {
		t.Error("a database that forgets commits is good enough")
	}
}
