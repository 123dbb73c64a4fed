// Package drill is the people and devices of a drill: call takers who take calls
// and send units, tablets that hear of it, and the screens on which the call takers
// see how far a briefing came. They use a running service as our own pages do, over
// its public contract, keep what they saw, and note what breaks the contract. What
// is measured and what is broken meanwhile is up to others.
package drill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/tidwall/gjson"

	"doorstep/internal/client"
)

const (
	deadAfter  = 25 * time.Second // silence after which a line is taken for dead
	writeWait  = 5 * time.Second
	dialWait   = 10 * time.Second
	longestOff = 15 * time.Second // between two tries to come back
)

// frame is what the server says.
type frame struct {
	Type  string
	Topic string
	Seq   int64
	Body  json.RawMessage

	at  time.Time // when it was here
	raw []byte
}

// line is one client of doorstep.v1, with the manners of web/src/live/stream.ts: it
// comes back by itself, asks for what it missed, drops what it has, stores before
// it acknowledges, and says again what the server may not have heard. One goroutine
// reads; it is the only one that there is while nothing happens.
type line struct {
	nodes []*client.Client // one session at each node; each try takes the next
	own   map[string]bool  // topics that come without asking
	heard func(frame)      // a notice that is here; nil for nobody
	lazy  func(frame) bool // which frames are looked at later; nil for none
	keep  func(frame)      // stores a notice that is next; called under the lock
	wait  func(int) time.Duration

	writing sync.Mutex // before mu
	mu      sync.Mutex
	changed chan struct{} // closed at the next change; nil while nobody waits
	socket  *websocket.Conn
	live    bool
	away    error            // why it stays away
	places  map[string]int64 // last number stored, by topic
	watched map[string]bool  // nil where none can be
	toAck   map[string]int64
	toWatch map[string]bool // that the server could not look up
	mute    bool            // the server said that nothing can be saved just now
	acked   time.Time
	sayings []*saying
	flushes bool // one is due
	paced   pace
	thawed  chan struct{} // closed when reading goes on; nil while it does
	trouble []Trouble
	counts  Counts
}

// Trouble is one breach of the contract that a line saw.
type Trouble struct {
	Kind   Breach
	Detail string // ids and numbers
}

// Breach is what kind of trouble it is.
type Breach string

// The breaches.
const (
	Gap     Breach = "gap"     // a number was left out
	Back    Breach = "back"    // a topic's numbers went back
	Anew    Breach = "anew"    // what was missed is no longer kept
	Foreign Breach = "foreign" // a topic of somebody else
	Away    Breach = "away"    // the server said to stay away
	Unread  Breach = "unread"  // a frame that is none
	Refused Breach = "refused" // what the line said will never be taken
)

// Counts are what a line has been through.
type Counts struct {
	Opened  int         // lines that were welcomed
	Repeats int         // notices that were here already, dropped
	Closed  map[int]int // by the code that the server gave, 0 for a line that broke
	Retried int         // sayings that the server could not take just then
}

// begin readies a line with nothing stored, for topics that come without asking.
func (l *line) begin(who *client.Client, nodes []string, own ...string) {
	l.own, l.wait, l.places, l.toAck = map[string]bool{}, backoff, map[string]int64{}, map[string]int64{}
	l.toWatch, l.counts.Closed = map[string]bool{}, map[int]int{}
	for _, base := range nodes {
		l.nodes = append(l.nodes, who.At(base))
	}
	for _, topic := range own {
		l.own[topic] = true
	}
}

// backoff doubles to a limit, and is spread so that not all come back at once.
func backoff(failures int) time.Duration {
	longest := min(500*time.Millisecond<<min(failures, 10), longestOff)
	return longest/2 + rand.N(longest/2)
}

// Run keeps the line up until the context ends, or the server tells it to stay
// away: then it returns why. It starts at the node of that number.
func (l *line) Run(ctx context.Context, node int) error {
	for failures := 0; ctx.Err() == nil; failures++ {
		code, calm, err := l.once(ctx, l.nodes[(node+failures)%len(l.nodes)])
		l.closed(code)
		if staysAway(code, err) {
			return l.leave(fmt.Errorf("sent away with code %d: %w", code, err))
		}
		if calm {
			node, failures = node+failures, 0
		}
		select {
		case <-ctx.Done():
		case <-time.After(l.wait(failures)):
		}
	}
	return nil
}

