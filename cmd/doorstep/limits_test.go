package main

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"doorstep/internal/client"
)

func TestTooMuchIsRefusedWithHowLongToWait(t *testing.T) {
	base, _ := startNodeWith(t, newWorld(t), ServeCommand{LimitFlags: LimitFlags{
		SessionRequests: 1, AddressRequests: 10, SessionStreams: 3, AddressStreams: 4,
	}})
	officer, taker := signIn(t, base, "patrol1"), signIn(t, base, "calltaker1")

	t.Run("requests of one session, and others go on", func(t *testing.T) {
		var refusal *client.Refusal
		for range 11 {
			if err := officer.Call(t.Context(), http.MethodGet, "/session", nil, nil, nil); err != nil && !errors.As(err, &refusal) {
				t.Fatal(err)
			}
		}
		if refusal == nil || refusal.Status != http.StatusTooManyRequests || refusal.Problem().Title == "" {
			t.Fatalf("the eleventh at once is answered with %+v", refusal)
		}
		ask[struct{}](t, taker, http.MethodGet, "/session", nil, nil)
	})
	t.Run("streams of one session, and others go on", func(t *testing.T) {
		var open []*websocket.Conn
		for range 3 {
			open = append(open, listen(t, officer, nil))
		}
		if _, err := officer.Dial(t.Context()); err == nil {
			t.Fatal("a fourth stream is opened")
		}
		listen(t, taker, nil)
		for _, c := range open {
			say(t, c, "unwatch", map[string]any{"topics": []string{"incident:9"}})
		}
	})
	t.Run("streams of one address", func(t *testing.T) {
		if _, err := taker.Dial(t.Context()); err == nil {
			t.Fatal("a fifth stream is opened from here")
		}
	})
	t.Run("requests of one address, with Retry-After", func(t *testing.T) {
		for range 200 {
			res, err := http.Get(base + "/api/v1/session")
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusTooManyRequests {
				continue
			}
			if res.Header.Get("Retry-After") == "" || res.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("refused with %v", res.Header)
			}
			return
		}
		t.Error("none of 200 requests at once is refused")
	})
}

// A password that is guessed is guessed slowly, and by nobody else's cost.
func TestGuessingIsSlowedDown(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	guess := func() *http.Response {
		res, err := http.Post(base+"/api/v1/session", "application/json", strings.NewReader(`{"username":"patrol1","password":"guess"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res
	}
	for try := 1; ; try++ {
		res := guess()
		if res.StatusCode == http.StatusUnauthorized && try < 20 {
			continue
		}
		if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || try <= 10 {
			t.Errorf("guess %d is answered %d with %v", try, res.StatusCode, res.Header)
		}
		break
	}
	signIn(t, base, "patrol2")
}

func TestDoubtfulProxiesStopTheStart(t *testing.T) {
	for said, doubtful := range map[string]bool{"10.0.0.7": false, "10.1.0.0/16": false, "fd00::/8": false, "balancer": true, "10.0.0.0/33": true} {
		_, err := LimitFlags{TrustedProxies: []string{said}}.proxies()
		if (err != nil) != doubtful || err != nil && !strings.Contains(err.Error(), "DOORSTEP_TRUSTED_PROXIES") {
			t.Errorf("%s: %v", said, err)
		}
	}
}
