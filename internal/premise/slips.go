package premise

import (
	"maps"
	"slices"
	"strings"
)

// A street that is written with another kind, with words left out before it, or
// not to its end, is likelier another one; each counts like half a slip.
const (
	slip      = 2
	undoubled = 1 // Lete for Leete: the length of a sound is what people hear worst
	otherKind = 1
	leftOut   = 1
	unended   = 1
)

// Slips weighs how far what was typed of a street is from its name, both folded:
// 2 for each letter that is swapped, missing, too many or another, 1 where it is
// one of two alike, and 1 for another kind of street. While the street is still being typed, its end may be
// missing. It is not the street when there is more than one slip in three
// letters.
func Slips(typed, street string, ended bool) (int, bool) {
	name, whole := StreetName(typed), StreetName(street)
	if name == "" || whole == "" {
		return 0, strings.HasPrefix(street, typed)
	}
	weight := 0
	if k := kindOf(typed); k != "" && k != kindOf(street) {
		weight += otherKind
	}
	least, ok := 0, false
	for skipped := 0; ; skipped++ {
		d := distance(name, whole, ended)
		if d <= max(1, len(name)/3)*slip+unended {
			if w := d + min(skipped, 1)*leftOut; !ok || w < least {
				least, ok = w, true
			}
		}
		_, rest, more := strings.Cut(whole, " ")
		if !more {
			break
		}
		whole = rest
	}
	return weight + least, ok
}

// kindOf is the kind of street that a folded text names, "" for none.
func kindOf(folded string) string {
	for word := range strings.FieldsSeq(folded) {
		if kind := allKinds[word]; kind != "" {
			return kind
		}
	}
	return ""
}

// Near reports whether two folded words are one, or one slip of the finger apart;
// in words of less than five letters, one slip makes another word.
func Near(typed, word string) bool {
	if typed == word {
		return true
	}
	return len(typed) >= 5 && len(word) >= 5 && oneSlip(typed, word)
}

func oneSlip(typed, word string) bool {
	// One slip is all that is left between what they begin and end with.
	for typed != "" && word != "" && typed[0] == word[0] {
		typed, word = typed[1:], word[1:]
	}
	for typed != "" && word != "" && typed[len(typed)-1] == word[len(word)-1] {
		typed, word = typed[:len(typed)-1], word[:len(word)-1]
	}
	swapped := len(typed) == 2 && len(word) == 2 && typed[0] == word[1] && typed[1] == word[0]
	return swapped || len(typed) <= 1 && len(word) <= 1
}

// Shortened is a short word and what is left of it with any letter less: two words
// that have one of these in common are a slip of the finger apart, or two. Nil for
// a text of more words, or a long one: its trigrams find it. The names in the
// gazetteer are shortened by the SQL function of this name.
func Shortened(name string) []string {
	const longest = 7 // one letter more than in the gazetteer
	if len(name) < 3 || len(name) > longest || strings.Contains(name, " ") {
		return nil
	}
	all := []string{name}
	for i := range len(name) {
		all = append(all, name[:i]+name[i+1:])
	}
	return all
}

// MendKind puts the kind of street right in a folded text: "taanv" or "tanv" for
// "tanav".
func MendKind(folded string) string {
	words := strings.Fields(folded)
	if len(words) < 2 {
		return folded
	}
	for i, word := range words {
		if allKinds[word] != "" {
			return folded
		}
		for _, long := range slices.Sorted(maps.Keys(allKinds)) {
			if Near(word, long) || i > 0 && len(word) == 4 && len(long) == 5 && oneSlip(word, long) {
				words[i] = allKinds[long]
				return strings.Join(words, " ")
			}
		}
	}
	return folded
}

// distance is the weight of the fewest slips between two texts. The end of whole
// may be missing: at no cost while it is still being typed.
func distance(typed, whole string, ended bool) int {
	slips := alignment(typed, whole)
	full, begun := slips[len(whole)], slices.Min(slips)
	if ended {
		return min(full, begun+unended)
	}
	return begun
}

// alignment weighs the slips between typed and each beginning of whole: optimal
// string alignment, a letter doubled or not being half a slip.
func alignment(typed, whole string) []int {
	two, before, now := make([]int, len(whole)+1), make([]int, len(whole)+1), make([]int, len(whole)+1)
	for j := 1; j < len(before); j++ {
		before[j] = before[j-1] + single(whole, j-1)
	}
	for i := 1; i <= len(typed); i++ {
		more := single(typed, i-1)
		now[0] = before[0] + more
		for j := 1; j <= len(whole); j++ {
			other := slip
			if typed[i-1] == whole[j-1] {
				other = 0
			}
			now[j] = min(before[j]+more, now[j-1]+single(whole, j-1), before[j-1]+other)
			if i > 1 && j > 1 && typed[i-1] == whole[j-2] && typed[i-2] == whole[j-1] {
				now[j] = min(now[j], two[j-2]+slip)
			}
		}
		two, before, now = before, now, two
	}
	return before
}

// single weighs that a letter is missing, or too many.
func single(word string, at int) int {
	if at > 0 && word[at] == word[at-1] {
		return undoubled
	}
	return slip
}
