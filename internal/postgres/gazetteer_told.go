package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/premise"
)

// metres between two points, exact where it counts.
const metres = `st_distance(a.point::geography, st_setsrid(st_makepoint($1, $2), 4326)::geography)`

// around finds the nearest buildings by the index, then measures them. A
// position that is off by a cell's width still proposes the nearest, which is
// why the radius only orders: those within it come first. A building is measured
// to its middle, so that 25 m off is still at it.
const around = `
select id::text, kind, label, locality, st_x(point), st_y(point), coalesce(district_code, ''), 0, 0,
    case when m <= greatest($4::float8, 25) then 0 else 1 + least(6, floor(log(greatest(m, 1)) * 2)::int) end,
    m, $4::float8 > 0 and m > greatest($4::float8, 25)
from (
    select a.*, ` + metres + ` m from address a
    where kind <> 'dwelling' and ($5 = '' or district_code = $5)
    order by a.point <-> st_setsrid(st_makepoint($1, $2), 4326) limit 3 * $3) a
where m <= greatest($4::float8, 500)
order by m, id`

func (s *Store) findAround(ctx context.Context, q premise.Search) ([]ranked, error) {
	rows, err := s.pool.Query(ctx, around, q.Near[0], q.Near[1], q.Limit, q.Radius, q.District)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (ranked, error) {
		var metres float64
		var beyond bool
		f, err := scanRanked(premise.HowPosition, &metres, &beyond)(row)
		f.Metres, f.Beyond = metres, beyond
		return f, err
	})
}

// across finds the buildings of the same street that face a house: even numbers
// stand opposite odd ones.
const across = `
select a.id::text, a.kind, a.label, a.locality, st_x(a.point), st_y(a.point), coalesce(a.district_code, ''), 0,
    (row_number() over (order by a.point <-> here.point, a.id))::int, 0
from address here join address a on a.street_id = here.street_id
where here.id = $1::uuid and a.kind = 'building' and a.point is not null
  and (substring(a.house from '^\d{1,9}')::bigint % 2) <> (substring(here.house from '^\d{1,9}')::bigint % 2)
order by a.point <-> here.point, a.id limit 4`

// findAcross proposes what faces the house, then the house itself: the caller
// named the one that they see.
func (s *Store) findAcross(ctx context.Context, here ranked, q premise.Search) ([]ranked, error) {
	rows, err := s.pool.Query(ctx, across, here.ID)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, scanRanked(premise.HowAcross))
	here.cost, here.tier = 0, len(found)+1
	return append(found[:min(len(found), max(0, q.Limit-1))], here), err
}

// corners are the closest buildings of two streets, where these meet: not more
// than 80 m apart.
const corners = `
with pair as (
    select x.id x, y.id y, p.at
    from unnest($1::bigint[], $2::bigint[]) with ordinality p (a, b, at)
    cross join lateral (
        select x.id, x.point from address x where x.street_id = p.a and x.kind <> 'dwelling' and x.point is not null limit 400) x
    cross join lateral (
        select y.id, y.point from address y where y.street_id = p.b and y.kind <> 'dwelling' and y.point is not null
        order by y.point <-> x.point limit 1) y
    where st_distance(x.point::geography, y.point::geography) <= 80
    order by p.at, st_distance(x.point::geography, y.point::geography) limit 4)
select id::text, kind, label, locality, st_x(point), st_y(point), coalesce(district_code, ''), 0, (row_number() over (order by least_at, label))::int, 0
from (
    select a.id, a.kind, a.label, a.locality, a.point, a.district_code, min(n) least_at
    from (select *, row_number() over () n from pair) p join address a on a.id in (p.x, p.y)
    where ($3 = '' or a.district_code = $3) group by a.id) a
order by least_at, label limit $4`

// findCorner proposes the buildings where two streets of one town meet.
func (s *Store) findCorner(ctx context.Context, sides [][]premise.Reading, towns towns, q premise.Search) ([]ranked, error) {
	var streets [2][]foundStreet
	for i, side := range sides {
		names, _, err := s.findNames(ctx, side, false)
		if err != nil {
			return nil, err
		}
		found, err := s.findStreets(ctx, names, towns, q)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		best := found[0].cost
		for _, f := range found {
			if f.cost <= best+1 && len(streets[i]) < 8 {
				streets[i] = append(streets[i], f)
			}
		}
	}
	var a, b []int64
	for _, x := range streets[0] {
		for _, y := range streets[1] {
			if x.id != y.id && x.locality == y.locality && len(a) < 12 {
				a, b = append(a, x.id), append(b, y.id)
			}
		}
	}
	rows, err := s.pool.Query(ctx, corners, a, b, q.District, q.Limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanRanked(premise.HowCorner))
}
