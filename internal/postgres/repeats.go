package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/premise"
)

// repeats counts the DV incidents of a district in 12 months by something that
// they have in common: an expression, with what is joined to find it.
func repeats(by, join, columns, from string) string {
	return `
with dv as materialized (
    select id, address_id, received_at from incident
    where district_code = $1 and class in ('dv', 'suspected_dv')
      and id >= uuid_floor($2::timestamptz - interval '13 months') and received_at > $2::timestamptz - interval '12 months'),
again as (
    select ` + by + ` of, count(distinct dv.id) in_year,
        count(distinct dv.id) filter (where received_at > $2::timestamptz - interval '90 days') in_quarter,
        count(distinct dv.id) filter (where received_at > $2::timestamptz - interval '180 days' and received_at <= $2::timestamptz - interval '90 days') in_last,
        max(received_at) last_at, count(distinct dv.address_id) addresses,
        (array_agg(dv.address_id order by received_at desc) filter (where dv.address_id is not null))[1] latest
    from dv ` + join + `
    where ` + by + ` is not null group by ` + by + ` having count(distinct dv.id) > 1
    order by in_year desc, count(distinct dv.id) filter (where received_at > $2::timestamptz - interval '90 days') desc, last_at desc limit $3)
select again.in_year, again.in_quarter, again.in_last, again.last_at, again.addresses, ` + columns + `, ` + addressColumns + `
from again ` + from + ` left join address a on a.id = again.latest
order by again.in_year desc, again.in_quarter - again.in_last desc, again.last_at desc, again.of`
}

// repeatsBy are the ways to count. A call with several calls of one incident, and
// a person with two parts in it, count once.
var repeatsBy = map[string]string{
	control.ByAddress: repeats(`dv.address_id`, ``, `'', '', '', '{}'::text[], ''`, ``),
	control.ByPerson: repeats(`coalesce(m.to_id, t.person_id)`, `join incident_person t on t.incident_id = dv.id and t.role in ('victim', 'suspect')
        left join person_merge m on m.from_id = t.person_id and m.undone_at is null`,
		`p.id::text, p.name, coalesce(p.birth_date::text, ''),
        array(select distinct t.role from incident_person t join dv on dv.id = t.incident_id where t.person_id = any(same_persons(array[again.of])) order by 1), ''`,
		`join person p on p.id = again.of`),
	control.ByNumber: repeats(`c.phone`, `join call c on c.incident_id = dv.id`, `'', '', '', '{}'::text[], again.of`, ``),
}

// Repeats lists what more than one DV incident of a district in 12 months has in
// common, the most first, and records the use.
func (s *Store) Repeats(ctx context.Context, use access.Use, by, district string, limit int) (list []control.Repeat, err error) {
	sql, ok := repeatsBy[by]
	if !ok {
		return nil, fault.Bad("by", "is address, person or number")
	}
	b := &pgx.Batch{}
	keepUse(b, use, "repeats-by-"+by+":"+district)
	b.Queue(sql, district, use.At, limit).Query(func(rows pgx.Rows) error {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r control.Repeat, err error) {
			var at place
			err = row.Scan(append([]any{&r.DV12m, &r.DV90d, &r.DV90dBefore, &r.LastAt, &r.Addresses,
				&r.Person.ID, &r.Person.Name, &r.Person.BirthDate, &r.Person.Roles, &r.Number}, at.columns()...)...)
			r.Address = value[premise.Address](at.address())
			return r, err
		})
		return err
	})
	return list, sorted(s.pool.SendBatch(ctx, b).Close(), "list repeats")
}
