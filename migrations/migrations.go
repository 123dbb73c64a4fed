// Package migrations holds the schema as plain SQL that goes forward only:
// add first, switch, remove later. A merged file never changes.
package migrations

import "embed"

// FS holds NNNN_name.sql, in the order they are run.
//
//go:embed *.sql
var FS embed.FS
