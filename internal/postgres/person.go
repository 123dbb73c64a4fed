package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"doorstep/internal/fault"
	"doorstep/internal/person"
)

// matchPerson finds the record that is most surely the same human being. What
// is known of both must not speak against it: a phone is shared in a family.
const matchPerson = `
select id, certainty, reason from (
    select id, 1 rank, 'certain' certainty, 'national_id' reason from person
    where national_id = nullif($1, '')
    union all
    (select id, 2, 'likely', 'phone' from person
     where phone = nullif($2, '') and ($1 = '' or national_id is null) and ($3 = '' or folded in ('', $3))
       and ($4 = '' or birth_date is null or birth_date = nullif($4, '')::date)
     order by id desc limit 1)
    union all
    (select id, 3, 'likely', 'name_and_birth_date' from person
     where folded = nullif($3, '') and birth_date = nullif($4, '')::date and ($1 = '' or national_id is null)
     order by id desc limit 1)) m
order by rank limit 1`

// fillPerson adds what a record did not know yet and returns what it knows.
const fillPerson = `
update person set name = case when name = '' then $2 else name end, folded = case when folded = '' then $3 else folded end,
    birth_date = coalesce(birth_date, nullif($4, '')::date), national_id = coalesce(national_id, nullif($5, '')),
    phone = coalesce(phone, nullif($6, ''))
where id = $1
returning name, coalesce(birth_date::text, ''), coalesce(national_id, ''), coalesce(phone, '')`

const insertPerson = `
insert into person (id, name, folded, birth_date, national_id, phone, added_at)
values ($1, $2, $3, nullif($4, '')::date, nullif($5, ''), nullif($6, ''), $7)`

// LinkPersons finds or makes the records of a call's persons and says how
// surely each record is the person.
func (s *Store) LinkPersons(ctx context.Context, persons []person.Person, now time.Time) ([]person.Person, error) {
	if err := checkPersons(persons); err != nil {
		return nil, err
	}
	linked := make([]person.Person, len(persons))
	err := s.within(ctx, "link persons", func(tx pgx.Tx) error {
		for i, p := range persons {
			var err error
			if linked[i], err = linkPerson(ctx, tx, p, now); err != nil {
				return err
			}
		}
		return nil
	})
	return linked, err
}

func checkPersons(persons []person.Person) error {
	var bad []fault.Field
	for i, p := range persons {
		if !p.Known() {
			bad = append(bad, fault.Field{Field: fmt.Sprintf("persons[%d].name", i), Detail: "say a name, a phone or a national id"})
		}
		if p.BirthDate != "" {
			if _, err := time.Parse(time.DateOnly, p.BirthDate); err != nil {
				bad = append(bad, fault.Field{Field: fmt.Sprintf("persons[%d].birth_date", i), Detail: "is not a day written as 1990-12-31"})
			}
		}
	}
	if len(bad) > 0 {
		return fault.BadFields(bad...)
	}
	return nil
}

func linkPerson(ctx context.Context, tx pgx.Tx, p person.Person, now time.Time) (person.Person, error) {
	folded := foldName(p.Name)
	rows, err := tx.Query(ctx, matchPerson, p.NationalID, p.Phone, folded, p.BirthDate)
	if err != nil {
		return p, err
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m person.Person, err error) {
		return m, row.Scan(&m.ID, &m.Certainty, &m.Reason)
	})
	if err != nil {
		return p, err
	}
	if len(found) == 1 {
		p.ID, p.Certainty, p.Reason = found[0].ID, found[0].Certainty, found[0].Reason
		err := tx.QueryRow(ctx, fillPerson, p.ID, p.Name, folded, p.BirthDate, p.NationalID, p.Phone).
			Scan(&p.Name, &p.BirthDate, &p.NationalID, &p.Phone)
		return p, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return p, fmt.Errorf("make an id: %w", err)
	}
	p.ID, p.Certainty, p.Reason = person.ID(id.String()), person.Possible, "new"
	_, err = tx.Exec(ctx, insertPerson, p.ID, p.Name, folded, p.BirthDate, p.NationalID, p.Phone, now)
	return p, err
}

// foldName is a name for matching: lower case, without diacritics, with single
// spaces.
func foldName(name string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(name))
	return strings.Join(strings.Fields(plain), " ")
}
