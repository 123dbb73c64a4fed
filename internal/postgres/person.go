package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/call"
	"doorstep/internal/fault"
	"doorstep/internal/person"
)

// candidates are the records that may be the same human being as what is known
// of one: each way of looking uses its index, and the commonest name or a
// telephone of many brings no more than is worth comparing. A record that was
// merged into another is found as that one.
const candidates = `
select coalesce(m.to_id, c.id), name, coalesce(birth_date::text, ''), coalesce(national_id, ''), coalesce(phone, ''),
       exists (select from incident_person t where t.person_id = c.id) or exists (select from caution t where t.person_id = c.id)
from (
    select * from person where national_id = nullif($1, '')
    union
    (select * from person where phone = any($2::text[]) order by id desc limit 50)
    union
    (select * from person where birth_date = nullif($3, '')::date order by id desc limit 500)
    union
    (select * from person where folded = $5 and folded <> '' and birth_date = any($4::date[]) order by id desc limit 50)
    union
    (select * from person where folded = $5 and folded <> '' and (birth_date is null or $3 = '') order by id desc limit 50)
) c
left join person_merge m on m.from_id = c.id and m.undone_at is null
order by c.id desc`

// fillPerson adds what a record did not know yet; it returns what the record
// knows now, and of it what was new to it.
const fillPerson = `
with old as (select name, birth_date, national_id, phone from person where id = $1 for update)
update person p set name = case when p.name = '' then $2 else p.name end, folded = case when p.folded = '' then $3 else p.folded end,
    birth_date = coalesce(p.birth_date, nullif($4, '')::date), national_id = coalesce(p.national_id, nullif($5, '')),
    phone = coalesce(p.phone, nullif($6, ''))
from old where p.id = $1
returning p.name, coalesce(p.birth_date::text, ''), coalesce(p.national_id, ''), coalesce(p.phone, ''),
    case when old.name = '' then p.name else '' end,
    case when old.birth_date is null then coalesce(p.birth_date::text, '') else '' end,
    case when old.national_id is null then coalesce(p.national_id, '') else '' end,
    case when old.phone is null then coalesce(p.phone, '') else '' end`

// unteachPerson takes back what a record learnt from a call that was not about
// it, unless it was corrected since.
const unteachPerson = `
update person set name = case when name = $2 and $2 <> '' then '' else name end,
    folded = case when name = $2 and $2 <> '' then '' else folded end,
    birth_date = case when birth_date = nullif($3, '')::date then null else birth_date end,
    national_id = nullif(national_id, $4), phone = nullif(phone, $5)
where id = $1`

const correctPerson = `
update person set name = $2, folded = $3, birth_date = nullif($4, '')::date, national_id = nullif($5, ''), phone = nullif($6, '')
where id = $1`

const insertPerson = `
insert into person (id, name, folded, birth_date, national_id, phone, added_at)
values ($1, $2, $3, nullif($4, '')::date, nullif($5, ''), nullif($6, ''), $7)`

// insertLink keeps that two records may be one.
const insertLink = `
insert into person_link (person_id, other_id, certainty, reason, at)
values (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), $3, $4, $5)
on conflict (person_id, other_id) do update set certainty = excluded.certainty, reason = excluded.reason, at = excluded.at`

const insertDecision = `
insert into person_decision (id, call_id, person_id, decision, by, at) values ($1, $2, $3, $4, $5, $6)`

// mostMayBe bounds the records that are shown as perhaps the same.
const mostMayBe = 5

// LinkPersons finds or makes the records of a call's persons and says how
// surely each record is the person. What a person decided is kept, with who and
// when; what is sent without it is looked up anew.
func (s *Store) LinkPersons(ctx context.Context, id call.ID, persons []person.Person, by string, now time.Time) ([]person.Person, error) {
	read, err := checkPersons(persons)
	if err != nil {
		return nil, err
	}
	linked := make([]person.Person, len(read))
	err = s.within(ctx, "link persons", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, partyFrom+` where y.call_id = $1 for update of y`, id)
		if err != nil {
			return err
		}
		before, err := pgx.CollectRows(rows, scanPerson)
		if err != nil {
			return err
		}
		l := linking{tx: tx, call: id, before: before, by: by, now: now}
		for i, p := range read {
			if linked[i], err = l.link(ctx, i, p); err != nil {
				return err
			}
		}
		return l.undone(ctx, linked)
	})
	return linked, err
}

