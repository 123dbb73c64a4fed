// Package web carries the built browser application inside the binary, so that
// one file is all a centre has to install. `npm run build` in this folder fills
// dist; without it the pages answer that they were not built.
package web

import "embed"

// Dist holds the built pages and their assets under "dist/".
//
//go:embed all:dist
var Dist embed.FS
