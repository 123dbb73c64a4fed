package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"doorstep/internal/intake"
	"doorstep/internal/premise"
)

// doors are the distinct addresses of a batch.
type doors struct {
	source string
	at     map[string]int
	refs   map[string]bool
	rows   []door
	loaded int64
	marked []intake.Note
	keys   map[string]string // of addresses that have another one now, by the old one
	// dwellings says that there are any.
	dwellings bool
}

type door struct {
	premise.Parsed
	spot  *intake.Spot
	ref   *string
	line  int64
	areas []intake.Area
}

func newDoors(source string) *doors {
	return &doors{source: source, at: map[string]int{}, refs: map[string]bool{}}
}

// The reasons why an entry of a gazetteer is not kept as it was written.
const (
	secondAddress = "its id came before with another address: kept without the id"
	takenAddress  = "its new address is there already under another id: its old one stays"
)

// seenRefs are the ids of a gazetteer that a run has read: an id that comes with
// another address in another file is an address that was renamed, in the same
// file it is a mistake.
type seenRefs struct {
	seed maphash.Seed
	key  map[uint64]uint64 // hash of the address by hash of the id
}

// again reports whether the id came before with another address.
func (s *seenRefs) again(ref, key string) bool {
	r, k := maphash.String(s.seed, ref), maphash.String(s.seed, key)
	before, seen := s.key[r]
	if !seen {
		s.key[r] = k
	}
	return seen && before != k
}

// addEntry notes a gazetteer's entry.
func (d *doors) addEntry(a intake.Address, seen *seenRefs) {
	ref := &a.Ref
	if seen.again(a.Ref, a.Parsed.Key) {
		d.marked = append(d.marked, intake.Note{Line: a.Line, Ref: a.Ref, Reason: secondAddress})
		ref = nil
	}
	d.add(a.Parsed, a.Spot, ref)
	r := &d.rows[d.at[a.Parsed.Key]]
	r.line, r.areas = a.Line, a.Areas
	if n, in := d.at[a.Parsed.BuildingKey()]; in {
		d.rows[n].areas = a.Areas
	}
}

// now is the key of an address by the one that it had.
func (d *doors) now(key string) string {
	if other, ok := d.keys[key]; ok {
		return other
	}
	return key
}

// add notes an address, and the building of a dwelling before it. The first
// spelling and the first point stay.
func (d *doors) add(p premise.Parsed, spot *intake.Spot, ref *string) {
	if p.Key == "" {
		return
	}
	if key := p.BuildingKey(); key != "" {
		b := p
		b.Kind, b.Unit, b.Key, b.Label = premise.Building, "", key, p.BuildingLabel()
		d.add(b, spot, nil)
		d.dwellings = true
	}
	if ref != nil {
		d.refs[*ref] = true
	}
	n, again := d.at[p.Key]
	if !again {
		d.at[p.Key] = len(d.rows)
		d.rows = append(d.rows, door{Parsed: p, spot: spot, ref: ref})
		return
	}
	if d.rows[n].spot == nil {
		d.rows[n].spot = spot
	}
	if d.rows[n].ref == nil {
		d.rows[n].ref = ref
	}
}

var stagedColumns = []string{"n", "id", "kind", "label", "key", "locality", "street", "folded", "house", "hundred", "unit", "building", "x", "y", "srid", "ref", "source", "area_id"}

func (d *doors) keep(ctx context.Context, tx pgx.Tx) error {
	if err := d.findFormer(ctx, tx); err != nil {
		return fmt.Errorf("find former addresses: %w", err)
	}
	areas, err := d.keepAreas(ctx, tx)
	if err != nil {
		return fmt.Errorf("keep areas: %w", err)
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"import_address"}, stagedColumns, pgx.CopyFromSlice(len(d.rows), func(n int) ([]any, error) {
		r := &d.rows[n]
		street, folded := r.Street, r.Folded
		if folded == "" {
			// The name of a place or crossing is found as a street's is.
			street, folded = r.Label, premise.Fold(r.Label)
		}
		var hundred *int
		if r.Hundred >= 0 {
			hundred = &r.Hundred
		}
		var x, y *float64
		srid := 4326
		if r.spot != nil {
			x, y, srid = &r.spot.X, &r.spot.Y, r.spot.EPSG
		}
		key := r.Key
		if r.ref == nil {
			key = d.now(key)
		}
		var area *int64
		if id, ok := areas[areaPath(r.areas)]; ok {
			area = &id
		}
		return []any{n, pgtype.UUID{Bytes: addressID(key), Valid: true}, r.Kind, r.Label, key, r.Locality, street, folded,
			r.House, hundred, r.Unit, d.now(r.BuildingKey()), x, y, srid, r.ref, d.source, area}, nil
	}))
	if err != nil {
		return fmt.Errorf("copy addresses: %w", err)
	}
	if _, err := tx.Exec(ctx, "analyze import_address (key)"); err != nil {
		return fmt.Errorf("measure addresses: %w", err)
	}
	if _, err := tx.Exec(ctx, insertStreets); err != nil {
		return fmt.Errorf("insert streets: %w", err)
	}
	if len(d.refs) > 0 {
		if _, err := tx.Exec(ctx, placeStreets); err != nil {
			return fmt.Errorf("place streets: %w", err)
		}
		if err := d.rename(ctx, tx); err != nil {
			return fmt.Errorf("rename addresses: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, updateAddresses); err != nil {
		return fmt.Errorf("update addresses: %w", err)
	}
	// Buildings first: their dwellings refer to them.
	for _, dwellings := range []bool{false, true} {
		if dwellings && !d.dwellings {
			break
		}
		var added int64
		if err := tx.QueryRow(ctx, insertAddresses, dwellings, time.Now()).Scan(&added); err != nil {
			return fmt.Errorf("insert addresses: %w", err)
		}
		d.loaded += added
	}
	return nil
}

// addressID is shaped as a UUIDv8: its key's hash.
func addressID(key string) (id [16]byte) {
	sum := sha256.Sum256([]byte(key))
	copy(id[:], sum[:16])
	id[6] = 0x80 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}

const insertStreets = `
insert into street (locality, name, folded, point)
select distinct on (locality, folded) locality, street, folded, ` + spot + `
from import_address i
where not exists (select from street s where s.locality = i.locality and s.folded = i.folded)
order by locality, folded, x is null, n
on conflict (locality, folded) do nothing`

// A register knows where a street is that calls only named.
const placeStreets = `
update street s set point = ` + spot + `
from (select distinct on (locality, folded) * from import_address where x is not null order by locality, folded, n) i
where s.locality = i.locality and s.folded = i.folded and s.point is null`

// The source gave a door that it knows by its id another address: the old one is
// kept beside it. One that another door has already is not taken.
const (
	renamed = `
from import_address i join address a on a.source = i.source and a.source_ref = i.ref
where a.key <> i.key`
	notRenamed = `
select i.n` + renamed + ` and exists (select from address o where o.key = i.key)`
	keepFormer = `
insert into address_former (address_id, key, label, street_id, house, unit, until)
select a.id, a.key, a.label, a.street_id, a.house, a.unit, $1` + renamed + `
  and not exists (select from address o where o.key = i.key)
on conflict (address_id, key) do update set until = excluded.until`
	renameAddresses = `
update address a set key = i.key, kind = i.kind, label = i.label, house = i.house, hundred = i.hundred, unit = i.unit, locality = i.locality,
    street_id = (select s.id from street s where s.locality = i.locality and s.folded = i.folded)
from import_address i
where a.source = i.source and a.source_ref = i.ref and a.key <> i.key
  and not exists (select from address o where o.key = i.key)`
	// A name that is in use again is no former one.
	dropFormer = `
delete from address_former f using import_address i join address a on a.source = i.source and a.source_ref = i.ref
where f.address_id = a.id and f.key = a.key`
)

func (d *doors) rename(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, notRenamed)
	if err != nil {
		return err
	}
	var n int
	if _, err := pgx.ForEachRow(rows, []any{&n}, func() error {
		r := d.rows[n]
		d.marked = append(d.marked, intake.Note{Line: r.line, Ref: *r.ref, Reason: takenAddress})
		return nil
	}); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, keepFormer, time.Now()); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, renameAddresses)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = tx.Exec(ctx, dropFormer)
	return err
}

// findFormer finds the addresses of the batch that are called otherwise now, or
// were matched to another one.
func (d *doors) findFormer(ctx context.Context, tx pgx.Tx) error {
	var some bool
	if err := tx.QueryRow(ctx, "select exists (select from address_former) or exists (select from address_match)").Scan(&some); err != nil || !some {
		return err
	}
	keys := make([]string, 0, len(d.rows))
	for _, r := range d.rows {
		keys = append(keys, r.Key)
	}
	rows, err := tx.Query(ctx, `
select f.key, min(a.key) from address_former f join address a on a.id = f.address_id
where f.key = any($1) and not exists (select from address o where o.key = f.key)
group by f.key having count(*) = 1
union all
select f.key, t.key from address f join address_match m on m.from_id = f.id join address t on t.id = m.to_id
where f.key = any($1) and m.undone_at is null`, keys)
	if err != nil {
		return err
	}
	d.keys = map[string]string{}
	var was, is string
	_, err = pgx.ForEachRow(rows, []any{&was, &is}, func() error {
		d.keys[was] = is
		return nil
	})
	return err
}

// areaPath names an area by those that it lies in.
func areaPath(areas []intake.Area) string {
	path := ""
	for _, a := range areas {
		path += a.Kind + "\x00" + a.Name + "\x00"
	}
	return path
}

const insertArea = `
insert into area (kind, code, name, parent_id) values ($1, $2, $3, $4)
on conflict (parent_id, kind, name) do update set code = case when excluded.code = '' then area.code else excluded.code end
returning id`

// keepAreas writes the areas that the batch names, the largest first, and returns
// their ids by their paths.
func (d *doors) keepAreas(ctx context.Context, tx pgx.Tx) (map[string]int64, error) {
	ids := map[string]int64{}
	for _, r := range d.rows {
		var parent *int64
		for n, a := range r.areas {
			path := areaPath(r.areas[:n+1])
			id, known := ids[path]
			if !known {
				if err := tx.QueryRow(ctx, insertArea, a.Kind, a.Code, a.Name, parent).Scan(&id); err != nil {
					return nil, err
				}
				ids[path] = id
			}
			parent = &id
		}
	}
	return ids, nil
}

const spot = `case when i.x is null then null
    when i.srid = 4326 then st_setsrid(st_makepoint(i.x, i.y), 4326)
    else st_transform(st_setsrid(st_makepoint(i.x, i.y), i.srid), 4326) end`

// What the register says of an address goes before what a call said of it.
const updateAddresses = `
update address a set
    point = case when i.ref is null then coalesce(a.point, p.point) else coalesce(p.point, a.point) end,
    district_code = coalesce(a.district_code, (select d.code from district d where st_covers(d.area, coalesce(a.point, p.point)) order by d.extent, d.code limit 1)),
    label = case when i.ref is null then a.label else i.label end,
    kind = case when a.kind = 'unverified' then i.kind else a.kind end,
    area_id = coalesce(i.area_id, a.area_id),
    source = case when r.takes then i.source else a.source end,
    source_ref = case when r.takes then i.ref else a.source_ref end
from import_address i
join address was on was.key = i.key
cross join lateral (select ` + spot + ` point) p
cross join lateral (select i.ref is not null and was.source_ref is null
    and not exists (select from address o where o.source = i.source and o.source_ref = i.ref) takes) r
where a.id = was.id and (i.ref is not null or (was.point is null and i.x is not null))`

