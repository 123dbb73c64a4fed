package postgres_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"doorstep/internal/demo"
	"doorstep/internal/fault"
	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
)

// schemaOf is every index, constraint and trigger, as PostgreSQL writes them.
const schemaOf = `
select string_agg(line, e'\n' order by line) from (
    select indexdef line from pg_indexes where schemaname = 'public'
    union all
    select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal) l`

func TestNationFillsTheDatabaseAndLeavesItsSchema(t *testing.T) {
	pool := pgtest.Pool(t)
	s := postgres.New(pool)
	var before, after string
	if err := pool.QueryRow(t.Context(), schemaOf).Scan(&before); err != nil {
		t.Fatal(err)
	}
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	n := demo.NewNation(7, day, 3000)
	if loaded, err := s.LoadNation(t.Context(), n, io.Discard); err != nil || !loaded {
		t.Fatalf("loaded %v: %v", loaded, err)
	}
	if err := pool.QueryRow(t.Context(), schemaOf).Scan(&after); err != nil {
		t.Fatal(err)
	}
	if before != after {
		t.Errorf("the schema is not what it was:\n%s\n--- was\n%s", after, before)
	}
	_, streets, addresses, persons, incidents := n.Sizes()
	for sql, want := range map[string]int{
		"select count(*) from street":                            streets,
		"select count(*) from address":                           addresses,
		"select count(*) from person":                            persons,
		"select count(*) from incident":                          incidents,
		"select count(*) from incident where address_id is null": 0,
		"select count(*) from street s where not exists (select from address a where a.street_id = s.id)": 0,
		`select count(*) from incident i join address a on a.id = i.address_id
		 where i.premise_id <> coalesce(a.building_id, a.id) or i.district_code <> a.district_code`: 0,
		`select count(*) from address a left join district d on st_contains(d.area, a.point) where d.code is distinct from a.district_code`: 0,
	} {
		var got int
		if err := pool.QueryRow(t.Context(), sql).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %d, want %d (%v)", strings.Join(strings.Fields(sql), " "), got, want, err)
		}
	}
	if loaded, err := s.LoadNation(t.Context(), demo.NewNation(7, day, 3000), io.Discard); err != nil || loaded {
		t.Errorf("the same nation again: loaded %v, %v", loaded, err)
	}
	if _, err := s.LoadNation(t.Context(), demo.NewNation(7, day, 4000), io.Discard); !fault.Is(err, fault.Conflict) {
		t.Errorf("another nation: %v", err)
	}
}
