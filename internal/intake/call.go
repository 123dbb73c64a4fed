package intake

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/premise"
)

// Call is a row of a centre's history, ready to be kept.
type Call struct {
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

// Warnings counts what was dropped from rows that are kept.
type Warnings struct {
	Points int64 // outside or unreadable
	Times  int64 // other than of receiving
}

// Call reads a row. A reason says why it cannot be used; what a call can do
// without, such as its point, is dropped and counted.
func (m *Mapping) Call(values []string, now time.Time, w *Warnings) (_ Call, reason string) {
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
		*to = m.later(m.others[i], values, received, w)
	}
	c.Address = m.place(values)
	c.Spot = m.spot(values, w)
	c.Type = m.kind.fill(values)
	c.Disposition = m.closing.fill(values)
	c.Summary = m.summary.fill(values)
	c.Class = m.class(values)
	return c, ""
}

// Address reads a row of a gazetteer.
func (m *Mapping) Address(values []string, w *Warnings) (ref string, p premise.Parsed, s *Spot, reason string) {
	ref = strings.TrimSpace(values[m.ids])
	if ref == "" {
		return "", p, nil, "no id"
	}
	p = m.place(values)
	if p.Key == "" {
		return ref, p, nil, "no address"
	}
	return ref, p, m.spot(values, w), ""
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
func (m *Mapping) later(c clock, values []string, received time.Time, w *Warnings) *time.Time {
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
	for _, column := range c.text.columns[len(c.text.columns)-1:] {
		if strings.TrimSpace(values[column]) != "" {
			w.Times++
		}
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

func (m *Mapping) spot(values []string, w *Warnings) *Spot {
	p := m.written.Point
	if p == nil || (values[m.x] == "" && values[m.y] == "") {
		return nil
	}
	x, okX := number(values[m.x])
	y, okY := number(values[m.y])
	if !okX || !okY || x < p.Within[0] || y < p.Within[1] || x > p.Within[2] || y > p.Within[3] {
		w.Points++
		return nil
	}
	return &Spot{x, y, p.EPSG}
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
	for _, c := range m.classes {
		if c.match.MatchString(c.text.fill(values)) {
			return c.name
		}
	}
	return "not_dv"
}
