package demo

import (
	_ "embed"
	"fmt"
	"strings"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/premise"
)

//go:embed names.csv
var namesFile string

// names by list, such as first_names_female_est.
type names map[string][]string

func readNames() names {
	all := names{}
	for _, line := range lines(namesFile)[1:] {
		list, name, _ := strings.Cut(strings.TrimSpace(line), ",")
		all[list] = append(all[list], name)
	}
	return all
}

const (
	female = "female"
	male   = "male"
)

// name combines a given and a family name at random, mostly Estonian ones.
func (g *generator) name(sex string) string {
	language := "est"
	if g.dice.IntN(4) == 0 {
		language = "rus"
	}
	return g.nameIn(sex, language)
}

func (g *generator) nameIn(sex, language string) string {
	family := pick(g, g.names["last_names_"+language])
	if language == "rus" && sex == female {
		for _, end := range []string{"ov", "ev", "in"} {
			if strings.HasSuffix(family, end) {
				family += "a"
				break
			}
		}
	}
	return pick(g, g.names["first_names_"+sex+"_"+language]) + " " + family
}

// person invents somebody of an age. The phone numbers begin with zeros, as no
// subscriber's does.
func (g *generator) person(name string, age int) string {
	n := len(g.Persons)
	p := Person{
		ID: g.id("person", n), Name: name,
		Born: time.Date(2026-age, time.Month(1+g.dice.IntN(12)), 1+g.dice.IntN(28), 0, 0, 0, 0, time.UTC),
	}
	if g.dice.IntN(3) > 0 {
		p.Phone = fmt.Sprintf("+3720000%04d", n)
	}
	g.Persons = append(g.Persons, p)
	return p.ID
}

// crews are the officers of each unit: whether they are a woman, and whether
// they are trained for domestic violence.
var crews = [][2]struct{ woman, trained bool }{
	{{true, true}, {false, false}},  // N-101: mixed, trained
	{{false, false}, {false, true}}, // N-102
	{{false, false}, {false, false}},
	{{true, false}, {false, false}}, // N-104: mixed
	{{true, false}, {true, true}},
	{{false, false}, {false, false}},
}

func (g *generator) staff() {
	for i, language := range []string{"en", "ru"} {
		g.account(Account{Username: fmt.Sprint("calltaker", i+1), Role: access.CallTaker, Language: language, Sex: female})
	}
	// With a name of her own, so that the dice fall as before for all others.
	g.account(Account{Username: "supervisor1", Name: "Kadri Ilves", Role: access.ShiftSupervisor, Sex: female})
	for u, crew := range crews {
		district := g.Districts[u/3]
		unit := Unit{
			ID: g.id("unit", u), CallSign: fmt.Sprintf("N-%d", 101+u), District: district.Code,
			Point: premise.Point{degrees(west + 0.007 + float64(u/3)*(border-west) + 0.008*float64(u%3)), degrees(south + 0.004 + 0.009*float64(u%3))},
		}
		for o, officer := range crew {
			a := Account{Username: fmt.Sprint("patrol", 2*u+o+1), Role: access.PatrolOfficer, Sex: male, DVTrained: officer.trained}
			if officer.woman {
				a.Sex = female
			}
			if o == 1 {
				a.Language = "et"
			}
			unit.Crew = append(unit.Crew, g.account(a))
		}
		g.Units = append(g.Units, unit)
	}
	g.account(Account{Username: "district1", Role: access.DistrictOfficer, District: "keskus", Sex: male})
	g.account(Account{Username: "district2", Role: access.DistrictOfficer, District: "rannamae", Sex: female, Language: "et"})
	g.account(Account{Username: "admin", Role: access.Administrator, Sex: female})
	g.account(Account{Username: "admin2", Role: access.Administrator, Sex: male})
}

func (g *generator) account(a Account) string {
	a.ID = g.id("account", a.Username)
	if a.Name == "" {
		a.Name = g.nameIn(a.Sex, "est")
	}
	if a.Language == "" {
		a.Language = "en"
	}
	g.Accounts = append(g.Accounts, a)
	return a.ID
}

// as is the id of an account by its user name.
func (g *generator) as(username string) string { return g.id("account", username) }
