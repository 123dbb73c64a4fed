package postgres_test

import (
	"io/fs"
	"strconv"
	"testing"
	"time"

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

// TestIncidentsMoveToLargerPartitions: version 14 moves what was kept before.
func TestIncidentsMoveToLargerPartitions(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), pgtest.EmptyURL(t))
	must(t, err)
	defer conn.Close(t.Context())
	must(t, postgres.MigrateTo(t.Context(), conn, 13, func(string) {}))
	const district, person = "1", "00000000-0000-7000-8000-000000000009"
	for _, sql := range []string{
		"insert into district (code, name) values ('1', 'One')",
		"insert into person (id, name, added_at) values ('" + person + "', 'Somebody', now())",
	} {
		_, err := conn.Exec(t.Context(), sql)
		must(t, err)
	}
	years := []int{2009, 2016, 2020, 2021, 2025, 2026, 2027, 2040}
	for _, year := range years {
		at := time.Date(year, time.June, 1, 12, 0, 0, 0, time.UTC)
		id := idAt(at)
		_, err := conn.Exec(t.Context(), `insert into incident (id, number, state, class, district_code, received_at) values ($1, $2, 'open', 'dv', $3, $4)`,
			id, strconv.Itoa(year), district, at)
		must(t, err)
		_, err = conn.Exec(t.Context(), `insert into incident_person (person_id, incident_id, role) values ($1, $2, 'suspect')`, person, id)
		must(t, err)
	}
	must(t, postgres.Migrate(t.Context(), conn, func(string) {}))
	var moved, open, related int
	must(t, conn.QueryRow(t.Context(), `select count(*), count(*) filter (where is_open), (select count(*) from incident_person join incident i on i.id = incident_id) from incident`).
		Scan(&moved, &open, &related))
	if moved != len(years) || open != len(years) || related != len(years) {
		t.Errorf("%d incidents, %d open, %d with a person; want %d of each", moved, open, related, len(years))
	}
	if _, err := conn.Exec(t.Context(), `insert into incident_person (person_id, incident_id, role) values ($1, $2, 'victim')`, person, newID()); err == nil {
		t.Error("an incident that is not there has a person")
	}
}