// checkPersons reads what was said of persons: numbers in one form, and the
// birth date that a personal code names.
func checkPersons(persons []person.Person) ([]person.Person, error) {
	var bad []fault.Field
	refuse := func(i int, field, detail string) {
		bad = append(bad, fault.Field{Field: fmt.Sprintf("persons[%d].%s", i, field), Detail: detail})
	}
	read := slices.Clone(persons)
	for i := range read {
		p := &read[i]
		if !p.Known() {
			refuse(i, "name", "say a name, a phone or a national id")
		}
		if p.BirthDate != "" {
			if _, err := time.Parse(time.DateOnly, p.BirthDate); err != nil {
				refuse(i, "birth_date", "is not a day written as 1990-12-31")
			}
		}
		p.Phone = person.Phone(p.Phone)
		if p.NationalID == "" {
			continue
		}
		number, err := person.ParseNationalID(p.NationalID)
		switch {
		case err != nil:
			refuse(i, "national_id", strings.TrimPrefix(err.Error(), person.ErrNationalID.Error()+": "))
		case number.BirthDate != "" && p.BirthDate != "" && p.BirthDate != number.BirthDate:
			refuse(i, "birth_date", "contradicts the personal code, which says "+number.BirthDate)
		case p.BirthDate == "":
			p.BirthDate = number.BirthDate
		}
		p.NationalID = number.Number
	}
	if len(bad) > 0 {
		return nil, fault.BadFields(bad...)
	}
	return read, nil
}

// linking is the linking of the persons of one call.
type linking struct {
	tx     pgx.Tx
	call   call.ID
	before []person.Person
	by     string
	now    time.Time
}

func (l *linking) link(ctx context.Context, i int, p person.Person) (person.Person, error) {
	sameAs, decision := p.SameAs, p.Decision
	p.SameAs, p.Decision, p.MayBe, p.Said = "", "", nil, p.Says()
	had := slices.IndexFunc(l.before, func(b person.Person) bool { return p.ID != "" && b.ID == p.ID })
	if had < 0 {
		p.ID = ""
		if sameAs != "" {
			return l.confirm(ctx, i, p, sameAs)
		}
		return l.find(ctx, p)
	}
	kept := l.before[had]
	changed := p.Says() != kept.Says()
	kept.Role, kept.Relationship = p.Role, p.Relationship
	p.Said = kept.Said.Corrected(kept.Says(), p.Says())
	p = p.Saying(p.Said)
	if !changed && decision == "" && (sameAs == "" || sameAs == kept.ID) {
		return kept, nil
	}
	if err := l.unteach(ctx, kept); err != nil {
		return p, err
	}
	switch {
	case sameAs != "" && sameAs != kept.ID:
		return l.confirm(ctx, i, p, sameAs)
	case decision == person.Separate:
		return l.separate(ctx, p)
	case decision == person.Undo:
		return l.find(ctx, p)
	case kept.Reason == person.New || decided(kept):
		return l.correct(ctx, kept, p)
	}
	return l.find(ctx, p)
}

// decided reports whether a person said whose record it is.
func decided(p person.Person) bool {
	return p.Reason == person.Confirmed || p.Reason == person.Separated
}

// find takes the record that is most surely the same human being, or makes one.
func (l *linking) find(ctx context.Context, p person.Person) (person.Person, error) {
	best, others, err := l.look(ctx, p)
	if err != nil {
		return p, err
	}
	if sure(best) {
		return l.take(ctx, p, best.ID, best.Certainty, best.Reason)
	}
	return l.add(ctx, p, person.New, others)
}

func sure(c person.Candidate) bool {
	return c.Certainty == person.Certain || c.Certainty == person.Likely
}

