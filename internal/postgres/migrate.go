package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"

	"doorstep/migrations"
)

// versionTable holds the number of the last migration that was run.
const versionTable = "public.schema_version"

// Migrate brings the schema to the newest version and calls report with the
// name of each step before it is run. Two nodes may start it at once: the
// second waits and finds nothing left to do.
func Migrate(ctx context.Context, conn *pgx.Conn, report func(name string)) error {
	return migrateTo(ctx, conn, 0, report)
}

// migrateTo stops at a version; 0 is the newest.
func migrateTo(ctx context.Context, conn *pgx.Conn, version int32, report func(name string)) error {
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	m.OnStart = func(_ int32, name, _, _ string) { report(name) }
	if err := m.LoadMigrations(migrations.FS); err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if version == 0 {
		version = int32(len(m.Migrations))
	}
	if now, err := m.GetCurrentVersion(ctx); err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	} else if now > version && version == int32(len(m.Migrations)) {
		return fmt.Errorf("the database has schema %d, newer than this binary's %d", now, version)
	}
	if err := m.MigrateTo(ctx, version); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
