package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/intake"
)

const noArea = "its area is no polygon on earth"

// A border may touch itself where it was simplified; what is left is still the
// area.
const readArea = `
select st_multi(st_collectionextract(st_makevalid(st_transform(st_setsrid(st_geomfromgeojson($1), $2::int), 4326)), 3)) area`

const upsertDistrict = `
with read as (` + readArea + `),
was as (select area from district where code = $3),
kept as (
    insert into district (code, name, area) select $3, $4, area from read
    where not st_isempty(area) and st_xmin(area) >= -180 and st_xmax(area) <= 180 and st_ymin(area) >= -90 and st_ymax(area) <= 90
    on conflict (code) do update set name = excluded.name, area = excluded.area
    returning xmax = 0 fresh)
select fresh, not fresh and coalesce(st_equals(read.area, was.area), false) from kept, read left join was on true`

// Where an address lies is written once; it is written anew for those that a new
// border may concern.
const (
	placeAddresses = `
with moved as (
    select a.id, (select d.code from district d where st_covers(d.area, a.point) order by d.extent, d.code limit 1) code
    from address a
    where a.point is not null and (a.district_code = any($1) or exists (select from district d where d.code = any($1) and a.point && d.area))
)
update address a set district_code = m.code from moved m where a.id = m.id and a.district_code is distinct from m.code`
	// What happened where no district was known yet lies in one now; what was
	// dispatched in a district stays with the officers who know it.
	placeIncidents = `
update incident i set district_code = a.district_code from address a
where a.id = i.address_id and i.district_code is null and a.district_code is not null`
)

// Districts keeps areas of districts, read up to and with a line, and puts the
// addresses into them.
func (i *Importer) Districts(ctx context.Context, districts []intake.District, line int64) (k Kept, err error) {
	err = i.batch(ctx, line, func(tx pgx.Tx) error {
		var changed []string
		for _, d := range districts {
			var fresh, same bool
			err := pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { // PostGIS refuses some shapes with an error
				return tx.QueryRow(ctx, upsertDistrict, d.Area, d.EPSG, d.Code, d.Name).Scan(&fresh, &same)
			})
			switch {
			case err != nil && ctx.Err() != nil:
				return err
			case err != nil:
				k.refuse(d.Line, d.Code, noArea)
				continue
			case fresh:
				k.Loaded++
			}
			if !same {
				changed = append(changed, d.Code)
			}
		}
		if len(changed) == 0 {
			return nil
		}
		if _, err := tx.Exec(ctx, placeAddresses, changed); err != nil {
			return fmt.Errorf("place addresses: %w", err)
		}
		if _, err := tx.Exec(ctx, placeIncidents); err != nil {
			return fmt.Errorf("place incidents: %w", err)
		}
		return nil
	})
	return k, err
}
