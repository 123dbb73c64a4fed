package postgres

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/intake"
	"doorstep/internal/premise"
)

// Importer loads one file in batches over one connection. Each batch, with how
// far the file was read, is one transaction: after a kill the next run goes on
// behind the last batch that was kept.
type Importer struct {
	conn    *pgxpool.Conn
	source  string
	file    string
	mapping string

	batches   int
	measureAt int // so many batches
}

// Import begins, or goes on with, the import of a file, named by its SHA-256,
// under a mapping, named by its hash. After is the last line that is kept
// already, 0 when none is or the file was finished before. Close it after use.
func (s *Store) Import(ctx context.Context, source, file, mapping string) (_ *Importer, after int64, err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("import: %w", err)
	}
	i := &Importer{conn: conn, source: source, file: file, mapping: mapping}
	if _, err := conn.Exec(ctx, staging); err != nil {
		i.Close()
		return nil, 0, fmt.Errorf("prepare import: %w", err)
	}
	// Two runs of one file at once would count each other's rows as present.
	var free bool
	if err := conn.QueryRow(ctx, "select pg_try_advisory_lock(hashtextextended($1, 0))", file+mapping).Scan(&free); err != nil {
		i.Close()
		return nil, 0, fmt.Errorf("import: %w", err)
	}
	if !free {
		i.conn.Release()
		return nil, 0, errors.New("this file is being imported already")
	}
	err = conn.QueryRow(ctx, `select line from import_progress where file_sha256 = $1 and mapping = $2 and done_at is null`, file, mapping).Scan(&after)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		i.Close()
		return nil, 0, fmt.Errorf("read import progress: %w", err)
	}
	return i, after, nil
}

// Close gives the connection back; a second time does nothing.
func (i *Importer) Close() {
	if i.conn == nil {
		return
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	if _, err := i.conn.Exec(ctx, "select pg_advisory_unlock_all()"); err != nil {
		_ = i.conn.Conn().Close(ctx) // a broken connection holds no lock; the pool drops it
	}
	i.conn.Release()
	i.conn = nil
}

// Calls keeps a batch of calls, read up to and with a line. It returns how
// many were new; the others were present, in the database or in the batch, and
// one whose type has changed since takes the newer type and class.
func (i *Importer) Calls(ctx context.Context, calls []intake.Call, line int64) (loaded int64, err error) {
	calls = once(calls)
	doors := newDoors(i.source)
	for _, c := range calls {
		doors.add(c.Address, c.Spot, nil)
	}
	err = i.batch(ctx, line, func(tx pgx.Tx) error {
		if err := doors.keep(ctx, tx); err != nil {
			return err
		}
		if err := copyCalls(ctx, tx, calls); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, insertCalls, i.source)
		if err != nil {
			return fmt.Errorf("insert incidents: %w", err)
		}
		loaded = tag.RowsAffected()
		if loaded == int64(len(calls)) {
			return nil
		}
		// By the id, whatever the planner thinks of partitions filled just now.
		if _, err := tx.Exec(ctx, "set local enable_hashjoin = off; set local enable_mergejoin = off"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, updateCalls, i.source); err != nil {
			return fmt.Errorf("update incidents: %w", err)
		}
		return nil
	})
	return loaded, err
}

// Entry is a row of a gazetteer: an address and the id that its source knows
// it by.
type Entry struct {
	Ref     string
	Address premise.Parsed
	Spot    *intake.Spot
}

// Addresses keeps a batch of addresses, read up to and with a line. It returns
// how many were new. An address that is present keeps its id and takes the
// source's newer label and point.
func (i *Importer) Addresses(ctx context.Context, entries []Entry, line int64) (loaded int64, err error) {
	doors := newDoors(i.source)
	for _, e := range entries {
		doors.add(e.Address, e.Spot, &e.Ref)
	}
	err = i.batch(ctx, line, func(tx pgx.Tx) error {
		err := doors.keep(ctx, tx)
		loaded = doors.loaded
		return err
	})
	return loaded, err
}

// Done marks the file as finished: a later run reads it from its begin.
func (i *Importer) Done(ctx context.Context, line int64, now time.Time) error {
	_, err := i.conn.Exec(ctx, keepProgress, i.file, i.mapping, line, now)
	if err != nil {
		return fmt.Errorf("keep import progress: %w", err)
	}
	return nil
}

