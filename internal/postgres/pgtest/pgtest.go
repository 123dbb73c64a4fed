// Package pgtest gives each test a real PostgreSQL database of its own. For
// tests only.
package pgtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/postgres"
	"doorstep/migrations"
)

// Pool returns a pool on a new, migrated, empty database, which goes with the
// test. It is copied from a template that is migrated once per schema, so it
// costs little.
func Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL returns the address of a new, migrated, empty database, which goes with
// the test.
func URL(t testing.TB) string {
	t.Helper()
	template := migrated(t)
	return create(t, "template "+pgx.Identifier{template}.Sanitize())
}

// EmptyURL returns the address of a new database without any schema.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return create(t, "")
}

func create(t testing.TB, with string) string {
	t.Helper()
	name := "test_" + uuid.NewString()
	admin(t, "create database "+pgx.Identifier{name}.Sanitize()+" "+with)
	t.Cleanup(func() { admin(t, "drop database if exists "+pgx.Identifier{name}.Sanitize()+" with (force)") })
	return named(t, name)
}

// migrated names the template database of this schema, making it first where
// it is missing. Test binaries run side by side, so one at a time looks.
func migrated(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	const lock = 1126
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", lock); err != nil {
		t.Fatal(err)
	}
	name := "template_" + schema(t)
	var there bool
	if err := conn.QueryRow(ctx, "select exists (select 1 from pg_database where datname = $1)", name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if there {
		return name
	}
	if _, err := conn.Exec(ctx, "drop database if exists half_template with (force)"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "create database half_template"); err != nil {
		t.Fatal(err)
	}
	half, err := pgx.Connect(ctx, named(t, "half_template"))
	if err != nil {
		t.Fatal(err)
	}
	err = postgres.Migrate(ctx, half, func(string) {})
	_ = half.Close(ctx) // the next statement says if it is still open
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, "alter database half_template rename to "+pgx.Identifier{name}.Sanitize()); err != nil {
		t.Fatal(err)
	}
	return name
}

// schema is a short hash of all migrations.
func schema(t testing.TB) string {
	t.Helper()
	sum := sha256.New()
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := migrations.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(text)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8])
}

func admin(t testing.TB, statement string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}

func address(t testing.TB) string {
	t.Helper()
	at := os.Getenv("DATABASE_URL")
	if at == "" {
		t.Fatal(`no PostgreSQL to test against: run eval "$(scripts/services env)"`)
	}
	return at
}

func named(t testing.TB, database string) string {
	t.Helper()
	at, err := url.Parse(address(t))
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + database
	return at.String()
}
