package httpapi

import (
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// readyz answers 200 while the service can take calls, also without Redis, and
// 503 when it cannot, or soon will not.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	ready := s.Ready(r.Context())
	w.Header().Set("Content-Type", "application/json")
	if ready.Status == "unavailable" || ready.Status == "stopping" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(ready) // the client went away: nobody to tell
}

//go:embed reference.html reference.css
var referenceFiles embed.FS

var referenceTemplate = template.Must(template.ParseFS(referenceFiles, "reference.html"))

// line is one call of the contract on the readable page.
type line struct{ Method, Path, Summary, Tag string }

// reference is the readable page of the contract, made from the document.
func (s *Server) reference(w http.ResponseWriter, _ *http.Request) {
	api := humago.New(http.NewServeMux(), config())
	s.register(api)
	var lines []line
	for path, item := range api.OpenAPI().Paths {
		for method, o := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if o != nil {
				lines = append(lines, line{method, path, o.Summary, strings.Join(o.Tags, ", ")})
			}
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.Tag+a.Path+a.Method, b.Tag+b.Path+b.Method) })
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = referenceTemplate.Execute(w, map[string]any{"Lines": lines, "Version": Version}) // the client went away
}
