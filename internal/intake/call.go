package intake

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/premise"
)

// Call is a row of a centre's history, ready to be kept.
type Call struct {
	Line        int64
	ID          [16]byte // made of the time and the source's id, so the same row has the same one
	Ref         string   // the source's id
	Received    time.Time
	Dispatched  *time.Time
	Arrived     *time.Time
	Closed      *time.Time
	Address     premise.Parsed // without Key when the row says no address
	Spot        *Spot
	Class       string // dv, suspected_dv, not_dv
	Type        string
	Disposition string
	Summary     string
}

// Spot is a point in the coordinates it was published in.
type Spot struct {
	X, Y float64
	EPSG int
}

// Note is what there is to say of a row: why it could not be used, or what of it
// was left out.
type Note struct {
	Line        int64
	Ref, Reason string
}

// Marker takes the reason why a part of a row was left out, where the rest of the
// row is kept.
type Marker func(reason string)

// What is left out of rows that are kept.
const (
	earlyTime = "a time that cannot be read or lies before the call"
	noPoint   = "the coordinates cannot be read"
	farPoint  = "the coordinates lie outside of the area"
	swapped   = "the coordinates are swapped"
	inDegrees = "the coordinates are in degrees, not in the mapping's projection"
	inMetres  = "the coordinates are in metres, not in degrees"
)

// Call reads a row. A reason says why it cannot be used; what a call can do
// without, such as its point, is left out and marked.
func (m *Mapping) Call(values []string, now time.Time, mark Marker) (_ Call, reason string) {
	c := Call{Ref: strings.TrimSpace(values[m.ids])}
	if c.Ref == "" {
		return c, "no id"
	}
	received, ok := m.received.read(values, m.zone)
	switch {
	case !ok:
		return c, "the time of receiving cannot be read"
	case received.Before(time.Unix(0, 0)):
		return c, "received before 1970"
	case received.After(now.Add(24 * time.Hour)):
		return c, "received in the future"
	}
	c.Received = received
	c.ID = callID(m.Source, c.Ref, received)
	for i, to := range []**time.Time{&c.Dispatched, &c.Arrived, &c.Closed} {
		*to = m.later(m.others[i], values, received, mark)
	}
	c.Address = m.place(values)
	c.Spot = m.spot(values, mark)
	c.Type = m.kind.fill(values)
	c.Disposition = m.closing.fill(values)
	c.Summary = m.summary.fill(values)
	c.Class = m.class(values)
	return c, ""
}

// callID is shaped as a UUIDv7: the millisecond, then bits of a hash where a
// new one has random bits.
func callID(source, ref string, at time.Time) (id [16]byte) {
	sum := sha256.Sum256([]byte(source + "\x00" + ref))
	copy(id[6:], sum[:10])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = 0x70 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}

func (c clock) read(values []string, zone *time.Location) (time.Time, bool) {
	text := c.text.fill(values)
	if text == "" {
		return time.Time{}, false
	}
	for _, format := range c.formats {
		switch format {
		case "unix_ms", "unix_s":
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 0 || n > 1<<50 {
				continue
			}
			if format == "unix_s" {
				n *= 1000
			}
			return time.UnixMilli(n), true
		case "rfc3339":
			format = time.RFC3339
		}
		if t, err := time.ParseInLocation(format, text, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// later reads a time that follows receiving. One that lies before it is of the
// night after, where the mapping says so, else it is dropped.
func (m *Mapping) later(c clock, values []string, received time.Time, mark Marker) *time.Time {
	if len(c.formats) == 0 {
		return nil
	}
	t, ok := c.read(values, m.zone)
	if ok && c.after && t.Before(received) {
		t = t.AddDate(0, 0, 1)
	}
	if ok && !t.Before(received) {
		return &t
	}
	// A time that is simply missing is no fault of the row.
	for _, p := range slices.Backward(c.text) {
		if p.column < 0 {
			continue
		}
		if strings.TrimSpace(values[p.column]) != "" {
			mark(earlyTime)
		}
		break
	}
	return nil
}

func (m *Mapping) place(values []string) premise.Parsed {
	w := m.written
	if w.Address == nil {
		return premise.Parsed{}
	}
	text := m.address.fill(values)
	if folded := premise.Fold(text); folded == "" || m.ignored[folded] {
		return premise.Parsed{}
	}
	locality := ""
	if w.Locality != nil {
		locality = m.locality.fill(values)
		if name, ok := w.Locality.Names[locality]; ok {
			locality = name
		}
	}
	if w.Address.Kind == premise.Place {
		return premise.NamedPlace(text, locality)
	}
	if w.Address.Numbers == "hundreds" {
		return premise.ParseBlock(text, locality)
	}
	return premise.ParseAddress(text, locality)
}

// spot reads a point. One that is not where the mapping says points are is never
// moved to where it may have been meant.
func (m *Mapping) spot(values []string, mark Marker) *Spot {
	p := m.written.Point
	if p == nil || (values[m.x] == "" && values[m.y] == "") {
		return nil
	}
	x, okX := number(values[m.x])
	y, okY := number(values[m.y])
	within := func(x, y float64) bool {
		return x >= p.Within[0] && y >= p.Within[1] && x <= p.Within[2] && y <= p.Within[3]
	}
	degrees := math.Abs(x) <= 180 && math.Abs(y) <= 180
	metres := math.Abs(x) > 1000 && math.Abs(y) > 1000 // 200, 99 is nowhere
	switch {
	case !okX || !okY:
		mark(noPoint)
	case within(x, y):
		return &Spot{x, y, p.EPSG}
	case within(y, x):
		mark(swapped)
	case degrees && !p.degrees():
		mark(inDegrees)
	case metres && p.degrees():
		mark(inMetres)
	default:
		mark(farPoint)
	}
	return nil
}

// number reads 541000, 541000,5 and the middle of the band 541000-541499.
func number(text string) (float64, bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", ".")
	if low, high, band := strings.Cut(text, "-"); band && low != "" {
		a, errA := strconv.ParseFloat(low, 64)
		b, errB := strconv.ParseFloat(high, 64)
		return (a + b) / 2, errA == nil && errB == nil && a <= b
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && n == n
}

func (m *Mapping) class(values []string) string {
	return cmp.Or(first(m.classes, values), "not_dv")
}
