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
	otherKind = 1
	leftOut   = 1
	unended   = 1
)

// Slips weighs how far what was typed of a street is from its name, both folded:
// 2 for each letter that is swapped, missing, too many or another, and 1 for
// another kind of street. While the street is still being typed, its end may be
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
	if len(typed) < 5 || len(word) < 5 {
		return false
	}
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

// MendKind puts the kind of street right in a folded text: "taanv" for "tanav".
func MendKind(folded string) string {
	words := strings.Fields(folded)
	if len(words) < 2 {
		return folded
	}
	for i, word := range words {
		if allKinds[word] != "" {
			return folded
		}
		for _, long := range slices.Sorted(maps.Keys(kinds)) {
			if Near(word, long) {
				words[i] = kinds[long]
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
	full, begun := slips[len(whole)]*slip, slices.Min(slips)
	if ended {
		return min(full, begun*slip+unended)
	}
	return begun * slip
}

// alignment counts the slips between typed and each beginning of whole: optimal
// string alignment.
func alignment(typed, whole string) []int {
	two, before, now := make([]int, len(whole)+1), make([]int, len(whole)+1), make([]int, len(whole)+1)
	for j := range before {
		before[j] = j
	}
	for i := 1; i <= len(typed); i++ {
		now[0] = i
		for j := 1; j <= len(whole); j++ {
			other := 1
			if typed[i-1] == whole[j-1] {
				other = 0
			}
			now[j] = min(before[j]+1, now[j-1]+1, before[j-1]+other)
			if i > 1 && j > 1 && typed[i-1] == whole[j-2] && typed[i-2] == whole[j-1] {
				now[j] = min(now[j], two[j-2]+1)
			}
		}
		two, before, now = before, now, two
	}
	return before
}
