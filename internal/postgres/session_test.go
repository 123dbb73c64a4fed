package postgres_test

import (
	"testing"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"

	"doorstep/internal/access"
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

	signedIn := func(token string, now time.Time) (access.Actor, bool) {
		found, err := w.store.SignedIn(t.Context(), []string{"another", token}, now)
		must(t, err)
		a, is := found[token]
		if len(found) > 1 {
			t.Errorf("more than one is signed in: %v", found)
		}
		return a, is
	}
	if a, is := signedIn(token, w.now); !is || a.ID != w.officer.ID || a.UnitID != string(w.unit) {
		t.Fatalf("signed in: %+v", a)
	}
	if _, is := signedIn(token, w.now.Add(2*time.Hour)); is {
		t.Error("signed in after its end")
	}
	if _, is := signedIn(token+"x", w.now); is {
		t.Error("signed in with another token")
	}
	if n := w.count(`select count(*) from sessions where token = $1`, token); n != 0 {
		t.Fatal("the token is stored as it travels")
	}

	ctx, err = sessions.Load(t.Context(), token)
	must(t, err)
	must(t, sessions.Destroy(ctx))
	if _, is := signedIn(token, w.now); is {
		t.Error("signed in after signing out")
	}
}
