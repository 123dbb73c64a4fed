package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/person"
)

const (
	// Both are locked in one order, so that two officers who merge them the one
	// way and the other do not wait for each other.
	lockPersons = `select count(*) from (select from person where id = any($1::uuid[]) order by id for no key update) p`

	// Whom an officer of the district has to do with.
	personsOfDistrict = `
select count(distinct t.person_id) from incident_person t join incident i on i.id = t.incident_id
where t.person_id = any($1::uuid[]) and i.district_code = $2`

	mergesOfPersons = `
select exists (select from person_merge where undone_at is null and from_id in ($1, $2)),
       exists (select from person_merge where undone_at is null and to_id = $1)`

	insertMerge = `insert into person_merge (id, from_id, to_id, by, at) values ($1, $2, $3, $4, $5)`

	endMerge = `
update person_merge m set undone_by = $2, undone_at = $3
where from_id = $1 and undone_at is null and exists (
    select from incident_person t join incident i on i.id = t.incident_id
    where t.person_id in (m.from_id, m.to_id) and i.district_code = $4)`
)

// MergePersons keeps that two records are one human being.
func (s *Store) MergePersons(ctx context.Context, m control.PersonMerge) error {
	return s.within(ctx, "merge persons", func(tx pgx.Tx) error {
		both := []string{string(m.From), string(m.To)}
		var known, ours int
		if err := tx.QueryRow(ctx, lockPersons, both).Scan(&known); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, personsOfDistrict, both, m.District).Scan(&ours); err != nil {
			return err
		}
		if known < 2 || ours < 2 {
			return fault.New(fault.NotFound, "no such persons in your district")
		}
		var merged, chain bool
		if err := tx.QueryRow(ctx, mergesOfPersons, m.From, m.To).Scan(&merged, &chain); err != nil {
			return err
		}
		switch {
		case merged:
			return fault.New(fault.Conflict, "one of these records was merged already")
		case chain:
			return fault.New(fault.Conflict, "others were merged into this record: merge the other one into it")
		}
		_, err := tx.Exec(ctx, insertMerge, m.ID, m.From, m.To, m.By, m.At)
		return err
	})
}

// UnmergePersons takes a merge back.
func (s *Store) UnmergePersons(ctx context.Context, m control.PersonMerge) error {
	tag, err := s.pool.Exec(ctx, endMerge, m.From, m.By, m.At, m.District)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "no such merge in your district")
	}
	return sorted(err, "take a merge back")
}

// personLinks are the records that may be the same as these or were merged into
// them, of the persons whom the district has to do with.
const personLinks = `
with pair as (
    select one.id, case when l.person_id = one.id then l.other_id else l.person_id end other, l.certainty, l.reason, null::uuid by, null::timestamptz at
    from unnest($1::uuid[]) one (id) join person_link l on l.person_id = one.id or l.other_id = one.id
    where not exists (select from person_merge m where m.undone_at is null and m.from_id in (l.person_id, l.other_id))
    union all
    select one.id, m.from_id, 'certain', 'confirmed', m.by, m.at
    from unnest($1::uuid[]) one (id) join person_merge m on m.to_id = one.id and m.undone_at is null)
select pair.id, p.id, p.name, coalesce(p.birth_date::text, ''), pair.certainty, pair.reason, coalesce(w.display_name, ''), pair.at
from pair join person p on p.id = pair.other left join account w on w.id = pair.by
where pair.at is not null or exists (
    select from incident_person t join incident i on i.id = t.incident_id where t.person_id = p.id and i.district_code = $2)
order by pair.at is null, pair.certainty, p.name, p.id limit 40`

// PersonLinks lists what may be the same human being as these persons, and what
// was found to be.
func (s *Store) PersonLinks(ctx context.Context, use access.Use, of []person.ID, district string) ([]person.Link, error) {
	links := []person.Link{}
	b := &pgx.Batch{}
	b.Queue(personLinks, of, district).Query(func(rows pgx.Rows) (err error) {
		links, err = pgx.CollectRows(rows, pgx.RowToStructByPos[person.Link])
		return err
	})
	subjects := make([]string, len(of))
	for i, id := range of {
		subjects[i] = "person:" + string(id)
	}
	keepUse(b, use, subjects...)
	return links, sorted(s.pool.SendBatch(ctx, b).Close(), "list links of persons")
}
