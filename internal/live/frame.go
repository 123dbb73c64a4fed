package live

import (
	"encoding/json"
	"strconv"
	"time"
)

// Types of frames that the server says about the line itself.
const (
	TypeWelcome = "welcome" // the topics served on this connection, with their last numbers
	TypeBeat    = "beat"    // the line is up
	TypeResync  = "resync"  // the numbers jump here: load the state anew and go on from seq
	TypeRefused = "refused" // what the client said was not accepted and never will be
	TypeRetry   = "retry"   // what the client said was not kept: say it again
	TypeState   = "state"   // whether anything can be saved
)

// NoticeTypes are the notices of the contract. The hub carries others as well;
// the AsyncAPI document describes these.
var NoticeTypes = []string{"briefing", "assessment", "delivery", "status", "feedback", "alert"}

// frame is one message, encoded once for all who hear it.
type frame struct {
	seq   int64  // 0 when it is no notice
	data  []byte // never written to: many lines send it
	trace string // the span that it belongs to; empty when nobody wants to know
}

// newFrame encodes a notice.
func newFrame(n Notice) frame { return frame{seq: n.Seq, data: encode(n)} }

// encode writes the frame around the body, which is JSON already.
func encode(n Notice) []byte {
	b := make([]byte, 0, len(n.Body)+len(n.Topic)+len(n.Type)+96)
	b = append(b, `{"type":`...)
	b = appendString(b, n.Type)
	b = append(b, `,"topic":`...)
	b = appendString(b, n.Topic)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, n.Seq, 10)
	b = append(b, `,"at":"`...)
	b = n.At.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","body":`...)
	if len(n.Body) == 0 {
		b = append(b, "null"...)
	} else {
		b = append(b, n.Body...)
	}
	return append(b, '}')
}

// saying encodes a frame of the server's own.
func saying(kind string, at time.Time, body any) frame {
	b, err := json.Marshal(struct {
		Type string    `json:"type"`
		At   time.Time `json:"at"`
		Body any       `json:"body,omitempty"`
	}{kind, at.UTC(), body})
	if err != nil {
		panic(err) // the bodies are ours: maps and strings
	}
	return frame{data: b}
}

func appendString(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always has a form
	}
	return append(b, quoted...)
}

type welcomeBody struct {
	Topics map[string]int64 `json:"topics"`
}

type resyncBody struct {
	Topic string `json:"topic"`
	Seq   int64  `json:"seq"`
}

// refusedBody answers a frame by its type and by what it named: a topic, a
// briefing, or the client's own id of a status.
type refusedBody struct {
	Of     string `json:"of"`
	Ref    string `json:"ref,omitempty"`
	Detail string `json:"detail,omitempty"`
}
