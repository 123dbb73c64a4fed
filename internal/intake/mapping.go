// Package intake reads what other centres and registers publish: calls for
// service, addresses, persons, cautions and districts, in CSV, JSON lines or
// GeoJSON, as a mapping file says. It knows no database.
package intake

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a server may have no zone files

	"golang.org/x/text/encoding/htmlindex"

	"doorstep/internal/definition"
	"doorstep/internal/premise"
)

//go:embed mapping.schema.json
var mappingSchema []byte

var schema = sync.OnceValues(func() (definition.Schema, error) { return definition.Compile(mappingSchema) })

// Mapping says how the files of one source are read.
type Mapping struct {
	Source string
	// Hash names the mapping by its content.
	Hash string

	written  written
	columns  []string // that are used, in the order of a row's values
	zone     *time.Location
	ids      int
	received clock
	others   [3]clock // dispatched, arrived, closed
	address  template
	ignored  map[string]bool
	locality template
	x, y     int
	kind     template // of the call
	closing  template
	summary  template
	classes  []choice
	areas    []area
	person   identity
	partOf   int
	roles    []choice
	cautions []choice
	caution  order
	district territory
}

// area is a kind of area with what names it.
type area struct {
	kind       string
	code, name template
}

// identity is what a person is known by.
type identity struct {
	name, national, phone template
	birth                 clock
}

// order is what a caution says beside its kind.
type order struct {
	note, person, national template
	since, until           clock
}

// territory is what a district says.
type territory struct {
	code, name template
	area       int
}

type written struct {
	Schema     string  `json:"$schema"`
	Source     string  `json:"source"`
	Format     string  `json:"format"`
	Delimiter  string  `json:"delimiter"`
	Encoding   string  `json:"encoding"`
	Records    string  `json:"records"`
	Zone       string  `json:"zone"`
	ID         string  `json:"id"`
	Received   *moment `json:"received"`
	Dispatched *moment `json:"dispatched"`
	Arrived    *moment `json:"arrived"`
	Closed     *moment `json:"closed"`
	Address    *struct {
		Text    string   `json:"text"`
		Numbers string   `json:"numbers"`
		Kind    string   `json:"kind"`
		Ignore  []string `json:"ignore"`
	} `json:"address"`
	Locality *struct {
		Text  string            `json:"text"`
		Names map[string]string `json:"names"`
	} `json:"locality"`
	Point       *points   `json:"point"`
	Type        string    `json:"type"`
	Disposition string    `json:"disposition"`
	Summary     string    `json:"summary"`
	Classes     []pattern `json:"classes"`
	Areas       []struct {
		Kind string `json:"kind"`
		Code string `json:"code"`
		Name string `json:"name"`
	} `json:"areas"`
	Person *struct {
		Name       string  `json:"name"`
		Birth      *moment `json:"birth"`
		NationalID string  `json:"national_id"`
		Phone      string  `json:"phone"`
	} `json:"person"`
	Part *struct {
		Call   string    `json:"call"`
		Source string    `json:"source"`
		Roles  []pattern `json:"roles"`
	} `json:"part"`
	Caution *struct {
		Kinds      []pattern `json:"kinds"`
		Note       string    `json:"note"`
		Since      *moment   `json:"since"`
		Until      *moment   `json:"until"`
		Person     string    `json:"person"`
		NationalID string    `json:"national_id"`
	} `json:"caution"`
	District *struct {
		Code string `json:"code"`
		Name string `json:"name"`
		EPSG int    `json:"epsg"`
	} `json:"district"`
}

// pattern names what a text is when an expression is found in it. A mapping says
// it as class, role or kind.
type pattern struct {
	Class string `json:"class"`
	Role  string `json:"role"`
	Kind  string `json:"kind"`
	Text  string `json:"text"`
	Match string `json:"match"`
}

type points struct {
	X      string    `json:"x"`
	Y      string    `json:"y"`
	EPSG   int       `json:"epsg"`
	Within []float64 `json:"within"`
}

// degrees reports whether all points are longitudes and latitudes, of whatever
// datum.
func (p *points) degrees() bool {
	for _, side := range p.Within {
		if math.Abs(side) > 180 {
			return false
		}
	}
	return true
}

type moment struct {
	Text          string   `json:"text"`
	Formats       []string `json:"formats"`
	AfterReceived bool     `json:"after_received"`
}

type clock struct {
	text    template
	formats []string
	after   bool
}

type choice struct {
	name  string
	text  template
	match *regexp.Regexp
}

