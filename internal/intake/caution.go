package intake

import (
	"strings"
	"time"

	"doorstep/internal/person"
	"doorstep/internal/premise"
)

// Caution is a danger or an order on record, ready to be kept.
type Caution struct {
	Line     int64
	Ref      string // the source's id
	Kind     string // firearm, dog, officer_safety, protection_order
	Note     string
	Since    time.Time
	ReviewBy time.Time      // until when it is good unless somebody looks at it again
	Address  premise.Parsed // without Key when it is on a person alone
	Spot     *Spot
	Person   string // the person's id in the same source, empty for none
	National string // the person's national id, empty for none
}

// lasts is how long a caution is good that does not say so itself.
const lasts = 365 * 24 * time.Hour

// Caution reads a row. One that cannot be read is refused, never weakened: a
// crew that reads half of an order is worse off than one that asks for it.
func (m *Mapping) Caution(values []string, now time.Time, mark Marker) (_ Caution, reason string) {
	c := Caution{Ref: strings.TrimSpace(values[m.ids])}
	if c.Ref == "" {
		return c, "no id"
	}
	if c.Kind = first(m.cautions, values); c.Kind == "" {
		return c, "of no kind that the mapping knows"
	}
	since, ok := m.caution.since.read(values, m.zone)
	switch {
	case !ok:
		return c, "the time since when it holds cannot be read"
	case since.After(now.Add(24 * time.Hour)):
		return c, "it holds only from a time in the future"
	}
	c.Since, c.ReviewBy = since, since.Add(lasts)
	if m.caution.until.text.fill(values) != "" {
		if c.ReviewBy, ok = m.caution.until.read(values, m.zone); !ok {
			return c, "the time until when it holds cannot be read"
		}
		if c.ReviewBy.Before(c.Since) {
			return c, "it ends before it begins"
		}
	}
	c.Note = m.caution.note.fill(values)
	c.Address = m.place(values)
	c.Spot = m.spot(values, mark)
	c.Person = m.caution.person.fill(values)
	if said := m.caution.national.fill(values); said != "" {
		id, err := person.ParseNationalID(said)
		if err != nil {
			return c, wrongNumber
		}
		c.National = id.Number
	}
	if c.Address.Key == "" && c.Person == "" && c.National == "" {
		return c, "it says neither where nor on whom"
	}
	return c, ""
}