// The id of an address is made of its first key: one that is called as another was
// called first has an id of its own. A name without a point that no register has is
// somewhere, and nobody knows where: it can be matched.
const insertAddresses = `
with added as (
    insert into address (id, kind, label, key, locality, street_id, house, hundred, unit, building_id, point, district_code, area_id, source, source_ref, added_at)
    select case when exists (select from address o where o.id = i.id) then gen_random_uuid() else i.id end,
        case when i.kind = 'place' and i.ref is null and i.x is null then 'unverified' else i.kind end, i.label, i.key, i.locality, s.id, i.house, i.hundred, i.unit, b.id, p.point,
        (select d.code from district d where st_covers(d.area, p.point) order by d.extent, d.code limit 1), i.area_id, i.source,
        case when not exists (select from address o where o.source = i.source and o.source_ref = i.ref) then i.ref end, $2
    from import_address i
    join street s on s.locality = i.locality and s.folded = i.folded
    left join address b on b.key = i.building and i.building <> ''
    cross join lateral (select ` + spot + ` point) p
    where (i.kind = 'dwelling') = $1 and not exists (select from address o where o.key = i.key)
    order by i.key
    on conflict (key) do nothing
    returning source_ref
)
select count(source_ref) from added`

// townsOf are those that have a house of a street, by street and house.
type townsOf map[[2]string][]string

// findTowns looks for the towns of the addresses whose rows name none.
func (i *Importer) findTowns(ctx context.Context, addresses []*premise.Parsed) (townsOf, error) {
	var streets, houses []string
	for _, a := range addresses {
		if a.Locality == "" && a.Folded != "" && a.House != "" {
			streets, houses = append(streets, a.Folded), append(houses, a.House)
		}
	}
	if len(streets) == 0 {
		return nil, nil
	}
	rows, err := i.conn.Query(ctx, `
select distinct s.folded, a.house, s.locality
from unnest($1::text[], $2::text[]) p (folded, house)
join street s on s.folded = p.folded and s.locality <> ''
join address a on a.street_id = s.id and a.house = p.house and a.kind = 'building'`, streets, houses)
	if err != nil {
		return nil, fmt.Errorf("find towns: %w", err)
	}
	all := townsOf{}
	var folded, house, town string
	_, err = pgx.ForEachRow(rows, []any{&folded, &house, &town}, func() error {
		all[[2]string{folded, house}] = append(all[[2]string{folded, house}], town)
		return nil
	})
	return all, err
}

// settle puts an address whose row names no town to the only one that has it.
// False: several have it, and it is left unverified.
func (t townsOf) settle(a *premise.Parsed) bool {
	if a.Locality != "" || len(t) == 0 {
		return true
	}
	switch in := t[[2]string{a.Folded, a.House}]; len(in) {
	case 0:
	case 1:
		*a = a.In(in[0])
	default:
		*a = a.Doubtful()
		return false
	}
	return true
}

// CheckProjection refuses a projection that PostGIS does not know, and bounds that
// are nowhere on earth in it.
func (s *Store) CheckProjection(ctx context.Context, epsg int, within [4]float64) error {
	var known bool
	if err := s.pool.QueryRow(ctx, "select exists (select from spatial_ref_sys where srid = $1)", epsg).Scan(&known); err != nil {
		return fmt.Errorf("look for the projection: %w", err)
	}
	if !known {
		return fmt.Errorf("EPSG %d is no projection that PostGIS knows", epsg)
	}
	var on bool
	err := s.pool.QueryRow(ctx, `
select bool_and(coalesce(st_x(p) between -180 and 180 and st_y(p) between -90 and 90, false)) from (
    select st_transform(st_setsrid(st_makepoint(x, y), $1::int), 4326) p
    from unnest(array[$2, $4]::float8[]) x, unnest(array[$3, $5]::float8[]) y) corner`,
		epsg, within[0], within[1], within[2], within[3]).Scan(&on)
	if err != nil || !on {
		return fmt.Errorf("the bounds lie nowhere on earth in EPSG %d", epsg) // PostGIS's words say no more
	}
	return nil
}