// ReadMapping reads a mapping for calls (or, with Addresses, for addresses) and
// refuses what is unclear, naming the file, the line and the reason.
func ReadMapping(data []byte, name string) (Mapping, error) {
	s, err := schema()
	if err != nil {
		return Mapping{}, err
	}
	m := Mapping{}
	if err := definition.Read(s, data, name, &m.written); err != nil {
		return Mapping{}, err
	}
	sum := sha256.Sum256(data)
	m.Hash = hex.EncodeToString(sum[:])
	m.Source = m.written.Source
	if err := m.compile(); err != nil {
		return Mapping{}, definition.Problem{Name: name, Line: lineOf(data, err), Detail: err.Error()}
	}
	return m, nil
}

// ForCalls refuses a mapping that lacks what calls need.
func (m Mapping) ForCalls() error {
	if m.written.Received == nil {
		return errors.New("the mapping says no time that calls were received")
	}
	return nil
}

// ForAddresses refuses a mapping that lacks what addresses need.
func (m Mapping) ForAddresses() error {
	if m.written.Address == nil || m.written.Locality == nil {
		return errors.New("the mapping says no address or no locality")
	}
	return nil
}

// ForPersons refuses a mapping that lacks what persons need.
func (m Mapping) ForPersons() error {
	if m.written.Person == nil {
		return errors.New("the mapping says no person")
	}
	return nil
}

// ForCautions refuses a mapping that lacks what cautions need.
func (m Mapping) ForCautions() error {
	if m.written.Caution == nil {
		return errors.New("the mapping says no caution")
	}
	return nil
}

// ForDistricts refuses a mapping that lacks what districts need.
func (m Mapping) ForDistricts() error {
	if m.written.District == nil || m.written.Format != "geojson" {
		return errors.New("the mapping says no district, or is not of GeoJSON")
	}
	return nil
}

// Projection is that of the mapping's points, with the least and the greatest
// that they may be; 0 where it has none.
func (m Mapping) Projection() (epsg int, within [4]float64) {
	if p := m.written.Point; p != nil {
		return p.EPSG, [4]float64(p.Within)
	}
	return 0, within
}

// faulty is a mistake that the schema cannot see, with the text it is in.
type faulty struct{ text, detail string }

func (f faulty) Error() string { return fmt.Sprintf("%q %s", f.text, f.detail) }

func lineOf(data []byte, err error) int {
	var f faulty
	if !errors.As(err, &f) {
		return 0
	}
	before, _, found := strings.Cut(string(data), f.text)
	if !found {
		return 0
	}
	return 1 + strings.Count(before, "\n")
}

func (m *Mapping) compile() error {
	w := &m.written
	zone, err := time.LoadLocation(w.Zone)
	if err != nil {
		return faulty{w.Zone, "is no time zone"}
	}
	m.zone = zone
	if w.Encoding != "" {
		if _, err := htmlindex.Get(w.Encoding); err != nil {
			return faulty{w.Encoding, "is no known encoding"}
		}
	}
	if w.Format == "csv" && w.Records != "" {
		return faulty{w.Records, "is an array within a line, which a CSV has not"}
	}
	if strings.ContainsAny(w.Delimiter, "\"\r\n") {
		return faulty{w.Delimiter, "separates no columns"}
	}
	m.ids = m.column(w.ID)
	for i, at := range []*moment{w.Received, w.Dispatched, w.Arrived, w.Closed} {
		c, err := m.clock(at)
		if err != nil {
			return err
		}
		if i == 0 {
			m.received = c
			continue
		}
		m.others[i-1] = c
	}
	if w.Address != nil {
		m.ignored = map[string]bool{}
		for _, text := range w.Address.Ignore {
			m.ignored[premise.Fold(text)] = true
		}
	}
	texts := []text{{&m.kind, w.Type}, {&m.closing, w.Disposition}, {&m.summary, w.Summary}}
	if w.Address != nil {
		texts = append(texts, text{&m.address, w.Address.Text})
	}
	if w.Locality != nil {
		texts = append(texts, text{&m.locality, w.Locality.Text})
	}
	if err := m.templates(texts); err != nil {
		return err
	}
	if w.Point != nil {
		m.x, m.y = m.column(w.Point.X), m.column(w.Point.Y)
		if w.Point.EPSG == 0 {
			w.Point.EPSG = 4326
		}
	}
	if m.classes, err = m.choices(w.Classes); err != nil {
		return err
	}
	return m.compileOthers()
}

