package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/client"
)

// wire leads to PostgreSQL until it is cut.
type wire struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	isCut  bool
	silent bool
	ends   []net.Conn
}

// newWire returns the wire and the address of the database behind it.
func newWire(t *testing.T, at string) (*wire, string) {
	t.Helper()
	address, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, to: address.Host}
	t.Cleanup(func() { _ = listener.Close(); w.cut() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go w.join(near)
		}
	}()
	address.Host = listener.Addr().String()
	return w, address.String()
}

func (w *wire) join(near net.Conn) {
	far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", w.to)
	w.mu.Lock()
	if err != nil || w.isCut {
		w.mu.Unlock()
		_ = near.Close()
		if far != nil {
			_ = far.Close()
		}
		return
	}
	w.ends = append(w.ends, near, far)
	w.mu.Unlock()
	go w.copy(far, near)
	w.copy(near, far)
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = true
	for _, end := range w.ends {
		_ = end.Close()
	}
	w.ends = nil
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.isCut = false
}

// pause has nothing go through any more, without a word to either end.
func (w *wire) pause() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.silent = true
}

// copy carries one way until an end closes.
func (w *wire) copy(to, from net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		w.mu.Lock()
		silent := w.silent
		w.mu.Unlock()
		if err != nil || silent {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// state is what the stream says of saving.
type state struct {
	Saving bool       `json:"saving"`
	Since  *time.Time `json:"since"`
}

// ready is the status of /readyz, which must be answered with the code.
func ready(t *testing.T, base string, code int) string {
	t.Helper()
	answer, err := http.Get(base + "/readyz")
	must(t, err)
	defer answer.Body.Close()
	var said struct {
		Status string `json:"status"`
	}
	must(t, json.NewDecoder(answer.Body).Decode(&said))
	if answer.StatusCode != code {
		t.Errorf("readyz answered %d with %q, want %d", answer.StatusCode, said.Status, code)
	}
	return said.Status
}

// until sends a request until it is answered, as consoles do.
func until(t *testing.T, d *client.Client, method, path string, header http.Header, body, out any) {
	t.Helper()
	eventually(t, method+" "+path+" is answered", func() bool {
		return d.Call(t.Context(), method, path, header, body, out) == nil
	})
}

func TestWithoutTheDatabaseNothingIsSaidAndNothingIsLost(t *testing.T) {
	database, at := newWire(t, newWorld(t))
	base := startNode(t, at, "")
	taker, officer := signIn(t, base, "calltaker1"), signIn(t, base, "patrol1")
	call := takeCall(t, taker, repeatAddress(t, base))
	in := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]string{"call_id": call.ID})
	send := map[string]string{"unit_id": unitOf(t, officer)}
	line := listen(t, officer, nil)

	database.cut()
	away := body[state](t, next(t, line, "state"))
	if away.Saving || away.Since == nil || time.Since(*away.Since) > 5*time.Second {
		t.Errorf("the screens heard %+v", away)
	}
	if got := ready(t, base, http.StatusServiceUnavailable); got != "unavailable" {
		t.Errorf("readyz says %q", got)
	}
	alive, err := http.Get(base + "/healthz")
	must(t, err)
	_ = alive.Body.Close()
	if alive.StatusCode != http.StatusOK {
		t.Errorf("healthz answered %d: a restart helps nobody", alive.StatusCode)
	}
	header := http.Header{"Idempotency-Key": {"outage-key-1"}}
	began := time.Now()
	for range 10 { // known to be away, it is refused at once
		var r *client.Refusal
		err := taker.Call(t.Context(), http.MethodPost, "/incidents/"+in.ID+"/assignments", header, send, nil)
		if !errors.As(err, &r) || r.Status != http.StatusServiceUnavailable || r.RetryAfter != "2" || !strings.Contains(r.Problem().Detail, "nothing can be saved") {
			t.Fatalf("without a database the answer is %v", err)
		}
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("ten refusals took %s", took)
	}
	say(t, line, "read", map[string]any{"briefing_id": uuid.NewString(), "revision": 1})
	next(t, line, "retry")
	next(t, line, "beat") // the session cannot be looked up, and the line stays

	database.mend()
	if back := body[state](t, next(t, line, "state")); !back.Saving {
		t.Errorf("the screens heard %+v", back)
	}
	until(t, taker, http.MethodPost, "/incidents/"+in.ID+"/assignments", header, send, nil)
	if got := body[briefed](t, next(t, line, "briefing")); got.Revision != 1 {
		t.Fatalf("the same line brought %+v", got)
	}
	if got := ready(t, base, http.StatusOK); got != "ready" {
		t.Errorf("readyz says %q", got)
	}
}

// A server or a network that just falls silent breaks no connection. What waits
// for it is let go when that is known, and nobody after it waits.
func TestASilentDatabaseIsNoticed(t *testing.T) {
	database, at := newWire(t, newWorld(t))
	base := startNode(t, at, "")
	taker := signIn(t, base, "calltaker1")
	line := listen(t, taker, nil)

	database.pause()
	began := time.Now()
	var waiting sync.WaitGroup
	for range 20 { // more than there are connections
		waiting.Go(func() {
			err := taker.Call(t.Context(), http.MethodPost, "/calls", nil, map[string]any{"channel": "voice"}, nil)
			var r *client.Refusal
			if !errors.As(err, &r) || r.Status != http.StatusServiceUnavailable {
				t.Errorf("a silent database was answered %v", err)
			}
		})
	}
	if away := body[state](t, next(t, line, "state")); away.Saving {
		t.Errorf("the screens heard %+v", away)
	}
	known := time.Now()
	waiting.Wait()
	if took := time.Since(began); took > 9*time.Second {
		t.Errorf("the last was refused after %s", took)
	}
	if took := time.Since(known); took > time.Second {
		t.Errorf("once known, the last was refused after %s", took)
	}
}
