package postgres_test

import (
	"testing"
	"time"

	"doorstep/internal/fault"
	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
	"doorstep/internal/premise"
)

// A primary that was demoted and still runs must not be asked again, on any
// connection: it would go on to refuse, and what it reads is old.
func TestAServerThatOnlyReadsIsLeft(t *testing.T) {
	pool, err := postgres.Open(t.Context(), pgtest.URL(t), 2)
	must(t, err)
	t.Cleanup(pool.Close)
	other, err := pool.Acquire(t.Context())
	must(t, err)
	before := other.Conn().PgConn().PID()
	_, err = pool.Exec(t.Context(), `set default_transaction_read_only = on`) // on the one that is left
	must(t, err)
	store := postgres.New(pool.Pool)
	write := func() error {
		return store.Position(t.Context(), "00000000-0000-7000-8000-000000000001", premise.Point{24.7, 59.4}, time.Now())
	}
	wantKind(t, write(), fault.Unavailable)
	must(t, write())
	other.Release()
	for range 2 {
		held, err := pool.Acquire(t.Context())
		must(t, err)
		defer held.Release()
		if held.Conn().PgConn().PID() == before {
			t.Error("the connection from before is used again")
		}
	}
}
