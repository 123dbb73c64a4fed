package drill

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

// The server closes a line on which more is said than framesPerSecond and a burst;
// what a device kept while it was away is said at this pace.
const (
	sayPerSecond = 40
	sayBurst     = 100
	ackEvery     = 50 * time.Millisecond
)

// saying is what must arrive: it is said until the server must have heard it.
type saying struct {
	kind  string
	ref   string // what an answer to it names
	body  any
	sent  bool // on this line
	beats int  // heard since
}

// pace is how much may be said now.
type pace struct {
	left float64
	at   time.Time
}

func (p *pace) allow(now time.Time) bool {
	p.left = min(sayBurst, p.left+now.Sub(p.at).Seconds()*sayPerSecond)
	p.at = now
	if p.left < 1 {
		return false
	}
	p.left--
	return true
}

// say holds something that must arrive, and says it when the line is up.
func (l *line) say(kind, ref string, body any) {
	l.mu.Lock()
	l.sayLocked(kind, ref, body)
	l.mu.Unlock()
	l.flush()
}

func (l *line) sayLocked(kind, ref string, body any) {
	l.sayings = append(l.sayings, &saying{kind: kind, ref: ref, body: body})
}

// flush says what is due. Acknowledgements go at most once in ackEvery, one for
// many after a replay.
func (l *line) flush() {
	l.writing.Lock()
	defer l.writing.Unlock()
	for {
		socket, kind, body := l.next()
		if socket == nil {
			return
		}
		if write(socket, kind, body) != nil {
			_ = socket.NetConn().Close() // the reader sees it
			return
		}
	}
}

// next is what is to be said now; the socket is nil when there is nothing, or not
// now: then it comes back by itself.
func (l *line) next() (socket *websocket.Conn, kind string, body any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.live || l.flushes || l.mute {
		return nil, "", nil
	}
	for topic := range l.toWatch {
		delete(l.toWatch, topic)
		return l.socket, "watch", map[string]any{"topics": []string{topic}, "resume": map[string]int64{topic: l.places[topic]}}
	}
	first := slices.IndexFunc(l.sayings, func(s *saying) bool { return !s.sent })
	if len(l.toAck) == 0 && first < 0 {
		return nil, "", nil
	}
	now := time.Now()
	if len(l.toAck) > 0 && now.Sub(l.acked) < ackEvery || !l.paced.allow(now) {
		l.later(ackEvery)
		return nil, "", nil
	}
	for topic, seq := range l.toAck {
		delete(l.toAck, topic)
		l.acked = now
		return l.socket, "ack", map[string]any{"topic": topic, "seq": seq}
	}
	l.sayings[first].sent = true
	return l.socket, l.sayings[first].kind, l.sayings[first].body
}

// later gathers what is to be said for a while.
func (l *line) later(wait time.Duration) {
	l.flushes = true
	time.AfterFunc(wait, func() {
		l.mu.Lock()
		l.flushes = false
		l.mu.Unlock()
		l.flush()
	})
}

// beat releases what was said two beats ago: the line was up while it travelled.
func (l *line) beat() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sayings = slices.DeleteFunc(l.sayings, func(s *saying) bool {
		if s.sent {
			s.beats++
		}
		return s.beats > 1
	})
}

// refused drops what the server will never take.
func (l *line) refused(f frame) {
	of, ref := about(f)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.troubleLocked(Refused, string(f.Body))
	l.sayings = slices.DeleteFunc(l.sayings, func(s *saying) bool { return s.kind == of && s.ref == ref })
}

// again says once more what the server could not keep or look up, after a wait;
// false when only a new hello carries it.
func (l *line) again(f frame) bool {
	of, ref := about(f)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Retried++
	found := false
	switch at, known := l.places[ref]; {
	case of == "ack":
		found = true
		if known {
			l.toAck[ref] = at
		}
	case of == "watch" || of == "hello":
		found = true
		if l.watched[ref] {
			l.toWatch[ref] = true
		}
	}
	for _, s := range l.sayings {
		if s.kind == of && s.ref == ref {
			s.sent, s.beats, found = false, 0, true
		}
	}
	if found && !l.flushes {
		l.later(l.wait(0))
	}
	return found
}

func about(f frame) (of, ref string) {
	var said struct {
		Of  string `json:"of"`
		Ref string `json:"ref"`
	}
	_ = json.Unmarshal(f.Body, &said) // then it is about nothing
	return said.Of, said.Ref
}
