package live

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/websocket"

	"doorstep/internal/access"
)

// Subprotocol is what a client must offer.
const Subprotocol = "doorstep.v1"

// writeBuffers are lent to a connection while it writes: thousands of idle
// tablets hold none.
var writeBuffers sync.Pool

// Serve upgrades the request of a signed-in actor and returns at once: what the
// request held is not held as long as the line. signedIn is asked at each beat;
// it answers true when it cannot be known. A request that is no upgrade, of a
// foreign origin or of another protocol is answered with a problem and changes
// nothing.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, a access.Actor, from string, signedIn func(context.Context) (access.Actor, bool)) {
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		problem(w, http.StatusUpgradeRequired, "this address speaks websocket only")
		return
	}
	if !h.fromHere(r) {
		problem(w, http.StatusForbidden, "this origin may not open a stream")
		return
	}
	if !slices.Contains(websocket.Subprotocols(r), Subprotocol) {
		problem(w, http.StatusBadRequest, "the stream speaks the subprotocol "+Subprotocol)
		return
	}
	if h.stopping() {
		problem(w, http.StatusServiceUnavailable, "this server is stopping")
		return
	}
	if h.full(a.ID, from) {
		w.Header().Set("Retry-After", "10") // somebody has to leave
		problem(w, http.StatusTooManyRequests, "too many streams are open already")
		return
	}
	up := websocket.Upgrader{
		Subprotocols:    []string{Subprotocol},
		ReadBufferSize:  1 << 10,
		WriteBufferSize: 4 << 10,
		WriteBufferPool: &writeBuffers,
		CheckOrigin:     func(*http.Request) bool { return true }, // looked at above
		Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
			problem(w, status, "the websocket handshake is not right")
		},
	}
	socket, err := up.Upgrade(hijackable{w, http.NewResponseController(w)}, r, nil)
	if err != nil {
		return // answered
	}
	go newConn(h, socket, a, from, signedIn).serve()
}

func (h *Hub) stopping() bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.closing
}

// full reports whether an account or an address has all the connections here that
// it may have. Those that are just being opened are not counted.
func (h *Hub) full(account access.AccountID, from string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.AccountConns > 0 && len(h.conns[account]) >= h.AccountConns ||
		h.AddressConns > 0 && h.addresses[from] >= h.AddressConns
}

// fromHere keeps pages of other sites from using a person's cookie. Programs
// other than browsers send no origin.
func (h *Hub) fromHere(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(h.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// hijackable finds the connection under writers that wrap one another.
type hijackable struct {
	http.ResponseWriter
	*http.ResponseController
}

func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may be gone
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": detail,
	})
}
