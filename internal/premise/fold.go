package premise

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// kinds shortens the kind of street, so that "tänav" and "tn" or "Street" and
// "St" are one. Keys are folded already.
var kinds = map[string]string{
	"tanav": "tn", "maantee": "mnt", "puiestee": "pst", "poik": "poik",
	"ulitsa": "tn", "ul": "tn", "prospekt": "pst", "pr": "pst", "bulvar": "pst", "sosse": "mnt",
	"doroga": "tee", "pereulok": "poik",
	"street": "st", "str": "st", "avenue": "ave", "av": "ave", "boulevard": "blvd",
	"road": "rd", "drive": "dr", "lane": "ln", "court": "ct", "circle": "cir",
	"parkway": "pkwy", "highway": "hwy", "place": "pl", "trail": "trl",
	"terrace": "ter", "square": "sq", "expressway": "expy", "causeway": "cswy",
}

// allKinds are the kinds of street in each way that people write them, and the
// one way that Fold writes; "tee" has no other.
var allKinds = func() map[string]string {
	all := map[string]string{"tee": "tee", "t": "tn", "tan": "tn", "mt": "mnt", "mntee": "mnt", "puiest": "pst", "pk": "poik",
		// "Narva maanteel", "Abara tänava juures": where something is.
		"tanaval": "tn", "tanava": "tn", "maanteel": "mnt", "puiesteel": "pst", "teel": "tee", "poigul": "poik", "poigus": "poik"}
	for long, short := range kinds {
		all[long], all[short] = short, short
	}
	return all
}()

// russian are the kinds that may be said before the name: "улица Лаагна".
var russian = map[string]bool{"ul": true, "ulitsa": true, "bulvar": true, "prospekt": true, "sosse": true, "doroga": true, "pereulok": true}

// directions may follow the kind: "Loop 410 Street N".
var directions = map[string]bool{
	"n": true, "s": true, "e": true, "w": true, "ne": true, "nw": true, "se": true, "sw": true,
	"nb": true, "sb": true, "eb": true, "wb": true,
}

// cyrillic follows the Estonian table for Russian names, diacritics stripped.
var cyrillic = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "jo", 'ж': "z", 'з': "z", 'и': "i",
	'й': "i", 'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'у': "u", 'ф': "f", 'х': "h", 'ц': "ts", 'ч': "ts", 'ш': "s", 'щ': "sts", 'ъ': "", 'ы': "o", 'ь': "",
	'э': "e", 'ю': "ju", 'я': "ja",
}

// letters that do not decompose into a letter and a mark.
var letters = map[rune]string{'ß': "ss", 'æ': "ae", 'ø': "o", 'đ': "d", 'ł': "l", 'œ': "oe", 'ı': "i"}

// Fold writes a name as it is searched and compared: lower case without
// diacritics, Cyrillic in Latin letters, punctuation as single spaces, the
// kind of street shortened. Folding twice changes nothing.
func Fold(s string) string {
	words := strings.Fields(plain(s))
	if len(words) == 0 {
		return ""
	}
	// The kind is the last word, or the last before a direction; a street may
	// be called Court or Place, so the first word never is.
	last := len(words) - 1
	for last > 1 && directions[words[last]] {
		last--
	}
	if short, ok := kinds[words[last]]; ok && last > 0 {
		words[last] = short
	}
	// Russian says the kind first.
	for first := true; len(words) > 1 && russian[words[0]]; first = false {
		kind := kinds[words[0]]
		words = words[1:]
		if first {
			words = append(words, kind)
		}
	}
	return strings.Join(words, " ")
}

// StreetName is what tells one street from another in a folded text: its words
// without the kind of street and without those of one or two letters. A street
// may be called like a kind: Court St.
func StreetName(folded string) string {
	var left []string
	words := strings.Fields(folded)
	for _, word := range words {
		if len(word) > 2 && allKinds[word] == "" {
			left = append(left, word)
		}
	}
	if len(left) == 0 && len(words) > 1 && len(words[0]) > 2 {
		return words[0]
	}
	return strings.Join(left, " ")
}

// plain is Fold without the knowledge of streets.
func plain(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if !ascii {
		s = norm.NFC.String(s)
	}
	for _, r := range s {
		write(&b, r)
	}
	return b.String()
}

func write(b *strings.Builder, r rune) {
	switch {
	case r == '\'' || r == '’' || r == 'ʼ' || r == '`':
		// St Mary's and St Marys are one.
	case r < utf8.RuneSelf:
		switch {
		case 'A' <= r && r <= 'Z':
			b.WriteByte(byte(r) + 'a' - 'A')
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteByte(byte(r))
		default:
			b.WriteByte(' ')
		}
	default:
		writeOther(b, unicode.ToLower(r))
	}
}

func writeOther(b *strings.Builder, r rune) {
	if latin, ok := latin(r); ok {
		b.WriteString(latin)
		return
	}
	for _, d := range norm.NFKD.String(string(r)) {
		d = unicode.ToLower(d)
		if latin, ok := latin(d); ok {
			b.WriteString(latin)
			continue
		}
		switch {
		case unicode.Is(unicode.M, d): // a mark alone is nothing
		case unicode.IsLetter(d), unicode.IsDigit(d):
			b.WriteRune(d)
		default:
			b.WriteByte(' ')
		}
	}
}

func latin(r rune) (string, bool) {
	if to, ok := cyrillic[r]; ok {
		return to, true
	}
	to, ok := letters[r]
	return to, ok
}
