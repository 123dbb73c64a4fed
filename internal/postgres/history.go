package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/person"
	"doorstep/internal/premise"
)

// historyPage is how many entries are shown at once.
const historyPage = 50

// historyLimit reads one entry more than a page, to know whether there are more.
// It is no parameter: a plan made for an unknown limit reads everything.
const historyLimit = ` limit 51`

// historyEntries finds the newest entries of each tie by index alone and reads
// the texts of the few that are shown. Ties are never mixed: an incident is
// shown once, under the tie that says most, which is the door, then the
// persons, then the building, then the block.
const historyEntries = `
with here as (
    select id, kind, street_id, hundred, case when kind = 'building' then id else building_id end building
    from address where id = nullif($1, '')::uuid),
tied as (
    (select i.id, case (select kind from here) when 'block' then 4 else 1 end rank
     from incident i where i.address_id = (select id from here) and i.id < $3 and i.id <> $4
     order by i.id desc` + historyLimit + `)
    union all
    (select i.id, 2 from (
         select distinct incident_id from incident_person where person_id = any($2::uuid[]) and incident_id < $3 and incident_id <> $4) p
     join incident i on i.id = p.incident_id
     where i.address_id is distinct from (select id from here)
     order by i.id desc` + historyLimit + `)
    union all
    (select i.id, 3 from incident i
     where i.address_id = any(array(
         select a.id from address a join here on a.building_id = here.building where a.id <> here.id
         union
         select here.building from here where here.building <> here.id))
       and i.id < $3 and i.id <> $4
     order by i.id desc` + historyLimit + `)
    union all
    (select i.id, 4 from incident i
     where i.address_id = any(array(
         select a.id from address a join here on a.street_id = here.street_id and a.hundred = here.hundred
         where a.kind = 'block' and a.id <> here.id))
       and i.id < $3 and i.id <> $4
     order by i.id desc` + historyLimit + `)),
shown as (select id, min(rank) rank from tied group by id order by id desc` + historyLimit + `)
select i.id, i.number, i.received_at, s.rank, coalesce(a.label, ''), i.class, i.type, i.flags, i.state, i.disposition, i.summary
from shown s join incident i on i.id = s.id left join address a on a.id = i.address_id
order by i.id desc`

// tieOfRank orders the ties as historyEntries does.
var tieOfRank = map[int]premise.Tie{1: premise.SameDwelling, 2: premise.SamePerson, 3: premise.SameBuilding, 4: premise.SameBlock}

// historyCounts is answered by the index alone.
const historyCounts = `
select count(*) filter (where received_at > $2::timestamptz - interval '12 months'),
       count(*) filter (where dv and received_at > $2::timestamptz - interval '30 days'),
       count(*) filter (where dv and received_at > $2::timestamptz - interval '12 months'),
       count(*) filter (where dv), max(received_at) filter (where dv),
       (select count(distinct p.incident_id) from incident_person p join incident i on i.id = p.incident_id
        where p.person_id = any($3::uuid[]) and i.class in ('dv', 'suspected_dv') and i.id <> $4)
from (select received_at, class in ('dv', 'suspected_dv') dv from incident where address_id = nullif($1, '')::uuid and id <> $4) here`

const historyCautions = `
select id, kind, note, source, since, review_by, review_by < $3 from (
    select id, kind, note, source, since, review_by from caution where address_id = nullif($1, '')::uuid
    union
    select id, kind, note, source, since, review_by from caution where person_id = any($2::uuid[])) c
order by since desc, id`

// historyResidents looks at the newest 200 incidents behind the door. A block
// is no door: nobody lives at one.
const historyResidents = `
select p.id, p.name, coalesce(p.birth_date::text, ''), array_agg(distinct t.role), max(i.received_at) seen
from (select i.id, i.received_at from incident i join address a on a.id = i.address_id
      where a.id = nullif($1, '')::uuid and a.kind <> 'block' and i.id <> $2
      order by i.id desc limit 200) i
join incident_person t on t.incident_id = i.id join person p on p.id = t.person_id
group by p.id order by seen desc, p.id limit 20`