func (i *Importer) batch(ctx context.Context, line int64, keep func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, i.conn, func(tx pgx.Tx) error {
		// A crash of the server may cost the last batches together with the
		// progress that names them, so it need not wait for the disk.
		if _, err := tx.Exec(ctx, "set local synchronous_commit = off"); err != nil {
			return err
		}
		if err := keep(tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, keepProgress, i.file, i.mapping, line, nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("the batch before line %d: %w", line, err)
	}
	return i.measure(ctx)
}

// measure lets the planner know what was loaded: after the first batch, then
// each time that there are four times as many. Its plans of empty tables would
// read all addresses for each row.
func (i *Importer) measure(ctx context.Context) error {
	i.batches++
	if i.batches < i.measureAt {
		return nil
	}
	i.measureAt = 4 * i.batches
	if _, err := i.conn.Exec(ctx, "analyze street, address"); err != nil {
		return fmt.Errorf("measure the gazetteer: %w", err)
	}
	return nil
}

// Tally is what the calls of a source come to.
type Tally struct {
	Calls     int64 // in all
	Placed    int64 // with an address
	Matched   int64 // of these, at an entry of a gazetteer
	Blocks    int64 // of these, at a hundred block
	Addresses int64 // distinct
	DV        int64 // calls; suspected ones are not among them
	Suspected int64
	Repeats   int64 // addresses with two DV calls or more
}

const tally = `
with door as (
    select address_id, count(*) calls, count(*) filter (where class = 'dv') dv, count(*) filter (where class = 'suspected_dv') suspected
    from incident where source = $1 group by address_id)
select coalesce(sum(calls), 0), coalesce(sum(calls) filter (where a.id is not null), 0), coalesce(sum(calls) filter (where a.source_ref is not null), 0),
    coalesce(sum(calls) filter (where a.kind = 'block'), 0), count(a.id), coalesce(sum(dv), 0), coalesce(sum(suspected), 0),
    count(a.id) filter (where dv >= 2)
from door left join address a on a.id = door.address_id`

// Tally counts the calls of a source, whenever they were loaded. It reads all of
// them.
func (s *Store) Tally(ctx context.Context, source string) (t Tally, err error) {
	err = s.pool.QueryRow(ctx, tally, source).Scan(&t.Calls, &t.Placed, &t.Matched, &t.Blocks, &t.Addresses, &t.DV, &t.Suspected, &t.Repeats)
	if err != nil {
		return t, fmt.Errorf("count the calls of a source: %w", err)
	}
	return t, nil
}

const keepProgress = `
insert into import_progress (file_sha256, mapping, line, done_at) values ($1, $2, $3, $4)
on conflict (file_sha256, mapping) do update set line = excluded.line, done_at = excluded.done_at`

// once keeps one call of each source id: within a batch a call that appears
// again is the same call, whatever time it names, with its newer type.
func once(calls []intake.Call) []intake.Call {
	at := make(map[string]int, len(calls))
	kept := make([]intake.Call, 0, len(calls))
	for _, c := range calls {
		n, again := at[c.Ref]
		if !again {
			at[c.Ref] = len(kept)
			kept = append(kept, c)
			continue
		}
		kept[n].Type, kept[n].Class = c.Type, c.Class
	}
	return kept
}

const staging = `
create temp table if not exists import_call (
    id uuid, ref text, received_at timestamptz, dispatched_at timestamptz, arrived_at timestamptz, closed_at timestamptz,
    class text, type text, disposition text, summary text, key text
) on commit delete rows;
create temp table if not exists import_address (
    n integer, id uuid, kind text, label text, key text, locality text, street text, folded text, house text, hundred integer, unit text,
    building text, x double precision, y double precision, srid integer, ref text, source text
) on commit delete rows`

var callColumns = []string{"id", "ref", "received_at", "dispatched_at", "arrived_at", "closed_at", "class", "type", "disposition", "summary", "key"}

func copyCalls(ctx context.Context, tx pgx.Tx, calls []intake.Call) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"import_call"}, callColumns, pgx.CopyFromSlice(len(calls), func(n int) ([]any, error) {
		c := &calls[n]
		return []any{pgtype.UUID{Bytes: c.ID, Valid: true}, c.Ref, c.Received, c.Dispatched, c.Arrived, c.Closed,
			c.Class, c.Type, c.Disposition, c.Summary, c.Address.Key}, nil
	}))
	if err != nil {
		return fmt.Errorf("copy calls: %w", err)
	}
	if _, err := tx.Exec(ctx, "analyze import_call (key)"); err != nil {
		return fmt.Errorf("measure calls: %w", err)
	}
	return nil
}

