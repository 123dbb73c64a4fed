package premise

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The kinds of address.
const (
	Dwelling   = "dwelling"
	Building   = "building"
	Block      = "block"
	Crossing   = "crossing"
	Place      = "place"
	Unverified = "unverified"
)

// Search asks the gazetteer for what was typed so far, or, without a text, for
// what lies around a caller's position.
type Search struct {
	Text     string
	Near     *Point  // nearer ones come before others of the same name
	Radius   float64 // of the position, in metres, 0 where it is not known
	District string  // only there, when it is not empty
	Limit    int
}

// How an address was found, where it is not the one that was typed.
const (
	HowTyped    = "typed"
	HowCorner   = "corner"   // a building at the corner of two streets
	HowAcross   = "across"   // a building on the other side of the street
	HowPosition = "position" // a building around the caller's position
)

// Found is a proposal of the gazetteer while an address is typed, with how
// often it called in the last 12 months; suspected DV counts as DV.
type Found struct {
	Address
	How          string
	Former       string // the label that it had when it was called as was typed; empty for its own
	Incidents12m int
	DV12m        int
	Metres       float64 // from the position, where it was found around one
	Beyond       bool    // further from the position than its radius reaches
}

// Parsed is an address read from text. Key is the same for every spelling of
// one door, block or crossing; it is empty only when the text is.
type Parsed struct {
	Kind     string
	Label    string // as people write it
	Locality string
	Street   string // as written; empty when there is none
	Folded   string // of the street
	House    string
	Hundred  int // of a block: 700 for 742; else -1
	Unit     string
	Place    string // a name said beside the address: "SIERRA VISTA HOSPITAL"
	Key      string
}

var (
	houseFirst = regexp.MustCompile(`^-?(\d{1,6})([A-Za-z]?)(?:/(\d{1,4}[A-Za-z]?))?(?:-(\d{1,6}))?(?:\s+1/2)?\s+(.+)$`)
	houseLast  = regexp.MustCompile(`^(.*\pL.*?)\s+([Tt]?\d{1,4}\s?[A-Za-z]?(?:/[Tt]?\d{1,4}[A-Za-z]?)?)(?:\s*-\s*(\d{1,4}[A-Za-z]?))?$`)
	blockWord  = regexp.MustCompile(`(?i)^(?:blk|block)\s+(?:of\s+)?(.+)$`)
	unitWord   = regexp.MustCompile(`(?i)\s*(?:#|\bapt\.?\s|\bunit\s|\bkorter\s|\bkrt?\.?\s|кв\.?\s)\s*([\pL\d][\pL\d/-]{0,9})\s*$`)
	crossWord  = regexp.MustCompile(`(?i)\s*(?:/|&|@)\s+|\s+(?:/|&|@)\s*|\pL(/)\pL[\pL\s]`)
)

// ParseAddress reads an address. A house number is that of a building, a unit
// makes it a dwelling; "1100 BLK X" and "701-799 X" are hundred blocks. Parts
// that name the county, town or district are recognised in Estonian addresses;
// locality is used where the text names none.
func ParseAddress(text, locality string) Parsed { return parse(text, locality, false) }

// ParseBlock is ParseAddress for a centre that publishes blocks: a plain house
// number is the hundred block it lies in.
func ParseBlock(text, locality string) Parsed { return parse(text, locality, true) }

func parse(text, locality string, blocks bool) Parsed {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, " ")), " ")
	p := Parsed{Kind: Unverified, Label: text, Locality: locality, Hundred: -1}
	where, place, _ := strings.Cut(text, ";")
	p.Place = strings.Trim(place, "; ")
	where = p.takeLocality(strings.TrimSpace(where))
	if where == "" {
		where, p.Place = p.Place, ""
	}
	if where == "" || Fold(where) == "" {
		p.Label = strings.Trim(text, "; ")
		if folded := Fold(text); folded != "" {
			p.Key = p.key("?" + folded)
		}
		return p
	}
	p.Label = where
	if sides := crossing(where); sides != nil {
		p.Kind = Crossing
		p.Key = p.key(strings.Join(sides, " & "))
		return p
	}
	if m := unitWord.FindStringSubmatchIndex(where); m != nil && m[0] > 0 {
		p.Unit = where[m[2]:m[3]]
		where = strings.TrimRight(where[:m[0]], " ,")
	}
	switch {
	case p.takeHouseFirst(where, blocks):
	case !blocks && p.takeHouseLast(where): // blocks are written number first
	default:
		p.Kind = Place
		p.Key = p.key("@" + Fold(p.Label))
	}
	return p
}

// takeLocality drops what names the county, town or district, and returns the
// part with the street.
func (p *Parsed) takeLocality(text string) string {
	if !strings.Contains(text, ",") {
		return text
	}
	var left []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		words := strings.Fields(plain(part))
		if len(words) == 0 {
			continue
		}
		switch words[len(words)-1] {
		case "maakond", "linnaosa", "vald", "county":
			continue
		}
		left = append(left, part)
	}
	if len(left) == 0 {
		return text
	}
	street := slices.IndexFunc(left, func(s string) bool { return strings.ContainsAny(s, "0123456789") })
	street = max(street, 0)
	if p.Locality == "" && len(left) > 1 {
		p.Locality = left[(street+1)%len(left)]
	}
	return left[street]
}