// compileOthers compiles what other files than those of calls have.
func (m *Mapping) compileOthers() (err error) {
	w := &m.written
	var texts []text
	m.areas = make([]area, len(w.Areas))
	for i, a := range w.Areas {
		m.areas[i].kind = a.Kind
		texts = append(texts, text{&m.areas[i].code, a.Code}, text{&m.areas[i].name, a.Name})
	}
	if p := w.Person; p != nil {
		texts = append(texts, text{&m.person.name, p.Name}, text{&m.person.national, p.NationalID}, text{&m.person.phone, p.Phone})
		if m.person.birth, err = m.clock(p.Birth); err != nil {
			return err
		}
	}
	if p := w.Part; p != nil {
		m.partOf = m.column(p.Call)
		if m.roles, err = m.choices(p.Roles); err != nil {
			return err
		}
	}
	if c := w.Caution; c != nil {
		texts = append(texts, text{&m.caution.note, c.Note}, text{&m.caution.person, c.Person}, text{&m.caution.national, c.NationalID})
		if m.cautions, err = m.choices(c.Kinds); err != nil {
			return err
		}
		if m.caution.since, err = m.clock(c.Since); err != nil {
			return err
		}
		if m.caution.until, err = m.clock(c.Until); err != nil {
			return err
		}
	}
	if d := w.District; d != nil {
		texts = append(texts, text{&m.district.code, d.Code}, text{&m.district.name, d.Name})
		m.district.area = m.column(geometry)
	}
	return m.templates(texts)
}

// text is one of a mapping with where its template goes.
type text struct {
	to      *template
	written string
}

func (m *Mapping) templates(texts []text) (err error) {
	for _, t := range texts {
		if *t.to, err = m.template(t.written); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mapping) choices(patterns []pattern) ([]choice, error) {
	all := make([]choice, 0, len(patterns))
	for _, p := range patterns {
		match, err := regexp.Compile("(?i)" + p.Match)
		if err != nil {
			return nil, faulty{p.Match, "is no regular expression"}
		}
		text, err := m.template(p.Text)
		if err != nil {
			return nil, err
		}
		all = append(all, choice{cmp.Or(p.Class, p.Role, p.Kind), text, match})
	}
	return all, nil
}

// first is the name of the first pattern that is found; empty where none is.
func first(choices []choice, values []string) string {
	for _, c := range choices {
		if c.match.MatchString(c.text.fill(values)) {
			return c.name
		}
	}
	return ""
}

func (m *Mapping) clock(at *moment) (clock, error) {
	if at == nil {
		return clock{}, nil
	}
	text, err := m.template(at.Text)
	if err != nil {
		return clock{}, err
	}
	for _, f := range at.Formats {
		if f == "unix_ms" || f == "unix_s" || f == "rfc3339" {
			continue
		}
		// A layout that writes no year, or nothing of a time at all, reads nothing.
		example := time.Date(2031, 10, 21, 13, 14, 17, 0, time.UTC)
		if back, err := time.Parse(f, example.Format(f)); err != nil || back.Year() != 2031 {
			return clock{}, faulty{f, "is no format of a date and time"}
		}
	}
	return clock{text, at.Formats, at.AfterReceived}, nil
}

// column notes that a column is used and returns where rows hold its value.
func (m *Mapping) column(name string) int {
	if i := slices.Index(m.columns, name); i >= 0 {
		return i
	}
	m.columns = append(m.columns, name)
	return len(m.columns) - 1
}

// template is text with columns, in pieces: a literal, then a column's value.
// What stands in [brackets] is left out where a column in it is empty.
type template []piece

type piece struct {
	literal string
	column  int // -1 for none
	group   int // 0 outside of brackets
}

func (m *Mapping) template(text string) (template, error) {
	var t template
	group, groups := 0, 0
	for rest := text; rest != ""; {
		at := strings.IndexAny(rest, "{[]")
		if at < 0 {
			t = append(t, piece{rest, -1, group})
			break
		}
		literal, sign := rest[:at], rest[at]
		rest = rest[at+1:]
		p := piece{literal, -1, group}
		switch {
		case sign == '{':
			name, next, closed := strings.Cut(rest, "}")
			if !closed || name == "" {
				return nil, faulty{text, "has a brace that is not closed or holds no column"}
			}
			p.column, rest = m.column(name), next
		case sign == '[' && group == 0:
			groups++
			group = groups
		case sign == ']' && group != 0:
			group = 0
		default:
			return nil, faulty{text, "has a bracket that is not closed or holds another"}
		}
		t = append(t, p)
	}
	if group != 0 {
		return nil, faulty{text, "has a bracket that is not closed or holds another"}
	}
	return t, nil
}

// fill writes the template with a row's values, spaces tidied.
func (t template) fill(values []string) string {
	if len(t) == 1 && t[0].literal == "" && t[0].column >= 0 {
		return strings.TrimSpace(values[t[0].column])
	}
	var b strings.Builder
	for _, p := range t {
		if p.group != 0 && t.lacks(p.group, values) {
			continue
		}
		b.WriteString(p.literal)
		if p.column >= 0 {
			b.WriteString(strings.TrimSpace(values[p.column]))
		}
	}
	return strings.TrimSpace(b.String())
}

func (t template) lacks(group int, values []string) bool {
	return slices.ContainsFunc(t, func(p piece) bool {
		return p.group == group && p.column >= 0 && strings.TrimSpace(values[p.column]) == ""
	})
}
