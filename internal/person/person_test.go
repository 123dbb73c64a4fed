package person_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/person"
)

// The check digits of the examples were computed by hand from the rule.
func TestNationalIDs(t *testing.T) {
	cases := []struct {
		in, number, born string
		checked          bool
		refused          string
	}{
		{in: "37605030299", number: "37605030299", born: "1976-05-03", checked: true},
		{in: " 376 0503 0299 ", number: "37605030299", born: "1976-05-03", checked: true},
		{in: "60001010007", number: "60001010007", born: "2000-01-01", checked: true},
		{in: "37605030298", refused: "check digit"},
		{in: "3760503029", refused: "11 digits"},
		{in: "37613030293", refused: "day of birth"},
		{in: "07605030296", refused: "century"},
		{in: "376:5030299", refused: "':'"},
		{in: "fi 131052-308t", number: "FI131052-308T"},
		{in: "120190-10101", number: "120190-10101"},
	}
	for _, c := range cases {
		got, err := person.ParseNationalID(c.in)
		if c.refused != "" {
			if !errors.Is(err, person.ErrNationalID) || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%q: got %+v, %v, want a refusal over %s", c.in, got, err, c.refused)
			}
			continue
		}
		if err != nil || got.Number != c.number || got.BirthDate != c.born || got.Checked != c.checked {
			t.Errorf("%q: got %+v, %v", c.in, got, err)
		}
	}
}

// Where the first weights give ten the second ones are taken, and a few slips
// in a hundred pass: why a number alone, against name or birth date, is not
// certain.
func TestASlipInAPersonalCodeIsNoticed(t *testing.T) {
	const right = "37605030299"
	passed := 0
	for at := range right {
		for digit := '0'; digit <= '9'; digit++ {
			if _, err := person.ParseNationalID(right[:at] + string(digit) + right[at+1:]); err == nil {
				passed++
			}
		}
	}
	if own := len(right); passed < own || passed > own+3 {
		t.Errorf("%d of %d slips pass", passed-own, 9*own)
	}
}

func TestANameHasOneKeyHoweverItIsWritten(t *testing.T) {
	for _, spellings := range [][]string{
		{"Jevgeni Štšerbakov", "Евгений Щербаков", "Shcherbakov, Yevgeny", "ŠTŠERBAKOV JEVGENI"},
		{"Tatjana Mihhailova", "Татьяна Михайлова", "Tatyana Mikhailova"},
		{"Juri Tsvetkov", "Юрий Цветков", "Yuriy Tsvetkov", "Jüri  Tsvetkov"},
		{"Õnne Käär", "onne kaar", "Käär, Õnne"},
	} {
		for _, s := range spellings[1:] {
			if person.NameKey(s) != person.NameKey(spellings[0]) {
				t.Errorf("%q is %q, %q is %q", spellings[0], person.NameKey(spellings[0]), s, person.NameKey(s))
			}
		}
	}
	for _, two := range [][2]string{{"Mari Tamm", "Mare Tamm"}, {"Jaan Saar", "Jaana Saar"}, {"Olga Ivanova", "Oleg Ivanov"}} {
		if person.NameKey(two[0]) == person.NameKey(two[1]) {
			t.Errorf("%q and %q have one key", two[0], two[1])
		}
	}
}