// separate makes a record of its own, whatever there is.
func (l *linking) separate(ctx context.Context, p person.Person) (person.Person, error) {
	_, others, err := l.look(ctx, p)
	if err != nil {
		return p, err
	}
	if p, err = l.add(ctx, p, person.Separated, others); err != nil {
		return p, err
	}
	return p, l.decide(ctx, p.ID, person.Separated)
}

// confirm takes the record that a person found to be the same human being.
func (l *linking) confirm(ctx context.Context, i int, p person.Person, sameAs person.ID) (person.Person, error) {
	if uuid.Validate(string(sameAs)) != nil {
		return p, notARecord(i)
	}
	p, err := l.take(ctx, p, sameAs, person.Certain, person.Confirmed)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, notARecord(i)
	}
	if err != nil {
		return p, err
	}
	return p, l.decide(ctx, p.ID, person.Confirmed)
}

func notARecord(i int) error {
	return fault.Bad(fmt.Sprintf("persons[%d].same_as", i), "is no person's record")
}

// correct writes what was corrected of a person whose record was made by this
// call; a new one may turn out to be known. A record that a person chose is of
// other calls too: it only learns what it did not know.
func (l *linking) correct(ctx context.Context, kept, p person.Person) (person.Person, error) {
	if kept.Reason == person.Confirmed {
		return l.take(ctx, p, kept.ID, kept.Certainty, kept.Reason)
	}
	best, others, err := l.look(ctx, p)
	if err != nil {
		return p, err
	}
	if kept.Reason == person.New && sure(best) && best.ID != kept.ID {
		return l.take(ctx, p, best.ID, best.Certainty, best.Reason)
	}
	p.ID, p.Certainty, p.Reason = kept.ID, kept.Certainty, kept.Reason
	p.MayBe = slices.DeleteFunc(others, func(c person.Candidate) bool { return c.ID == p.ID })
	b := &pgx.Batch{}
	b.Queue(correctPerson, p.ID, p.Name, person.NameKey(p.Name), p.BirthDate, p.NationalID, p.Phone)
	l.keepLinks(b, p)
	return p, l.tx.SendBatch(ctx, b).Close()
}

// look compares all records that may be the same human being: the surest, and
// those with a past that are worth asking about, surest first.
func (l *linking) look(ctx context.Context, p person.Person) (best person.Candidate, others []person.Candidate, err error) {
	rows, err := l.tx.Query(ctx, candidates, p.NationalID, []string{p.Phone, national(p.Phone)}, p.BirthDate,
		person.NearBirths(p.BirthDate), person.NameKey(p.Name))
	if err != nil {
		return best, nil, err
	}
	who := person.Identify(p)
	var surest person.Match
	var o person.Person
	var past bool
	_, err = pgx.ForEachRow(rows, []any{&o.ID, &o.Name, &o.BirthDate, &o.NationalID, &o.Phone, &past}, func() error {
		m := person.Compare(who, person.Identify(o))
		if !m.Found() {
			return nil
		}
		c := person.Candidate{ID: o.ID, Name: o.Name, BirthDate: o.BirthDate, Certainty: m.Certainty, Reason: m.Reason}
		if m.Surer(surest) {
			surest, best = m, c
		}
		if past && !slices.ContainsFunc(others, func(o person.Candidate) bool { return o.ID == c.ID }) {
			others = append(others, c)
		}
		return nil
	})
	slices.SortStableFunc(others, func(a, b person.Candidate) int { return strings.Compare(string(a.Certainty), string(b.Certainty)) })
	return best, others[:min(len(others), mostMayBe)], err
}

// national is a number of home without its country, as records of earlier
// versions hold it.
func national(phone string) string { return strings.TrimPrefix(phone, "+372") }

