package demo

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/incident"
	"doorstep/internal/person"
	"doorstep/internal/premise"
)

// Nation is an invented nation with ten years of calls, for benchmarks and for
// demos of a full house. Everything in it follows from the seed, the number of
// incidents and the time, row by row, so that none of it is held in memory.
//
// Every town has the same plan: streets of houses, every tenth house with flats.
// Households live in the dwellings, move up to twice, and some couples separate
// and find other partners, so that a person's past is spread over addresses. A
// few households call often and most seldom. DV peaks around the turn of the
// year and in July.
type Nation struct {
	Seed      uint64
	At        time.Time // the present of the nation; its past ends here
	incidents int
	towns     int
	homes     int // where people can live
	couples   int // households; each has two adults
	persons   int
	names     names
	keys      map[string]string // of names that were written already
	townNames []string
}

const (
	nationYears    = 10
	townStreets    = 120
	townHouses     = 25 // of a street
	flatsEvery     = 10 // houses
	flatsInHouse   = 17
	townBuildings  = townStreets * townHouses
	townFlatHouses = townBuildings / flatsEvery
	townHomes      = townBuildings - townFlatHouses + townFlatHouses*flatsInHouse
	townAddresses  = townBuildings + townFlatHouses*flatsInHouse
	townsAcross    = 16
	// coprime spreads households over homes: a prime that divides no number of homes.
	coprime = 1_000_003
)

// NewNation plans a nation with so many incidents, a fifth as many addresses and
// three tenths as many persons, in whole towns.
func NewNation(seed uint64, at time.Time, incidents int) *Nation {
	n := &Nation{
		Seed: seed, At: at.UTC().Truncate(24 * time.Hour), incidents: incidents,
		towns: max(1, int(math.Ceil(float64(incidents)/5/townAddresses))),
		names: readNames(), keys: map[string]string{},
	}
	n.homes = n.towns * townHomes
	n.persons = max(10, incidents*3/10)
	n.couples = max(2, n.persons*5/12)
	for t := range n.towns {
		n.townNames = append(n.townNames, townName(t))
	}
	return n
}

// Sizes are what the nation has: districts, streets, addresses, persons, incidents.
func (n *Nation) Sizes() (districts, streets, addresses, persons, incidents int) {
	return (n.towns + 7) / 8, n.towns * townStreets, n.towns * townAddresses, n.persons, n.incidents
}

