package script

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Mistake is why an answer cannot be taken. Detail never repeats the answer,
// so that it may be logged.
type Mistake struct {
	Field  string // value, or value.phone and so on
	Detail string
}

func (m Mistake) Error() string { return m.Field + " " + m.Detail }

const (
	maxText = 2000 // characters of a text
	maxName = 200  // characters of a field of a person
)

var phone = regexp.MustCompile(`^\+?[0-9][0-9 ()\-]{1,24}$`)

// Check reads an answer as it came over the wire. The error is a Mistake.
func (q Question) Check(raw json.RawMessage) (Value, error) {
	var v Value
	if err := json.Unmarshal(raw, &v); err != nil {
		return Value{}, wrong("is not an answer to a question of kind %s", q.Kind)
	}
	if !v.Asked() {
		return Value{}, wrong("is missing")
	}
	if v.word == Unknown || v.word == Refused {
		return v, nil
	}
	switch q.Kind {
	case YesNo:
		return q.oneOf(v, []string{Yes, No})
	case Choice:
		return q.oneOf(v, q.codes())
	case MultiChoice:
		return q.someOf(v)
	case FreeText:
		return text(v)
	case Number:
		return q.within(v)
	case Person:
		return person(raw)
	case Time:
		return moment(v)
	}
	return Value{}, wrong("is for a question of unknown kind")
}

func wrong(format string, args ...any) error {
	return Mistake{Field: "value", Detail: fmt.Sprintf(format, args...)}
}

func (q Question) codes() []string {
	codes := make([]string, len(q.Choices))
	for i, c := range q.Choices {
		codes[i] = c.Code
	}
	return codes
}

func (q Question) oneOf(v Value, codes []string) (Value, error) {
	if !slices.Contains(codes, v.word) {
		return Value{}, wrong("must be one of %s, unknown, refused", strings.Join(codes, ", "))
	}
	return v, nil
}

func (q Question) someOf(v Value) (Value, error) {
	codes := q.codes()
	if len(v.words) == 0 {
		return Value{}, wrong("must be a list of at least one of %s, or unknown or refused", strings.Join(codes, ", "))
	}
	for i, w := range v.words {
		if !slices.Contains(codes, w) {
			return Value{}, wrong("may hold only %s", strings.Join(codes, ", "))
		}
		if slices.Contains(v.words[:i], w) {
			return Value{}, wrong("names a choice twice")
		}
	}
	return v, nil
}

func text(v Value) (Value, error) {
	if v.word == "" {
		return Value{}, wrong("must be a text")
	}
	if n := utf8.RuneCountInString(v.word); n > maxText {
		return Value{}, wrong("is %d characters long, at most %d are kept", n, maxText)
	}
	if strings.TrimSpace(v.word) == "" || strings.ContainsRune(v.word, 0) {
		return Value{}, wrong("must be a text that can be read")
	}
	return v, nil
}

func (q Question) within(v Value) (Value, error) {
	n, ok := v.Number()
	if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
		return Value{}, wrong("must be a number")
	}
	if q.Min != nil && n < *q.Min {
		return Value{}, wrong("must be at least %g", *q.Min)
	}
	if q.Max != nil && n > *q.Max {
		return Value{}, wrong("must be at most %g", *q.Max)
	}
	return v, nil
}

func moment(v Value) (Value, error) {
	at, ok := v.Time()
	if !ok {
		return Value{}, wrong("must be a time such as 2026-01-01T00:30:00Z")
	}
	return Word(at.UTC().Format(time.RFC3339)), nil
}

func person(raw json.RawMessage) (Value, error) {
	strict := json.NewDecoder(strings.NewReader(string(raw)))
	strict.DisallowUnknownFields()
	var p Party
	if err := strict.Decode(&p); err != nil {
		return Value{}, wrong("must be an object with name, birth_date, phone or relationship")
	}
	fields := []struct{ name, said string }{
		{"name", p.Name}, {"birth_date", p.BirthDate}, {"phone", p.Phone}, {"relationship", p.Relationship},
	}
	for _, f := range fields {
		if utf8.RuneCountInString(f.said) > maxName {
			return Value{}, Mistake{"value." + f.name, fmt.Sprintf("is longer than %d characters", maxName)}
		}
		if strings.ContainsFunc(f.said, unicode.IsControl) {
			return Value{}, Mistake{"value." + f.name, "holds a control character"}
		}
	}
	if p == (Party{}) {
		return Value{}, wrong("must say at least one of name, birth_date, phone, relationship")
	}
	if _, err := time.Parse(time.DateOnly, p.BirthDate); p.BirthDate != "" && err != nil {
		return Value{}, Mistake{"value.birth_date", "must be a date such as 1990-02-28"}
	}
	if p.Phone != "" && !phone.MatchString(p.Phone) {
		return Value{}, Mistake{"value.phone", "must be a telephone number"}
	}
	return Value{party: &p}, nil
}