// take puts the person to a record, adds to it what it did not know, and takes
// from it what it knows.
func (l *linking) take(ctx context.Context, p person.Person, id person.ID, c person.Certainty, reason string) (person.Person, error) {
	p.ID, p.Certainty, p.Reason = id, c, reason
	err := l.tx.QueryRow(ctx, fillPerson, p.ID, p.Name, person.NameKey(p.Name), p.BirthDate, p.NationalID, p.Phone).
		Scan(&p.Name, &p.BirthDate, &p.NationalID, &p.Phone,
			&p.Taught.Name, &p.Taught.BirthDate, &p.Taught.NationalID, &p.Taught.Phone)
	return p, err
}

// unteach takes back from the record of a person what it learnt from this call.
func (l *linking) unteach(ctx context.Context, kept person.Person) error {
	if t := kept.Taught; t != (person.Said{}) {
		_, err := l.tx.Exec(ctx, unteachPerson, kept.ID, t.Name, t.BirthDate, t.NationalID, t.Phone)
		return err
	}
	return nil
}

// add makes a record, with the ones that may be the same.
func (l *linking) add(ctx context.Context, p person.Person, reason string, others []person.Candidate) (person.Person, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return p, fmt.Errorf("make an id: %w", err)
	}
	p.ID, p.Certainty, p.Reason, p.MayBe = person.ID(id.String()), person.Possible, reason, others
	b := &pgx.Batch{}
	b.Queue(insertPerson, p.ID, p.Name, person.NameKey(p.Name), p.BirthDate, p.NationalID, p.Phone, l.now)
	l.keepLinks(b, p)
	return p, l.tx.SendBatch(ctx, b).Close()
}

func (l *linking) keepLinks(b *pgx.Batch, p person.Person) {
	for _, o := range p.MayBe {
		b.Queue(insertLink, p.ID, o.ID, o.Certainty, o.Reason, l.now)
	}
}

// undone keeps that what a person had decided no longer holds.
func (l *linking) undone(ctx context.Context, now []person.Person) error {
	for _, b := range l.before {
		still := slices.ContainsFunc(now, func(p person.Person) bool { return p.ID == b.ID && p.Reason == b.Reason })
		if decided(b) && !still {
			if err := l.decide(ctx, b.ID, "undone"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *linking) decide(ctx context.Context, of person.ID, decision string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	_, err = l.tx.Exec(ctx, insertDecision, id, l.call, of, decision, l.by, l.now)
	return err
}

// A number is looked up as it is written now, and as home numbers were written
// by earlier versions; the count stops where more would say no more.
const callsFromNumber = `
select c.id, c.opened_at, coalesce(a.label, c.address_note), coalesce(i.id::text, ''), coalesce(i.number, ''), coalesce(i.class, '')
from call c left join address a on a.id = c.address_id left join incident i on i.id = c.incident_id
where c.phone = any($1::text[]) and c.id <> $2 and c.opened_at > $3::timestamptz - interval '12 months'
order by c.opened_at desc, c.id desc limit 1000`

// earlierShown are the calls of a number that are listed; the rest are counted.
const earlierShown = 5

// FromNumber reads the earlier calls from the number of a call, twelve months
// back from the use.
func (s *Store) FromNumber(ctx context.Context, use access.Use, id call.ID) (call.FromNumber, error) {
	out := call.FromNumber{Items: []call.Earlier{}}
	var number string
	if err := s.pool.QueryRow(ctx, `select coalesce(phone, '') from call where id = $1`, id).Scan(&number); err != nil {
		return out, missing(err, "call")
	}
	if number == "" {
		return out, nil
	}
	b := &pgx.Batch{}
	keepUse(b, use, "calls-from-number-of:"+string(id))
	b.Queue(callsFromNumber, []string{number, national(number)}, id, use.At).Query(func(rows pgx.Rows) error {
		all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e call.Earlier, err error) {
			return e, row.Scan(&e.ID, &e.OpenedAt, &e.Address, &e.IncidentID, &e.Number, &e.Class)
		})
		out.Calls12m = len(all)
		out.Items = append(out.Items, all[:min(len(all), earlierShown)]...)
		return err
	})
	return out, sorted(s.pool.SendBatch(ctx, b).Close(), "read the calls of a number")
}