func TestPhonesAreWrittenInOneWay(t *testing.T) {
	for in, want := range map[string]string{
		"5512 3456": "+37255123456", "+372 5512 3456": "+37255123456", "00372-55123456": "+37255123456",
		"+358 40 123 4567": "+358401234567", "112a": "112", "": "",
	} {
		if got := person.Phone(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestCompare(t *testing.T) {
	base := person.Person{Name: "Mari Tamm", BirthDate: "1990-02-11", NationalID: "49002110001", Phone: "55123456"}
	if _, err := person.ParseNationalID(base.NationalID); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name  string
		other person.Person
		want  person.Match
	}{
		{"the number", person.Person{NationalID: "49002110001"}, person.Match{Certainty: person.Certain, Reason: person.ByNationalID}},
		{"the number with an initial", person.Person{Name: "M. Tamm", NationalID: "49002110001"}, person.Match{Certainty: person.Certain, Reason: person.ByNationalID}},
		{"the number of somebody else", person.Person{Name: "Jaan Kask", NationalID: "49002110001"}, person.Match{Certainty: person.Likely, Reason: person.ByNationalID}},
		{"the number, lent to a sister", person.Person{Name: "Mare Tamm", NationalID: "49002110001"}, person.Match{Certainty: person.Likely, Reason: person.ByNationalID}},
		{"another number", person.Person{Name: "Mari Tamm", NationalID: "37605030299"}, person.Match{}},
		{"another state's number", person.Person{Name: "Mari Tamm", BirthDate: "1990-02-11", NationalID: "FI 110290-000A"}, person.Match{Certainty: person.Possible, Reason: person.ByNameAndBirth}},
		{"name and birth date", person.Person{Name: "Tamm, Mari", BirthDate: "1990-02-11"}, person.Match{Certainty: person.Likely, Reason: person.ByNameAndBirth}},
		{"the birth date in the number", person.Person{Name: "Mari Tamm", BirthDate: "1990-11-02"}, person.Match{Certainty: person.Possible, Reason: person.ByNameNearBirth}},
		{"a father's birth date", person.Person{Name: "Mari Tamm", BirthDate: "1960-02-11"}, person.Match{}},
		{"a misspelled name", person.Person{Name: "Mari Tam", BirthDate: "1990-02-11"}, person.Match{Certainty: person.Likely, Reason: person.ByNameAndBirth}},
		{"a slip in the name", person.Person{Name: "Mari Tamn", BirthDate: "1990-02-11"}, person.Match{Certainty: person.Possible, Reason: person.BySimilarName}},
		{"another surname", person.Person{Name: "Mari Kask", BirthDate: "1990-02-11"}, person.Match{Certainty: person.Possible, Reason: person.ByGivenName}},
		{"a twin", person.Person{Name: "Kadri Tamm", BirthDate: "1990-02-11", Phone: "55123456"}, person.Match{}},
		{"a telephone", person.Person{Phone: "+372 5512 3456"}, person.Match{Certainty: person.Likely, Reason: person.ByPhone}},
		{"a telephone at home", person.Person{Name: "Jaan Tamm", Phone: "55123456"}, person.Match{}},
		{"a sister of nearly one name", person.Person{Name: "Marii Tamm", Phone: "55123456"}, person.Match{Certainty: person.Likely, Reason: person.ByPhone}},
		{"a name", person.Person{Name: "Mari Tamm"}, person.Match{Certainty: person.Possible, Reason: person.ByName}},
		{"half a name", person.Person{Name: "Mari"}, person.Match{}},
		{"nothing", person.Person{}, person.Match{}},
	}
	for _, c := range cases {
		a, b := person.Identify(base), person.Identify(c.other)
		if got := person.Compare(a, b); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
		if person.Compare(a, b) != person.Compare(b, a) {
			t.Errorf("%s: the order matters", c.name)
		}
	}
}

// TestCompareSpellings: one human being, with one birth date.
func TestCompareSpellings(t *testing.T) {
	for a, b := range map[string]string{
		"Mari-Liis Kull": "Mariliis Kull",
		"Anne-Mai Kuus":  "Annemai Pärn", // the surname changed as well
		"Jüri Müür":      "Jueri Mueuer",
		"Сергей Гончар":  "Serhii Honchar",
		"Oleg Vorobjov":  "Oleh Vorobiov",
	} {
		one, other := person.Person{Name: a, BirthDate: "1990-02-11"}, person.Person{Name: b, BirthDate: "1990-02-11"}
		if got := person.Compare(person.Identify(one), person.Identify(other)); !got.Found() || got.Certainty == person.Certain {
			t.Errorf("%s and %s: %+v", a, b, got)
		}
	}
}

// TestNearBirths: records are looked up by the days that a slip makes of a day.
func TestNearBirths(t *testing.T) {
	days := person.NearBirths("1989-03-12")
	for day, want := range map[string]bool{
		"1989-12-03": true,  // day and month
		"1989-03-21": true,  // two digits of the day
		"1998-03-12": true,  // two of the year, nine years
		"1989-03-13": true,  // one digit
		"1988-03-12": true,  // one of the year
		"1979-03-12": false, // a decade
		"1889-03-12": false,
		"1980-03-21": false, // two slips
	} {
		a, b := person.Person{Name: "Rein Kukk", BirthDate: "1989-03-12"}, person.Person{Name: "Rein Kukk", BirthDate: day}
		found := person.Compare(person.Identify(a), person.Identify(b)).Found()
		if found != want || slices.Contains(days, day) != want {
			t.Errorf("%s: found %v, looked up %v, want %v", day, found, slices.Contains(days, day), want)
		}
	}
}

// Of the labelled pairs none that is two human beings may be certain, and of
// those that are one at least 95 in 100 must be found.
func TestLabelledPairs(t *testing.T) {
	for file, least := range map[string]person.Score{
		"pairs.csv":   {Pairs: 500, Same: 300},
		"written.csv": {Pairs: 150, Same: 100},
	} {
		f, err := os.Open("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		pairs, err := person.ReadPairs(f)
		if err != nil {
			t.Fatal(err)
		}
		all := person.Judge(file, pairs)
		if all.Pairs < least.Pairs || all.Same < least.Same || all.Pairs-all.Same < 50 {
			t.Fatalf("too few pairs: %+v", all)
		}
		if all.FalseCertain > 0 || all.Found < 0.95 {
			t.Errorf("got %+v", all)
		}
	}
}

func TestBadPairsAreRefusedWithTheirLine(t *testing.T) {
	head := "kind,label,a_name,a_birth_date,a_national_id,a_phone,b_name,b_birth_date,b_national_id,b_phone\n"
	for in, want := range map[string]string{
		"":                            "columns",
		"kind,label\n":                "fields",
		head + "x,maybe,,,,,,,,\n":    "line 2",
		head + "x,same,too,few,,,,\n": "line 2",
	} {
		if _, err := person.ReadPairs(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", in, err)
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("Mari Tamm", "1990-02-11", "49002110001", "55123456", "Мария Тамм", "1990-11-02", "FI 1-2", "+372 55123456")
	f.Add("'", "", "", "", "-", "xxxx-xx-xx", "1", "\xff")
	f.Fuzz(func(t *testing.T, n1, b1, i1, p1, n2, b2, i2, p2 string) {
		x := person.Identify(person.Person{Name: n1, BirthDate: b1, NationalID: i1, Phone: p1})
		y := person.Identify(person.Person{Name: n2, BirthDate: b2, NationalID: i2, Phone: p2})
		got := person.Compare(x, y)
		if got != person.Compare(y, x) {
			t.Error("the order matters")
		}
		if got.Certainty == person.Certain && got.Reason != person.ByNationalID {
			t.Errorf("certain without a number: %+v", got)
		}
		for _, day := range person.NearBirths(b1) {
			if len(day) != len(b1) {
				t.Errorf("%q is no day near %q", day, b1)
			}
		}
	})
}
