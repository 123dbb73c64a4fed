package live

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Each of these ends the connection that said it, with the code of the table, and
// is never applied; the crew of the next car hears every number as before.
func TestBadInputEndsThatConnectionOnly(t *testing.T) {
	const quiet = `{"type":"unwatch","body":{"topics":["incident:9"]}}`
	r := newRecord()
	d := open(t, r, nil)
	neighbour := meet(t, d, `{}`)
	for name, tt := range map[string]struct {
		frame string
		want  CloseCode
	}{
		"not JSON":                 {"hello", CloseProtocol},
		"not an object":            {`[]`, CloseProtocol},
		"cut off":                  {`{"type":"ack","body":{"topic":"unit`, CloseProtocol},
		"unknown type":             {`{"type":"goodbye","body":{}}`, CloseProtocol},
		"unknown field":            {`{"type":"ack","body":{"topic":"unit:A12","seq":0,"why":1}}`, CloseProtocol},
		"unknown envelope field":   {`{"type":"ack","as":"sergeant","body":{"topic":"unit:A12","seq":0}}`, CloseProtocol},
		"no body":                  {`{"type":"ack"}`, CloseProtocol},
		"two values":               {`{"type":"ack","body":{"topic":"unit:A12","seq":0}} {}`, CloseProtocol},
		"nested beyond reason":     {strings.Repeat("[", 20_000), CloseProtocol},
		"hello twice":              {`{"type":"hello","body":{"resume":{}}}`, CloseProtocol},
		"seq below zero":           {`{"type":"ack","body":{"topic":"unit:A12","seq":-1}}`, CloseProtocol},
		"seq that is no number":    {`{"type":"ack","body":{"topic":"unit:A12","seq":"1"}}`, CloseProtocol},
		"seq beyond all numbers":   {`{"type":"ack","body":{"topic":"unit:A12","seq":9223372036854775808}}`, CloseProtocol},
		"seq of the future":        {`{"type":"ack","body":{"topic":"unit:A12","seq":7}}`, CloseProtocol},
		"ack of a foreign topic":   {`{"type":"ack","body":{"topic":"user:jaan","seq":0}}`, CloseForeign},
		"watch of a foreign topic": {`{"type":"watch","body":{"topics":["user:jaan"]}}`, CloseForeign},
		"no topic":                 {`{"type":"watch","body":{"topics":[]}}`, CloseProtocol},
		"name without a kind":      {`{"type":"watch","body":{"topics":["A12"]}}`, CloseProtocol},
		"point without a type":     {`{"type":"position","body":{"point":{"coordinates":[24.7,59.4]},"at":"2026-03-01T12:00:00Z"}}`, CloseProtocol},
		"position without point":   {`{"type":"position","body":{"at":"2026-03-01T12:00:00Z"}}`, CloseProtocol},
		"status without a time":    {`{"type":"status","body":{"assignment_id":"a","status":"on_scene","client_id":"c"}}`, CloseProtocol},
		"revision zero":            {`{"type":"read","body":{"briefing_id":"b","revision":0}}`, CloseProtocol},
		"not UTF-8":                {"{\"type\":\"displayed\",\"body\":{\"briefing_id\":\"\xff\",\"revision\":1}}", CloseProtocol},
		"64 KiB":                   {`{"type":"displayed","body":{"briefing_id":"b","revision":1}}` + strings.Repeat(" ", maxFrame), CloseProtocol},
		"larger than any network":  {strings.Repeat("x", 4<<20), CloseProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			c := meet(t, d, `{}`)
			_ = c.WriteMessage(websocket.TextMessage, []byte(tt.frame)) // the server may stop reading in the middle
			c.closedWith(tt.want)
		})
	}
	t.Run("binary", func(t *testing.T) {
		c := meet(t, d, `{}`)
		_ = c.WriteMessage(websocket.BinaryMessage, []byte(quiet))
		c.closedWith(CloseProtocol)
	})
	t.Run("no hello first", func(t *testing.T) {
		c := dial(t, d, "")
		c.say(quiet)
		c.closedWith(CloseProtocol)
	})
	t.Run("hello for a foreign topic", func(t *testing.T) {
		c := dial(t, d, "")
		c.say(`{"type":"hello","body":{"resume":{"user:jaan":0}}}`)
		c.expect(`refused {"of":"hello","ref":"user:jaan","detail":"this topic is not yours"}`)
		c.closedWith(CloseForeign)
	})
	t.Run("a thousand frames a second", func(t *testing.T) {
		c := meet(t, d, `{}`)
		for range 1000 {
			if c.WriteMessage(websocket.TextMessage, []byte(quiet)) != nil {
				break
			}
		}
		c.closedWith(CloseTooFast)
	})
	t.Run("a few frames a second, all large", func(t *testing.T) {
		c := meet(t, d, `{}`)
		for range 20 {
			if c.WriteMessage(websocket.TextMessage, []byte(quiet+strings.Repeat(" ", 60<<10))) != nil {
				break
			}
		}
		c.closedWith(CloseTooFast)
	})
	t.Run("pings for sport", func(t *testing.T) {
		c := meet(t, d, `{}`)
		for range 1000 {
			if c.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience)) != nil {
				break
			}
		}
		c.closedWith(CloseTooFast)
	})
	if len(d.heard) > 0 {
		t.Errorf("%d frames were applied", len(d.heard))
	}
	d.Push(t.Context(), r.commit(unit))
	neighbour.notices(unit, 1, 1)
}

