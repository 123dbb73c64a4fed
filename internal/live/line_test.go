package live

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"doorstep/internal/access"
	"doorstep/internal/fault"
)

// connections returns those of the hub, for what only the server can see.
func (d *desk) connections(id access.AccountID) (all []*conn) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for c := range d.conns[id] {
		all = append(all, c)
	}
	return all
}

func TestSlowReaderIsClosedAndOthersAreNot(t *testing.T) {
	r := newRecord()
	d := open(t, r, func(c *Config) { c.Queue = 8 })
	quick := meet(t, d, `{}`)
	slow := dial(t, d, "?as=slow")
	slow.say(`{"type":"hello","body":{}}`)
	slow.expect(`welcome {"topics":{"unit:A12":0,"user:slow":0}}`)
	line := d.connections("slow")[0]

	// Each notice is read by the quick one before the next is pushed; the slow
	// one reads nothing until the server gives up on it.
	big := strings.Repeat("x", 256<<10)
	pushed := int64(0)
	for !line.ended() {
		d.Push(t.Context(), r.commitSaying(unit, big))
		pushed++
		quick.notices(unit, pushed, pushed)
	}
	slow.closedWith(CloseBehind)
	d.Push(t.Context(), r.commit(unit))
	quick.notices(unit, pushed+1, pushed+1)

	again := meet(t, d, `{"unit:A12":0}`)
	again.notices(unit, 1, pushed+1)
}

func TestQueueIsBoundedInBytes(t *testing.T) {
	r := newRecord()
	d := open(t, r, func(c *Config) { c.QueueBytes = 1 << 10 })
	c := meet(t, d, `{}`)
	d.Push(t.Context(), r.commitSaying(unit, strings.Repeat("x", 2<<10)))
	c.closedWith(CloseBehind)
}

func TestRequestsThatAreRefused(t *testing.T) {
	d := open(t, newRecord(), func(c *Config) { c.Origins = []string{"https://console.example"} })
	host := strings.TrimPrefix(d.url, "ws://")
	for name, tt := range map[string]struct {
		origin, protocol string
		want             int
	}{
		"own origin":       {"http://" + host, Subprotocol, http.StatusSwitchingProtocols},
		"allowed origin":   {"https://console.example", Subprotocol, http.StatusSwitchingProtocols},
		"no browser":       {"", Subprotocol, http.StatusSwitchingProtocols},
		"foreign origin":   {"https://elsewhere.example", Subprotocol, http.StatusForbidden},
		"other port":       {"http://127.0.0.1:1", Subprotocol, http.StatusForbidden},
		"origin of a file": {"null", Subprotocol, http.StatusForbidden},
		"other protocol":   {"", "doorstep.v2", http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if tt.origin != "" {
				header.Set("Origin", tt.origin)
			}
			dialer := websocket.Dialer{Subprotocols: []string{tt.protocol}}
			conn, res, err := dialer.Dial(d.url, header)
			if res == nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if conn != nil {
				_ = conn.Close()
			}
			if res.StatusCode != tt.want {
				t.Errorf("status %d, want %d", res.StatusCode, tt.want)
			}
			if err != nil && res.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("refused with %s", res.Header.Get("Content-Type"))
			}
		})
	}
	t.Run("no upgrade", func(t *testing.T) {
		res, err := http.Get("http://" + host)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUpgradeRequired {
			t.Errorf("status %d", res.StatusCode)
		}
	})
}

