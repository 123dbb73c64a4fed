package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"unicode"

	"doorstep/internal/premise"
)

// TypingSeed makes every run ask the same queries of the same gazetteer.
const TypingSeed = 20261124

// Quality is how often the address that was meant stands first, and among the
// first five, as fractions of N queries.
type Quality struct {
	Name  string  `json:"name"`
	N     int     `json:"n"`
	First float64 `json:"first"`
	Top5  float64 `json:"top5"`
}

// TypeaheadQuality types each address as people do and counts where it is
// found. Misses go to missed, one a line, unless it is nil.
func TypeaheadQuality(ctx context.Context, out, missed io.Writer, find func(context.Context, premise.Search) ([]premise.Found, error), meant []premise.Address) error {
	rng := rand.New(rand.NewPCG(TypingSeed, 0))
	q := Quality{Name: "typeahead_quality", N: len(meant)}
	if q.N == 0 {
		return fmt.Errorf("no address to type")
	}
	first, top5 := 0, 0
	for _, a := range meant {
		typed := Mistype(rng, a.Label, a.Locality)
		found, err := find(ctx, premise.Search{Text: typed, Limit: 5})
		if err != nil {
			return err
		}
		at := -1
		for i, f := range found {
			if f.ID == a.ID {
				at = i
				break
			}
		}
		switch {
		case at == 0:
			first++
			top5++
		case at > 0:
			top5++
		}
		if at != 0 && missed != nil {
			best := ""
			if len(found) > 0 {
				best = found[0].Label
			}
			if _, err := fmt.Fprintf(missed, "%q for %q: %d, first is %q\n", typed, a.Label, at+1, best); err != nil {
				return err
			}
		}
	}
	q.First, q.Top5 = round3(float64(first)/float64(q.N)), round3(float64(top5)/float64(q.N))
	return json.NewEncoder(out).Encode(q)
}

// Mistype writes an Estonian address of a town as somebody types it in a hurry: with one
// of the habits below, in three of ten with two and in one of ten with three,
// each kind at most once.
//
//   - a slip: two letters swapped, one left out, one doubled, or one replaced by
//     its neighbour on the keyboard, in a word of five letters or more;
//   - no diacritics;
//   - the kind of street written out, shortened otherwise, or left out;
//   - another order: the house first, the kind first, or the town first;
//   - the letter of the house apart from its number, or all in lower case.
func Mistype(rng *rand.Rand, label, town string) string {
	reorder := func(rng *rand.Rand, text string) string { return reorder(rng, text, town) }
	habits := []func(*rand.Rand, string) string{slip, bare, kindOtherwise, reorder, loose}
	rng.Shuffle(len(habits), func(i, j int) { habits[i], habits[j] = habits[j], habits[i] })
	most := 1
	switch dice := rng.IntN(10); {
	case dice == 9:
		most = 3
	case dice >= 6:
		most = 2
	}
	typed, did := label, 0
	for _, habit := range habits {
		if after := habit(rng, typed); after != typed {
			typed = after
			did++
		}
		if did == most {
			break
		}
	}
	return typed
}

var neighbours = map[rune]string{
	'a': "sq", 'b': "vn", 'd': "sf", 'e': "wr", 'f': "dg", 'g': "fh", 'h': "gj", 'i': "uo", 'j': "hk", 'k': "jl",
	'l': "kö", 'm': "n", 'n': "bm", 'o': "ip", 'p': "oü", 'r': "et", 's': "ad", 't': "ry", 'u': "yi", 'v': "cb",
	'õ': "üp", 'ä': "öõ", 'ö': "äl", 'ü': "põ",
}

func slip(rng *rand.Rand, text string) string {
	words := strings.Fields(text)
	var long []int
	for i, w := range words {
		if len([]rune(w)) >= 5 && !strings.ContainsFunc(w, unicode.IsDigit) {
			long = append(long, i)
		}
	}
	if len(long) == 0 {
		return text
	}
	at := long[rng.IntN(len(long))]
	w := []rune(words[at])
	i := 1 + rng.IntN(len(w)-2) // the first letter is looked at
	switch rng.IntN(4) {
	case 0:
		w[i], w[i+1] = w[i+1], w[i]
	case 1:
		w = append(w[:i], w[i+1:]...)
	case 2:
		w = append(w[:i+1], w[i:]...)
	default:
		if near := []rune(neighbours[unicode.ToLower(w[i])]); len(near) > 0 {
			w[i] = near[rng.IntN(len(near))]
		}
	}
	words[at] = string(w)
	return strings.Join(words, " ")
}

func bare(_ *rand.Rand, text string) string {
	return strings.NewReplacer("õ", "o", "ä", "a", "ö", "o", "ü", "u", "š", "s", "ž", "z",
		"Õ", "O", "Ä", "A", "Ö", "O", "Ü", "U", "Š", "S", "Ž", "Z").Replace(text)
}

var kindsOtherwise = map[string][]string{
	"tn": {"tänav", "tän", "t", ""}, "mnt": {"maantee", "mt", ""}, "pst": {"puiestee", "puiest", ""}, "tee": {""}, "põik": {"pk"},
}

func kindOtherwise(rng *rand.Rand, text string) string {
	words := strings.Fields(text)
	for i, w := range words {
		if ways := kindsOtherwise[w]; len(ways) > 0 && i > 0 {
			words[i] = ways[rng.IntN(len(ways))]
			return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
		}
	}
	return text
}

func reorder(rng *rand.Rand, text, town string) string {
	words := strings.Fields(text)
	if len(words) < 2 {
		return text
	}
	street, house := words[:len(words)-1], words[len(words)-1]
	switch rng.IntN(3) {
	case 0:
		return house + " " + strings.Join(street, " ")
	case 1:
		if len(street) > 1 {
			return street[len(street)-1] + " " + strings.Join(street[:len(street)-1], " ") + " " + house
		}
		return text
	default:
		return town + " " + text
	}
}

func loose(_ *rand.Rand, text string) string {
	words := strings.Fields(text)
	house := []rune(words[len(words)-1])
	if n := len(house); n > 1 && unicode.IsLetter(house[n-1]) && unicode.IsDigit(house[n-2]) {
		words[len(words)-1] = string(house[:n-1]) + " " + string(house[n-1])
	}
	return strings.ToLower(strings.Join(words, " "))
}
