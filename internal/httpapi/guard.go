package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/trace"
)

// MaxBody bounds a request's body, in bytes.
const MaxBody = 1 << 20

// secured sets the headers that keep pages to themselves: no third party, no
// inline script, no framing, nothing cached that is about a person.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), payment=()")
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Cache-Control", "no-store")
			if !sameOrigin(r) {
				write(w, &Problem{Status: http.StatusForbidden, Title: "Forbidden", Detail: "requests from another origin are refused"})
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what a page of another site sends: SameSite=Strict keeps
// the cookie away already, this holds where a browser does not honour it.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	_, host, ok := strings.Cut(origin, "://")
	return ok && host == r.Host
}

// answerWithin bounds how long a person waits to hear that it cannot be done now.
const answerWithin = 8 * time.Second

// bounded refuses bodies over MaxBody before they are read, and gives up work
// that takes too long. A stream lasts as long as it wants.
func (s *Server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > MaxBody {
			write(w, &Problem{Status: http.StatusRequestEntityTooLarge, Title: http.StatusText(http.StatusRequestEntityTooLarge),
				Detail: "the body is larger than 1 MiB", Errors: []FieldError{{Field: "body", Detail: "at most 1048576 bytes"}}})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		if r.URL.Path != streamPath {
			ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
			defer cancel()
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil {
				s.Log.Error().Str("method", r.Method).Str("stack", string(debug.Stack())).Msgf("panic: %T", p)
				write(w, problem(nil))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// seen records the status of an answer; Unwrap lets the websocket upgrade
// reach the connection.
type seen struct {
	http.ResponseWriter
	status int
}

func (s *seen) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}

func (s *seen) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// logged writes one line per request to the API: the route's pattern and the id
// in it, never the address as it was sent, which may hold what was typed.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/v1/") || r.URL.Path == streamPath {
			next.ServeHTTP(w, r)
			return
		}
		began, kept := time.Now(), &seen{ResponseWriter: w, status: http.StatusOK}
		if s.Tracer != nil {
			ctx, span := trace.Start(r.Context(), s.Tracer, "request")
			r = r.WithContext(ctx)
			defer func() { span.SetName(r.Pattern); span.End() }()
		}
		next.ServeHTTP(kept, r)
		level := zerolog.InfoLevel
		if kept.status >= http.StatusInternalServerError {
			level = zerolog.ErrorLevel
		}
		took := time.Since(began)
		s.Seen.requests.WithLabelValues(r.Pattern, strconv.Itoa(kept.status)).Observe(took.Seconds())
		s.Log.WithLevel(level).Str("route", r.Pattern).Str("id", r.PathValue("id")).Int("status", kept.status).
			Dur("ms", took).Msg("request")
	})
}

// fail answers an error and logs the ones that are ours, in full, once.
func (s *Server) fail(ctx context.Context, err error) error {
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		s.Log.Error().Err(err).Msg("request failed")
	}
	return problem(err)
}

// Keyed is the header that makes a create harmless to repeat.
type Keyed struct {
	Key string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"128" doc:"made by the client, once per thing to create; a repeat returns the first answer"`
}

// once ties a create's key to its request. encode makes the answer from what
// was written.
func once(a access.Actor, key, route string, body any, encode func(control.Written) any) (*control.Once, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("hash a request: %w", err)
	}
	sum := sha256.Sum256(append([]byte(route+"\n"), raw...))
	return &control.Once{
		Account: a.ID, Key: key, Request: sum[:], Status: http.StatusCreated,
		Encode: func(w control.Written) ([]byte, error) { return json.Marshal(encode(w)) },
	}, nil
}

// answered is the answer to a create: the first one, if it is a repeat.
func answered[T any](kept control.Kept, encode func(control.Written) any) (T, error) {
	var body T
	if kept.Repeated != nil {
		err := json.Unmarshal(kept.Repeated, &body)
		return body, err
	}
	body, ok := encode(kept.Written).(T)
	if !ok {
		return body, fmt.Errorf("an answer of the wrong type")
	}
	return body, nil
}

// Matched is the header that makes an update refuse to overwrite what someone
// else changed.
type Matched struct {
	IfMatch string `header:"If-Match" required:"true" doc:"the ETag of the version that is changed"`
}

func (m Matched) version() (int64, error) {
	v, err := strconv.ParseInt(strings.Trim(m.IfMatch, `"`), 10, 64)
	if err != nil {
		return 0, fault.Bad("If-Match", "is not a version of this record")
	}
	return v, nil
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }
