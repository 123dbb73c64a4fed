package instrument_test

import (
	"strconv"
	"testing"

	"doorstep/internal/instrument"
)

// shipped returns one of the instruments that come with the program. That they
// load at all says that their own vectors hold.
func shipped(tb testing.TB, code string) instrument.Definition {
	tb.Helper()
	all, err := instrument.Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	for _, d := range all {
		if d.Code == code {
			return d
		}
	}
	tb.Fatalf("%s is not shipped", code)
	return instrument.Definition{}
}

func TestWithheldInstrumentsHoldNoWording(t *testing.T) {
	for code, items := range map[string]int{"dash_ric": 24, "dash_2009": 27, "lap": 11, "danger_assessment": 21, "odara": 13} {
		d := shipped(t, code)
		if d.Licence.Texts != instrument.Withheld || len(d.Languages) > 0 {
			t.Errorf("%s: the licence says %s, languages %v", code, d.Licence.Texts, d.Languages)
		}
		if len(d.Items) != items {
			t.Errorf("%s has %d items, want %d", code, len(d.Items), items)
		}
	}
}

func TestShippedInstrumentsHaveNoFindings(t *testing.T) {
	all, err := instrument.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		for _, f := range d.Lint() {
			t.Errorf("%s: %s", d.Code, f)
		}
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
