package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"doorstep/internal/access"
	"doorstep/internal/fault"
)

const (
	patience = 10 * time.Second // for what must happen
	unit     = "unit:A12"
)

// record is the committed truth that a hub reads: the part that PostgreSQL has
// in the program.
type record struct {
	mu      sync.Mutex
	kept    map[string][]Notice
	written []Notice     // in order
	reads   atomic.Int64 // of After
	asked   chan struct{}
	down    atomic.Bool
}

func newRecord() *record {
	return &record{kept: map[string][]Notice{}, asked: make(chan struct{}, 1000)}
}

func (r *record) commit(topic string) Notice { return r.commitSaying(topic, "") }

// commitSaying commits a notice with a text. What is pushed and what is fetched
// are the same: a connection that is still catching up reads the record.
func (r *record) commitSaying(topic, text string) Notice {
	r.mu.Lock()
	defer r.mu.Unlock()
	seq := int64(1)
	if kept := r.kept[topic]; len(kept) > 0 {
		seq = kept[len(kept)-1].Seq + 1
	}
	n := Notice{
		Topic: topic, Seq: seq, Type: "briefing", At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Body: json.RawMessage(fmt.Sprintf(`{"revision":%d,"text":%q}`, seq, text)),
	}
	r.kept[topic] = append(r.kept[topic], n)
	r.written = append(r.written, n)
	return n
}

func (r *record) commits(topic string, n int) (all []Notice) {
	for range n {
		all = append(all, r.commit(topic))
	}
	return all
}

// forget drops the oldest notices, as retention does.
func (r *record) forget(topic string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept[topic] = r.kept[topic][n:]
}

func (r *record) after(_ context.Context, of []Place, limit int) ([][]Notice, error) {
	r.reads.Add(1)
	select {
	case r.asked <- struct{}{}:
	default:
	}
	if r.down.Load() {
		return nil, fault.New(fault.Unavailable, "the store is down")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	pages := make([][]Notice, len(of))
	for i, at := range of {
		for _, n := range r.kept[at.Topic] {
			if n.Seq > at.Seq && len(pages[i]) < limit {
				pages[i] = append(pages[i], n)
			}
		}
	}
	return pages, nil
}

// changed has the number of notices as its mark.
func (r *record) changed(_ context.Context, since string) (map[string]int64, string, error) {
	if r.down.Load() {
		return nil, "", fault.New(fault.Unavailable, "the store is down")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	mark := strconv.Itoa(len(r.written))
	if since == "" {
		return nil, mark, nil
	}
	from, err := strconv.Atoi(since)
	if err != nil {
		return nil, "", err
	}
	last := map[string]int64{}
	for _, n := range r.written[from:] {
		last[n.Topic] = n.Seq
	}
	return last, mark, nil
}

func (r *record) last(_ context.Context, topics []string) (map[string]int64, error) {
	if r.down.Load() {
		return nil, fault.New(fault.Unavailable, "the store is down")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last := map[string]int64{}
	for _, t := range topics {
		if kept := r.kept[t]; len(kept) > 0 {
			last[t] = kept[len(kept)-1].Seq
		}
	}
	return last, nil
}

// desk is a server with one hub.
type desk struct {
	*Hub
	record *record
	url    string
	stop   func()
	heard  chan Inbound
}

// officer crews the unit that the tests listen to.
var officer = access.Actor{ID: "mari", Role: access.PatrolOfficer, UnitID: "A12"}

func open(t *testing.T, r *record, change func(*Config)) *desk {
	t.Helper()
	d := &desk{record: r, heard: make(chan Inbound, 1000)}
	c := Config{
		Log: zerolog.Nop(), After: r.after, Last: r.last, Changed: r.changed,
		Tick: time.Hour, // a test that sweeps says so
		MayHear: func(_ context.Context, _ access.Actor, topic string) error {
			if strings.HasPrefix(topic, "user:") {
				return fault.New(fault.Forbidden, "this topic is not yours")
			}
			if topic == "incident:hidden" {
				return fault.New(fault.NotFound, "no such incident, or not yours to see")
			}
			return nil
		},
		Inbound: func(_ context.Context, _ access.Actor, f Inbound) error { d.heard <- f; return nil },
	}
	if change != nil {
		change(&c)
	}
	d.Hub = New(c)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := officer
		if id := r.URL.Query().Get("as"); id != "" {
			a.ID = access.AccountID(id)
		}
		d.Serve(w, r, a, r.URL.Query().Get("from"), func(ctx context.Context) (access.Actor, bool) {
			now := a
			switch a.ID {
			case "moved":
				now.UnitID = "B7"
			case "asked":
				<-ctx.Done() // a database that does not answer
			}
			return now, a.ID != "ended"
		})
	}))
	d.url = "ws" + strings.TrimPrefix(server.URL, "http")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = d.Run(ctx) }() // it returns nil
	d.stop = func() { cancel(); <-done }
	t.Cleanup(func() { d.stop(); server.Close() })
	return d
}

// tablet is a client.
type tablet struct {
	t *testing.T
	*websocket.Conn
}

type got struct {
	Type  string          `json:"type"`
	Topic string          `json:"topic"`
	Seq   int64           `json:"seq"`
	At    time.Time       `json:"at"`
	Body  json.RawMessage `json:"body"`
}

func dial(t *testing.T, d *desk, query string) *tablet {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{Subprotocol}}
	conn, res, err := dialer.Dial(d.url+query, nil)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	_ = res.Body.Close() // empty after an upgrade
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return &tablet{t, conn}
}

func (c *tablet) say(frame string) {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		c.t.Fatalf("say %s: %v", frame, err)
	}
}

func (c *tablet) next() got {
	c.t.Helper()
	for {
		var g got
		if err := c.ReadJSON(&g); err != nil {
			c.t.Fatalf("read: %v", err)
		}
		if g.Type != TypeBeat {
			return g
		}
	}
}

// expect reads the frames and compares them in short form.
func (c *tablet) expect(want ...string) {
	c.t.Helper()
	for _, w := range want {
		g := c.next()
		short := fmt.Sprintf("%s %s %d", g.Type, g.Topic, g.Seq)
		if g.Topic == "" {
			short = g.Type + " " + string(g.Body)
		}
		if short != w {
			c.t.Fatalf("got %s, want %s", short, w)
		}
	}
}

func (c *tablet) notices(topic string, from, to int64) {
	c.t.Helper()
	for seq := from; seq <= to; seq++ {
		c.expect(fmt.Sprintf("briefing %s %d", topic, seq))
	}
}

// closedWith reads to the end and compares the code.
func (c *tablet) closedWith(want CloseCode) {
	c.t.Helper()
	for {
		_, _, err := c.ReadMessage()
		if err == nil {
			continue
		}
		if !websocket.IsCloseError(err, int(want)) {
			c.t.Fatalf("closed with %v, want %d", err, want)
		}
		return
	}
}

// meet opens with what is resumed and reads the welcome.
func meet(t *testing.T, d *desk, resume string) *tablet {
	t.Helper()
	c := dial(t, d, "")
	c.say(`{"type":"hello","body":{"resume":` + resume + `}}`)
	if g := c.next(); g.Type != TypeWelcome {
		t.Fatalf("got %s, want welcome", g.Type)
	}
	return c
}

func await(t *testing.T, what string, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(patience):
		t.Fatalf("%s did not happen", what)
	}
}
