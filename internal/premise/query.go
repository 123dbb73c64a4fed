package premise

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Asked is what a person typed to find an address, taken apart: the place
// itself, or a place told by others.
type Asked struct {
	// Readings are ways to read one address, the likeliest first. Readings of
	// one list are weighed against each other; the next list is for when the one
	// before it found nothing.
	Readings [][]Reading
	// Across says that it is the other side of the street from the address.
	Across bool
	// Corner are the two streets that meet, each in its readings; nil for none.
	Corner [][]Reading
}

// Reading is one way to read what was typed. All parts are folded.
type Reading struct {
	Street   string
	House    string
	Unit     string
	Locality string
	Cost     int // of reading it so, half slips of the finger
}

var (
	// "vastas Abara 12", "Abara 12 vastas", "opposite (of) 12 Main St", "напротив Нарва мнт 5".
	acrossWord = regexp.MustCompile(`(?i)(?:^|[\s,])(?:üle tänava|teisel pool teed|vastas(?:poolel)?|opposite(?: of| to)?|across (?:the street )?from|напротив(?: дома)?)(?:[\s,]|$)`)
	// "Narva mnt ja Pronksi tn nurk", "corner of A and B", "угол А и Б", "A / B", "A & B".
	cornerHead = regexp.MustCompile(`(?i)^(?:(?:at )?(?:the )?(?:corner|intersection|junction|crossing) of|(?:на )?угол|на углу|угол улиц|перекр[её]ст(?:ок|ке))\s+`)
	cornerTail = regexp.MustCompile(`(?i)[\s,]+(?:tänavate\s+)?(?:nurk|nurgal|nurga peal|ristmik|ristmikul|ristis|corner|intersection|crossing|угол|перекр[её]сток)\s*$`)
	cornerAnd  = regexp.MustCompile(`(?i)\s+(?:ja|and|и|with)\s+|\s*[&@]\s*|\s+/\s*|\s*/\s+`)
)

// Ask takes apart what was typed. Towns are the folded first words of localities.
func Ask(text string, towns map[string]bool) Asked {
	if sides := cornerOf(text); sides != nil {
		a, b := MendKind(Fold(sides[0])), MendKind(Fold(sides[1]))
		// A gazetteer may have the crossing itself, the one street first or the other.
		asked := Asked{Readings: append([][]Reading{{{Street: a + " " + b}, {Street: b + " " + a}}}, readings(text, towns)...)}
		for _, side := range []string{a, b} {
			asked.Corner = append(asked.Corner, withOthers(withTown(Reading{Street: side}, towns)))
		}
		return asked
	}
	across := acrossWord.FindStringIndex(text)
	if across != nil {
		text = text[:across[0]] + " " + text[across[1]:]
	}
	return Asked{Readings: readings(text, towns), Across: across != nil}
}

// cornerOf returns the two streets whose corner was typed. "A / B" may be one
// name in the gazetteer too; words that say so may not.
func cornerOf(text string) []string {
	said := false
	if at := cornerHead.FindStringIndex(text); at != nil {
		text, said = text[at[1]:], true
	}
	if at := cornerTail.FindStringIndex(text); at != nil {
		text, said = text[:at[0]], true
	}
	text, _, _ = strings.Cut(text, ",")
	at := cornerAnd.FindAllStringIndex(text, -1)
	if len(at) != 1 || !said && strings.ContainsAny(text, "0123456789") {
		return nil
	}
	sides := []string{strings.TrimSpace(text[:at[0][0]]), strings.TrimSpace(text[at[0][1]:])}
	if len([]rune(sides[0])) < 2 || len([]rune(sides[1])) < 2 {
		return nil
	}
	return sides
}

// readings lists the ways to read a query, likeliest first: "1200 w martin" and
// "abara 12/1-5" have a house number, "n loop 1604" a street with one.
func readings(query string, towns map[string]bool) [][]Reading {
	query, unit := takeUnit(query)
	query, block := tidy(query)
	text, locality, flat := takeTown(query, towns)
	words := strings.Fields(strings.ToLower(text))
	number := slices.IndexFunc(words, isHouse)
	whole := Reading{Street: MendKind(Fold(text)), Locality: locality}
	if number < 0 {
		return [][]Reading{withOthers(withTown(whole, towns))}
	}
	r := Reading{Locality: locality, Unit: cmp.Or(unit, flat)}
	house, behind, _ := strings.Cut(words[number], "-")
	r.House = latinLetter.Replace(house)
	before, after := words[:number], words[number+1:]
	if len(after) > 0 && number > 0 && len(after[0]) == 1 && after[0] >= "a" && after[0] <= "z" { // 12 a
		r.House += after[0]
		after = after[1:]
	}
	if number == 0 {
		r.Street = MendKind(Fold(strings.Join(after, " ")))
	} else {
		r.Street = MendKind(Fold(strings.Join(before, " ")))
		if town := Fold(strings.Join(after, " ")); town != "" {
			r.Locality = strings.TrimSpace(town + " " + locality)
		}
	}
	last := withOthers([]Reading{whole})
	if block {
		hundred := r
		hundred.House += " block"
		return [][]Reading{withOthers(withTown(hundred, towns)), withOthers(withTown(r, towns)), last}
	}
	if r.Unit == "" {
		r.Unit = behind
	}
	all := withOthers(withTown(r, towns))
	if len(behind) == 1 && behind >= "a" && behind <= "z" { // 12-a is rather house 12a than a flat
		for i, flat := range all {
			all[i].House, all[i].Unit = r.House+behind, ""
			flat.Cost++
			all = append(all, flat)
		}
	}
	return [][]Reading{all, last}
}

// houseNumber is a number, or an Estonian plot such as T6. 5th is the name of a
// street, and so is 6itse, which somebody without an õ typed.
var houseNumber = regexp.MustCompile(`^t?\d+\pL?(?:[/-].*)?$`)

func isHouse(word string) bool { return houseNumber.MatchString(strings.ToLower(word)) }

// withTown adds the ways in which the first or the last word is the town.
func withTown(r Reading, towns map[string]bool) []Reading {
	all := []Reading{r}
	words := strings.Fields(r.Street)
	if r.Locality != "" || len(words) < 2 {
		return all
	}
	for _, cut := range [][2][]string{{words[:1], words[1:]}, {words[len(words)-1:], words[:len(words)-1]}} {
		if town, street := townOf(cut[0][0], towns), strings.Join(cut[1], " "); town != "" && StreetName(street) != "" {
			in := r
			in.Locality, in.Street, in.Cost = town, Fold(street), 1
			all = append(all, in)
		}
	}
	return all
}

// townOf is the town that a word names, with a slip of the finger or none.
func townOf(word string, towns map[string]bool) string {
	if towns[word] {
		return word
	}
	near := ""
	for town := range towns {
		if Near(word, town) && (near == "" || town < near) {
			near = town
		}
	}
	return near
}
