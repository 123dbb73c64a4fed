package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"
)

// wire leads to PostgreSQL until it is cut.
type wire struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	isCut bool
	ends  []net.Conn
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
	go func() { _, _ = io.Copy(far, near) }()
	_, _ = io.Copy(near, far)
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

func TestWithoutTheDatabaseNothingIsSaidAndNothingIsLost(t *testing.T) {
	database, at := newWire(t, newWorld(t))
	base := startNode(t, at, "")
	taker, officer := signIn(t, base, "calltaker1"), signIn(t, base, "patrol1")
	call := takeCall(t, taker, repeatAddress(t, base))
	in := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]string{"call_id": call.ID})
	line := listen(t, officer, nil)

	database.cut()
	send := map[string]string{"unit_id": unitOf(t, officer)}
	header := http.Header{"Idempotency-Key": {"outage-key-1"}}
	began := time.Now()
	if status, _ := refused(t, taker, http.MethodPost, "/incidents/"+in.ID+"/assignments", header, send); status != http.StatusServiceUnavailable {
		t.Fatalf("without a database the answer is %d", status)
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("the refusal took %s", took)
	}
	if ready, err := http.Get(base + "/readyz"); err != nil || ready.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz %v, %v", ready, err)
	}
	time.Sleep(3 * time.Second) // beats and sweeps fail meanwhile; the line must stay

	database.mend()
	deadline := time.Now().Add(15 * time.Second)
	for {
		err := taker.Call(t.Context(), http.MethodPost, "/incidents/"+in.ID+"/assignments", header, send, nil)
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the service did not recover: %v", err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if got := body[briefed](t, next(t, line, "briefing")); got.Revision != 1 {
		t.Fatalf("the same line brought %+v", got)
	}
}
