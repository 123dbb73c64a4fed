package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"doorstep/internal/intake"
	"doorstep/internal/premise"
)

// The reasons why a caution is not kept, or not whole.
const (
	nobody    = "the person is not there, and it names no address"
	notPerson = "the person is not there: kept at the address alone"
)

const stageCautions = `
create temp table if not exists import_caution (
    line bigint, ref text, id uuid, kind text, note text, since timestamptz, review_by timestamptz,
    key text, person text, national_id text, person_id uuid, address_id uuid
) on commit delete rows`

var cautionColumns = []string{"line", "ref", "id", "kind", "note", "since", "review_by", "key", "person", "national_id"}

// Cautions keeps a batch of cautions, read up to and with a line. One that is
// present takes what the source says of it now: an order is prolonged, a weapon
// given up.
func (i *Importer) Cautions(ctx context.Context, cautions []intake.Caution, line int64) (k Kept, err error) {
	if _, err := i.conn.Exec(ctx, stageCautions); err != nil {
		return k, fmt.Errorf("prepare import: %w", err)
	}
	at := make([]*premise.Parsed, len(cautions))
	for n := range cautions {
		at[n] = &cautions[n].Address
	}
	towns, err := i.findTowns(ctx, at)
	if err != nil {
		return k, err
	}
	doors := newDoors(i.source)
	for n := range cautions {
		if !towns.settle(&cautions[n].Address) {
			k.mark(cautions[n].Line, cautions[n].Ref, severalTowns)
		}
		doors.add(cautions[n].Address, cautions[n].Spot, nil)
	}
	err = i.batch(ctx, line, func(tx pgx.Tx) error {
		if err := doors.keep(ctx, tx); err != nil {
			return err
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{"import_caution"}, cautionColumns, pgx.CopyFromSlice(len(cautions), func(n int) ([]any, error) {
			c := &cautions[n]
			return []any{c.Line, c.Ref, pgtype.UUID{Bytes: sourceID(i.source+" caution", c.Ref), Valid: true}, c.Kind, c.Note, c.Since, c.ReviewBy,
				doors.now(c.Address.Key), c.Person, c.National}, nil
		}))
		if err != nil {
			return fmt.Errorf("copy cautions: %w", err)
		}
		if _, err := tx.Exec(ctx, cautionPersons, i.source); err != nil {
			return fmt.Errorf("find the persons of cautions: %w", err)
		}
		if _, err := tx.Exec(ctx, cautionAddresses); err != nil {
			return fmt.Errorf("find the addresses of cautions: %w", err)
		}
		if err := told(ctx, tx, cautionsOfNobody, &k, (*Kept).refuse, nobody); err != nil {
			return fmt.Errorf("look for persons: %w", err)
		}
		if err := told(ctx, tx, cautionsWithoutPerson, &k, (*Kept).mark, notPerson); err != nil {
			return fmt.Errorf("look for persons: %w", err)
		}
		return tx.QueryRow(ctx, insertCautions, i.source).Scan(&k.Loaded)
	})
	return k, err
}

const (
	cautionPersons = `
update import_caution i set person_id = coalesce(
    (select person_id from person_source s where s.source = $1 and s.ref = i.person),
    (select id from person p where p.national_id = nullif(i.national_id, '')))
where i.person <> '' or i.national_id <> ''`
	cautionAddresses = `
update import_caution i set address_id = a.id from address a where a.key = i.key and i.key <> ''`
	cautionsOfNobody = `
delete from import_caution where person_id is null and address_id is null returning line, ref`
	cautionsWithoutPerson = `
select line, ref from import_caution where person_id is null and (person <> '' or national_id <> '') order by line`
	// Of a ref that comes twice the last row holds.
	insertCautions = `
with kept as (
    insert into caution (id, address_id, person_id, kind, note, source, since, review_by)
    select distinct on (ref) id, address_id, person_id, kind, note, $1, since, review_by from import_caution order by ref, line desc
    on conflict (id) do update set address_id = excluded.address_id, person_id = excluded.person_id, kind = excluded.kind,
        note = excluded.note, since = excluded.since, review_by = excluded.review_by
    returning xmax = 0 fresh)
select count(*) filter (where fresh) from kept`
)