// crossing returns the folded sides in order of the alphabet, so that A / B
// and B / A are one; nil when it is none.
func crossing(text string) []string {
	m := crossWord.FindStringSubmatchIndex(text)
	if m == nil {
		return nil
	}
	from, to := m[0], m[1]
	if m[2] >= 0 {
		from, to = m[2], m[3]
	}
	a, b := Fold(text[:from]), Fold(text[to:])
	// Degrees and minutes are written with a slash too, and are no streets.
	if !hasWord(a) || !hasWord(b) {
		return nil
	}
	sides := []string{a, b}
	slices.Sort(sides)
	return sides
}

func hasWord(s string) bool {
	run := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			run++
		} else {
			run = 0
		}
		if run >= 2 && r != ' ' {
			return true
		}
	}
	return false
}

// takeHouseFirst reads "1200 W Martin St", "701-799 GABRIEL", "1100 BLK ORCUTT".
func (p *Parsed) takeHouseFirst(text string, blocks bool) bool {
	m := houseFirst.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	low, _ := strconv.Atoi(m[1]) // six digits at most
	high, _ := strconv.Atoi(m[4])
	street := m[5]
	block := blocks || high > low
	if b := blockWord.FindStringSubmatch(street); b != nil {
		street, block = b[1], true
		// "500 BLOCK 549 MANDALAY AVE" says the house as well.
		if words := strings.Fields(street); len(words) > 2 && strings.Trim(words[0], "0123456789") == "" {
			street = strings.Join(words[1:], " ")
		}
	}
	folded := Fold(street)
	if !hasWord(folded) && len(folded) < 3 {
		return false
	}
	p.Street, p.Folded = street, folded
	if block {
		p.Kind, p.Hundred = Block, low/100*100
		p.Label = strconv.Itoa(p.Hundred) + " block " + street
		p.Unit = ""
		p.Key = p.key(folded + "|#" + strconv.Itoa(p.Hundred))
		return true
	}
	house := m[1] + m[2]
	if m[3] != "" {
		house += "/" + m[3]
	}
	if m[4] != "" {
		house += "-" + m[4]
	}
	p.door(house)
	return true
}

// takeHouseLast reads "Abara tn 12/1-5".
func (p *Parsed) takeHouseLast(text string) bool {
	m := houseLast.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	folded := Fold(m[1])
	words := strings.Fields(folded)
	if len(words) == 0 || roads[words[len(words)-1]] {
		return false
	}
	p.Street, p.Folded = m[1], folded
	if m[3] != "" && p.Unit == "" {
		p.Unit = m[3]
	}
	p.door(strings.ReplaceAll(m[2], " ", ""))
	return true
}

// roads take a number that is part of their name, not a house: "Loop 410".
var roads = map[string]bool{"loop": true, "hwy": true, "ih": true, "i": true, "us": true, "fm": true, "sr": true, "highway": true}

func (p *Parsed) door(house string) {
	p.Kind, p.House = Building, strings.ToLower(house)
	key := p.Folded + "|" + p.House
	if p.Unit != "" {
		p.Kind, p.Unit = Dwelling, strings.ToLower(p.Unit)
		key += "|" + p.Unit
	}
	p.Key = p.key(key)
}

func (p *Parsed) key(rest string) string { return Fold(p.Locality) + "|" + rest }

// In is the address in a town that its text does not name.
func (p Parsed) In(town string) Parsed {
	_, rest, _ := strings.Cut(p.Key, "|")
	p.Locality = town
	p.Key = p.key(rest)
	return p
}

// Doubtful is the address as one that nobody has verified: its words, and none of
// what was read from them.
func (p Parsed) Doubtful() Parsed {
	q := Parsed{Kind: Unverified, Label: p.Label, Locality: p.Locality, Hundred: -1}
	q.Key = q.key("?" + Fold(p.Label))
	return q
}

// BuildingKey is the key of the building that a dwelling is in; empty for
// other kinds.
func (p Parsed) BuildingKey() string {
	if p.Kind != Dwelling {
		return ""
	}
	return p.key(p.Folded + "|" + p.House)
}

// NamedPlace is an address that is nothing but a name.
func NamedPlace(name, locality string) Parsed {
	p := Parsed{Kind: Place, Label: name, Locality: locality, Hundred: -1}
	p.Key = p.key("@" + Fold(name))
	return p
}

// BuildingLabel is how people write the building that a dwelling is in, the
// number first or last as the dwelling was written.
func (p Parsed) BuildingLabel() string {
	if p.Label != "" && p.Label[0] >= '0' && p.Label[0] <= '9' {
		return p.House + " " + p.Street
	}
	return p.Street + " " + p.House
}