// A tablet that keeps the rules is not sent away for what it cannot know.
func TestHonestTabletsStay(t *testing.T) {
	t.Run("an ack for what was fetched", func(t *testing.T) {
		r := newRecord()
		d := open(t, r, nil)
		c := meet(t, d, `{}`)
		r.commits(unit, 2)
		d.nudged(unit, 2)
		c.notices(unit, 1, 2)
		c.say(`{"type":"ack","body":{"topic":"unit:A12","seq":2}}`)
		if got, want := d.next(t), (Ack{unit, 2}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
	t.Run("an ack for a topic that was just dropped", func(t *testing.T) {
		d := open(t, newRecord(), nil)
		c := meet(t, d, `{}`)
		c.say(`{"type":"watch","body":{"topics":["incident:9"]}}`)
		c.expect(`welcome {"topics":{"incident:9":0}}`)
		c.say(`{"type":"unwatch","body":{"topics":["incident:9"]}}`)
		c.say(`{"type":"ack","body":{"topic":"incident:9","seq":0}}`)
		c.expect(`refused {"of":"ack","ref":"incident:9","detail":"this topic is not heard here"}`)
		c.say(`{"type":"watch","body":{"topics":["incident:9"]}}`)
		c.expect(`welcome {"topics":{"incident:9":0}}`)
	})
	t.Run("an ack for a number that the store, set back, has no more", func(t *testing.T) {
		r := newRecord()
		r.commits(unit, 2)
		d := open(t, r, nil)
		c := meet(t, d, `{"unit:A12":90}`)
		c.expect(`resync {"topic":"unit:A12","seq":2}`)
		c.say(`{"type":"ack","body":{"topic":"unit:A12","seq":90}}`)
		c.expect(`resync {"topic":"unit:A12","seq":2}`)
		d.Push(t.Context(), r.commit(unit))
		c.notices(unit, 3, 3)
	})
	t.Run("all that a shift without a line has kept, at once", func(t *testing.T) {
		d := open(t, newRecord(), nil)
		c := meet(t, d, `{}`)
		for range 150 {
			c.say(`{"type":"read","body":{"briefing_id":"018f3c2e-7b1a-7c3d-9e5f-0123456789ab","revision":1}}`)
		}
		for range 150 {
			d.next(t)
		}
	})
}

// bomb is a compressed message of a few KiB that would be many MiB.
func bomb(t *testing.T) []byte {
	t.Helper()
	var small bytes.Buffer
	w, err := flate.NewWriter(&small, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(bytes.Repeat([]byte(" "), 8<<20)) // a buffer takes all
	_ = w.Close()
	head := binary.BigEndian.AppendUint64([]byte{0xc1, 0x80 | 127}, uint64(small.Len()))
	return append(append(head, 0, 0, 0, 0), small.Bytes()...)
}

// Nobody is given compression, whoever offers it; what comes compressed all the
// same is not unpacked.
func TestCompressedFramesAreNotUnpacked(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	neighbour := meet(t, d, `{}`)
	dialer := websocket.Dialer{Subprotocols: []string{Subprotocol}, EnableCompression: true}
	conn, res, err := dialer.Dial(d.url, nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	if got := res.Header.Get("Sec-Websocket-Extensions"); got != "" {
		t.Fatalf("agreed on %s", got)
	}
	c := &tablet{t, conn}
	c.say(`{"type":"hello","body":{}}`)
	c.expect(`welcome {"topics":{"unit:A12":0,"user:mari":0}}`)
	small := bomb(t)
	before := allocated()
	if _, err := conn.NetConn().Write(small); err != nil {
		t.Fatal(err)
	}
	c.closedWith(websocket.CloseProtocolError) // of websockets, said by the library
	if grew := allocated() - before; grew > 1<<20 {
		t.Errorf("a bomb of %d bytes took %d", len(small), grew)
	}
	d.Push(t.Context(), r.commit(unit))
	neighbour.notices(unit, 1, 1)
}

// allocated counts all bytes ever allocated, in use or not.
func allocated() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.TotalAlloc)
}

// A frame that never ends, in parts, is not kept.
func TestEndlessFrameIsNotKept(t *testing.T) {
	d := open(t, newRecord(), nil)
	c := meet(t, d, `{}`)
	w, err := c.NextWriter(websocket.TextMessage)
	if err != nil {
		t.Fatal(err)
	}
	const sent = 16 << 20
	before, part := allocated(), bytes.Repeat([]byte("x"), 32<<10)
	for range sent / len(part) {
		if _, err := w.Write(part); err != nil {
			break
		}
	}
	c.closedWith(CloseProtocol)
	if grew := allocated() - before; grew > sent { // kept, it would grow to several times that
		t.Errorf("it took %d bytes", grew)
	}
}

// Who upgrades and says nothing is gone in time, and takes little meanwhile.
func TestHalfOpenLinesEnd(t *testing.T) {
	const many, most = 200, 64 << 10 // bytes each, both ends and the test's reading of them
	d := open(t, newRecord(), func(c *Config) { c.HelloWait = 300 * time.Millisecond })
	before := allocated()
	var silent []*tablet
	for i := range many {
		silent = append(silent, dial(t, d, fmt.Sprintf("?as=%d", i)))
	}
	if each := (allocated() - before) / many; each > most {
		t.Errorf("%d bytes for each", each)
	}
	for _, c := range silent {
		c.closedWith(CloseIdle)
	}
}
