package script

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The most characters of each sort of text: what is read out in one breath,
// and read from a screen at a glance.
const (
	longestTitle    = 60
	longestWord     = 24 // yes, no, unknown, refused
	longestQuestion = 90
	longestHelp     = 140
	longestChoice   = 48
	longestAdvice   = 160
)

// A sentence that is said to a person in danger has at most so many words, and
// a word so many letters: longer ones are jargon or two words.
const (
	mostWords   = 16
	mostLetters = 20
)

// Ease is the LIX up to which texts are easy enough for whom they are meant, by
// language. Of English, 20 is very easy, 30 easy and 40 medium (Björnsson,
// Läsbarhet, 1968). LIX counts letters, and Estonian compounds and Russian
// endings make words longer, so their bounds lie higher by what the same texts
// have more in these languages.
type Ease map[string]float64

var (
	// Heard are texts that are said to a person in danger.
	Heard = Ease{"et": 32, "en": 25, "ru": 40}
	// AtAGlance are texts that a crew reads on its way.
	AtAGlance = Ease{"et": 42, "en": 35, "ru": 50}
)

// fewestWords is how many words say something of how hard texts are: among
// fewer, one long word tips the balance.
const fewestWords = 60

// Readability measures how easy texts are to understand, by language.
type Readability struct{ ET, EN, RU Level }

// Level counts towards LIX: the mean number of words in a sentence, plus the
// share of words with more than six letters in percent.
type Level struct{ words, long, sentences int }

// LIX is 0 without any text.
func (l Level) LIX() float64 {
	if l.words == 0 {
		return 0
	}
	return float64(l.words)/float64(l.sentences) + 100*float64(l.long)/float64(l.words)
}

func (r *Readability) String() string {
	return fmt.Sprintf("et %.0f, en %.0f, ru %.0f", r.ET.LIX(), r.EN.LIX(), r.RU.LIX())
}

// Findings says in which languages the texts are too hard.
func (r *Readability) Findings(e Ease) []Finding {
	var found []Finding
	for _, l := range []struct {
		language string
		level    Level
	}{{"et", r.ET}, {"en", r.EN}, {"ru", r.RU}} {
		if lix, most := l.level.LIX(), e[l.language]; l.level.words >= fewestWords && lix > most {
			found = append(found, Finding{Where: "title." + l.language,
				Detail: fmt.Sprintf("the texts in %s have LIX %.0f, more than %.0f: use shorter words and sentences", l.language, lix, most)})
		}
	}
	return found
}

// Check counts a text, and finds what in it is too long: characters, the words
// of a sentence, the letters of a word. A missing wording is for others to find.
func (r *Readability) Check(where string, t Text, longest int) []Finding {
	var found []Finding
	for _, in := range []struct {
		language, text string
		level          *Level
	}{{"et", t.ET, &r.ET}, {"en", t.EN, &r.EN}, {"ru", t.RU, &r.RU}} {
		at := where + "." + in.language
		if n := utf8.RuneCountInString(in.text); n > longest {
			found = append(found, Finding{at, fmt.Sprintf("has %d characters, more than %d", n, longest)})
		}
		for _, sentence := range strings.FieldsFunc(in.text, endsSentence) {
			words := strings.FieldsFunc(sentence, betweenWords)
			if len(words) == 0 {
				continue
			}
			if len(words) > mostWords {
				found = append(found, Finding{at, fmt.Sprintf("has a sentence of %d words, more than %d", len(words), mostWords)})
			}
			in.level.sentences++
			in.level.words += len(words)
			for _, word := range words {
				n := utf8.RuneCountInString(word)
				if n > 6 {
					in.level.long++
				}
				if n > mostLetters {
					found = append(found, Finding{at, fmt.Sprintf("has a word of %d letters, more than %d: %s", n, mostLetters, word)})
				}
			}
		}
	}
	return found
}

func endsSentence(r rune) bool { return strings.ContainsRune(".!?:;…", r) }

func betweenWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '\'' && r != '’'
}

// Readability is how easy the texts of the script are, with what is too long.
func (s Script) Readability() (Readability, []Finding) {
	var r Readability
	found := r.Check("title", s.Title, longestTitle)
	for _, w := range []struct {
		name string
		text Text
	}{{Yes, s.Words.Yes}, {No, s.Words.No}, {Unknown, s.Words.Unknown}, {Refused, s.Words.Refused}} {
		found = append(found, r.Check("words."+w.name, w.text, longestWord)...)
	}
	for _, q := range s.Questions {
		where := "questions." + q.Code
		found = append(found, r.Check(where+".text", q.Text, longestQuestion)...)
		found = append(found, r.Check(where+".covert", q.CovertText, longestQuestion)...)
		found = append(found, r.Check(where+".third_party", q.ThirdParty, longestQuestion)...)
		found = append(found, r.Check(where+".help", q.Help, longestHelp)...)
		for _, c := range q.Choices {
			found = append(found, r.Check(where+".choices."+c.Code, c.Text, longestChoice)...)
		}
	}
	for _, a := range s.Advice {
		found = append(found, r.Check("advice."+a.Code+".text", a.Text, longestAdvice)...)
	}
	return r, append(found, r.Findings(Heard)...)
}
