package postgres_test

import (
	"testing"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"

	"doorstep/internal/fault"
	"doorstep/internal/postgres"
)

func TestASessionSaysWhoIsSignedInUntilItEnds(t *testing.T) {
	w := newWorld(t)
	sessions := scs.New()
	sessions.Store = pgxstore.NewWithCleanupInterval(w.pool, 0)
	sessions.Codec, sessions.HashTokenInStore = postgres.SessionCodec{}, true
	sessions.Lifetime = time.Hour
	ctx, err := sessions.Load(t.Context(), "")
	must(t, err)
	sessions.Put(ctx, postgres.SessionAccount, string(w.officer.ID))
	token, _, err := sessions.Commit(ctx)
	must(t, err)

	a, err := w.store.SignedIn(t.Context(), token, w.now)
	must(t, err)
	if a.ID != w.officer.ID || a.UnitID != string(w.unit) {
		t.Fatalf("signed in: %+v", a)
	}
	_, err = w.store.SignedIn(t.Context(), token, w.now.Add(2*time.Hour))
	wantKind(t, err, fault.NotFound)
	_, err = w.store.SignedIn(t.Context(), token+"x", w.now)
	wantKind(t, err, fault.NotFound)
	if n := w.count(`select count(*) from sessions where token = $1`, token); n != 0 {
		t.Fatal("the token is stored as it travels")
	}

	ctx, err = sessions.Load(t.Context(), token)
	must(t, err)
	must(t, sessions.Destroy(ctx))
	_, err = w.store.SignedIn(t.Context(), token, w.now)
	wantKind(t, err, fault.NotFound)
}
