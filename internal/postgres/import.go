package postgres

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
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
	refs    seenRefs

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
	i := &Importer{conn: conn, source: source, file: file, mapping: mapping, refs: seenRefs{maphash.MakeSeed(), map[uint64]uint64{}}}
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

// Kept says what became of a batch: of its rows so many are new, the refused ones
// are not kept, and the others were present.
type Kept struct {
	Rows, Loaded int64
	Refused      []intake.Note
	Marked       []intake.Note // are kept, but not as they were written
}

func (k *Kept) refuse(line int64, ref, reason string) {
	k.Refused = append(k.Refused, intake.Note{Line: line, Ref: ref, Reason: reason})
}

func (k *Kept) mark(line int64, ref, reason string) {
	k.Marked = append(k.Marked, intake.Note{Line: line, Ref: ref, Reason: reason})
}

// Calls keeps a batch of calls, read up to and with a line. Those that were
// present, in the database or in the batch, take the newer type and class. An id
// that comes again with another time of receiving may be another call or a
// corrected one: nobody can tell, so it is refused.
func (i *Importer) Calls(ctx context.Context, calls []intake.Call, line int64) (k Kept, err error) {
	calls = once(calls, &k)
	at := make([]*premise.Parsed, len(calls))
	for n := range calls {
		at[n] = &calls[n].Address
	}
	towns, err := i.findTowns(ctx, at)
	if err != nil {
		return k, err
	}
	doors := newDoors(i.source)
	for n := range calls {
		if !towns.settle(&calls[n].Address) {
			k.mark(calls[n].Line, calls[n].Ref, severalTowns)
		}
		doors.add(calls[n].Address, calls[n].Spot, nil)
	}
	err = i.batch(ctx, line, func(tx pgx.Tx) error {
		if err := doors.keep(ctx, tx); err != nil {
			return err
		}
		if err := copyCalls(ctx, tx, calls, doors.now); err != nil {
			return err
		}
		if err := refuseOtherTimes(ctx, tx, i.source, &k); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, insertCalls, i.source)
		if err != nil {
			return fmt.Errorf("insert incidents: %w", err)
		}
		k.Loaded = tag.RowsAffected()
		if k.Loaded == int64(len(calls)) {
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
	return k, err
}

// The reasons why a row is not kept, or not as it was written.
const (
	otherTime    = "its id is there with another time of receiving"
	severalTowns = "the address is in several towns, and the row names none: kept as unverified"
)

// otherTimes looks each call up by its number, whatever the planner thinks.
const otherTimes = `
delete from import_call c using (
    select c.ctid from import_call c cross join lateral (
        select from incident i where i.number = c.ref and i.source = $1 and i.id <> c.id limit 1) i) other
where c.ctid = other.ctid
returning c.line, c.ref`

func refuseOtherTimes(ctx context.Context, tx pgx.Tx, source string, k *Kept) error {
	rows, err := tx.Query(ctx, otherTimes, source)
	if err != nil {
		return fmt.Errorf("look for ids that came before: %w", err)
	}
	var line int64
	var ref string
	_, err = pgx.ForEachRow(rows, []any{&line, &ref}, func() error {
		k.refuse(line, ref, otherTime)
		return nil
	})
	return err
}

// Addresses keeps a batch of addresses, read up to and with a line. An address
// that is present keeps its id and takes the source's newer label, point and
// areas; what it was called before still finds it.
func (i *Importer) Addresses(ctx context.Context, addresses []intake.Address, line int64) (k Kept, err error) {
	doors := newDoors(i.source)
	for _, a := range addresses {
		doors.addEntry(a, &i.refs)
	}
	err = i.batch(ctx, line, func(tx pgx.Tx) error {
		err := doors.keep(ctx, tx)
		k.Loaded, k.Marked = doors.loaded, doors.marked
		return err
	})
	return k, err
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
// again is the same call, with its newer type.
func once(calls []intake.Call, k *Kept) []intake.Call {
	at := make(map[string]int, len(calls))
	kept := make([]intake.Call, 0, len(calls))
	for _, c := range calls {
		n, again := at[c.Ref]
		switch {
		case !again:
			at[c.Ref] = len(kept)
			kept = append(kept, c)
		case kept[n].ID != c.ID:
			k.refuse(c.Line, c.Ref, otherTime)
		default:
			kept[n].Type, kept[n].Class = c.Type, c.Class
		}
	}
	return kept
}

const staging = `
create temp table if not exists import_call (
    line bigint, id uuid, ref text, received_at timestamptz, dispatched_at timestamptz, arrived_at timestamptz, closed_at timestamptz,
    class text, type text, disposition text, summary text, key text
) on commit delete rows;
create temp table if not exists import_address (
    n integer, id uuid, kind text, label text, key text, locality text, street text, folded text, house text, hundred integer, unit text,
    building text, x double precision, y double precision, srid integer, ref text, source text, area_id bigint
) on commit delete rows`

var callColumns = []string{"line", "id", "ref", "received_at", "dispatched_at", "arrived_at", "closed_at", "class", "type", "disposition", "summary", "key"}

// copyCalls stages calls; now is the key of an address by the one that it had.
func copyCalls(ctx context.Context, tx pgx.Tx, calls []intake.Call, now func(key string) string) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"import_call"}, callColumns, pgx.CopyFromSlice(len(calls), func(n int) ([]any, error) {
		c := &calls[n]
		return []any{c.Line, pgtype.UUID{Bytes: c.ID, Valid: true}, c.Ref, c.Received, c.Dispatched, c.Arrived, c.Closed,
			c.Class, c.Type, c.Disposition, c.Summary, now(c.Address.Key)}, nil
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
