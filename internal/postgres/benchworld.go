package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/person"
	"doorstep/internal/premise"
)

const seedTablets = `
with made as (
    insert into account (id, username, display_name, role, password_hash)
    select gen_random_uuid(), 'tablet' || n, 'Tablet ' || n, 'patrol_officer', $2 from generate_series(1, $1) n
    returning id, username
), sent as (
    insert into unit (id, call_sign) select gen_random_uuid(), 'T-' || n from generate_series(1, $1) n
    returning id, call_sign
), duty as (
    insert into shift (id, unit_id, starts, ends)
    select gen_random_uuid(), id, now() - interval '1 hour', now() + interval '1 day' from sent
    returning id, unit_id
)
insert into crew (shift_id, account_id)
select duty.id, made.id from duty
join sent on sent.id = duty.unit_id
join made on made.username = 'tablet' || substr(sent.call_sign, 3)
returning account_id`

// SeedTablets adds n units with one officer each, for the benchmark's own
// database, and returns the officers.
func (s *Store) SeedTablets(ctx context.Context, n int, passwordHash string) ([]access.AccountID, error) {
	rows, err := s.pool.Query(ctx, seedTablets, n, passwordHash)
	if err != nil {
		return nil, fmt.Errorf("seed tablets: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[access.AccountID])
}

// SomeAddresses returns up to n buildings of the gazetteer, spread over it and the
// same ones each time, for the benchmark.
func (s *Store) SomeAddresses(ctx context.Context, n int) ([]premise.Address, error) {
	rows, err := s.pool.Query(ctx, `select id, label, locality from address where kind = 'building' order by md5(key) limit $1`, n)
	if err != nil {
		return nil, fmt.Errorf("some addresses: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a premise.Address, err error) {
		return a, row.Scan(&a.ID, &a.Label, &a.Locality)
	})
}

// sampled is the part of a table, in percent, that holds some 40,000 rows.
func (s *Store) sampled(ctx context.Context, table string) (percent float64, err error) {
	var rows float64
	err = s.pool.QueryRow(ctx, `select coalesce(sum(greatest(c.reltuples, 1)), 1) from pg_class c
where c.oid = $1::regclass or c.oid in (select inhrelid from pg_inherits where inhparent = $1::regclass)`, table).Scan(&rows)
	return min(100, 100*40_000/rows), err
}

// AddressesWithPast returns up to n addresses that have a history, those that
// call often more likely than others, for the benchmark.
func (s *Store) AddressesWithPast(ctx context.Context, n int) ([]premise.Address, error) {
	percent, err := s.sampled(ctx, "incident")
	if err != nil {
		return nil, fmt.Errorf("addresses with a past: %w", err)
	}
	rows, err := s.pool.Query(ctx, `
select a.id, a.label, a.locality, st_x(a.point), st_y(a.point)
from (select address_id from incident tablesample system ($2) repeatable (1) where address_id is not null order by md5(id::text) limit $1) i
join address a on a.id = i.address_id`, n, percent)
	if err != nil {
		return nil, fmt.Errorf("addresses with a past: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a premise.Address, err error) {
		var x, y *float64
		err = row.Scan(&a.ID, &a.Label, &a.Locality, &x, &y)
		if x != nil && y != nil {
			a.Point = &premise.Point{*x, *y}
		}
		return a, err
	})
}

// PersonsWithPast returns up to n persons that have a history, for the benchmark.
func (s *Store) PersonsWithPast(ctx context.Context, n int) ([]person.ID, error) {
	percent, err := s.sampled(ctx, "incident_person")
	if err != nil {
		return nil, fmt.Errorf("persons with a past: %w", err)
	}
	rows, err := s.pool.Query(ctx, `
select person_id from incident_person tablesample system ($2) repeatable (1) order by md5(person_id::text || incident_id::text) limit $1`, n, percent)
	if err != nil {
		return nil, fmt.Errorf("persons with a past: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[person.ID])
}
