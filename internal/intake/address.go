package intake

import (
	"strings"

	"doorstep/internal/premise"
)

// Address is a row of a gazetteer, ready to be kept.
type Address struct {
	Line   int64
	Ref    string // the source's id
	Parsed premise.Parsed
	Spot   *Spot
	Areas  []Area // that it lies in, the largest first
}

// Area is a county, municipality, settlement or city district.
type Area struct {
	Kind, Code, Name string
}

// Address reads a row of a gazetteer.
func (m *Mapping) Address(values []string, mark Marker) (_ Address, reason string) {
	a := Address{Ref: strings.TrimSpace(values[m.ids])}
	if a.Ref == "" {
		return a, "no id"
	}
	a.Parsed = m.place(values)
	if a.Parsed.Key == "" {
		return a, "no address"
	}
	a.Spot = m.spot(values, mark)
	for _, area := range m.areas {
		if name := area.name.fill(values); name != "" {
			a.Areas = append(a.Areas, Area{area.kind, area.code.fill(values), name})
		}
	}
	return a, ""
}