// staysAway is the table of close codes; a session that a node refuses is over.
func staysAway(code int, err error) bool {
	var refused *client.Refusal
	return code >= 4500 && code < 4600 || errors.As(err, &refused) && refused.Status == http.StatusUnauthorized
}

func (l *line) leave(why error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = why
	l.troubleLocked(Away, why.Error())
	l.tell()
	return why
}

func (l *line) closed(code int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.socket, l.live = nil, false
	l.counts.Closed[code]++
	l.tell()
}

// once opens the line and reads it to its end; calm is true when it held for a beat.
func (l *line) once(ctx context.Context, node *client.Client) (code int, calm bool, err error) {
	dialing, cancel := context.WithTimeout(ctx, dialWait)
	defer cancel()
	socket, err := node.Dial(dialing)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = socket.Close() }() // it has ended
	defer context.AfterFunc(ctx, func() { _ = socket.NetConn().Close() })()
	if err := l.greet(socket); err != nil {
		return 0, false, err
	}
	for {
		_ = socket.SetReadDeadline(time.Now().Add(deadAfter)) // a dead socket fails at the read
		_, raw, err := socket.ReadMessage()
		if err != nil {
			return codeOf(err), calm, err
		}
		f, err := l.frame(raw)
		if err != nil {
			l.note(Unread, err.Error())
			return 0, calm, err
		}
		l.frozenUntilThawed(ctx)
		calm = calm || f.Type == "beat"
		if !l.hear(f) {
			return 0, calm, errors.New("came back for what is missing")
		}
	}
}

// frame takes from a frame what a device looks at. Thousands of devices run on the
// machine that is measured, so it takes no more than that.
func (l *line) frame(raw []byte) (frame, error) {
	at := time.Now()
	if l.lazy != nil {
		if f := parts(raw, at); l.lazy(f) {
			return f, nil
		}
	}
	if !gjson.ValidBytes(raw) {
		return frame{}, errNoFrame
	}
	return parts(raw, at), nil
}

var errNoFrame = errors.New("a frame is not JSON")

// parts are right where the frame is JSON.
func parts(raw []byte, at time.Time) frame {
	f := frame{at: at, raw: raw}
	gjson.ParseBytes(raw).ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "type":
			f.Type = value.String()
		case "topic":
			f.Topic = value.String()
		case "seq":
			f.Seq = value.Int()
		case "body":
			f.Body = json.RawMessage(value.Raw)
		}
		return true
	})
	return f
}

func codeOf(err error) int {
	var closed *websocket.CloseError
	if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
		return closed.Code
	}
	return 0
}

// greet says hello: where the line stands on each topic. What is said from now on
// comes after it.
func (l *line) greet(socket *websocket.Conn) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	resume, topics := maps.Clone(l.places), slices.AppendSeq([]string{}, maps.Keys(l.watched))
	clear(l.toAck)
	clear(l.toWatch)
	l.mute = false
	for _, s := range l.sayings {
		s.sent, s.beats = false, 0
	}
	l.socket = socket
	l.mu.Unlock()
	return write(socket, "hello", map[string]any{"resume": resume, "topics": topics})
}

func write(socket *websocket.Conn, kind string, body any) error {
	_ = socket.SetWriteDeadline(time.Now().Add(writeWait)) // never fails
	return socket.WriteJSON(map[string]any{"type": kind, "at": time.Now().UTC(), "body": body})
}

// hear takes one frame; false when the line must be opened anew.
func (l *line) hear(f frame) bool {
	ok := true
	switch f.Type {
	case "welcome":
		l.welcome(f)
	case "beat":
		l.beat()
	case "state":
		l.state(f)
	case "refused":
		l.refused(f)
	case "retry":
		ok = l.again(f)
	case "resync":
		ok = l.jump(f)
	default:
		ok = l.notice(f)
	}
	l.flush()
	return ok
}

