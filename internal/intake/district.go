package intake

// District is an area with an officer of its own, ready to be kept.
type District struct {
	Line       int64
	Code, Name string
	Area       string // GeoJSON, in the mapping's projection
	EPSG       int
}

// District reads a row of a GeoJSON file.
func (m *Mapping) District(values []string) (_ District, reason string) {
	d := District{Code: m.district.code.fill(values), Name: m.district.name.fill(values), Area: values[m.district.area], EPSG: m.written.District.EPSG}
	switch {
	case d.Code == "":
		return d, "no code"
	case d.Name == "":
		return d, "no name"
	case d.Area == "":
		return d, "no area"
	}
	if d.EPSG == 0 {
		d.EPSG = 4326
	}
	return d, ""
}
