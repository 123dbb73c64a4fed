package httpapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"doorstep/internal/fault"
)

// Problem is an error as RFC 9457 has it, with the fields at fault.
type Problem struct {
	Title   string       `json:"title"`
	Status  int          `json:"status"`
	Detail  string       `json:"detail,omitempty"`
	Errors  []FieldError `json:"errors,omitempty"`
	Version int64        `json:"version,omitempty" doc:"of the record as it stands, with status 412"`

	retryAfter string // seconds after which to ask again; empty where nothing is said of it
}

// FieldError names one field at fault and what is wrong with it.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// GetStatus is what huma answers with.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes JSON bodies of this type problem+json.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// status is the one place where a fault's kind becomes an HTTP status.
var status = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Stale:           http.StatusPreconditionFailed,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// problem tells an error to a client. What is ours to mend is not shown.
func problem(err error) *Problem {
	f := fault.Of(err)
	p := &Problem{Status: status[f.Kind], Title: http.StatusText(status[f.Kind]), Detail: f.Sentence, Version: f.Version}
	if f.Kind == fault.Unavailable {
		p.retryAfter = awayFor
	}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, FieldError{Field: field.Field, Detail: field.Detail})
	}
	return p
}

var notThere = &Problem{Status: http.StatusNotFound, Title: http.StatusText(http.StatusNotFound), Detail: "no such call in this API"}

// awayFor is when to ask again for what is not possible now, in seconds.
const awayFor = "2"

// GetHeaders is what huma sends with it.
func (p *Problem) GetHeaders() http.Header {
	if p.retryAfter == "" {
		return http.Header{}
	}
	return http.Header{"Retry-After": {p.retryAfter}}
}

func write(w http.ResponseWriter, p *Problem) {
	maps.Copy(w.Header(), p.GetHeaders())
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client went away: nobody to tell
}

// newError shapes what huma itself refuses (bad JSON, unknown fields, values
// out of range) like every other problem.
func newError(code int, msg string, errs ...error) huma.StatusError {
	p := &Problem{Status: code, Title: http.StatusText(code), Detail: msg}
	for _, err := range errs {
		if err == nil {
			continue
		}
		e := FieldError{Detail: err.Error()}
		if d, ok := err.(huma.ErrorDetailer); ok {
			detail := d.ErrorDetail()
			e = FieldError{Field: fieldName(detail.Location), Detail: detail.Message}
		}
		p.Errors = append(p.Errors, e)
	}
	return p
}

// fieldName cuts where a field was sent off its name: body.phone is phone.
func fieldName(location string) string {
	for _, in := range []string{"body.", "query.", "path.", "header."} {
		if name, ok := strings.CutPrefix(location, in); ok {
			return name
		}
	}
	return location
}

// The library's only hooks for these: the shape of its errors, and that a list
// is never null.
func init() {
	huma.NewError = newError
	huma.DefaultArrayNullable = false
}
