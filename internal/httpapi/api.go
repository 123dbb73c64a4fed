// Package httpapi is the program's HTTP face: routes, sign-in, JSON in and out,
// fault kind to status. It decides nothing and knows no SQL. One file of
// handlers per desk.
package httpapi

import (
	"context"
	"net/http"
	"path"
	"reflect"
	"runtime"
	"strings"

	"github.com/alexedwards/scs/v2"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/gather"
	"doorstep/internal/premise"
	"doorstep/internal/trace"
)

// Version is the version of the public contract.
const Version = "0.1.0"

const streamPath = "/api/v1/stream"

// Accounts is what sign-in needs to know of people.
type Accounts interface {
	// Credentials returns how an account proves itself, NotFound when there
	// is none by that name or it is disabled.
	Credentials(ctx context.Context, username string) (Credentials, error)
	// Actor returns who an account is now, with the unit of the present
	// shift; NotFound when it is disabled.
	Actor(ctx context.Context, id access.AccountID) (access.Actor, error)
	// SignedIn returns who is behind the tokens of sessions, without those that
	// ended.
	SignedIn(ctx context.Context, tokens []string) (map[string]access.Actor, error)
}

// Credentials are how an account proves itself.
type Credentials struct {
	ID           access.AccountID
	PasswordHash string
	TOTPSecret   string // empty: no second factor
}

// Stream takes over a request as a websocket.
type Stream interface {
	// Serve is told the address that the request came from.
	Serve(w http.ResponseWriter, r *http.Request, a access.Actor, from string, signedIn func(context.Context) (access.Actor, bool))
	SignOut(id access.AccountID)
}

// Server is everything that the handlers need.
type Server struct {
	Room     *control.Room
	Accounts Accounts
	Sessions *scs.SessionManager
	// SessionAccount names the value of a session that says whose it is.
	SessionAccount string
	Find           func(ctx context.Context, q premise.Search) ([]FoundAddress, error)
	Stream         Stream
	Ready          func(context.Context) Readiness
	AsyncAPI       []byte
	Schemas        map[string][]byte // of what people write as data, by file name
	Pages          http.Handler
	Metrics        prometheus.Gatherer
	Seen           *Seen
	Tracer         trace.Tracer // nil where nobody wants to know
	Log            zerolog.Logger
	// Secure marks cookies for TLS only.
	Secure bool
	Limits *Limits

	recent  *expirable.LRU[string, access.Actor] // by token
	arrives *gather.Gather[string, signedIn]     // asks who opens a line
	beats   *gather.Gather[string, signedIn]     // asks who has one open
	hashing chan struct{}                        // held by who checks a password
}

// Readiness is the answer of /readyz.
type Readiness struct {
	Status   string `json:"status" enum:"ready,degraded,unavailable,stopping"`
	Database string `json:"database" enum:"up,down"`
	Redis    string `json:"redis" enum:"up,down,not_used"`
}

// Handler is the whole HTTP surface.
func (s *Server) Handler() http.Handler {
	s.hashing = make(chan struct{}, runtime.GOMAXPROCS(0))
	s.recent = expirable.NewLRU[string, access.Actor](recentMost, nil, recentFor)
	s.arrives = gather.New(gather.How{Most: arrivalsAtOnce, Wait: arrivalsWait, Rest: 6, Turn: arrivalsTurn}, s.signedIn)
	s.beats = gather.New(gather.How{Most: beatsAtOnce, Wait: arrivalsWait, Linger: beatsLinger}, s.signedIn)
	mux := http.NewServeMux()
	s.register(humago.New(mux, config()))
	mux.HandleFunc("GET "+streamPath, s.stream)
	mux.HandleFunc("GET /api/asyncapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(s.AsyncAPI) // the client went away: nobody to tell
	})
	mux.HandleFunc("GET /api/schemas/{name}", func(w http.ResponseWriter, r *http.Request) {
		schema, ok := s.Schemas[r.PathValue("name")]
		if !ok {
			write(w, notThere)
			return
		}
		w.Header().Set("Content-Type", "application/schema+json")
		w.Header().Set("Access-Control-Allow-Origin", "*") // editors in a browser read it too
		_, _ = w.Write(schema)                             // the client went away: nobody to tell
	})
	mux.HandleFunc("/api/", func(w http.ResponseWriter, _ *http.Request) { write(w, notThere) })
	mux.HandleFunc("GET /api/{$}", s.reference)
	mux.HandleFunc("GET /api/reference.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, referenceFiles, "reference.css")
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}))
	mux.Handle("/", s.Pages)
	return s.recovered(s.bounded(s.limited(s.logged(secured(mux)))))
}

// config is the contract's face: the document at /api/openapi.json, our own
// readable page, no schema links in bodies.
func config() huma.Config {
	c := huma.DefaultConfig("Doorstep", Version)
	c.Info.Description = "Call-taking and dispatch decision support for domestic violence. Times are RFC 3339 UTC, ids UUIDv7, points GeoJSON order (longitude, latitude) in WGS 84. Errors are problem+json (RFC 9457) with errors: [{field, detail}]. A create takes Idempotency-Key; an update of a shared record takes If-Match. While the database is away a call is answered 503 with Retry-After at once."
	c.OpenAPIPath = "/api/openapi"
	c.DocsPath = ""
	c.SchemasPath = ""
	c.CreateHooks = nil
	c.RejectUnknownQueryParameters = true
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: cookieName},
	}
	return c
}

// schemaName names a schema after its type; a stage's type carries the stage,
// so that a flag of risk and a flag of anything else stay apart.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	stage := path.Base(t.PkgPath())
	if t.Name() == "" || stage == "httpapi" || !strings.HasPrefix(t.PkgPath(), "doorstep/") {
		return name
	}
	stage = strings.ToUpper(stage[:1]) + stage[1:]
	if strings.HasPrefix(name, stage) {
		return name
	}
	return stage + name
}

// register names every call of the contract.
func (s *Server) register(api huma.API) {
	s.sessionRoutes(api)
	s.callTakingRoutes(api)
	s.dispatchRoutes(api)
	s.tabletRoutes(api)
	s.supervisionRoutes(api)
	s.reviewRoutes(api)
	s.authoringRoutes(api)
}

// OpenAPI returns the document of the contract as JSON.
func OpenAPI() ([]byte, error) {
	api := humago.New(http.NewServeMux(), config())
	(&Server{}).register(api)
	return api.OpenAPI().MarshalJSON()
}

// op describes one call: huma fills in the rest from the types.
func op(id, method, path, summary string, status int, tag string) huma.Operation {
	o := huma.Operation{
		OperationID: id, Method: method, Path: "/api/v1" + path, Summary: summary,
		DefaultStatus: status, Tags: []string{tag}, MaxBodyBytes: MaxBody,
		Security: []map[string][]string{{"session": {}}},
		Errors:   []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}
	return o
}
