package main

import (
	"io/fs"
	"net/http"
	"strings"

	"doorstep/web"
)

// pages serves the built browser application: one page per desk, and its
// assets, whose names change with their content, for ever.
func pages() http.Handler {
	dist, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded: this is a bug
	}
	files := http.FileServerFS(dist)
	page := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if _, err := fs.Stat(dist, name); err != nil {
				http.Error(w, "the pages were not built into this binary: run scripts/run", http.StatusNotFound)
				return
			}
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, dist, name)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page("index.html"))
	for _, desk := range []string{"calltaking", "tablet", "district", "supervision", "authoring"} {
		mux.HandleFunc("GET /"+desk, page(desk+".html"))
	}
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		files.ServeHTTP(w, r)
	})
	return mux
}
