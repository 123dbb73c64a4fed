package premise

import (
	"regexp"
	"slices"
	"strings"
)

// withOthers adds what a street is called in Estonian, where it was said in Russian
// or English, and how it is spelled where it was typed without the right letters.
func withOthers(all []Reading) []Reading {
	for _, r := range slices.Clone(all) {
		if own := estonian(r.Street); own != "" {
			own := Reading{own, r.House, r.Unit, r.Locality, r.Cost}
			all = append(all, own)
		}
		for _, other := range []string{unglued(r.Street), respelled(r.Street)} {
			if other != "" && other != r.Street {
				all = append(all, Reading{other, r.House, r.Unit, r.Locality, r.Cost + 1})
			}
		}
	}
	return all
}

// unglued has the kind of street apart: "narva mnt" for "narvamnt"; empty where
// none is glued to the name.
func unglued(street string) string {
	for _, kind := range []string{"maantee", "puiestee", "tanav", "tee", "mnt", "pst", "poik", "tn", "street"} {
		if name, ok := strings.CutSuffix(street, kind); ok && len(name) > 2 && name[len(name)-1] != ' ' {
			return Fold(name + " " + kind)
		}
	}
	return ""
}

// Without the letters of Estonian at hand people write oe, y or 6 for õ, and those
// who hear it in Russian write it with я, ю and ё.
var (
	respelling   = strings.NewReplacer("jaja", "aa", "juju", "uu", "oe", "o", "ae", "a", "ue", "u", "y", "u", "sh", "s", "zh", "z")
	softened     = regexp.MustCompile(`([bdfghklmnprstvz])j([aou])`)
	digitLetters = regexp.MustCompile(`[a-z]*[2468][2468a-z]*[a-z][2468a-z]*`)
	letterDigits = strings.NewReplacer("2", "a", "4", "a", "6", "o", "8", "o")
	// The letter of a house, typed on a Russian keyboard.
	latinLetter = strings.NewReplacer("а", "a", "б", "b", "с", "c", "в", "b", "д", "d", "е", "e")
)

// respelled is a folded street with the letters that were meant.
func respelled(street string) string {
	street = digitLetters.ReplaceAllStringFunc(street, letterDigits.Replace)
	return softened.ReplaceAllString(respelling.Replace(street), "$1$2")
}

// exonyms are the streets and squares whose foreign name is another word than
// the Estonian one, all folded.
var exonyms = map[string]string{
	"freedom sq":         "vabaduse valjak",
	"liberty sq":         "vabaduse valjak",
	"plostsad svobodo":   "vabaduse valjak",
	"town hall sq":       "raekoja plats",
	"ratusnaja":          "raekoja plats",
	"ratusnaja plostsad": "raekoja plats",
	"peterburgskoe":      "peterburi tee",
	"leningradskoe":      "peterburi tee",
	"petersburg":         "peterburi tee",
}

// endings are those of Russian adjectives: Narvskoe (road) is Narva.
var endings = []string{"skoe", "skoje", "skaja", "skii", "skoi", "skogo"}

// estonian is the Estonian name of a folded foreign one; empty where it has none.
func estonian(street string) string {
	if own, ok := exonyms[street]; ok {
		return own
	}
	kind := kindOf(street)
	name := StreetName(street)
	if own, ok := exonyms[name]; ok && kind != "" {
		return own
	}
	for _, ending := range endings {
		if stem, ok := strings.CutSuffix(name, ending); ok && len(stem) >= 4 {
			return strings.TrimSpace(stem + " " + kind)
		}
	}
	return ""
}
