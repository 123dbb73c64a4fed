package live

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

func TestFrameIsTheContract(t *testing.T) {
	n := Notice{
		Topic: `unit:"A12"`, Seq: 7, Type: "briefing", At: time.Date(2026, 3, 1, 14, 0, 0, 5000, time.FixedZone("EET", 2*3600)),
		Body: json.RawMessage(`{"revision":2}`),
	}
	want := `{"type":"briefing","topic":"unit:\"A12\"","seq":7,"at":"2026-03-01T12:00:00.000005Z","body":{"revision":2}}`
	if got := string(encode(n)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	n.Body = nil
	if got := encode(n); !json.Valid(got) || !bytes.HasSuffix(got, []byte(`"body":null}`)) {
		t.Errorf("without a body: %s", got)
	}
}

// BenchmarkPush: one listener, a briefing of 8 KiB.
func BenchmarkPush(b *testing.B) {
	h := New(Config{Queue: 1, QueueBytes: 1 << 40})
	c := newConn(h, nil, officer, "", nil)
	h.join(c, unit)
	c.subs[unit].place(0, nil)
	c.queue.writing = true // by the benchmark
	h.goLive(c.subs[unit])
	body := append(append([]byte{'"'}, bytes.Repeat([]byte("x"), 8<<10)...), '"')
	for seq := int64(1); b.Loop(); seq++ {
		h.Push(b.Context(), Notice{Topic: unit, Seq: seq, Type: "briefing", Body: body})
		c.queue.take()
	}
}
