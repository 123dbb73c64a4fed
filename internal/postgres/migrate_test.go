package postgres_test

import (
	"io/fs"
	"testing"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
	"doorstep/migrations"
)

func TestMigrateFromEveryVersion(t *testing.T) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for from := range names {
		t.Run(names[from], func(t *testing.T) {
			conn, err := pgx.Connect(t.Context(), pgtest.EmptyURL(t))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(t.Context())
			if from > 0 {
				if err := postgres.MigrateTo(t.Context(), conn, int32(from), func(string) {}); err != nil {
					t.Fatal(err)
				}
			}
			var run []string
			if err := postgres.Migrate(t.Context(), conn, func(name string) { run = append(run, name) }); err != nil {
				t.Fatal(err)
			}
			if len(run) != len(names)-from {
				t.Fatalf("ran %v, want the last %d", run, len(names)-from)
			}
			if err := postgres.Migrate(t.Context(), conn, func(name string) { t.Errorf("%s ran twice", name) }); err != nil {
				t.Fatal(err)
			}
		})
	}
}
