package person

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// name is a name made ready for comparing.
type name struct {
	words []string // lower case, Latin, without diacritics, given name first
	bones []string // of each word: how it sounds, whoever wrote it down
	kins  []string // of each word: how it sounds to a neighbour
}

// readName splits a name into its words. "Tamm, Mari" has the surname first.
func readName(s string) name {
	if last, first, found := strings.Cut(s, ","); found {
		s = first + " " + last
	}
	var n name
	for _, word := range strings.FieldsFunc(latin(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
		n.words = append(n.words, word)
		n.bones = append(n.bones, bone(word))
		n.kins = append(n.kins, kin(word))
	}
	return n
}

// joined has the words at i and i+1 as one: Mari-Liis is Mariliis.
func (n name) joined(i int) name {
	return readName(strings.Join(slices.Concat(n.words[:i], []string{n.words[i] + n.words[i+1]}, n.words[i+2:]), " "))
}

// given is how the given name sounds, empty if there is none.
func (n name) given() string {
	if len(n.bones) == 0 {
		return ""
	}
	return n.bones[0]
}

// sameGiven reports whether the given names are one, or one is the other's initial.
// Mari and Mare are sisters.
func sameGiven(a, b name) bool {
	if len(a.words) == 0 || len(b.words) == 0 {
		return false
	}
	return a.given() == b.given() || initial(a.words[0], b.words[0]) || initial(b.words[0], a.words[0])
}

// NameKey is the same for all ways in which a name is usually written, in any
// order of its words, in Latin or Cyrillic: what records are looked up by.
func NameKey(s string) string {
	return strings.Join(slices.Sorted(slices.Values(readName(s).bones)), " ")
}

// latin writes a name in lower-case Latin letters without diacritics. An
// apostrophe stands for a soft sign or joins a name as in O'Neill.
func latin(s string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(s) {
		r = unicode.ToLower(r)
		if as, ok := cyrillic[r]; ok {
			b.WriteString(as)
		} else if !strings.ContainsRune("'’ʹ`´", r) {
			b.WriteRune(r)
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(b.String()))
}

// cyrillic letters of Russian, Ukrainian and Belarusian, as they sound.
var cyrillic = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "jo", 'ж': "zh", 'з': "z", 'и': "i",
	'й': "j", 'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'у': "u", 'ф': "f", 'х': "h", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "",
	'э': "e", 'ю': "ju", 'я': "ja", 'і': "i", 'ї': "i", 'є': "e", 'ґ': "g", 'ў': "u",
}

// sounds undo what tells one way of writing a sound in Latin letters from
// another: Estonian, English, German and French spellings of Slavic names, and
// letters that sound alike. The first that fits is taken; the letter q stands
// for the sounds of ts and ch.
var sounds = strings.NewReplacer(
	"shch", "s", "stsh", "s", "sts", "s", "sch", "s", "tsch", "q", "tsh", "q", "tch", "q", "ts", "q", "tz", "q",
	"chr", "kr", "ch", "q", "ck", "k", "c", "k", "q", "k", "sh", "s", "zh", "z", "kh", "h", "ph", "f", "th", "t",
	"x", "ks", "w", "v", "y", "i", "j", "i")

// bone is how a word sounds: Jevgeni, Yevgeny and Евгений are the same.
func bone(word string) string {
	said := strings.NewReplacer("ie", "e", "io", "o").Replace(single(sounds.Replace(word)))
	if said == "" {
		return word
	}
	return said
}

// neighbours are letters that one language has for those of another: Serhii is
// Sergei in Ukrainian, and ü is written ue without the letter.
var neighbours = strings.NewReplacer("ae", "a", "oe", "o", "ue", "u", "h", "g")

// kin is how a word sounds to a neighbour.
func kin(word string) string { return bone(neighbours.Replace(word)) }

// single writes double consonants, and a double i, once: Mihhail, Gennadiy.
func single(word string) string {
	var b strings.Builder
	var last rune
	for _, r := range word {
		if r != last || strings.ContainsRune("aeou", r) {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// likeness of two names.
type likeness int

const (
	unlike    likeness = iota // nothing in common, or only a surname
	givenOnly                 // the given name: a surname changes
	near                      // a slip of the finger, an initial, or a name left out
	spelled                   // the same in other letters
	same
)

// compareNames says how alike two names are. Two names of which one is empty
// are unlike.
func compareNames(a, b name) likeness {
	if len(a.words) > len(b.words) {
		a, b = b, a
	}
	if len(a.words) == 0 {
		return unlike
	}
	best := compareWordwise(a, b)
	for i := 0; i+1 < len(b.words) && len(b.words) > len(a.words) && best < spelled; i++ {
		best = max(best, min(spelled, compareWordwise(a, b.joined(i))))
	}
	return best
}

// compareWordwise compares a name with one that has as many words or more.
func compareWordwise(a, b name) likeness {
	if len(a.words) > len(b.words) {
		a, b = b, a
	}
	taken := make([]bool, len(b.words))
	least, found := same, 0
	for i := range a.words {
		best, at := unlike, -1
		for j := range b.words {
			if l := compareWords(a, i, b, j); !taken[j] && l > best {
				best, at = l, j
			}
		}
		if at >= 0 {
			taken[at] = true
			found++
			least = min(least, best)
		}
	}
	switch {
	case found == len(a.words) && len(a.words) == len(b.words):
		return least
	case found == len(a.words) && found > 1:
		return near // a second given name, a patronymic, half of a double surname
	case a.given() == b.given() && a.given() != "":
		return givenOnly
	}
	return unlike
}

func compareWords(a name, i int, b name, j int) likeness {
	switch {
	case a.words[i] == b.words[j]:
		return same
	case a.bones[i] == b.bones[j]:
		return spelled
	case slip(a.words[i], b.words[j]), slip(a.bones[i], b.bones[j]), a.kins[i] == b.kins[j], slip(a.kins[i], b.kins[j]), initial(a.words[i], b.words[j]), initial(b.words[j], a.words[i]):
		return near
	}
	return unlike
}

// initial reports whether one word is the first letter of the other.
func initial(letter, word string) bool {
	return utf8.RuneCountInString(letter) == 1 && strings.HasPrefix(word, letter)
}

// slip reports whether one change of a letter, or two letters swapped, makes
// one word the other. A short word would be too many others.
func slip(a, b string) bool {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < 4 || len(y)-len(x) > 1 {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	rest, other := string(x[i:]), string(y[i:])
	if len(x) < len(y) {
		return rest == string(y[i+1:])
	}
	if rest == "" {
		return true
	}
	_, p := utf8.DecodeRuneInString(rest)
	_, q := utf8.DecodeRuneInString(other)
	if rest[p:] == other[q:] {
		return true
	}
	return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
}
