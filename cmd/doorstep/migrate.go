package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/postgres"
)

// MigrateCommand brings the schema to this binary's version.
type MigrateCommand struct {
	DatabaseURL string `name:"database-url" env:"DOORSTEP_DATABASE_URL,DATABASE_URL" required:"" help:"PostgreSQL to migrate."`
}

// Run migrates; a schema that is up to date stays as it is.
func (c MigrateCommand) Run(ctx context.Context, d Deps) error {
	conn, err := pgx.Connect(ctx, c.DatabaseURL)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return postgres.Migrate(ctx, conn, func(name string) { _, _ = fmt.Fprintln(d.Err, "migrate:", name) })
}
