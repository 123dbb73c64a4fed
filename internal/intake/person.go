package intake

import (
	"strings"
	"time"

	"doorstep/internal/person"
)

// Person is a row of a centre's records of persons, ready to be kept.
type Person struct {
	Line       int64
	Ref        string // the source's id
	Name       string
	BirthDate  string // 1990-12-31
	NationalID string
	Phone      string
	Part       *Part // in a call that was loaded before
}

// Part is a person's part in a call.
type Part struct {
	Source, Call string // the call's
	Role         string
}

// What is left out of persons who are kept.
const (
	wrongNumber  = "the national id is wrong"
	wrongBirth   = "the birth date cannot be read"
	lateBirth    = "the birth date is in the future or before 1880"
	contradicted = "the birth date contradicts the national id: both are left out"
	noRole       = "the part in the call is none that the mapping knows"
)

// Person reads a row. A wrong national id would make two human beings one, so it
// is left out and marked; so is a birth date that contradicts it, since nobody
// knows which of the two is right.
func (m *Mapping) Person(values []string, now time.Time, mark Marker) (_ Person, reason string) {
	p := Person{Ref: strings.TrimSpace(values[m.ids])}
	if p.Ref == "" {
		return p, "no id"
	}
	p.Name = strings.Join(strings.Fields(m.person.name.fill(values)), " ")
	p.Phone = person.Phone(m.person.phone.fill(values))
	p.BirthDate = m.birth(values, now, mark)
	if said := m.person.national.fill(values); said != "" {
		id, err := person.ParseNationalID(said)
		switch {
		case err != nil:
			mark(wrongNumber)
		case id.BirthDate != "" && p.BirthDate != "" && id.BirthDate != p.BirthDate:
			mark(contradicted)
			p.BirthDate = ""
		default:
			p.NationalID = id.Number
			if p.BirthDate == "" {
				p.BirthDate = id.BirthDate
			}
		}
	}
	if p.Name == "" && p.NationalID == "" && p.Phone == "" {
		return p, "no name, national id or phone"
	}
	p.Part = m.part(values, mark)
	return p, ""
}

func (m *Mapping) birth(values []string, now time.Time, mark Marker) string {
	if m.person.birth.text.fill(values) == "" {
		return ""
	}
	born, ok := m.person.birth.read(values, time.UTC)
	switch {
	case !ok:
		mark(wrongBirth)
	case born.After(now) || born.Year() < 1880:
		mark(lateBirth)
	default:
		return born.Format(time.DateOnly)
	}
	return ""
}

func (m *Mapping) part(values []string, mark Marker) *Part {
	w := m.written.Part
	if w == nil {
		return nil
	}
	p := Part{Source: w.Source, Call: strings.TrimSpace(values[m.partOf])}
	if p.Call == "" {
		return nil
	}
	if p.Source == "" {
		p.Source = m.Source
	}
	if p.Role = first(m.roles, values); p.Role == "" {
		mark(noRole)
		return nil
	}
	return &p
}
