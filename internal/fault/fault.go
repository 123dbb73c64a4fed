// Package fault gives errors a kind, because a caller can do only a few things
// about an error, and a sentence, because a person will read it. It knows
// neither HTTP nor SQL.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what can be done about an error.
type Kind int

// The kinds. Internal is the zero value: an error nobody thought of is ours.
const (
	Internal        Kind = iota // our fault; logged in full, never shown
	Invalid                     // fix these fields
	Unauthenticated             // sign in
	Forbidden                   // not yours
	NotFound                    // no such record, or not yours to see
	Conflict                    // the state does not allow it: reload
	Stale                       // someone changed it first: the current version is given
	Unavailable                 // a part is down: try again
)

// Field names one wrong input and what is wrong with it.
type Field struct {
	Field  string
	Detail string
}

// Fault is an error with a kind. Sentence and fields hold no personal data
// beyond the field names.
type Fault struct {
	Kind     Kind
	Sentence string
	Fields   []Field
	Version  int64 // of the record as it stands, for Stale
	cause    error
}

func (f *Fault) Error() string {
	parts := []string{f.Sentence}
	for _, field := range f.Fields {
		parts = append(parts, field.Field+" "+field.Detail)
	}
	if f.cause != nil {
		parts = append(parts, f.cause.Error())
	}
	return strings.Join(parts, ": ")
}

func (f *Fault) Unwrap() error { return f.cause }

// New makes a fault of a kind with its sentence.
func New(kind Kind, format string, args ...any) error {
	return &Fault{Kind: kind, Sentence: fmt.Sprintf(format, args...)}
}

// Because makes a fault with the error behind it, which is logged and not shown.
func Because(kind Kind, cause error, sentence string) error {
	return &Fault{Kind: kind, Sentence: sentence, cause: cause}
}

// Bad makes an Invalid fault of one field.
func Bad(field, format string, args ...any) error {
	return BadFields(Field{Field: field, Detail: fmt.Sprintf(format, args...)})
}

// BadFields makes an Invalid fault of several fields.
func BadFields(fields ...Field) error {
	return &Fault{Kind: Invalid, Sentence: "the request has fields that cannot be used", Fields: fields}
}

// Changed makes a Stale fault that carries the version as it stands.
func Changed(version int64) error {
	return &Fault{Kind: Stale, Sentence: "someone changed this record first", Version: version}
}

// Of returns the fault in an error's chain, or one of kind Internal.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Kind: Internal, Sentence: "something went wrong on our side", cause: err}
}

// Is reports whether the error is a fault of that kind.
func Is(err error, kind Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == kind
}