const insertUse = `
insert into access_record (actor, role, purpose, subject, incident, at)
select $1, $2, $3, subject, nullif($5, '')::uuid, $6 from unnest($4::text[]) subject`

// keepUse queues the record of a look at protected history.
func keepUse(b *pgx.Batch, use access.Use, subjects ...string) {
	if len(subjects) > 0 {
		b.Queue(insertUse, use.Actor.ID, use.Actor.Role, use.Purpose, subjects, use.Incident, use.At)
	}
}

// Used records a look at an incident.
func (s *Store) Used(ctx context.Context, use access.Use) error {
	b := &pgx.Batch{}
	keepUse(b, use, "incident:"+use.Incident)
	return sorted(s.pool.SendBatch(ctx, b).Close(), "record a look")
}

// History reads the past of an address and of persons in one round trip, which
// is one transaction with the record of the use. The incident that is being
// worked on is no part of its own past.
func (s *Store) History(ctx context.Context, use access.Use, id premise.ID, persons []person.ID, before string) (premise.History, error) {
	h := premise.Empty()
	h.Searched, h.SearchedPersons, h.AsOf = id != "", len(persons) > 0, use.At
	own := use.Incident
	if own == "" {
		own = uuid.Nil.String()
	}
	if before == "" {
		before = idAfter(use.At)
	}
	who, subjects := make([]string, 0, len(persons)), make([]string, 0, len(persons)+1)
	if id != "" {
		subjects = append(subjects, "address:"+string(id))
	}
	for _, p := range persons {
		who, subjects = append(who, string(p)), append(subjects, "person:"+string(p))
	}
	b := &pgx.Batch{}
	keepUse(b, use, subjects...)
	b.Queue(historyEntries, id, who, before, own).Query(func(rows pgx.Rows) error {
		entries, err := pgx.CollectRows(rows, scanEntry)
		if h.More = len(entries) > historyPage; h.More {
			entries = entries[:historyPage]
		}
		h.Entries = entries
		return err
	})
	b.Queue(historyCounts, id, use.At, who, own).QueryRow(func(row pgx.Row) error {
		c := &h.Counts
		return row.Scan(&c.Incidents12m, &c.DV30d, &c.DV12m, &c.DVEver, &c.LastDVAt, &c.PersonsDVEver)
	})
	b.Queue(historyCautions, id, who, use.At).Query(func(rows pgx.Rows) (err error) {
		h.Cautions, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c premise.Caution, err error) {
			return c, row.Scan(&c.ID, &c.Kind, &c.Note, &c.Source, &c.Since, &c.ReviewBy, &c.Unreviewed)
		})
		return err
	})
	b.Queue(historyResidents, id, own).Query(func(rows pgx.Rows) (err error) {
		h.Residents, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r premise.Resident, err error) {
			return r, row.Scan(&r.PersonID, &r.Name, &r.BirthDate, &r.Roles, &r.LastSeen)
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return premise.Empty(), sorted(err, "read a history")
	}
	return h, nil
}

func scanEntry(row pgx.CollectableRow) (e premise.Entry, err error) {
	var rank int
	err = row.Scan(&e.IncidentID, &e.Number, &e.ReceivedAt, &rank, &e.Address, &e.Class, &e.Type, &e.Flags, &e.State, &e.Disposition, &e.Summary)
	e.Tie = tieOfRank[rank]
	return e, err
}

// idAfter is an id past those of the moment, a day of clock error allowed. It
// keeps the search out of the partitions of later years.
func idAfter(at time.Time) string {
	ms := fmt.Sprintf("%012x", at.Add(24*time.Hour).UnixMilli())
	return ms[:8] + "-" + ms[8:] + "-0000-0000-000000000000"
}
