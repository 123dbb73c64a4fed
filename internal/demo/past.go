package demo

import (
	"cmp"
	"slices"
	"time"

	"doorstep/internal/incident"
	"doorstep/internal/premise"
)

// everydayCalls is how many incidents the past has beside the stories.
const everydayCalls = 570

// years is how far the past goes back.
const years = 3

// busy says how much each month brings, in tenths: domestic violence peaks
// around the turn of the year and in July.
var busy = [12]int{15, 9, 9, 10, 10, 11, 14, 10, 9, 10, 10, 17}

// hours are drawn with these weights: evenings and nights bring most.
var hours = [24]int{6, 5, 4, 3, 2, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8, 9, 10, 10, 8}

// kind is one sort of everyday call and how it tends to end.
type kind struct {
	weight                        int
	class, typ, relationship, end string
	summaries                     []string
	flags                         []string
	cast                          cast
}

// cast is who was hurt, and by whom.
type cast int

const (
	nobody     cast = iota // whom the centre would remember
	womanHurt              // by a man of about her age
	manHurt                // by a woman of about his age
	motherHurt             // by her grown-up son
)

var kinds = []kind{
	{16, "dv", "domestic", "partner", "report written", []string{
		"Elukaaslane lõi. Kannatanu kuulati eraldi, teabeleht täidetud.",
		"Abikaasade tüli, mees tõukas. Mees lahkus ööseks sõbra juurde.",
		"Hit by her partner after drinking. He was taken to sober up.",
	}, []string{"violence_now", "injury", "intoxicated", "threats", "children_present", "coercive_control", "earlier_violence"}, womanHurt},
	{3, "dv", "domestic", "partner", "report written", []string{
		"Naine lõi meest pudeliga. Mõlemad kuulatud eraldi, menetlus alustatud.",
		"She hit him and broke his phone. He was shown the way to victim support.",
	}, []string{"violence_now", "injury", "intoxicated", "coercive_control"}, manHurt},
	{8, "dv", "domestic", "ex_partner", "suspect detained", []string{
		"Endine elukaaslane tungis korterisse. Peeti kinni.",
		"Former husband at the door, threats. Gone on arrival, found later.",
	}, []string{"threats", "separation", "stalking", "suspect_present", "violence_now", "no_safe_place"}, womanHurt},
	{5, "dv", "domestic", "child", "report written", []string{
		"Täiskasvanud poeg ähvardas ema. Poeg viidi ära.",
		"Grown-up son demanded money and pushed his mother.",
	}, []string{"threats", "substance_problem", "vulnerable_person", "violence_now"}, motherHurt},
	{7, "suspected_dv", "noise", "", "warned", []string{
		"Naabrid kuulsid karjumist. Ukse avas mees, naine ütles, et kõik on korras.",
		"Kõne katkes. Kohapeal vaikus, räägiti läbi ukse.",
	}, []string{"line_cut", "no_safe_place", "suspect_present"}, womanHurt},
	{16, "not_dv", "noise", "", "warned", []string{"Vali muusika. Tehti märkus.", "Loud party, turned down.", "Naabrite tüli parkimise pärast."}, nil, nobody},
	{10, "not_dv", "theft", "", "report written", []string{"Jalgratas varastatud trepikojast.", "Poevargus, kaup tagastatud."}, nil, nobody},
	{9, "not_dv", "traffic", "", "report written", []string{"Kaks autot põrkasid kokku, vigastatuid ei ole.", "Car on the pavement, moved."}, nil, nobody},
	{8, "not_dv", "check_welfare", "", "no report", []string{"Eakas ei vastanud telefonile. Kodus, terve.", "Checked, all well."}, nil, nobody},
	{6, "not_dv", "fight", "not_domestic", "warned", []string{"Kaks võõrast rüselesid kõrtsi ees.", "Noorte tüli, laiali saadetud."}, []string{"intoxicated"}, nobody},
	{6, "not_dv", "suspicious_person", "", "gone on arrival", []string{"Võõras hoovis, enne patrulli lahkunud."}, nil, nobody},
	{4, "not_dv", "animal", "", "no report", []string{"Lahtine koer, omanik leitud."}, []string{"dog"}, nobody},
	{5, "unclassified", "unknown_trouble", "", "unfounded", []string{"Juhuslik kõne.", "Silent call, number called back, a child at play."}, nil, nobody},
}

