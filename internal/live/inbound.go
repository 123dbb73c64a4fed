package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Inbound is what a screen says: Ack, Displayed, Read, Status or Position.
type Inbound interface {
	// kind is the type of the frame, ref what it names.
	kind() string
	ref() string
}

// Ack says that everything on the topic up to Seq is stored on the device.
type Ack struct {
	Topic string `json:"topic"`
	Seq   int64  `json:"seq"`
}

// Displayed says that a revision is on the screen.
type Displayed struct {
	BriefingID string `json:"briefing_id"`
	Revision   int    `json:"revision"`
}

// Read says that a person confirmed a revision.
type Read struct {
	BriefingID string `json:"briefing_id"`
	Revision   int    `json:"revision"`
}

// Status says how far an assignment has come, maybe late, maybe twice: ClientID
// is the same then.
type Status struct {
	AssignmentID string    `json:"assignment_id"`
	Status       string    `json:"status"`
	At           time.Time `json:"at"` // by the tablet's clock
	ClientID     string    `json:"client_id"`
}

// Position says where the unit is.
type Position struct {
	Point Point
	At    time.Time
}

// Point is a GeoJSON point in WGS 84: longitude, then latitude.
type Point [2]float64

// UnmarshalJSON takes a GeoJSON point and nothing else.
func (p *Point) UnmarshalJSON(data []byte) error {
	var geo struct {
		Type        string    `json:"type"`
		Coordinates []float64 `json:"coordinates"`
	}
	if err := strict(data, &geo); err != nil {
		return err
	}
	if geo.Type != "Point" || len(geo.Coordinates) != 2 {
		return errors.New("point is not a GeoJSON point")
	}
	*p = Point(geo.Coordinates)
	return nil
}

func (Ack) kind() string       { return "ack" }
func (Displayed) kind() string { return "displayed" }
func (Read) kind() string      { return "read" }
func (Status) kind() string    { return "status" }
func (Position) kind() string  { return "position" }

func (a Ack) ref() string       { return a.Topic }
func (d Displayed) ref() string { return d.BriefingID }
func (r Read) ref() string      { return r.BriefingID }
func (s Status) ref() string    { return s.ClientID }
func (Position) ref() string    { return "" }

// hello opens the conversation. Resume holds the last number stored, per topic.
// Topics are heard besides the actor's own; without the field, those that
// Resume names. A topic without a number in Resume begins now; number 0 replays
// all that is kept.
type hello struct {
	Resume map[string]int64 `json:"resume"`
	Topics []string         `json:"topics"`
}

// watch adds topics, unwatch drops them.
type watch struct {
	Topics []string         `json:"topics"`
	Resume map[string]int64 `json:"resume"`
}

type unwatch struct {
	Topics []string `json:"topics"`
}

// heard is a decoded frame: hello, watch, unwatch or an Inbound.
type heard any

// decode takes one frame of the protocol. Unknown types, unknown fields and
// missing fields are errors: both ends of doorstep.v1 are ours, so a frame that
// does not fit is a mistake and not a dialect.
func decode(data []byte) (heard, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	var envelope struct {
		Type string          `json:"type"`
		At   *time.Time      `json:"at"` // when it was said; the body has the times that count
		Body json.RawMessage `json:"body"`
	}
	if err := strict(data, &envelope); err != nil {
		return nil, err
	}
	return body(envelope.Type, envelope.Body)
}

func body(kind string, data []byte) (heard, error) {
	switch kind {
	case "hello":
		f, err := decodeBody[hello](data)
		return f, errors.Join(err, places(f.Resume), topics(f.Topics))
	case "watch":
		f, err := decodeBody[watch](data)
		return f, errors.Join(err, places(f.Resume), topics(f.Topics), present("topics", len(f.Topics)))
	case "unwatch":
		f, err := decodeBody[unwatch](data)
		return f, errors.Join(err, topics(f.Topics), present("topics", len(f.Topics)))
	case "ack":
		f, err := decodeBody[Ack](data)
		return f, errors.Join(err, topics([]string{f.Topic}), atLeast("seq", f.Seq, 0))
	case "displayed":
		f, err := decodeBody[Displayed](data)
		return f, errors.Join(err, name("briefing_id", f.BriefingID), atLeast("revision", int64(f.Revision), 1))
	case "read":
		f, err := decodeBody[Read](data)
		return f, errors.Join(err, name("briefing_id", f.BriefingID), atLeast("revision", int64(f.Revision), 1))
	case "status":
		f, err := decodeBody[Status](data)
		return f, errors.Join(err, name("assignment_id", f.AssignmentID), name("status", f.Status),
			name("client_id", f.ClientID), known("at", f.At))
	case "position":
		f, err := decodeBody[struct {
			Point *Point    `json:"point"`
			At    time.Time `json:"at"`
		}](data)
		if f.Point == nil { // 0, 0 is a place too
			return nil, errors.Join(err, errors.New("point is missing"))
		}
		return Position{*f.Point, f.At}, errors.Join(err, known("at", f.At))
	}
	return nil, errors.New("unknown type")
}

func decodeBody[F any](data []byte) (f F, err error) {
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		return f, errors.New("no body")
	}
	return f, strict(data, &f)
}

// strict decodes one JSON value: no unknown fields, nothing behind it.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// maxName bounds ids and topics, which are UUIDs and codes.
const maxName = 128

func topics(names []string) error {
	for _, n := range names {
		kind, rest, ok := strings.Cut(n, ":")
		if !ok || kind == "" || rest == "" || len(n) > maxName {
			return errors.New("not a topic")
		}
	}
	return nil
}

func places(resume map[string]int64) error {
	for topic, seq := range resume {
		if err := errors.Join(topics([]string{topic}), atLeast("seq", seq, 0)); err != nil {
			return err
		}
	}
	return nil
}

func name(field, value string) error {
	if value == "" || len(value) > maxName {
		return fmt.Errorf("%s is missing or too long", field)
	}
	return nil
}

func atLeast(field string, n, least int64) error {
	if n < least {
		return fmt.Errorf("%s is below %d", field, least)
	}
	return nil
}

func known(field string, at time.Time) error {
	if at.IsZero() {
		return fmt.Errorf("%s is missing", field)
	}
	return nil
}

func present(field string, n int) error { return atLeast(field, int64(n), 1) }
