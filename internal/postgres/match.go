package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/premise"
)

// unverifiedAddresses are those of a district, or of none, with something at them.
const unverifiedAddresses = `
select ` + addressColumns + `, past.incidents, past.dv, past.last_at
from (select * from address where kind = 'unverified' and (district_code = $1 or district_code is null)
      order by added_at desc limit 1000) a
cross join lateral (
    select count(*) incidents, count(*) filter (where class in ('dv', 'suspected_dv')) dv, max(received_at) last_at
    from incident where address_id = a.id) past
where past.incidents > 0
order by past.dv > 0 desc, past.last_at desc, a.id limit $2`

// Unverified lists the addresses that nobody found when they were said, those
// with DV first.
func (s *Store) Unverified(ctx context.Context, district string, limit int) ([]control.UnverifiedAddress, error) {
	rows, err := s.pool.Query(ctx, unverifiedAddresses, district, limit)
	if err != nil {
		return nil, sorted(err, "list unverified addresses")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u control.UnverifiedAddress, err error) {
		var at place
		err = row.Scan(append(at.columns(), &u.Incidents, &u.DV, &u.LastAt)...)
		u.Address = value[premise.Address](at.address())
		return u, err
	})
	return list, sorted(err, "list unverified addresses")
}

const (
	insertMatch = `
insert into address_match (id, from_id, to_id, by, at) values ($1, $2, $3, $4, $5)`

	// moveIncidents leaves the district with whoever was sent; where none was known
	// the new address says it. A desk that has the incident open is told that it
	// changed.
	moveIncidents = `
with moved as (
    update incident i set address_id = $3, district_code = coalesce(i.district_code, a.district_code), version = i.version + 1
    from address a where i.address_id = $2 and a.id = $3 returning i.id)
insert into address_match_moved (match_id, kind, row_id) select $1, 'incident', id from moved`
	moveCalls = `
with moved as (update call set address_id = $3, version = version + 1 where address_id = $2 returning id)
insert into address_match_moved (match_id, kind, row_id) select $1, 'call', id from moved`
	moveCautions = `
with moved as (update caution set address_id = $3 where address_id = $2 returning id)
insert into address_match_moved (match_id, kind, row_id) select $1, 'caution', id from moved`
)

// Match moves what is kept at an unverified address to another one.
func (s *Store) Match(ctx context.Context, m control.Match) error {
	return s.within(ctx, "match an address", func(tx pgx.Tx) error {
		var kind, toKind string
		err := tx.QueryRow(ctx, `select f.kind, t.kind from address f, address t where f.id = $1 and t.id = $2 for no key update of f`, m.From, m.To).Scan(&kind, &toKind)
		switch {
		case err != nil:
			return missing(err, "address")
		case kind != premise.Unverified:
			return fault.New(fault.Conflict, "this address is verified already")
		case toKind == premise.Unverified:
			return fault.Bad("address_id", "is unverified itself")
		}
		var matched bool
		if err := tx.QueryRow(ctx, `select exists (select from address_match where from_id = $1 and undone_at is null)`, m.From).Scan(&matched); err != nil {
			return err
		}
		if matched {
			return fault.New(fault.Conflict, "this address was matched already")
		}
		b := &pgx.Batch{}
		b.Queue(insertMatch, m.ID, m.From, m.To, m.By, m.At)
		for _, move := range []string{moveIncidents, moveCalls, moveCautions} {
			b.Queue(move, m.ID, m.From, m.To)
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

const (
	endMatch = `
update address_match set undone_by = $2, undone_at = $3 where from_id = $1 and undone_at is null returning id, to_id`

	// What was moved on since by somebody else stays.
	restoreIncidents = `
update incident set address_id = $2, version = version + 1
where address_id = $3 and id in (select row_id from address_match_moved where match_id = $1 and kind = 'incident')`
	restoreCalls = `
update call set address_id = $2, version = version + 1
where address_id = $3 and id in (select row_id from address_match_moved where match_id = $1 and kind = 'call')`
	restoreCautions = `
update caution set address_id = $2
where address_id = $3 and id in (select row_id from address_match_moved where match_id = $1 and kind = 'caution')`
)

// Unmatch takes a match back, with what moved then.
func (s *Store) Unmatch(ctx context.Context, m control.Match) error {
	return s.within(ctx, "take a match back", func(tx pgx.Tx) error {
		var id, to string
		if err := tx.QueryRow(ctx, endMatch, m.From, m.By, m.At).Scan(&id, &to); err != nil {
			return missing(err, "match of this address")
		}
		b := &pgx.Batch{}
		for _, restore := range []string{restoreIncidents, restoreCalls, restoreCautions} {
			b.Queue(restore, id, m.From, to)
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

const (
	addressParents = `
with recursive up as (
    select r.*, 1 n from address a join area r on r.id = a.area_id where a.id = $1
    union all
    select r.*, up.n + 1 from up join area r on r.id = up.parent_id where up.n < 8)
select kind, code, name, id from (
    select kind, code, name, '' id, -n at from up
    union all
    select 'street', '', s.name, '', 1 from address a join street s on s.id = a.street_id where a.id = $1 and a.kind not in ('place', 'crossing', 'unverified')
    union all
    select 'building', '', b.label, b.id::text, 2 from address a join address b on b.id = a.building_id where a.id = $1) p
order by at`
	formerLabels   = `select label, until from address_former where address_id = $1 order by until desc, label limit 20`
	addressMatches = `
select m.from_id, f.label, m.to_id, t.label, w.display_name, m.at
from address_match m join address f on f.id = m.from_id join address t on t.id = m.to_id join account w on w.id = m.by
where m.undone_at is null and (m.to_id = $1 or m.from_id = $1) order by m.at desc limit 20`
)

// Entry reads what the gazetteer knows of an address beside itself.
func (s *Store) Entry(ctx context.Context, id premise.ID) (e premise.GazetteerEntry, err error) {
	b := &pgx.Batch{}
	b.Queue(addressParents, id).Query(func(rows pgx.Rows) (err error) {
		e.Parents, err = pgx.CollectRows(rows, pgx.RowToStructByPos[premise.Parent])
		return err
	})
	b.Queue(formerLabels, id).Query(func(rows pgx.Rows) (err error) {
		e.Former, err = pgx.CollectRows(rows, pgx.RowToStructByPos[premise.Former])
		return err
	})
	b.Queue(addressMatches, id).Query(func(rows pgx.Rows) (err error) {
		e.Matches, err = pgx.CollectRows(rows, pgx.RowToStructByPos[premise.Match])
		return err
	})
	return e, sorted(s.pool.SendBatch(ctx, b).Close(), "read the gazetteer's entry")
}