// hash draws a number that depends on nothing but the seed and its arguments.
func (n *Nation) hash(parts ...uint64) uint64 {
	h := n.Seed ^ 0x9e3779b97f4a7c15
	for _, p := range parts {
		h ^= p + 0x9e3779b97f4a7c15 + h<<6 + h>>2
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// What is drawn, so that one draw tells nothing of another.
const (
	drawName uint64 = iota
	drawBirth
	drawPhone
	drawMoves
	drawPart
	drawTemper
	drawCast
)

// Rows of one kind have ids in order, so that they are appended to their index.
func (n *Nation) id(kind byte, row int) (id uuid.UUID) {
	id[0], id[1] = kind, byte(n.Seed>>8)
	for i := range 6 {
		id[10+i] = byte(row >> (8 * (5 - i)))
	}
	id[6], id[8] = 0x80, 0x80
	return id
}

const (
	addressKind = 0x0a
	personKind  = 0x0b
)

var syllables = [2][]string{
	{"Kala", "Lepa", "Sõmera", "Koidu", "Vana", "Uus", "Suur", "Väike", "Rohu", "Kivi", "Mere", "Põhja", "Lõuna", "Ida", "Lääne",
		"Haava", "Kurese", "Linnu", "Rebase", "Karu", "Hundi", "Põdra", "Jõe", "Järve", "Oja", "Soo", "Raba", "Nõmme", "Künka", "Oru",
		"Päikese", "Kuu", "Tähe", "Pilve", "Vihma", "Tuule", "Lume", "Jää", "Kevade", "Sügise"},
	{"mäe", "oru", "metsa", "põllu", "aia", "ranna", "silla", "küla", "linna", "saare", "nurme", "välja", "kalda", "nõlva", "niidu",
		"pargi", "salu", "välu", "laane", "karja", "värava", "kaevu", "allika", "kopli", "tiigi", "kivi", "raja", "serva", "otsa", "nurga"},
}

// townName is made of the same stems as streets are, with an ending of towns.
func townName(t int) string {
	first := syllables[0][t%len(syllables[0])]
	ends := []string{"linn", "vere", "saare", "mõisa", "jala", "veski", "kaare"}
	name := first + ends[t/len(syllables[0])%len(ends)]
	if again := t / len(syllables[0]) / len(ends); again > 0 {
		name += " " + strconv.Itoa(again+1)
	}
	return name
}

// streetOf names a street: a third are names that most towns have, the others
// are in a few towns each.
func (n *Nation) streetOf(town, street int) string {
	common := slices.Concat(streets[0], streets[1])
	if street < len(common) {
		return common[street]
	}
	words := len(syllables[0]) * len(syllables[1])
	// Steps that share no factor with the number of words never meet twice.
	at := (town*37 + street*7) % words
	kind := []string{" tn", " tn", " mnt", " pst"}[(at+town)%4]
	return syllables[0][at%len(syllables[0])] + syllables[1][at/len(syllables[0])] + kind
}

// Districts are rectangles of up to eight towns.
func (n *Nation) Districts() []District {
	count, _, _, _, _ := n.Sizes()
	var all []District
	for d := range count {
		x, y := d%(townsAcross/4), d/(townsAcross/4)
		west, south := nationWest+float64(x)*4*townStepX-townStepX/4, nationSouth+float64(y)*2*townStepY-townStepY/4
		east, north := west+4*townStepX, south+2*townStepY
		all = append(all, District{
			Code: fmt.Sprintf("r%02d", d+1), Name: fmt.Sprintf("Piirkond %d", d+1),
			Area: []premise.Point{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}},
		})
	}
	return all
}

const (
	nationWest, nationSouth = 22.1, 57.6
	townStepX, townStepY    = 0.375, 0.125
	streetStepY             = 0.0004  // 45 m
	houseStepX              = 0.00035 // 20 m
)

// cell is where a town lies: eight towns to a district, four across and two up.
func cell(town int) (x, y int) {
	district, within := town/8, town%8
	return district%(townsAcross/4)*4 + within%4, district/(townsAcross/4)*2 + within/4
}

func (n *Nation) point(town, street, house int) premise.Point {
	x, y := cell(town)
	return premise.Point{
		degrees(nationWest + float64(x)*townStepX + float64(house)*houseStepX),
		degrees(nationSouth + float64(y)*townStepY + float64(street)*streetStepY + float64(house%2)*0.00015),
	}
}

// NationStreet is a street of a town, numbered from 1.
type NationStreet struct {
	Number                 int
	Locality, Name, Folded string
	Point                  premise.Point
}

// Streets lists all streets, town by town.
func (n *Nation) Streets() iter.Seq[NationStreet] {
	return func(yield func(NationStreet) bool) {
		for i := range n.towns * townStreets {
			town, street := i/townStreets, i%townStreets
			name := n.streetOf(town, street)
			if !yield(NationStreet{i + 1, n.townNames[town], name, premise.Fold(name), n.point(town, street, townHouses/2)}) {
				return
			}
		}
	}
}

// NationAddress is a building or a dwelling.
type NationAddress struct {
	ID, Building          uuid.UUID // Building is zero for one
	Street                int       // as NationStreet.Number
	Kind, Label, Key      string
	Locality, House, Unit string
	Point                 premise.Point
	District              string
}

// Addresses lists all addresses, a building before its dwellings.
func (n *Nation) Addresses() iter.Seq[NationAddress] {
	return func(yield func(NationAddress) bool) {
		for s := range n.Streets() {
			town, street := (s.Number-1)/townStreets, (s.Number-1)%townStreets
			prefix := premise.Fold(s.Locality) + "|" + s.Folded + "|"
			for h := range townHouses {
				house := strconv.Itoa(h + 1)
				a := NationAddress{
					ID: n.addressID(town, street*townHouses+h, 0), Street: s.Number, Kind: premise.Building,
					Label: s.Name + " " + house, Key: prefix + house, Locality: s.Locality, House: house,
					Point: n.point(town, street, h+1), District: districtOf(town),
				}
				if !yield(a) {
					return
				}
				if !hasFlats(street*townHouses + h) {
					continue
				}
				building := a
				for flat := range flatsInHouse {
					unit := strconv.Itoa(flat + 1)
					a = building
					a.ID, a.Building, a.Kind = n.addressID(town, street*townHouses+h, flat+1), building.ID, premise.Dwelling
					a.Unit, a.Label, a.Key = unit, building.Label+"-"+unit, building.Key+"|"+unit
					if !yield(a) {
						return
					}
				}
			}
		}
	}
}

func districtOf(town int) string { return fmt.Sprintf("r%02d", town/8+1) }

func hasFlats(building int) bool { return building%flatsEvery == flatsEvery-1 }

// addressID numbers a building of a town, flat 0, and its flats from 1, in the
// order in which Addresses lists them.
func (n *Nation) addressID(town, building, flat int) uuid.UUID {
	before := building + building/flatsEvery*flatsInHouse
	return n.id(addressKind, town*townAddresses+before+flat)
}

// home is a place to live: a house, or a flat in one.
func (n *Nation) home(number int) (address, building uuid.UUID, district string) {
	town, at := number/townHomes, number%townHomes
	// Nine houses and then one with flats, over and over.
	const row = flatsEvery - 1 + flatsInHouse
	first, within := at/row*flatsEvery, at%row
	district = districtOf(town)
	if within < flatsEvery-1 {
		id := n.addressID(town, first+within, 0)
		return id, id, district
	}
	house := first + flatsEvery - 1
	return n.addressID(town, house, within-(flatsEvery-1)+1), n.addressID(town, house, 0), district
}

// homeAt is where a couple's household lives at a time.
func (n *Nation) homeAt(couple int, at time.Time) int {
	draw := n.hash(drawMoves, uint64(couple))
	moved := 0
	for range draw % 3 { // never, once or twice
		draw = n.hash(drawMoves, draw)
		if at.After(n.day(draw)) {
			moved++
		}
	}
	return int((uint64(couple)*coprime + uint64(moved)*uint64(n.homes/3+1)) % uint64(n.homes))
}

// day is some day of the past.
func (n *Nation) day(draw uint64) time.Time {
	return n.At.AddDate(0, 0, -int(draw>>8%(nationYears*365)))
}

// partner is the man who lives with a household's woman at a time. In every
// seventh pair of households both couples part one day and the men change over.
func (n *Nation) partner(couple int, at time.Time) (now int, changed bool) {
	other := couple ^ 1
	draw := n.hash(drawPart, uint64(couple/2))
	if draw%7 == 0 && other < n.couples && at.After(n.day(draw)) {
		return other, true
	}
	return couple, false
}

func (n *Nation) woman(couple int) uuid.UUID { return n.id(personKind, 2*couple) }
func (n *Nation) man(couple int) uuid.UUID   { return n.id(personKind, 2*couple+1) }

// child is the one child that the nation's first households have.
func (n *Nation) child(couple int) (uuid.UUID, bool) {
	at := 2*n.couples + couple
	return n.id(personKind, at), at < n.persons
}

// NationPerson is a person, known by name and birth date.
type NationPerson struct {
	ID               uuid.UUID
	Name, Key, Phone string
	Born             time.Time
}

// Persons lists everyone: the couples, woman and man, then children.
func (n *Nation) Persons() iter.Seq[NationPerson] {
	return func(yield func(NationPerson) bool) {
		for i := range n.persons {
			if !yield(n.person(i)) {
				return
			}
		}
	}
}

func (n *Nation) person(i int) NationPerson {
	draw := n.hash(drawName, uint64(i))
	sex, age := female, 20+int(n.hash(drawBirth, uint64(i/2))%50)
	switch {
	case i >= 2*n.couples:
		age = int(draw>>40) % 18
		if draw>>32%2 == 0 {
			sex = male
		}
	case i%2 == 1:
		sex = male
		age += int(draw>>40) % 7
	}
	name := n.name(draw, sex)
	key, known := n.keys[name]
	if !known {
		key = person.NameKey(name)
		n.keys[name] = key
	}
	p := NationPerson{
		ID: n.id(personKind, i), Name: name, Key: key,
		Born: n.At.AddDate(-age, 0, -int(draw>>20%365)),
	}
	if n.hash(drawPhone, uint64(i))%3 > 0 {
		p.Phone = fmt.Sprintf("+37200%07d", i) // no subscriber's begins so
	}
	return p
}

func (n *Nation) name(draw uint64, sex string) string {
	language := "est"
	if draw%4 == 0 {
		language = "rus"
	}
	families, given := n.names["last_names_"+language], n.names["first_names_"+sex+"_"+language]
	family := families[draw>>2%uint64(len(families))]
	if language == "rus" && sex == female && (strings.HasSuffix(family, "ov") || strings.HasSuffix(family, "ev") || strings.HasSuffix(family, "in")) {
		family += "a"
	}
	return given[draw>>16%uint64(len(given))] + " " + family
}

// NationIncident is a closed one; Parties are as in Incident.
type NationIncident struct {
	ID, Address, Premise uuid.UUID
	Number               string
	District             string
	Class, Type          string
	Relationship         string
	Priority             int
	Flags                []string
	Received             time.Time
	Disposition, Summary string
	RiskLevel            string
	Parties              []NationParty
}

// NationParty is a person's part in an incident.
type NationParty struct {
	Person uuid.UUID
	Role   string
}

// Incidents lists all incidents, oldest first.
func (n *Nation) Incidents() iter.Seq[NationIncident] {
	return func(yield func(NationIncident) bool) {
		first := n.At.AddDate(-nationYears, 0, 0)
		days := int(n.At.Sub(first).Hours() / 24)
		weight := func(day int) float64 { return float64(busy[first.AddDate(0, 0, day).Month()-1]) }
		total := 0.0
		for d := range days {
			total += weight(d)
		}
		dice := rand.New(rand.NewPCG(n.Seed, uint64(n.incidents)))
		done, sum := 0, 0.0
		for d := range days {
			sum += weight(d)
			due := int(math.Round(sum / total * float64(n.incidents)))
			times := n.times(dice, first.AddDate(0, 0, d), due-done)
			for _, at := range times {
				if !yield(n.incident(dice, at, done)) {
					return
				}
				done++
			}
		}
	}
}

var hoursTotal = func() (all int) {
	for _, w := range hours {
		all += w
	}
	return all
}()

// times are moments of a day, in order, by the rhythm of the hours.
func (n *Nation) times(dice *rand.Rand, day time.Time, count int) []time.Time {
	all := make([]time.Time, count)
	for i := range all {
		at, hour := dice.IntN(hoursTotal), 0
		for at >= hours[hour] {
			at -= hours[hour]
			hour++
		}
		all[i] = day.Add(time.Duration(hour)*time.Hour + time.Duration(dice.IntN(3_600_000))*time.Millisecond)
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// domesticKinds and otherKinds are those of the demo's past. The nation's
// children are too young to hurt their mothers.
var domesticKinds, otherKinds = func() (dv, other []kind) {
	for _, k := range kinds {
		switch {
		case !domestic(k.class):
			other = append(other, k)
		case k.cast != motherHurt:
			dv = append(dv, k)
		}
	}
	return dv, other
}()

func weighed(dice *rand.Rand, from []kind) kind {
	total := 0
	for _, k := range from {
		total += k.weight
	}
	at := dice.IntN(total)
	for _, k := range from {
		if at -= k.weight; at < 0 {
			return k
		}
	}
	return from[0]
}

func (n *Nation) incident(dice *rand.Rand, at time.Time, running int) NationIncident {
	// Few call often: the busiest household of a million has some 800 calls in
	// ten years, the one in the middle five.
	couple := min(n.couples-1, int(float64(n.couples)*math.Pow(dice.Float64(), 1.5)))
	violent := n.hash(drawTemper, uint64(couple))%20 == 0
	k := weighed(dice, otherKinds)
	if p := dice.Float64(); p < 0.04 || violent && p < 0.5 {
		k = weighed(dice, domesticKinds)
	}
	in := NationIncident{
		ID: n.idAt(at, running), Number: incident.Number(at, int64(running+1)), Received: at,
		Class: k.class, Type: k.typ, Relationship: k.relationship, Priority: 3 + dice.IntN(2),
		Disposition: k.end, Summary: k.summaries[dice.IntN(len(k.summaries))],
	}
	in.Address, in.Premise, in.District = n.home(n.homeAt(couple, at))
	for _, f := range k.flags {
		if dice.IntN(3) == 0 {
			in.Flags = append(in.Flags, f)
		}
	}
	slices.Sort(in.Flags)
	if !domestic(k.class) {
		if dice.IntN(3) == 0 {
			in.Parties = []NationParty{{n.woman(couple), "caller"}}
		}
		return in
	}
	in.Priority = 1 + dice.IntN(3)
	in.RiskLevel = []string{"high", "medium", "low"}[in.Priority-1]
	lives, changed := n.partner(couple, at)
	if k.relationship == "ex_partner" && changed {
		lives = couple // the one who moved out comes back
	}
	victim, suspect := n.woman(couple), n.man(lives)
	if k.cast == manHurt {
		victim, suspect = suspect, victim
	}
	in.Parties = []NationParty{{victim, "victim"}, {suspect, "suspect"}}
	if child, ok := n.child(couple); ok && slices.Contains(in.Flags, "children_present") {
		in.Parties = append(in.Parties, NationParty{child, "child"})
	}
	return in
}

// idAt is a UUIDv7 of the time, told from its neighbours by the running number.
func (n *Nation) idAt(at time.Time, running int) (id uuid.UUID) {
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	for i := range 6 {
		id[10+i] = byte(running >> (8 * (5 - i)))
	}
	id[6], id[8], id[9] = 0x70, 0x80, byte(n.Seed)
	return id
}
