package demo

import (
	"fmt"
	"strconv"

	"doorstep/internal/premise"
)

const (
	housesOfStreet = 25
	flatsOfHouse   = 18
)

// The streets of the two districts, south to north.
var streets = [2][]string{
	{"Kase tn", "Tamme tn", "Kalda tn", "Põllu tn", "Sadama pst", "Kooli tn", "Turu tn", "Pikk tn", "Lai tn", "Aia tn",
		"Jaama tn", "Kiriku tn", "Vabriku tn", "Pargi tn", "Veski tn", "Raekoja tn", "Uus tn", "Lossi tn", "Silla tn", "Posti tn"},
	{"Meremäe tee", "Ranna tee", "Luha tn", "Kaluri tn", "Männi tn", "Liiva tn", "Kadaka tn", "Lepa tn", "Pärna tn", "Vahtra tn",
		"Sireli tn", "Kuuse tn", "Kivi tn", "Nurme tn", "Metsa tn", "Allika tn", "Roo tn", "Lootsi tn", "Tuule tn", "Vaate tn"},
}

// flats are the houses that have dwellings of their own.
var flats = map[string]bool{
	"Kase tn 12": true, "Sadama pst 14": true, "Turu tn 4": true, "Jaama tn 8": true,
	"Kooli tn 20": true, "Männi tn 10": true, "Lootsi tn 5": true, "Tuule tn 16": true,
}

// The corner of the town and the steps between streets and houses, in degrees:
// about 150 m from street to street and 63 m from house to house.
const (
	south, west = 58.8870, 25.4700
	border      = 25.5000
	north, east = 58.9160, 25.5300
	streetStep  = 0.00135
	houseStep   = 0.0011
)

func (g *generator) town() {
	g.Districts = []District{
		{Code: "keskus", Name: "Keskus", Area: ring(west-0.005, border)},
		{Code: "rannamae", Name: "Rannamäe", Area: ring(border, east+0.005)},
	}
	for d, names := range streets {
		for i, name := range names {
			g.Streets = append(g.Streets, Street{Name: name, Folded: premise.Fold(name)})
			for house := 1; house <= housesOfStreet; house++ {
				g.house(g.Districts[d].Code, name, house, premise.Point{
					degrees([2]float64{west, border}[d] + 0.001 + float64(house)*houseStep),
					// Even numbers stand across the street.
					degrees(south + float64(i)*streetStep + float64(house%2)*0.0003),
				})
			}
		}
	}
	for i := range g.Addresses {
		g.byLabel[g.Addresses[i].Address.Label] = &g.Addresses[i]
	}
}

func (g *generator) house(district, street string, house int, at premise.Point) {
	label := fmt.Sprintf("%s %d", street, house)
	building := g.address(label, district, at, "")
	if !flats[label] {
		return
	}
	for flat := 1; flat <= flatsOfHouse; flat++ {
		g.address(label+"-"+strconv.Itoa(flat), district, at, building)
	}
}

// address reads its own label as typed text is read, so that both have one key.
func (g *generator) address(label, district string, at premise.Point, building premise.ID) premise.ID {
	a := Address{Parsed: premise.ParseAddress(label, Town), Building: building}
	a.Address = premise.Address{
		ID: premise.ID(g.id("address", label)), Kind: a.Parsed.Kind, Label: label,
		Locality: Town, Point: &at, District: district,
	}
	g.Addresses = append(g.Addresses, a)
	return a.Address.ID
}

func ring(from, to float64) []premise.Point {
	const margin = 0.003
	return []premise.Point{{from, south - margin}, {to, south - margin}, {to, north + margin}, {from, north + margin}, {from, south - margin}}
}

// degrees rounds to a tenth of a metre or so, as a gazetteer gives them.
func degrees(d float64) float64 {
	const fine = 1e6
	return float64(int64(d*fine+0.5)) / fine
}