const insertCalls = `
insert into incident (id, number, source, state, class, type, address_id, premise_id, district_code, received_at, dispatched_at, arrived_at, closed_at, disposition, summary)
select c.id, c.ref, $1, 'closed', c.class, c.type, a.id, coalesce(a.building_id, a.id), a.district_code, c.received_at, c.dispatched_at, c.arrived_at, c.closed_at, c.disposition, c.summary
from import_call c left join address a on a.key = c.key and c.key <> ''
order by c.id
on conflict (id) do nothing`

const updateCalls = `
update incident i set type = c.type, class = c.class
from import_call c
where i.id = c.id and i.source = $1 and (i.type, i.class) is distinct from (c.type, c.class)`

// doors are the distinct addresses of a batch.
type doors struct {
	source string
	at     map[string]int
	refs   map[string]bool
	rows   []door
	loaded int64
	// dwellings says that there are any.
	dwellings bool
}

type door struct {
	premise.Parsed
	spot *intake.Spot
	ref  *string
}

func newDoors(source string) *doors {
	return &doors{source: source, at: map[string]int{}, refs: map[string]bool{}}
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
		if d.refs[*ref] { // the source uses one id twice: the first has it
			ref = nil
		} else {
			d.refs[*ref] = true
		}
	}
	n, again := d.at[p.Key]
	if !again {
		d.at[p.Key] = len(d.rows)
		d.rows = append(d.rows, door{p, spot, ref})
		return
	}
	if d.rows[n].spot == nil {
		d.rows[n].spot = spot
	}
	if d.rows[n].ref == nil {
		d.rows[n].ref = ref
	}
}

var stagedColumns = []string{"n", "id", "kind", "label", "key", "locality", "street", "folded", "house", "hundred", "unit", "building", "x", "y", "srid", "ref", "source"}

func (d *doors) keep(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"import_address"}, stagedColumns, pgx.CopyFromSlice(len(d.rows), func(n int) ([]any, error) {
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
		return []any{n, pgtype.UUID{Bytes: addressID(r.Key), Valid: true}, r.Kind, r.Label, r.Key, r.Locality, street, folded,
			r.House, hundred, r.Unit, r.BuildingKey(), x, y, srid, r.ref, d.source}, nil
	}))
	if err != nil {
		return fmt.Errorf("copy addresses: %w", err)
	}
	if _, err := tx.Exec(ctx, "analyze import_address (key)"); err != nil {
		return fmt.Errorf("measure addresses: %w", err)
	}
	for _, step := range []struct {
		what, sql string
		needed    bool
	}{
		{"insert streets", insertStreets, true},
		{"place streets", placeStreets, len(d.refs) > 0},
		{"rename addresses", renameAddresses, len(d.refs) > 0},
		{"update addresses", updateAddresses, true},
	} {
		if !step.needed {
			continue
		}
		if _, err := tx.Exec(ctx, step.sql); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
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

// The source gave a door that it knows by its id another address.
const renameAddresses = `
update address a set key = i.key, kind = i.kind, label = i.label, house = i.house, hundred = i.hundred, unit = i.unit,
    street_id = (select s.id from street s where s.locality = i.locality and s.folded = i.folded)
from import_address i
where a.source = i.source and a.source_ref = i.ref and a.key <> i.key
  and not exists (select from address o where o.key = i.key)`

const spot = `case when i.x is null then null
    when i.srid = 4326 then st_setsrid(st_makepoint(i.x, i.y), 4326)
    else st_transform(st_setsrid(st_makepoint(i.x, i.y), i.srid), 4326) end`

// What the register says of an address goes before what a call said of it.
const updateAddresses = `
update address a set
    point = case when i.ref is null then coalesce(a.point, p.point) else coalesce(p.point, a.point) end,
    district_code = coalesce(a.district_code, (select d.code from district d where st_contains(d.area, coalesce(a.point, p.point)) limit 1)),
    label = case when i.ref is null then a.label else i.label end,
    source = case when r.takes then i.source else a.source end,
    source_ref = case when r.takes then i.ref else a.source_ref end
from import_address i
join address was on was.key = i.key
cross join lateral (select ` + spot + ` point) p
cross join lateral (select i.ref is not null and was.source_ref is null
    and not exists (select from address o where o.source = i.source and o.source_ref = i.ref) takes) r
where a.id = was.id and (i.ref is not null or (was.point is null and i.x is not null))`

const insertAddresses = `
with added as (
    insert into address (id, kind, label, key, locality, street_id, house, hundred, unit, building_id, point, district_code, source, source_ref, added_at)
    select i.id, i.kind, i.label, i.key, i.locality, s.id, i.house, i.hundred, i.unit, b.id, p.point,
        (select d.code from district d where st_contains(d.area, p.point) limit 1), i.source,
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
