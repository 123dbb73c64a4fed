package premise_test

import (
	"testing"

	"doorstep/internal/premise"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Õismäe tee":           "oismae tee",
		"Tõnismägi":            "tonismagi",
		"Pärnu maantee":        "parnu mnt",
		"Sõpruse puiestee":     "sopruse pst",
		"ABARA TÄNAV":          "abara tn",
		"W Martin Street":      "w martin st",
		"Court St":             "court st",
		"N St Mary's St":       "n st marys st",
		"Binz-engleman":        "binz engleman",
		"Loop Road  N":         "loop rd n",
		"Нарва мнт":            "narva mnt",
		"ул. Лаагна":           "laagna tn",
		"a\u0308mari":          "amari",
		"":                     "",
		" - ":                  "",
		"Straße":               "strasse",
		"Ülemiste/Šnelli žest": "ulemiste snelli zest",
	} {
		if got := premise.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestStreetName(t *testing.T) {
	for in, want := range map[string]string{"n st marys st": "marys", "sopruse pst": "sopruse", "st m": "", "vana narva mnt": "vana narva", "court st": "court", "lane tee": "lane", "tn kase": "kase"} {
		if got := premise.StreetName(in); got != want {
			t.Errorf("StreetName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]premise.Parsed{
		"701-799 GABRIEL":  {Kind: "block", Label: "700 block GABRIEL", Locality: "X", Street: "GABRIEL", Folded: "gabriel", Hundred: 700, Key: "x|gabriel|#700"},
		"1100 BLK ORCUTT;": {Kind: "block", Label: "1100 block ORCUTT", Locality: "X", Street: "ORCUTT", Folded: "orcutt", Hundred: 1100, Key: "x|orcutt|#1100"},
		"1900 BLOCK N BETTY LN": {Kind: "block", Label: "1900 block N BETTY LN", Locality: "X", Street: "N BETTY LN", Folded: "n betty ln", Hundred: 1900,
			Key: "x|n betty ln|#1900"},
		"S Navidad / Merida St": {Kind: "crossing", Label: "S Navidad / Merida St", Locality: "X", Hundred: -1, Key: "x|merida st & s navidad"},
		"MERIDA STREET & S NAVIDAD; PLACE;": {Kind: "crossing", Label: "MERIDA STREET & S NAVIDAD", Locality: "X", Hundred: -1, Place: "PLACE",
			Key: "x|merida st & s navidad"},
		"2948 HIGUERA S; PLACE;": {Kind: "building", Label: "2948 HIGUERA S", Locality: "X", Street: "HIGUERA S", Folded: "higuera s", House: "2948", Hundred: -1,
			Place: "PLACE", Key: "x|higuera s|2948"},
		"3858 HIGUERA S # D16;": {Kind: "dwelling", Label: "3858 HIGUERA S # D16", Locality: "X", Street: "HIGUERA S", Folded: "higuera s", House: "3858", Hundred: -1,
			Unit: "d16", Key: "x|higuera s|3858|d16"},
		"Abara tn 12/1-5": {Kind: "dwelling", Label: "Abara tn 12/1-5", Locality: "X", Street: "Abara tn", Folded: "abara tn", House: "12/1", Hundred: -1,
			Unit: "5", Key: "x|abara tn|12/1|5"},
		"Abara tänav 12/1 korter 5": {Kind: "dwelling", Label: "Abara tänav 12/1 korter 5", Locality: "X", Street: "Abara tänav", Folded: "abara tn", House: "12/1",
			Hundred: -1, Unit: "5", Key: "x|abara tn|12/1|5"},
		"Harju maakond, Tallinn, Haabersti linnaosa, Abara tn 5A": {Kind: "building", Label: "Abara tn 5A", Locality: "X", Street: "Abara tn", Folded: "abara tn",
			House: "5a", Hundred: -1, Key: "x|abara tn|5a"},
		"500 BLOCK 549 MANDALAY AVE": {Kind: "block", Label: "500 block MANDALAY AVE", Locality: "X", Street: "MANDALAY AVE", Folded: "mandalay ave", Hundred: 500,
			Key: "x|mandalay ave|#500"},
		"CLEVELAND ST/S MADISON AVE":  {Kind: "crossing", Label: "CLEVELAND ST/S MADISON AVE", Locality: "X", Hundred: -1, Key: "x|cleveland st & s madison ave"},
		"B ST/ A AVE":                 {Kind: "crossing", Label: "B ST/ A AVE", Locality: "X", Hundred: -1, Key: "x|a ave & b st"},
		"Sapd East Patrol Substation": {Kind: "place", Label: "Sapd East Patrol Substation", Locality: "X", Hundred: -1, Key: "x|@sapd east patrol substation"},
		"Loop 410":                    {Kind: "place", Label: "Loop 410", Locality: "X", Hundred: -1, Key: "x|@loop 410"},
		"":                            {Kind: "unverified", Locality: "X", Hundred: -1},
		";;":                          {Kind: "unverified", Locality: "X", Hundred: -1},
	} {
		if got := premise.ParseAddress(text, "X"); got != want {
			t.Errorf("ParseAddress(%q)\n got %+v\nwant %+v", text, got, want)
		}
	}
}

func TestParseAddressNamesItsLocality(t *testing.T) {
	p := premise.ParseAddress("Abara tn 5, Tallinn", "")
	if p.Locality != "Tallinn" || p.Key != "tallinn|abara tn|5" {
		t.Errorf("read %+v", p)
	}
	if got := premise.ParseAddress("Abara tn 5-2, Tallinn", "").BuildingKey(); got != p.Key {
		t.Errorf("the building of flat 2 is %q, want %q", got, p.Key)
	}
}

func TestParseBlockIsOneInEverySpelling(t *testing.T) {
	for _, text := range []string{"700 Gabriel St", "701-799 GABRIEL ST", "742 gabriel street", "700 Blk Gabriel St", "700 BLOCK GABRIEL STREET"} {
		if p := premise.ParseBlock(text, "San Antonio"); p.Key != "san antonio|gabriel st|#700" || p.Kind != premise.Block {
			t.Errorf("ParseBlock(%q) = %+v", text, p)
		}
	}
}

// FuzzParseAddress holds that no text is lost: what has a letter or a digit has
// a key, the key has no case, and the reading does not depend on spaces.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"701-799 GABRIEL", "Abara tn 12/1-5", "A / B", "29°17'36 / 98°27'57", "3858 HIGUERA S # D16; X;", "ул. Мира 5", "Harju, , 5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := premise.ParseAddress(s, "X")
		if (p.Key == "") != (premise.Fold(s) == "") {
			t.Fatalf("%q has key %q and folds to %q", s, p.Key, premise.Fold(s))
		}
		if again := premise.ParseAddress(" "+s+"  ", "X"); again != p {
			t.Fatalf("%q reads as %+v, with spaces as %+v", s, p, again)
		}
		if once := premise.Fold(s); premise.Fold(once) != once {
			t.Fatalf("Fold is not stable: %q, then %q", once, premise.Fold(once))
		}
		if (p.Kind == premise.Block) != (p.Hundred >= 0) {
			t.Fatalf("%q is a %s of hundred %d", s, p.Kind, p.Hundred)
		}
	})
}
