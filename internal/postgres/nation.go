package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"doorstep/internal/demo"
	"doorstep/internal/fault"
	"doorstep/internal/premise"
)

// nationTables are what a nation fills, in this order.
var nationTables = []string{"district", "street", "address", "person", "incident", "incident_person"}

// LoadNation puts an invented nation into a database that has the demo or
// nothing, and reports whether it did; the nation that is there already is left
// as it is. It is one transaction: indexes and references are taken away, rows
// are streamed in, and both are made again over all of them, which is several
// times as fast as to keep them up row by row. Progress is told a line a step.
func (s *Store) LoadNation(ctx context.Context, n *demo.Nation, progress io.Writer) (loaded bool, err error) {
	_, _, _, _, size := n.Sizes()
	name := fmt.Sprintf("seed %d, %d incidents", n.Seed, size)
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return false, sorted(err, "load the nation")
	}
	defer conn.Release()
	if err := readGeometry(ctx, conn.Conn()); err != nil {
		return false, sorted(err, "load the nation")
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if loaded, err = claimNation(ctx, tx, name); err != nil || !loaded {
			return err
		}
		return fillNation(ctx, tx, n, progress)
	})
	if err != nil || !loaded {
		return false, sorted(err, "load the nation")
	}
	_, _ = fmt.Fprintln(progress, "nation: measuring") // it only tells
	_, err = conn.Exec(ctx, "vacuum analyze "+strings.Join(nationTables, ", ")+", street_name")
	return true, sorted(err, "measure the nation")
}

// claimNation refuses a database that has another nation or somebody's record.
func claimNation(ctx context.Context, tx pgx.Tx, name string) (ours bool, err error) {
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", demoLock); err != nil {
		return false, err
	}
	var there string
	var others bool
	err = tx.QueryRow(ctx, `
select coalesce((select mapping from import_progress where file_sha256 = 'nation'), ''),
    exists (select from incident where source <> 'demo')`).Scan(&there, &others)
	switch {
	case err != nil:
		return false, err
	case there == name:
		return false, nil
	case there != "":
		return false, fault.New(fault.Conflict, "this database has another nation already: %s", there)
	case others:
		return false, fault.New(fault.Conflict, "this database has incidents that are not the demo's; the nation goes only into an empty database or to the demo")
	}
	_, err = tx.Exec(ctx, "insert into import_progress (file_sha256, mapping, line, done_at) values ('nation', $1, 0, now())", name)
	return true, err
}

func fillNation(ctx context.Context, tx pgx.Tx, n *demo.Nation, progress io.Writer) error {
	began := time.Now()
	tell := func(what string) {
		_, _ = fmt.Fprintf(progress, "nation: %s (%.0f s)\n", what, time.Since(began).Seconds()) // it only tells
	}
	if _, err := tx.Exec(ctx, "set local synchronous_commit = off; set local maintenance_work_mem = '512MB'; set local work_mem = '256MB'"); err != nil {
		return err
	}
	restore, err := stripTables(ctx, tx)
	if err != nil {
		return err
	}
	for _, d := range n.Districts() {
		if _, err := tx.Exec(ctx, `insert into district (code, name, area) values ($1, $2, st_multi(st_geomfromtext($3, 4326)))`,
			d.Code, d.Name, polygon(d.Area)); err != nil {
			return err
		}
	}
	var base int64
	if err := tx.QueryRow(ctx, "select coalesce(max(id), 0) from street").Scan(&base); err != nil {
		return err
	}
	districts, streets, addresses, persons, incidents := n.Sizes()
	tell(fmt.Sprintf("%d districts; now %d streets, %d addresses", districts, streets, addresses))
	if err := copyNation(ctx, tx, n, base, func() { tell(fmt.Sprintf("now %d persons", persons)) },
		func() { tell(fmt.Sprintf("now %d incidents", incidents)) }); err != nil {
		return err
	}
	for _, sql := range restore {
		head, _, _ := strings.Cut(sql, " (")
		tell(strings.ToLower(head))
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", head, err)
		}
	}
	_, err = tx.Exec(ctx, "select setval(pg_get_serial_sequence('street', 'id'), (select max(id) from street))")
	return err
}

const (
	// nationReferences are the references, and the unique constraints that nothing
	// refers to.
	nationReferences = `
select c.conrelid::regclass::text, c.conname, pg_get_constraintdef(c.oid)
from pg_constraint c join pg_class t on t.oid = c.conrelid
where c.conparentid = 0 and t.relname = any($1)
  and (c.contype = 'f' or c.contype = 'u' or c.contype = 'p' and t.relname = 'incident_person')
order by c.contype = 'f' desc, c.conname`
	// nationIndexes are the indexes that no constraint owns, in the order in which
	// they were made: partitions name theirs by it.
	nationIndexes = `
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
from pg_index i join pg_class t on t.oid = i.indrelid
where t.relname = any($1)
  and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
order by i.indexrelid`
)

