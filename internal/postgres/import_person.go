package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"doorstep/internal/intake"
	"doorstep/internal/person"
)

// The reasons why a person is not kept, or not whole.
const (
	otherPerson = "its id is there as another person: another name and another birth date"
	noSuchCall  = "its call is not there: kept without a part in it"
)

const stagePersons = `
create temp table if not exists import_person (
    line bigint, ref text, id uuid, name text, folded text, birth_date date, national_id text, phone text,
    call_source text, call_ref text, role text, person_id uuid, fresh boolean not null default false
) on commit delete rows`

var personColumns = []string{"line", "ref", "id", "name", "folded", "birth_date", "national_id", "phone", "call_source", "call_ref", "role"}

// Persons keeps a batch of persons, read up to and with a line. A row of a source's
// id that is there is the same person, and so is one of a national id that is
// there; who else may be the same is asked when a call names them. A row is new
// when its person is, or the person's part in a call.
func (i *Importer) Persons(ctx context.Context, persons []intake.Person, line int64) (k Kept, err error) {
	if _, err := i.conn.Exec(ctx, stagePersons); err != nil {
		return k, fmt.Errorf("prepare import: %w", err)
	}
	err = i.batch(ctx, line, func(tx pgx.Tx) error {
		if err := copyPersons(ctx, tx, i.source, persons); err != nil {
			return fmt.Errorf("copy persons: %w", err)
		}
		if err := told(ctx, tx, otherPersons, &k, (*Kept).refuse, otherPerson, i.source); err != nil {
			return fmt.Errorf("look for ids that came before: %w", err)
		}
		if err := told(ctx, tx, otherPersonsHere, &k, (*Kept).refuse, otherPerson); err != nil {
			return fmt.Errorf("look for ids that came before: %w", err)
		}
		for _, step := range personSteps {
			var args []any
			if strings.Contains(step, "$1") {
				args = append(args, i.source)
			}
			if _, err := tx.Exec(ctx, step, args...); err != nil {
				return fmt.Errorf("keep persons: %w", err)
			}
		}
		if err := told(ctx, tx, callsNotThere, &k, (*Kept).mark, noSuchCall); err != nil {
			return fmt.Errorf("look for calls: %w", err)
		}
		return tx.QueryRow(ctx, "select count(*) filter (where fresh) from import_person").Scan(&k.Loaded)
	})
	return k, err
}

func copyPersons(ctx context.Context, tx pgx.Tx, source string, persons []intake.Person) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"import_person"}, personColumns, pgx.CopyFromSlice(len(persons), func(n int) ([]any, error) {
		p := &persons[n]
		part := intake.Part{}
		if p.Part != nil {
			part = *p.Part
		}
		var born pgtype.Date
		if p.BirthDate != "" {
			if err := born.Scan(p.BirthDate); err != nil {
				return nil, err
			}
		}
		return []any{p.Line, p.Ref, pgtype.UUID{Bytes: sourceID(source, p.Ref), Valid: true}, p.Name, person.NameKey(p.Name), born,
			unlessEmpty(p.NationalID), unlessEmpty(p.Phone), part.Source, part.Call, part.Role}, nil
	}))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "analyze import_person (ref, national_id, call_ref)")
	return err
}

// sourceID is shaped as a UUIDv8: the hash of a source and its id.
func sourceID(source, ref string) (id [16]byte) {
	sum := sha256.Sum256([]byte(source + "\x00" + ref))
	copy(id[:], sum[:16])
	id[6] = 0x80 | id[6]&0x0f
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// otherPersons takes rows out whose id is already somebody else's.
const otherPersons = `
delete from import_person i using person_source s, person p
where s.source = $1 and s.ref = i.ref and p.id = s.person_id
  and i.folded <> p.folded and i.birth_date <> p.birth_date and i.national_id is distinct from p.national_id
returning i.line, i.ref`

// otherPersonsHere does so within the batch.
const otherPersonsHere = `
delete from import_person i using (select distinct on (ref) * from import_person order by ref, line) f
where f.ref = i.ref and f.line < i.line and f.folded <> i.folded and f.birth_date <> i.birth_date
returning i.line, i.ref`

var personSteps = []string{
	// Who is there: by the source's id, then by the national id; in the batch the
	// first row of either.
	`update import_person i set person_id = s.person_id from person_source s where s.source = $1 and s.ref = i.ref`,
	`update import_person i set person_id = p.id from person p where i.person_id is null and p.national_id = i.national_id`,
	`update import_person i set person_id = n.id from (
    select distinct on (national_id) national_id, id from import_person where person_id is null and national_id is not null order by national_id, line) n
where i.person_id is null and i.national_id = n.national_id`,
	`update import_person i set person_id = coalesce(r.person_id, r.id) from (
    select distinct on (ref) ref, person_id, id from import_person order by ref, person_id nulls last, line) r
where i.person_id is null and i.ref = r.ref`,
	`with added as (
    insert into person (id, name, folded, birth_date, national_id, phone, added_at)
    select distinct on (person_id) person_id, name, folded, birth_date, national_id, phone, now() from import_person i
    where not exists (select from person p where p.id = i.person_id)
    order by person_id, line
    returning id)
update import_person i set fresh = true from added, (select person_id, min(line) line from import_person group by person_id) f
where i.person_id = added.id and f.person_id = i.person_id and f.line = i.line`,
	// What a record did not know it learns; what it knows stays.
	`update person p set name = case when p.name = '' then i.name else p.name end, folded = case when p.folded = '' then i.folded else p.folded end,
    birth_date = coalesce(p.birth_date, i.birth_date), phone = coalesce(p.phone, i.phone),
    national_id = coalesce(p.national_id, case when not exists (select from person o where o.national_id = i.national_id) then i.national_id end)
from (select distinct on (person_id) * from import_person order by person_id, line) i
where p.id = i.person_id and (p.name = '' and i.name <> '' or p.birth_date is null and i.birth_date is not null
    or p.phone is null and i.phone is not null or p.national_id is null and i.national_id is not null)`,
	`insert into person_source (source, ref, person_id)
select distinct on (ref) $1, ref, person_id from import_person order by ref, line on conflict do nothing`,
	`with added as (
    insert into incident_person (person_id, incident_id, role)
    select distinct i.person_id, c.id, i.role from import_person i join incident c on c.number = i.call_ref and c.source = i.call_source
    where i.role <> ''
    on conflict do nothing
    returning person_id, incident_id, role)
update import_person i set fresh = true from added a join incident c on c.id = a.incident_id
where i.person_id = a.person_id and i.role = a.role and i.call_ref = c.number and i.call_source = c.source`,
}

const callsNotThere = `
select i.line, i.ref from import_person i
where i.role <> '' and not exists (select from incident c where c.number = i.call_ref and c.source = i.call_source)
order by i.line`

// told notes the rows that a query tells of.
func told(ctx context.Context, tx pgx.Tx, sql string, k *Kept, note func(*Kept, int64, string, string), reason string, args ...any) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	var line int64
	var ref string
	_, err = pgx.ForEachRow(rows, []any{&line, &ref}, func() error {
		note(k, line, ref, reason)
		return nil
	})
	return err
}