func (l *line) welcome(f frame) {
	var body struct {
		Topics map[string]int64 `json:"topics"`
	}
	_ = json.Unmarshal(f.Body, &body) // without topics nothing is served, and that shows
	l.mu.Lock()
	defer l.mu.Unlock()
	for topic, seq := range body.Topics {
		if !l.hears(topic) {
			continue // not watched any more: it was when hello went
		}
		at, known := l.places[topic]
		if !known {
			l.places[topic] = seq // it begins now
		}
		if known && seq < at {
			l.troubleLocked(Back, fmt.Sprintf("%s from %d to %d", topic, at, seq))
		}
	}
	if !l.live {
		l.counts.Opened++
	}
	l.live = true
	l.tell()
}

// state waits with what is to be said until it can be saved.
func (l *line) state(f frame) {
	var body struct {
		Saving bool `json:"saving"`
	}
	_ = json.Unmarshal(f.Body, &body) // then nothing can
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mute = !body.Saving
}

// notice takes what is next, drops a repeat, and comes back on a gap.
func (l *line) notice(f frame) bool {
	if l.heard != nil {
		l.heard(f)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	at, known := l.places[f.Topic]
	switch {
	case l.foreign(f.Topic):
		l.troubleLocked(Foreign, f.Topic)
		return true
	case !known:
		return true // of a topic that is not watched any more
	case f.Seq <= at:
		l.counts.Repeats++
		return true
	case f.Seq > at+1:
		l.troubleLocked(Gap, fmt.Sprintf("%s: %d after %d", f.Topic, f.Seq, at))
		return false
	}
	l.keep(f)
	l.places[f.Topic] = f.Seq
	l.toAck[f.Topic] = f.Seq
	l.tell()
	return true
}

func (l *line) jump(f frame) bool {
	var to struct {
		Topic string `json:"topic"`
		Seq   int64  `json:"seq"`
	}
	if err := json.Unmarshal(f.Body, &to); err != nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hears(to.Topic) {
		l.troubleLocked(Anew, string(f.Body))
		l.places[to.Topic] = to.Seq
	}
	return true
}

// hears reports whether a topic is wanted now; under the lock.
func (l *line) hears(topic string) bool { return l.own[topic] || l.watched[topic] }

// foreign reports whether a topic is none of this line's business.
func (l *line) foreign(topic string) bool {
	return !l.own[topic] && (l.watched == nil || !strings.HasPrefix(topic, "incident:"))
}

func (l *line) note(kind Breach, detail string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.troubleLocked(kind, detail)
}

func (l *line) troubleLocked(kind Breach, detail string) {
	l.trouble = append(l.trouble, Trouble{kind, detail})
}

// Cut breaks the line as a network does, without a word.
func (l *line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket == nil {
		return
	}
	end := l.socket.NetConn()
	if tcp, ok := end.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset
	}
	_ = end.Close() // the reader sees it
}

// Freeze makes the device stop reading, at the next frame that comes.
func (l *line) Freeze() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.thawed == nil {
		l.thawed = make(chan struct{})
	}
}

// Thaw lets it go on.
func (l *line) Thaw() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.thawed != nil {
		close(l.thawed)
		l.thawed = nil
	}
}

func (l *line) frozenUntilThawed(ctx context.Context) {
	l.mu.Lock()
	thawed := l.thawed
	l.mu.Unlock()
	if thawed == nil {
		return
	}
	select {
	case <-thawed:
	case <-ctx.Done():
	}
}

// Live waits until the line is up.
func (l *line) Live(ctx context.Context) error {
	return l.await(ctx, func() bool { return l.live })
}

// Troubles are all that it saw.
func (l *line) Troubles() []Trouble {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.trouble)
}

// Counts are those of now.
func (l *line) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counts
	c.Closed = maps.Clone(l.counts.Closed)
	return c
}

// await waits until ok, which is asked under the lock at every change.
func (l *line) await(ctx context.Context, ok func() bool) error {
	for {
		l.mu.Lock()
		if ok() {
			l.mu.Unlock()
			return nil
		}
		if l.away != nil {
			l.mu.Unlock()
			return l.away
		}
		if l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tell wakes those who wait; under the lock.
func (l *line) tell() {
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}