// everyday fills the years with calls at addresses that have no story.
func (g *generator) everyday() {
	var quiet []*Address
	for i := range g.Addresses {
		a := &g.Addresses[i]
		whole := flats[a.Address.Label] // calls are behind a door, not at the house
		if !whole && !g.told[a.Address.Label] {
			quiet = append(quiet, a)
		}
	}
	total := 0
	for _, k := range kinds {
		total += k.weight
	}
	for range everydayCalls {
		g.everydayCall(pick(g, quiet), g.kind(total), g.moment())
	}
	slices.SortStableFunc(g.Incidents, func(a, b Incident) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID))
	})
	for i := range g.Incidents {
		in := &g.Incidents[i]
		in.Number = incident.Number(in.Received, int64(i+1))
	}
}

func (g *generator) kind(total int) kind {
	at := g.dice.IntN(total)
	for _, k := range kinds {
		if at -= k.weight; at < 0 {
			return k
		}
	}
	return kinds[0]
}

// moment is some time in the past, at least a fortnight ago, in the rhythm of
// the year and the day.
func (g *generator) moment() time.Time {
	const fortnight = 14
	for {
		day := g.At.AddDate(0, 0, -fortnight-g.dice.IntN(years*365-fortnight))
		if g.dice.IntN(17) < busy[day.Month()-1] {
			return g.clock(day, g.hour())
		}
	}
}

func (g *generator) hour() int {
	total := 0
	for _, w := range hours {
		total += w
	}
	at := g.dice.IntN(total)
	for h, w := range hours {
		if at -= w; at < 0 {
			return h
		}
	}
	return 0
}

// clock is some minute of an hour of a day.
func (g *generator) clock(day time.Time, hour int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), hour, g.dice.IntN(60), g.dice.IntN(60), 0, time.UTC)
}

func (g *generator) everydayCall(a *Address, k kind, at time.Time) {
	in := Incident{
		Class: k.class, Type: k.typ, Relationship: k.relationship, Received: at,
		Disposition: k.end, Summary: pick(g, k.summaries), Priority: 3 + g.dice.IntN(2), Flags: []string{},
	}
	if len(k.flags) > 0 {
		in.Flags = g.some(1+g.dice.IntN(min(3, len(k.flags))), k.flags)
	}
	if domestic(k.class) {
		in.Priority = 1 + g.dice.IntN(3)
		in.RiskLevel = []string{"high", "medium", "low"}[in.Priority-1]
	}
	in.Parties = g.pair(k.cast)
	g.incident(a.Address, in)
}

func (g *generator) pair(c cast) []Party {
	if c == nobody {
		return nil
	}
	victim, suspect := female, male
	if c == manHurt {
		victim, suspect = male, female
	}
	victimAge := 20 + g.dice.IntN(45)
	suspectAge := max(18, victimAge-4+g.dice.IntN(10))
	if c == motherHurt {
		victimAge, suspectAge = 55+g.dice.IntN(25), 20+g.dice.IntN(15)
	}
	return couple(g.person(g.name(victim), victimAge), g.person(g.name(suspect), suspectAge))
}

// incident completes one: its id, place, and how long each step took.
func (g *generator) incident(at premise.Address, in Incident) Incident {
	minutes := func(least, spread int) time.Duration {
		return time.Duration(least+g.dice.IntN(spread)) * time.Minute
	}
	in.ID = g.idAt(in.Received, "incident", len(g.Incidents))
	in.AddressID, in.District = string(at.ID), at.District
	in.Dispatched = in.Received.Add(minutes(1, 6))
	in.Arrived = in.Dispatched.Add(minutes(4, 18))
	in.Closed = in.Arrived.Add(minutes(25, 90))
	if in.RaisedBy == "" {
		in.RaisedBy = g.as(pick(g, []string{"calltaker1", "calltaker2"}))
	}
	g.Incidents = append(g.Incidents, in)
	return in
}

func domestic(class string) bool { return class == "dv" || class == "suspected_dv" }
