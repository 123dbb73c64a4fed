package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// poison is what no screen of ours would say on a line that was welcomed.
type poison struct {
	what string
	kind int
	say  func(own, foreign string) string
	many int // how often it is said
}

func always(what, text string) poison {
	return poison{what, websocket.TextMessage, func(string, string) string { return text }, 1}
}

// poisons are all of them.
var poisons = []poison{
	{"a binary frame", websocket.BinaryMessage, func(string, string) string { return `{"type":"unwatch","body":{"topics":["incident:x"]}}` }, 1},
	always("invalid JSON", `{"type":"ack",`),
	always("64 KiB", `{"type":"unwatch","body":{"topics":["incident:`+strings.Repeat("x", 64<<10)+`"]}}`),
	always("8 MiB", string(bytes.Repeat([]byte("[0,"), 8<<20/3))),
	always("an unknown type", `{"type":"obey","body":{}}`),
	always("hello twice", `{"type":"hello","body":{"resume":{}}}`),
	{"a foreign topic", websocket.TextMessage, func(_, foreign string) string { return fmt.Sprintf(`{"type":"watch","body":{"topics":[%q]}}`, foreign) }, 1},
	{"the acknowledgement of a foreign topic", websocket.TextMessage, func(_, foreign string) string {
		return fmt.Sprintf(`{"type":"ack","body":{"topic":%q,"seq":1}}`, foreign)
	}, 1},
	{"a number from the future", websocket.TextMessage, func(own, _ string) string {
		return fmt.Sprintf(`{"type":"ack","body":{"topic":%q,"seq":4611686018427387904}}`, own)
	}, 1},
	{"1,000 frames at once", websocket.TextMessage, func(string, string) string { return `{"type":"unwatch","body":{"topics":["incident:x"]}}` }, 1000},
}

// The codes of the documented table with which a line is closed for what it said.
var closeCodes = []int{4400, 4402, 4403, 4404, 4501, 4502, 4503}

// poisonFrame says one of them. That line is closed with a code of the table, and
// nobody else notices.
func poisonFrame(ctx context.Context, h *Harness, run int) error {
	p, opened := poisons[run%len(poisons)], h.opened(h.load.units)
	code, err := h.swallow(ctx, p)
	if err != nil {
		return wrong("%s: %v", p.what, err)
	}
	if !slices.Contains(closeCodes, code) {
		return wrong("%s closed the line with %d", p.what, code)
	}
	return h.undisturbed(h.load.units, opened)
}

// swallow is how a line ends on which it is said.
func (h *Harness) swallow(ctx context.Context, p poison) (code int, err error) {
	who := h.strays[rand.IntN(len(h.strays))].At(h.stack.nodes[rand.IntN(len(h.stack.nodes))].base())
	line, err := who.Dial(ctx)
	if err != nil {
		return 0, err
	}
	defer line.Close()
	end := time.Now().Add(10 * time.Second)
	_, _ = line.SetReadDeadline(end), line.SetWriteDeadline(end) // never fail
	if err := line.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","body":{"resume":{}}}`)); err != nil {
		return 0, err
	}
	if _, _, err := line.ReadMessage(); err != nil { // the welcome
		return 0, err
	}
	text := p.say("unit:"+who.UnitID, "unit:"+h.load.units[0])
	go func() {
		for range p.many {
			if line.WriteMessage(p.kind, []byte(text)) != nil {
				return // closed before all of it was said
			}
		}
	}()
	for {
		_, said, err := line.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code, nil
		}
		if err != nil {
			return 0, err
		}
		if !bytes.Contains(said, []byte(`"welcome"`)) && !bytes.Contains(said, []byte(`"beat"`)) && !bytes.Contains(said, []byte(`"refused"`)) {
			return 0, fmt.Errorf("it was told %.80s", said)
		}
	}
}
