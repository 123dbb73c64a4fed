package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
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

const addressesWithPast = `
select a.id, a.label from (select distinct address_id from incident tablesample system (20) where address_id is not null limit $1) i
join address a on a.id = i.address_id`

// SomeAddresses returns up to n buildings of the gazetteer, spread over it and the
// same ones each time, for the benchmark.
func (s *Store) SomeAddresses(ctx context.Context, n int) ([]premise.Address, error) {
	rows, err := s.pool.Query(ctx, `select id, label from address where kind = 'building' order by md5(key) limit $1`, n)
	if err != nil {
		return nil, fmt.Errorf("some addresses: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a premise.Address, err error) {
		return a, row.Scan(&a.ID, &a.Label)
	})
}

// AddressesWithPast returns the ids and labels of up to n addresses that have a history, for
// the benchmark.
func (s *Store) AddressesWithPast(ctx context.Context, n int) ([]premise.Address, error) {
	rows, err := s.pool.Query(ctx, addressesWithPast, n)
	if err != nil {
		return nil, fmt.Errorf("addresses with a past: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a premise.Address, err error) {
		return a, row.Scan(&a.ID, &a.Label)
	})
}
