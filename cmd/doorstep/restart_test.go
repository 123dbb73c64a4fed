package main

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"doorstep/internal/client"
	"doorstep/internal/live"
)

// TestRollingRestart stops one of two nodes while a call taker works on it and a
// tablet listens to it. Clients do what the consoles do: a request that was not
// answered is sent again with the same key, a line that was closed comes back
// with the last number that it has, both to the other node.
func TestRollingRestart(t *testing.T) {
	at := newWorld(t)
	first, stopFirst := startNodeWith(t, at, ServeCommand{Leave: time.Second})
	second := startNode(t, at, "")
	takers := []*client.Client{signIn(t, first, "calltaker1"), signIn(t, second, "calltaker1")}
	officers := []*client.Client{signIn(t, first, "patrol1"), signIn(t, second, "patrol1")}
	unit := unitOf(t, officers[0])
	call := takeCall(t, takers[0], repeatAddress(t, first))
	in := ask[named](t, takers[0], http.MethodPost, "/incidents", nil, map[string]string{"call_id": call.ID})
	ask[assigned](t, takers[0], http.MethodPost, "/incidents/"+in.ID+"/assignments", nil, map[string]any{"unit_id": unit})

	tablet := listen(t, officers[0], map[string]int64{"unit:" + unit: 0})
	var had []int // revisions, in the order in which they came
	var last int64
	take := func(c *websocket.Conn) {
		arrived := next(t, c, "briefing")
		had, last = append(had, body[briefed](t, arrived).Revision), arrived.Seq
	}
	take(tablet)

	working, rest := context.WithCancel(t.Context())
	var work sync.WaitGroup
	var saved, again int
	work.Go(func() {
		values := []string{"yes", "no"}
		for i := 0; working.Err() == nil; i++ {
			answer := map[string]any{"value": values[i%2]}
			path := "/calls/" + call.ID + "/answers/weapon"
			if takers[0].Call(t.Context(), http.MethodPut, path, nil, answer, nil) != nil {
				again++
				if err := takers[1].Call(t.Context(), http.MethodPut, path, nil, answer, nil); err != nil {
					t.Errorf("an answer was refused by the other node: %v", err)
					return
				}
			}
			saved++
			key := http.Header{"Idempotency-Key": {uuid.NewString()}}
			opened := map[string]any{"channel": "voice"}
			if takers[0].Call(t.Context(), http.MethodPost, "/calls", key, opened, nil) != nil {
				again++
				if err := takers[1].Call(t.Context(), http.MethodPost, "/calls", key, opened, nil); err != nil {
					t.Errorf("a call was refused by the other node: %v", err)
					return
				}
			}
		}
	})
	for len(had) < 5 {
		take(tablet)
	}

	stopFirst()
	eventually(t, "the balancer is told", func() bool {
		answer, err := http.Get(first + "/readyz")
		must(t, err) // it still takes what the balancer sends meanwhile
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusServiceUnavailable
	})
	ask[any](t, takers[0], http.MethodGet, "/session", nil, nil)
	for {
		var f frame
		err := tablet.ReadJSON(&f)
		if err == nil {
			if f.Type == "briefing" {
				had, last = append(had, body[briefed](t, f).Revision), f.Seq
			}
			continue
		}
		if !websocket.IsCloseError(err, int(live.CloseRestarting)) {
			t.Errorf("the line ended with %v, want %d", err, live.CloseRestarting)
		}
		break
	}
	tablet = listen(t, officers[1], map[string]int64{"unit:" + unit: last})
	for more := len(had) + 5; len(had) < more; {
		take(tablet)
	}
	rest()
	work.Wait()
	for len(had) < saved+1 { // each answer is a revision of its own
		take(tablet)
	}
	want := make([]int, len(had))
	for i := range want {
		want[i] = i + 1
	}
	if !slices.Equal(had, want) {
		t.Errorf("revisions came as %v", had)
	}
	if again == 0 {
		t.Error("nothing was sent to the other node")
	}
}
