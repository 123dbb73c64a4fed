package postgres_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"doorstep/internal/intake"
	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
	"doorstep/internal/premise"
)

func TestFindAddresses(t *testing.T) {
	pool := pgtest.Pool(t)
	s := postgres.New(pool)
	i, _ := begin(t, s, "a")
	var entries []intake.Address
	for _, text := range []string{"Abara tn 1", "Abara tn 12", "Abara tn 12/1", "Abara tn 12/1-5", "Abara tn 12/1-6", "Õismäe tee 7", "Sõpruse pst 238a", "Narva mnt 5",
		"700 BLK Gabriel St", "800 BLK Gabriel St", "1200 BLK W Martin St", "Heki tee 5", "Rohu tn 29", "Tohu tn 1", "Lääne tee 50", "Navarro St / Augusta", "7100 Blk N Loop 1604 W"} {
		entries = append(entries, intake.Address{Ref: text, Parsed: premise.ParseAddress(text, "Tallinn")})
	}
	entries = append(entries, intake.Address{Ref: "other", Parsed: premise.ParseAddress("Narva mnt 5", "Tartu")})
	if _, err := i.Addresses(t.Context(), entries, 1); err != nil {
		t.Fatal(err)
	}
	batch := callsFromFile(t, "id,at,address,type,lon,lat\n"+
		"1,"+time.Now().AddDate(0, -1, 0).UTC().Format(time.RFC3339)+",Narva mnt 5,Family,24.7,59.4\n"+
		"2,"+time.Now().AddDate(0, -2, 0).UTC().Format(time.RFC3339)+",Narva mnt 5,Noise,,\n"+
		"3,"+time.Now().AddDate(-2, 0, 0).UTC().Format(time.RFC3339)+",Narva mnt 5,Family,,\n")
	if _, err := i.Calls(t.Context(), batch, 2); err != nil {
		t.Fatal(err)
	}
	i.Close()

	for query, want := range map[string]string{
		"abara":               "Abara tn 1",
		"Abara tänav 12/1":    "Abara tn 12/1",
		"abara tn 12/1-5":     "Abara tn 12/1-5",
		"abara 12/1-6":        "Abara tn 12/1-6",
		"oismae 7":            "Õismäe tee 7",
		"ÕISMÄE TEE":          "Õismäe tee 7",
		"oismea tee":          "Õismäe tee 7", // a slip of the finger
		"sopruse 238a":        "Sõpruse pst 238a",
		"742 gabriel":         "700 block Gabriel St",
		"700-799 Gabriel":     "700 block Gabriel St",
		"801-899 GABRIEL ST":  "800 block Gabriel St",
		"gabriel 700 block":   "700 block Gabriel St",
		"1242 martin":         "1200 block W Martin St",
		"augusta and navarro": "Navarro St / Augusta",
		"Hrki tee 5":          "Heki tee 5", // no trigram is left of it
		"tohu 29":             "Rohu tn 29", // there is a Tohu tn, but no such house
		"Läne tee 50":         "Lääne tee 50",
		"6ism2e tee 7":        "Õismäe tee 7",
		"abaratn 12":          "Abara tn 12",
		"Harju maakond, Tallinn, Haabersti linnaosa, Abara tn 12": "Abara tn 12",
		"martin st":            "1200 block W Martin St",
		"augusta":              "Navarro St / Augusta",
		"n loop 1604":          "7100 block N Loop 1604 W",
		"нарва мнт 5, Таллинн": "Narva mnt 5",
	} {
		found, err := s.FindAddresses(t.Context(), premise.Search{Text: query, Limit: 8})
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 || found[0].Label != want {
			t.Errorf("%q finds %+v, want %s first", query, found, want)
		}
	}

	for _, query := range []string{"", " ", "a", "xqzzy 5", "%", "12"} {
		if found, err := s.FindAddresses(t.Context(), premise.Search{Text: query, Limit: 8}); err != nil || len(found) != 0 {
			t.Errorf("%q finds %+v, %v", query, found, err)
		}
	}

	tartu, err := s.FindAddresses(t.Context(), premise.Search{Text: "narva mnt 5, tartu", Limit: 8})
	if err != nil || len(tartu) != 2 || tartu[0].Locality != "Tartu" {
		t.Errorf("with the town said: %+v, %v", tartu, err)
	}
	elsewhere, err := s.FindAddresses(t.Context(), premise.Search{Text: "narva mnt 5", Limit: 1, District: "nowhere"})
	if err != nil || len(elsewhere) != 0 {
		t.Errorf("in a district without such a street: %+v, %v", elsewhere, err)
	}
	near, err := s.FindAddresses(t.Context(), premise.Search{Text: "narva mnt 5, tallinn", Near: &premise.Point{24.7, 59.4}, Limit: 1})
	if err != nil || len(near) != 1 {
		t.Fatalf("found %+v, %v", near, err)
	}
	if near[0].Incidents12m != 2 || near[0].DV12m != 1 || near[0].Point == nil {
		t.Errorf("found %+v, want 2 incidents in 12 months, 1 of them DV", near[0])
	}
}