func TestWhatTheScreenSaysIsHandedOnInOrder(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	c := meet(t, d, `{}`)
	d.Push(t.Context(), r.commit(unit))
	c.notices(unit, 1, 1)
	at := time.Date(2026, 3, 1, 12, 0, 5, 0, time.UTC)
	c.say(`{"type":"ack","body":{"topic":"unit:A12","seq":1}}`)
	c.say(`{"type":"displayed","body":{"briefing_id":"b","revision":1}}`)
	c.say(`{"type":"read","body":{"briefing_id":"b","revision":1}}`)
	c.say(`{"type":"status","body":{"assignment_id":"a","status":"on_scene","at":"2026-03-01T12:00:05Z","client_id":"c"}}`)
	c.say(`{"type":"position","body":{"point":{"type":"Point","coordinates":[24.7,59.4]},"at":"2026-03-01T12:00:05Z"}}`)
	for _, want := range []Inbound{
		Ack{unit, 1}, Displayed{"b", 1}, Read{"b", 1}, Status{"a", "on_scene", at, "c"}, Position{Point{24.7, 59.4}, at},
	} {
		if got := d.next(t); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

func (d *desk) next(t *testing.T) Inbound {
	t.Helper()
	select {
	case f := <-d.heard:
		return f
	case <-time.After(patience):
		t.Fatal("nothing was handed on")
		return nil
	}
}

// The line broke after the device had stored and before it could say so.
func TestResumeAcknowledges(t *testing.T) {
	r := newRecord()
	r.commits(unit, 4)
	d := open(t, r, nil)
	meet(t, d, `{"unit:A12":3,"user:mari":9}`) // of its inbox it has seen what is no more
	if got, want := d.next(t), (Ack{unit, 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(d.heard) > 0 {
		t.Error("more was handed on")
	}
}

func TestErrorsBecomeAnswers(t *testing.T) {
	fails := make(chan error, 1)
	d := open(t, newRecord(), func(c *Config) {
		c.Inbound = func(context.Context, access.Actor, Inbound) error { return <-fails }
	})
	c := meet(t, d, `{}`)
	status := `{"type":"status","body":{"assignment_id":"a","status":"cleared","at":"2026-03-01T12:00:05Z","client_id":"c7"}}`
	for _, tt := range []struct {
		err  error
		want string
	}{
		{fault.Bad("status", "is unknown"), `refused {"of":"status","ref":"c7","detail":"the request has fields that cannot be used; status is unknown"}`},
		{fault.New(fault.Forbidden, "not yours"), `refused {"of":"status","ref":"c7","detail":"not yours"}`},
		{fault.New(fault.NotFound, "no such assignment"), `refused {"of":"status","ref":"c7","detail":"no such assignment"}`},
		{fault.New(fault.Conflict, "cleared already"), `refused {"of":"status","ref":"c7","detail":"cleared already"}`},
		{fault.Because(fault.Unavailable, errors.New("10.0.0.7 refused"), "the store is down"), `retry {"of":"status","ref":"c7","detail":"the store is down"}`},
		{errors.New("broken"), `retry {"of":"status","ref":"c7","detail":"something went wrong on our side"}`},
	} {
		fails <- tt.err
		c.say(status)
		c.expect(tt.want)
	}
	fails <- fault.New(fault.Unauthenticated, "sign in")
	c.say(status)
	c.closedWith(CloseSignedOut)
}

// A shutdown that comes while a frame is half read and another half written
// still tells every client to come back.
// What the program does not survive ends the connection that said it, and the
// process goes on: its client comes back, the others notice nothing.
func TestPanicEndsOneConnection(t *testing.T) {
	r := newRecord()
	d := open(t, r, func(c *Config) {
		inbound := c.Inbound
		c.Inbound = func(ctx context.Context, a access.Actor, f Inbound) error {
			if f.ref() == "poison" {
				panic("poison")
			}
			return inbound(ctx, a, f)
		}
	})
	bystander, poisoned := meet(t, d, `{"`+unit+`":0}`), meet(t, d, `{}`)
	poisoned.say(`{"type":"displayed","body":{"briefing_id":"poison","revision":1}}`)
	poisoned.closedWith(CloseRestarting)
	d.Push(t.Context(), r.commit(unit))
	bystander.notices(unit, 1, 1)
}

func TestShutdownInMidFrame(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	idle := meet(t, d, `{}`)
	saying := meet(t, d, `{}`)
	w, err := saying.NextWriter(websocket.TextMessage)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(strings.Repeat(" ", 8<<10))) // more than a buffer: a part is on its way, the end is not
	hearing := meet(t, d, `{}`)
	n := r.commitSaying(unit, strings.Repeat("x", 3<<20)) // more than the network takes at once
	d.Push(t.Context(), n)

	stopped := make(chan struct{})
	go func() { d.stop(); close(stopped) }()
	for _, c := range []*tablet{idle, saying, hearing} {
		c.closedWith(CloseRestarting)
	}
	await(t, "the end of Run", stopped)
	if s := d.Stats(); s.Connections != 0 || s.Topics != 0 || s.Closed[CloseRestarting] != 3 {
		t.Errorf("stats %+v, want nothing left and 3 sent back", s)
	}
	dialer := websocket.Dialer{Subprotocols: []string{Subprotocol}}
	_, res, err := dialer.Dial(d.url, nil)
	if err == nil || res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a hub that stops took a connection: %v", err)
	}
}

func TestSignOutClosesThatAccountOnly(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	stays, one, two := meet(t, d, `{}`), dial(t, d, "?as=jaan"), dial(t, d, "?as=jaan")
	for _, c := range []*tablet{one, two} {
		c.say(`{"type":"hello","body":{}}`)
		c.expect(`welcome {"topics":{"unit:A12":0,"user:jaan":0}}`)
	}
	d.SignOut("jaan")
	one.closedWith(CloseSignedOut)
	two.closedWith(CloseSignedOut)
	d.Push(t.Context(), r.commit(unit))
	stays.notices(unit, 1, 1)
}

func TestEndedSessionIsNoticedAtTheBeat(t *testing.T) {
	d := open(t, newRecord(), func(c *Config) { c.BeatEvery = 10 * time.Millisecond })
	c := dial(t, d, "?as=ended")
	c.say(`{"type":"hello","body":{}}`)
	c.closedWith(CloseSignedOut)
}

func TestBeat(t *testing.T) {
	d := open(t, newRecord(), func(c *Config) { c.BeatEvery = 10 * time.Millisecond })
	c := meet(t, d, `{}`)
	var g got
	if err := c.ReadJSON(&g); err != nil || g.Type != TypeBeat || g.At.IsZero() {
		t.Errorf("got %+v, %v", g, err)
	}
}

// Else those who were asked about together would beat together from then on.
func TestABeatDoesNotWaitForTheOneBefore(t *testing.T) {
	d := open(t, newRecord(), func(c *Config) { c.BeatEvery, c.InboundWait = 10*time.Millisecond, 2*patience })
	c := dial(t, d, "?as=asked")
	c.say(`{"type":"hello","body":{}}`)
	for beats := 0; beats < 3; {
		var g got
		if err := c.ReadJSON(&g); err != nil {
			t.Fatalf("after %d beats: %v", beats, err)
		}
		if g.Type == TypeBeat {
			beats++
		}
	}
}

func TestSilentLineIsClosed(t *testing.T) {
	idle := func(c *Config) {
		c.PingEvery, c.PongWait, c.HelloWait = 20*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond
	}
	t.Run("without pongs", func(t *testing.T) {
		c := meet(t, open(t, newRecord(), idle), `{}`)
		c.SetPingHandler(func(string) error { return nil })
		c.closedWith(CloseIdle)
	})
	t.Run("without hello", func(t *testing.T) {
		c := dial(t, open(t, newRecord(), idle), "")
		c.closedWith(CloseIdle)
	})
	t.Run("but not with pongs", func(t *testing.T) {
		r := newRecord()
		d := open(t, r, idle)
		c := meet(t, d, `{}`)
		pings, many := 0, 30 // three times what the line may be silent
		c.SetPingHandler(func(data string) error {
			if pings++; pings == many {
				d.Push(t.Context(), r.commit(unit))
			}
			return c.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(patience))
		})
		c.notices(unit, 1, 1)
	})
}

func TestPingIsAnswered(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	c := meet(t, d, `{}`)
	c.SetPongHandler(func(data string) error {
		if data == "are you there" {
			d.Push(t.Context(), r.commit(unit))
		}
		return nil
	})
	if err := c.WriteControl(websocket.PingMessage, []byte("are you there"), time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	c.notices(unit, 1, 1)
}

func TestCloseIsAnswered(t *testing.T) {
	c := meet(t, open(t, newRecord(), nil), `{}`)
	if err := c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	c.closedWith(CloseNormal)
}

// A crew that changes its unit, or signed in before its shift, comes back and hears of
// the unit that it crews now.
func TestAChangeOfShiftEndsTheLine(t *testing.T) {
	r := newRecord()
	d := open(t, r, func(c *Config) { c.BeatEvery = 5 * time.Millisecond })
	c := dial(t, d, "?as=moved")
	c.say(`{"type":"hello","body":{"resume":{}}}`)
	c.closedWith(CloseRestarting)
}