// stripTables takes indexes and references away and returns what makes them
// again, the references last.
func stripTables(ctx context.Context, tx pgx.Tx) (restore []string, err error) {
	tables := nationTables[1:] // districts are few
	type kept struct{ table, name, definition string }
	rows, err := tx.Query(ctx, nationReferences, tables)
	if err != nil {
		return nil, err
	}
	constraints, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k kept, err error) {
		return k, row.Scan(&k.table, &k.name, &k.definition)
	})
	if err != nil {
		return nil, err
	}
	if rows, err = tx.Query(ctx, nationIndexes, tables); err != nil {
		return nil, err
	}
	indexes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k kept, err error) {
		return k, row.Scan(&k.name, &k.definition)
	})
	if err != nil {
		return nil, err
	}
	var drop, references []string
	for _, c := range constraints {
		drop = append(drop, fmt.Sprintf("alter table %s drop constraint %s", c.table, c.name))
		add := fmt.Sprintf("alter table %s add constraint %s %s", c.table, c.name, c.definition)
		if strings.HasPrefix(c.definition, "FOREIGN KEY") {
			references = append(references, add)
		} else {
			restore = append(restore, add)
		}
	}
	for _, i := range indexes {
		drop = append(drop, "drop index "+i.name)
		// A partitioned index is described as one of its parent's alone.
		restore = append(restore, strings.Replace(i.definition, " ON ONLY ", " ON ", 1))
	}
	for _, sql := range drop {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return nil, err
		}
	}
	return append(restore, references...), nil
}

// readGeometry has points copied as the bytes that PostGIS reads.
func readGeometry(ctx context.Context, conn *pgx.Conn) error {
	var oid uint32
	if err := conn.QueryRow(ctx, "select 'geometry'::regtype::oid").Scan(&oid); err != nil {
		return err
	}
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "geometry", OID: oid, Codec: pgtype.ByteaCodec{}})
	return nil
}

// ewkb writes a point of WGS 84 as extended well-known binary.
func ewkb(p premise.Point) []byte {
	const pointWithSRID = 0x20000001
	b := binary.LittleEndian.AppendUint32([]byte{1}, pointWithSRID)
	b = binary.LittleEndian.AppendUint32(b, 4326)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0]))
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(p[1]))
}

func unlessZero(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return [16]byte(id)
}

func copyNation(ctx context.Context, tx pgx.Tx, n *demo.Nation, base int64, persons, incidents func()) error {
	if err := copyAll(ctx, tx, "street", []string{"id", "locality", "name", "folded", "point"}, n.Streets(), func(s demo.NationStreet) []any {
		return []any{base + int64(s.Number), s.Locality, s.Name, s.Folded, ewkb(s.Point)}
	}); err != nil {
		return err
	}
	columns := []string{"id", "kind", "label", "key", "locality", "street_id", "house", "unit", "building_id", "point", "district_code", "source", "source_ref", "added_at"}
	if err := copyAll(ctx, tx, "address", columns, n.Addresses(), func(a demo.NationAddress) []any {
		return []any{[16]byte(a.ID), a.Kind, a.Label, a.Key, a.Locality, base + int64(a.Street), a.House, a.Unit, unlessZero(a.Building),
			ewkb(a.Point), a.District, "nation", a.Key, n.At}
	}); err != nil {
		return err
	}
	persons()
	columns = []string{"id", "name", "folded", "birth_date", "phone", "added_at"}
	if err := copyAll(ctx, tx, "person", columns, n.Persons(), func(p demo.NationPerson) []any {
		return []any{[16]byte(p.ID), p.Name, p.Key, p.Born, unlessEmpty(p.Phone), n.At}
	}); err != nil {
		return err
	}
	incidents()
	columns = []string{
		"id", "number", "source", "state", "class", "type", "relationship", "priority", "flags", "address_id", "premise_id", "district_code",
		"received_at", "dispatched_at", "arrived_at", "closed_at", "disposition", "summary", "risk_level",
	}
	if err := copyAll(ctx, tx, "incident", columns, n.Incidents(), func(in demo.NationIncident) []any {
		flags := in.Flags
		if flags == nil {
			flags = []string{}
		}
		return []any{[16]byte(in.ID), in.Number, "demo", "closed", in.Class, in.Type, in.Relationship, int16(in.Priority), flags,
			[16]byte(in.Address), [16]byte(in.Premise), in.District, in.Received, in.Received.Add(3 * time.Minute), in.Received.Add(15 * time.Minute),
			in.Received.Add(time.Hour), in.Disposition, in.Summary, unlessEmpty(in.RiskLevel)}
	}); err != nil {
		return err
	}
	type part struct {
		incident uuid.UUID
		demo.NationParty
	}
	parts := func(yield func(part) bool) {
		for in := range n.Incidents() {
			for _, p := range in.Parties {
				if !yield(part{in.ID, p}) {
					return
				}
			}
		}
	}
	return copyAll(ctx, tx, "incident_person", []string{"person_id", "incident_id", "role"}, parts, func(p part) []any {
		return []any{[16]byte(p.Person), [16]byte(p.incident), p.Role}
	})
}

// copyAll streams rows into a table.
func copyAll[T any](ctx context.Context, tx pgx.Tx, table string, columns []string, rows iter.Seq[T], row func(T) []any) error {
	next, stop := iter.Pull(rows)
	defer stop()
	_, err := tx.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		r, ok := next()
		if !ok {
			return nil, nil // the end, as CopyFromFunc wants it
		}
		return row(r), nil
	}))
	if err != nil {
		return fmt.Errorf("copy into %s: %w", table, err)
	}
	return nil
}