// Two streets cross at 24.75, 59.43; even numbers stand opposite odd ones.
func TestPlacesToldByOthers(t *testing.T) {
	s := postgres.New(pgtest.Pool(t))
	i, _ := begin(t, s, "places")
	var entries []intake.Address
	add := func(text string, x, y float64) {
		entries = append(entries, intake.Address{Ref: text, Parsed: premise.ParseAddress(text, "Tallinn"), Spot: &intake.Spot{X: x, Y: y, EPSG: 4326}})
	}
	for n := range 6 {
		house := strconv.Itoa(n + 1)
		add("Narva mnt "+house, 24.75+float64(n)*0.0006, 59.43+float64(n%2)*0.0002)
		add("Pronksi tn "+house, 24.75+float64(n%2)*0.0003, 59.43+float64(n)*0.0006)
	}
	add("Narva mnt 5-12", 24.7524, 59.43)
	add("Peterburi tee 2", 24.80, 59.43)
	if _, err := i.Addresses(t.Context(), entries, 1); err != nil {
		t.Fatal(err)
	}
	i.Close()

	find := func(q premise.Search) []premise.Found {
		t.Helper()
		q.Limit = 8
		found, err := s.FindAddresses(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	for query, want := range map[string]struct{ label, how string }{
		"krt 12 Narva mnt 5":             {"Narva mnt 5-12", premise.HowTyped},
		"narva 5 korter 12":              {"Narva mnt 5-12", premise.HowTyped},
		"Нарвское шоссе 5":               {"Narva mnt 5", premise.HowTyped},
		"улица Пронкси 3":                {"Pronksi tn 3", premise.HowTyped},
		"Narva road 5":                   {"Narva mnt 5", premise.HowTyped},
		"Ленинградское шоссе 2":          {"Peterburi tee 2", premise.HowTyped},
		"vastas Narva mnt 1":             {"Narva mnt 2", premise.HowAcross},
		"opposite 1 narva":               {"Narva mnt 2", premise.HowAcross},
		"напротив Пронкси 3":             {"Pronksi tn 2", premise.HowAcross},
		"Narva mnt ja Pronksi tn nurk":   {"Narva mnt 1", premise.HowCorner},
		"corner of narva and pronksi":    {"Narva mnt 1", premise.HowCorner},
		"угол Пронкси и Нарвского шоссе": {"Narva mnt 1", premise.HowCorner},
		"pronksi / narva mnt":            {"Narva mnt 1", premise.HowCorner},
	} {
		found := find(premise.Search{Text: query})
		if len(found) == 0 || found[0].Label != want.label || found[0].How != want.how {
			t.Errorf("%q finds %+v, want %+v first", query, found, want)
		}
	}
	around := find(premise.Search{Near: &premise.Point{24.7524, 59.4301}, Radius: 30})
	if len(around) == 0 || around[0].Label != "Narva mnt 5" || around[0].How != premise.HowPosition {
		t.Errorf("around a position: %+v", around)
	}
	for i, f := range around {
		if f.Beyond != (f.Metres > 30) || f.Metres <= 0 || i > 0 && around[i-1].Beyond && !f.Beyond {
			t.Errorf("%s is %.0f m off, beyond %v, in place %d", f.Label, f.Metres, f.Beyond, i)
		}
	}
	if n := len(around); n == 0 || around[0].Beyond || !around[n-1].Beyond {
		t.Errorf("30 m reach some of them, and not all: %+v", around)
	}
	for _, f := range find(premise.Search{Near: &premise.Point{24.7524, 59.4301}}) {
		if f.Beyond {
			t.Errorf("%s is beyond a radius that nobody gave", f.Label)
		}
	}
	if far := find(premise.Search{Near: &premise.Point{26, 58}, Radius: 30}); len(far) != 0 {
		t.Errorf("far away: %+v", far)
	}
}

// TestFindRenamedAddress: people go on saying what a house was called.
func TestFindRenamedAddress(t *testing.T) {
	pool := pgtest.Pool(t)
	s := postgres.New(pool)
	load := func(file string, texts ...string) {
		t.Helper()
		i, _ := begin(t, s, file)
		defer i.Close()
		var entries []intake.Address
		for n, text := range texts {
			entries = append(entries, intake.Address{Ref: strconv.Itoa(n), Parsed: premise.ParseAddress(text, "Tallinn")})
		}
		if _, err := i.Addresses(t.Context(), entries, 1); err != nil {
			t.Fatal(err)
		}
	}
	load("before", "Punane tn 5", "Punane tn 5-2", "Punane tn 50")
	load("after", "Roheline tn 7", "Roheline tn 7-2", "Punane tn 50")
	for query, want := range map[string][]string{
		"punane tn 5":   {"Roheline tn 7, was Punane tn 5", "Roheline tn 7-2, was Punane tn 5", "Punane tn 50, was "},
		"punane 5-2":    {"Roheline tn 7-2, was Punane tn 5", "Roheline tn 7, was Punane tn 5", "Punane tn 50, was "},
		"roheline tn 7": {"Roheline tn 7, was ", "Roheline tn 7-2, was "},
	} {
		found, err := s.FindAddresses(t.Context(), premise.Search{Text: query, Limit: 8})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range found {
			got = append(got, f.Label+", was "+f.Former)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}
