package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The answers that are words of their own.
const (
	Yes     = "yes"
	No      = "no"
	Unknown = "unknown" // asked, and the caller does not know
	Refused = "refused" // asked, and the caller would not say
)

// Value is one answer. The zero Value is not asked, so that silence is never
// read as "no". On the wire it is plain JSON: a string, a list of strings, a
// number, or a Party. Values come from Question.Check; reading one back with
// UnmarshalJSON trusts that it was checked when it was given.
type Value struct {
	word   string // yes_no, choice, text, time, and unknown or refused
	words  []string
	number *float64
	party  *Party
}

// Party is the answer to a question of kind person: what the caller knows of
// somebody. At least one field is set.
type Party struct {
	Name         string `json:"name,omitempty"`
	BirthDate    string `json:"birth_date,omitempty"` // YYYY-MM-DD
	Phone        string `json:"phone,omitempty"`
	Relationship string `json:"relationship,omitempty"` // in the caller's words
}

// Given is an answer and when it was given.
type Given struct {
	Value Value     `json:"value"`
	At    time.Time `json:"at"`
}

// Answers are the latest answer to each question, by question code.
type Answers map[string]Given

// Word makes the answer to a yes_no, choice, text or time question.
func Word(w string) Value { return Value{word: w} }

// WordList makes the answer to a multi_choice question.
func WordList(w ...string) Value { return Value{words: w} }

// Num makes the answer to a number question.
func Num(n float64) Value { return Value{number: &n} }

// Asked reports whether there is an answer at all, unknown and refused included.
func (v Value) Asked() bool {
	return v.word != "" || v.words != nil || v.number != nil || v.party != nil
}

// Known reports whether the caller said something else than unknown or refused.
func (v Value) Known() bool {
	return v.Asked() && v.word != Unknown && v.word != Refused
}

// Same reports whether two answers say the same.
func (v Value) Same(o Value) bool { return reflect.DeepEqual(v, o) }

// Is reports whether the answer is that word or, in a multi_choice, among
// others that word. A question that was not asked is never anything.
func (v Value) Is(word string) bool {
	return word != "" && (v.word == word || slices.Contains(v.words, word))
}

// Among narrows a multi_choice answer to those of the words that it holds; any
// other answer is itself.
func (v Value) Among(words ...string) Value {
	if v.words == nil {
		return v
	}
	held := slices.DeleteFunc(slices.Clone(v.words), func(w string) bool { return !slices.Contains(words, w) })
	return WordList(held...)
}

// Number returns the answer to a number question, and whether it is one.
func (v Value) Number() (float64, bool) {
	if v.number == nil {
		return 0, false
	}
	return *v.number, true
}

// Party returns the answer to a person question, and whether it is one.
func (v Value) Party() (Party, bool) {
	if v.party == nil {
		return Party{}, false
	}
	return *v.party, true
}

// Time returns the answer to a time question, and whether it is one.
func (v Value) Time() (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, v.word)
	return at, err == nil
}

// String is the answer as people read it, before any label.
func (v Value) String() string {
	switch {
	case v.number != nil:
		return strconv.FormatFloat(*v.number, 'f', -1, 64)
	case v.party != nil:
		p := *v.party
		said := slices.DeleteFunc([]string{p.Name, p.BirthDate, p.Phone, p.Relationship}, func(s string) bool { return s == "" })
		return strings.Join(said, ", ")
	case v.words != nil:
		return strings.Join(v.words, ", ")
	}
	return v.word
}

// MarshalJSON writes the answer as it travels; one not asked is null.
func (v Value) MarshalJSON() ([]byte, error) {
	switch {
	case v.number != nil:
		return json.Marshal(*v.number)
	case v.party != nil:
		return json.Marshal(*v.party)
	case v.words != nil:
		return json.Marshal(v.words)
	case v.word != "":
		return json.Marshal(v.word)
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads an answer that was checked when it was given.
func (v *Value) UnmarshalJSON(raw []byte) error {
	*v = Value{}
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return errors.New("an answer is empty")
	}
	switch raw[0] {
	case 'n':
		return nil
	case '"':
		return json.Unmarshal(raw, &v.word)
	case '[':
		return json.Unmarshal(raw, &v.words)
	case '{':
		v.party = new(Party)
		return json.Unmarshal(raw, v.party)
	}
	v.number = new(float64)
	return json.Unmarshal(raw, v.number)
}
