package main

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/postgres/pgtest"
)

// TestFailover loses the primary while a tablet listens and a call taker works,
// and has the replica promoted by hand: the service comes to it by itself, on
// the same lines, and has everything that was confirmed.
func TestFailover(t *testing.T) {
	pair := pgtest.NewPair(t)
	at := pair.URL()
	quiet := Deps{Out: io.Discard, Err: io.Discard}
	must(t, MigrateCommand{DatabaseURL: at}.Run(t.Context(), quiet))
	must(t, DemoCommand{DatabaseURL: at}.Run(t.Context(), quiet))
	centre, field := startNode(t, at, ""), startNode(t, at, "")
	taker, officer := signIn(t, centre, "calltaker1"), signIn(t, field, "patrol1")
	call := takeCall(t, taker, repeatAddress(t, centre))
	in := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]string{"call_id": call.ID})
	unit := unitOf(t, officer)
	tablet := listen(t, officer, map[string]int64{"unit:" + unit: 0})
	sent := ask[assigned](t, taker, http.MethodPost, "/incidents/"+in.ID+"/assignments", nil, map[string]any{"unit_id": unit})
	answer := func(value string) { // as the console does: until it is saved
		t.Helper()
		until(t, taker, http.MethodPut, "/calls/"+call.ID+"/answers/weapon", nil, map[string]any{"value": value}, nil)
	}
	ask[wireCall](t, taker, http.MethodPut, "/calls/"+call.ID+"/answers/weapon", nil, map[string]any{"value": "yes"})
	for revision := 1; revision <= 2; revision++ {
		if got := body[briefed](t, next(t, tablet, "briefing")); got.Revision != revision {
			t.Fatalf("revision %d came, want %d", got.Revision, revision)
		}
	}

	pair.Kill(t)
	if away := body[state](t, next(t, tablet, "state")); away.Saving {
		t.Fatalf("the tablet heard %+v", away)
	}
	pair.Promote(t)
	promoted := time.Now()
	answer("no")
	if back := body[state](t, next(t, tablet, "state")); !back.Saving {
		t.Fatalf("the tablet heard %+v", back)
	}
	// On the same line, from the other node: what tells it listens again too.
	if got := body[briefed](t, next(t, tablet, "briefing")); got.Revision != 3 {
		t.Fatalf("revision %d came, want 3", got.Revision)
	}
	if took := time.Since(promoted); took > 5*time.Second {
		t.Errorf("it took %s from the promotion to the next briefing", took)
	}
	say(t, tablet, "status", map[string]any{"assignment_id": sent.Assignment.ID, "status": "en_route", "at": time.Now().UTC(), "client_id": uuid.NewString()})
	eventually(t, "the call taker sees the status", func() bool {
		got := ask[struct {
			Assignments []struct {
				Status string `json:"status"`
			} `json:"assignments"`
		}](t, taker, http.MethodGet, "/incidents/"+in.ID, nil, nil)
		return len(got.Assignments) == 1 && got.Assignments[0].Status == "en_route"
	})
}
