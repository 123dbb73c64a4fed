package premise

import (
	"testing"

	"pgregory.net/rapid"
)

// TestNear compares with the count of all slips.
func TestNear(t *testing.T) {
	word := rapid.StringMatching(`[ab]{3,7}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "typed"), word.Draw(t, "word")
		slips := alignment(a, b)[len(b)]
		if want := slips == 0 || slips == 1 && len(a) >= 5 && len(b) >= 5; Near(a, b) != want {
			t.Errorf("%s for %s: near is %v with %d slips", a, b, !want, slips)
		}
	})
}

func TestSlips(t *testing.T) {
	for _, c := range []struct {
		typed, street string
		ended         bool
		weight        int
		ok            bool
	}{
		{"kase tn", "Kase tn", true, 0, true},
		{"kas", "Kase tn", false, 0, true},          // still typing
		{"kas", "Kase tn", true, unended, true},     // cut short
		{"kase pst", "Kase tn", true, 1, true},      // another kind
		{"tänav kase", "Kase tn", true, 0, true},    // the kind first
		{"ksae", "Kase tn", true, slip, true},       // two letters swapped
		{"kaze", "Kase tn", true, slip, true},       // another letter
		{"kasse", "Kase tn", true, slip, true},      // one too many
		{"koidula", "L. Koidula tn", true, 0, true}, // without the initial
		{"augusta", "Navarro St / Augusta", false, leftOut, true},
		{"õismea", "Oismäe tee", true, slip, true},
		{"harku", "Kase tn", true, 0, false},
		{"ao", "Ao tn", true, 0, true}, // too short to weigh: as it begins
		{"ao", "Kase tn", true, 0, false},
	} {
		weight, ok := Slips(Fold(c.typed), Fold(c.street), c.ended)
		if ok != c.ok || ok && weight != c.weight {
			t.Errorf("%q for %q: %d, %v; want %d, %v", c.typed, c.street, weight, ok, c.weight, c.ok)
		}
	}
}
