package premise

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestNear compares with all words that one slip makes.
func TestNear(t *testing.T) {
	word := rapid.StringMatching(`[ab]{3,7}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "typed"), word.Draw(t, "word")
		want := a == b || len(a) >= 5 && len(b) >= 5 && slices.Contains(slipsOf(a), b)
		if Near(a, b) != want {
			t.Errorf("%s for %s: near is %v", a, b, !want)
		}
	})
}

// slipsOf are the words of a and b that one slip makes of a word.
func slipsOf(word string) (all []string) {
	for i := range len(word) + 1 {
		for _, letter := range []string{"a", "b"} {
			all = append(all, word[:i]+letter+word[i:])
			if i < len(word) {
				all = append(all, word[:i]+word[i+1:], word[:i]+letter+word[i+1:])
			}
		}
		if i+1 < len(word) {
			all = append(all, word[:i]+word[i+1:i+2]+word[i:i+1]+word[i+2:])
		}
	}
	return all
}

// TestShortened: a slip in a short word leaves something in common.
func TestShortened(t *testing.T) {
	word := rapid.StringMatching(`[ab]{3,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a := word.Draw(t, "word")
		for _, typed := range slipsOf(a) {
			if len(typed) < 3 {
				continue
			}
			if !slices.ContainsFunc(Shortened(typed), func(s string) bool { return slices.Contains(Shortened(a), s) }) {
				t.Errorf("%s and %s have nothing in common", a, typed)
			}
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
		{"kasse", "Kase tn", true, undoubled, true}, // one of two alike
		{"lete", "Leete tn", true, undoubled, true}, // one of two alike is missing
		{"kasve", "Kase tn", true, slip, true},      // one too many
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
