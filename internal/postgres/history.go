package postgres

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/fault"
	"doorstep/internal/person"
	"doorstep/internal/premise"
)

// stream is one run of entries of a history: of one tie, DV or not. Each has a
// quota of its own, so that the noise of a large house never pushes out what
// happened behind the door, nor petty matters what was DV.
type stream struct {
	tie   premise.Tie
	dv    bool
	quota int    // of a page
	from  string // the tie's newest incidents, see historyEntries
}

var streams = []stream{
	{premise.SameDwelling, true, 20, "door"},
	{premise.SameDwelling, false, 8, "door"},
	{premise.SamePerson, true, 20, "theirs"},
	{premise.SamePerson, false, 5, "theirs"},
	{premise.SameBuilding, true, 6, "house"},
	{premise.SameBuilding, false, 2, "house"},
	{premise.SameBlock, true, 6, "block"},
	{premise.SameBlock, false, 4, "block"},
	{premise.Nearby, true, 6, "around"},
}

// historyEntries reads the newest incidents of each tie by index alone, then the
// texts of the few that are shown. An incident is shown once, under the tie that
// says most: the door, then the persons, then the building, the block and what
// is around. One entry more than the quota tells whether there are more. Quotas
// are no parameters: a plan made for an unknown limit reads everything.
var historyEntries = func() string {
	var all strings.Builder
	all.WriteString(`
with here as (
    select id, kind, street_id, hundred, coalesce(building_id, id) building, point from address where id = nullif($1, '')::uuid),
theirs as materialized (
    select i.id, i.class from (
        select distinct incident_id from incident_person
        where person_id = any(same_persons($2::uuid[])) and incident_id < greatest(($3::uuid[])[3], ($3::uuid[])[4]) and incident_id <> $4
        order by incident_id desc limit 200) p
    join incident i on i.id = p.incident_id
    where i.address_id is distinct from (select id from here)),
door as materialized (
    select id, class from incident
    where address_id = (select id from here where kind <> 'block') and id < greatest(($3::uuid[])[1], ($3::uuid[])[2]) and id <> $4
    order by id desc limit 400),
house as materialized (
    select id, class from incident
    where premise_id = (select building from here) and address_id <> (select id from here)
      and id < greatest(($3::uuid[])[5], ($3::uuid[])[6]) and id <> $4 and id <> all(array(select id from theirs))
    order by id desc limit 200),
block as materialized (
    select id, class from incident
    where address_id = any(array(
        select id from here where kind = 'block'
        union all
        select a.id from address a join here on a.street_id = here.street_id and a.hundred = here.hundred
        where a.kind = 'block' and a.id <> here.id))
      and id < greatest(($3::uuid[])[7], ($3::uuid[])[8]) and id <> $4 and id <> all(array(select id from theirs))
    order by id desc limit 200),
around as materialized (
    select id, class from incident
    where premise_id = any(array(
        select a.id from address a, here
        where a.kind <> 'dwelling' and a.point && st_expand(here.point, 0.00045 / cos(radians(st_y(here.point))), 0.00045)
          and st_distance(a.point::geography, here.point::geography) <= 50
          and a.id <> here.building and not (a.kind = 'block' and a.street_id = here.street_id and a.hundred = here.hundred)
        limit 100))
      and id < ($3::uuid[])[9] and id <> $4 and id <> all(array(select id from theirs))
      and class in ('dv', 'suspected_dv')
    order by id desc limit 20),
shown as (`)
	for n, st := range streams {
		not := "not "
		if st.dv {
			not = ""
		}
		if n > 0 {
			all.WriteString(" union all")
		}
		fmt.Fprintf(&all, `
    (select id, %d stream from %s where class %sin ('dv', 'suspected_dv') and id < ($3::uuid[])[%d] order by id desc limit %d)`,
			n, st.from, not, n+1, st.quota+1)
	}
	all.WriteString(`)
select i.id, i.number, i.received_at, s.stream, coalesce(a.label, ''), i.class, i.type, i.flags, i.state, i.disposition, i.summary, i.arrived_at,
    array(select distinct trim(name) from outcome o cross join unnest(o.helped_by) name where o.incident_id = i.id and trim(name) <> '' order by 1)
from shown s join incident i on i.id = s.id left join address a on a.id = i.address_id
order by s.stream, i.id desc`)
	return all.String()
}()

// historyCounts is answered by the index alone.
const historyCounts = `
select count(*) filter (where received_at > $2::timestamptz - interval '12 months'),
       count(*) filter (where dv and received_at > $2::timestamptz - interval '30 days'),
       count(*) filter (where dv and received_at > $2::timestamptz - interval '12 months'),
       count(*) filter (where dv), max(received_at) filter (where dv),
       (select count(distinct p.incident_id) from incident_person p join incident i on i.id = p.incident_id
        where p.person_id = any(same_persons($3::uuid[])) and i.class in ('dv', 'suspected_dv') and i.id <> $4)
from (select received_at, class in ('dv', 'suspected_dv') dv from incident where address_id = nullif($1, '')::uuid and id <> $4) here`

const historyCautions = `
select id, kind, note, source, since, review_by, review_by < $3 from (
    select id, kind, note, source, since, review_by from caution where address_id = nullif($1, '')::uuid
    union
    select id, kind, note, source, since, review_by from caution where person_id = any(same_persons($2::uuid[]))) c
order by since desc, id`

// historyResidents looks at the newest 200 incidents behind the door. A block
// is no door: nobody lives at one.
const historyResidents = `
select r.*, coalesce(since.label, ''), since.received_at
from (
select p.id, p.name, coalesce(p.birth_date::text, '') born, array_agg(distinct t.role) roles, max(i.received_at) seen, max(i.id::text)::uuid latest
from (select i.id, i.received_at from incident i join address a on a.id = i.address_id
      where a.id = nullif($1, '')::uuid and a.kind <> 'block' and i.id <> $2
      order by i.id desc limit 200) i
join incident_person t on t.incident_id = i.id left join person_merge m on m.from_id = t.person_id and m.undone_at is null
join person p on p.id = coalesce(m.to_id, t.person_id)
group by p.id order by seen desc, p.id limit 20) r
left join lateral (
    select a.label, i.received_at from (
        (select incident_id from incident_person where person_id = r.id and incident_id > r.latest and incident_id <> $2
         order by incident_id desc limit 1)
        union all
        (select t.incident_id from person_merge m join incident_person t on t.person_id = m.from_id
         where m.to_id = r.id and m.undone_at is null and t.incident_id > r.latest and t.incident_id <> $2)
        order by incident_id desc limit 1) n
    join incident i on i.id = n.incident_id join address a on a.id = i.address_id
    where a.id <> nullif($1, '')::uuid) since on true
order by r.seen desc, r.id`

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

// UsedAddress records a look at what is kept at an address.
func (s *Store) UsedAddress(ctx context.Context, use access.Use, id premise.ID) error {
	b := &pgx.Batch{}
	keepUse(b, use, "address:"+string(id))
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
	from, err := readCursor(before, use.At)
	if err != nil {
		return premise.Empty(), err
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
	b.Queue(historyEntries, id, who, from, own).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanEntry)
		h.Entries, h.Next = cutPage(found)
		h.More = h.Next != ""
		h.LastVisitAt, h.Services = afterwards(found)
		if h.LastVisitAt != nil {
			h.SinceVisit = premise.SinceOf(h.Entries, *h.LastVisitAt)
		}
		h.CompleteSince = wholeSince(found)
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
			var latest string
			return r, row.Scan(&r.PersonID, &r.Name, &r.BirthDate, &r.Roles, &r.LastSeen, &latest, &r.Elsewhere, &r.ElsewhereAt)
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return premise.Empty(), sorted(err, "read a history")
	}
	return h, nil
}

// found is an entry with the stream that it came in.
type found struct {
	premise.Entry
	stream  int
	arrived *time.Time
}

// afterwards tells from the entries when a unit was last behind the door, and
// which services help already, the latest first. One that was named for both
// came through the dwelling.
func afterwards(all []found) (visit *time.Time, services []premise.Service) {
	services = []premise.Service{}
	known := map[string]int{}
	for _, f := range all {
		if f.Tie == premise.SameDwelling && f.arrived != nil && (visit == nil || f.arrived.After(*visit)) {
			visit = f.arrived
		}
		if f.Tie != premise.SameDwelling && f.Tie != premise.SamePerson {
			continue
		}
		for _, name := range f.HelpedBy {
			n, again := known[name]
			if !again {
				n, known[name] = len(services), len(services)
				services = append(services, premise.Service{Name: name, Tie: f.Tie})
			}
			if f.ReceivedAt.After(services[n].LastAt) {
				services[n].LastAt = f.ReceivedAt
			}
		}
	}
	slices.SortStableFunc(services, func(a, b premise.Service) int { return b.LastAt.Compare(a.LastAt) })
	return visit, services
}

func scanEntry(row pgx.CollectableRow) (f found, err error) {
	e := &f.Entry
	err = row.Scan(&e.IncidentID, &e.Number, &e.ReceivedAt, &f.stream, &e.Address, &e.Class, &e.Type, &e.Flags, &e.State, &e.Disposition, &e.Summary, &f.arrived, &e.HelpedBy)
	e.Tie = streams[f.stream].tie
	return f, err
}

// cutPage drops what goes beyond the quotas and says where the next page begins,
// empty when there is none. Within a tie DV and the rest are put in order of time.
func cutPage(all []found) (page []premise.Entry, next string) {
	last := make([]uuid.UUID, len(streams))
	count := make([]int, len(streams))
	more := false
	page = []premise.Entry{}
	for _, f := range all {
		if count[f.stream]++; count[f.stream] > streams[f.stream].quota {
			more = true
			continue
		}
		page = append(page, f.Entry)
		last[f.stream] = uuid.MustParse(f.IncidentID) // as PostgreSQL wrote it
	}
	rank := map[premise.Tie]int{}
	for n, st := range slices.Backward(streams) {
		rank[st.tie] = n
	}
	slices.SortStableFunc(page, func(a, b premise.Entry) int {
		return cmp.Or(rank[a.Tie]-rank[b.Tie], cmp.Compare(b.IncidentID, a.IncidentID))
	})
	if !more {
		return page, ""
	}
	var cursor []byte
	for n, id := range last {
		if count[n] <= streams[n].quota {
			id = uuid.Nil // this one has no more
		}
		cursor = append(cursor, id[:]...)
	}
	return page, base64.RawURLEncoding.EncodeToString(cursor)
}

// wholeSince is from when on all entries of the address itself are on this page
// and those before it; nil when there are no older ones.
func wholeSince(all []found) (since *time.Time) {
	count := make([]int, len(streams))
	last := make([]*time.Time, len(streams))
	for i, f := range all {
		tie := streams[f.stream].tie
		if tie != premise.SameDwelling && tie != premise.SameBlock {
			continue
		}
		if count[f.stream]++; count[f.stream] <= streams[f.stream].quota {
			last[f.stream] = &all[i].ReceivedAt
		} else if since == nil || last[f.stream].After(*since) {
			since = last[f.stream]
		}
	}
	return since
}

// readCursor returns where each stream begins: at the moment, or where a page
// ended.
func readCursor(cursor string, at time.Time) ([]string, error) {
	from := make([]string, len(streams))
	if cursor == "" {
		for n := range from {
			from[n] = idAfter(at)
		}
		return from, nil
	}
	all, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(all) != 16*len(streams) {
		return nil, fault.Bad("cursor", "is not one that a page ended with")
	}
	for n := range from {
		from[n] = uuid.UUID(all[16*n : 16*n+16]).String()
	}
	return from, nil
}

const nearbyIncidents = `
select i.id, i.number, i.received_at, a.label, i.class, i.type, i.flags, i.state, i.disposition, i.summary
from (
    select i.id from incident i where i.premise_id = any(array(
        select a.id from address a
        where a.kind <> 'dwelling' and a.point && st_expand(st_setsrid(st_makepoint($1, $2), 4326), $3 / 111000.0 / cos(radians($2)), $3 / 111000.0)
          and st_distance(a.point::geography, st_setsrid(st_makepoint($1, $2), 4326)::geography) <= $3
          and ($4 = '' or a.district_code = $4)
        order by a.point <-> st_setsrid(st_makepoint($1, $2), 4326) limit 200))
      and i.id < $5
    order by i.id desc limit 50) n
join incident i on i.id = n.id join address a on a.id = i.address_id
order by i.id desc`

// Nearby returns the newest 50 incidents within some metres of a point, all
// buildings and blocks counted; in one district only, when it is not empty.
func (s *Store) Nearby(ctx context.Context, use access.Use, at premise.Point, metres float64, district string) ([]premise.Entry, error) {
	entries := []premise.Entry{}
	b := &pgx.Batch{}
	keepUse(b, use, fmt.Sprintf("position:%.3f,%.3f", at[0], at[1]))
	b.Queue(nearbyIncidents, at[0], at[1], metres, district, idAfter(use.At)).Query(func(rows pgx.Rows) (err error) {
		entries, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e premise.Entry, err error) {
			e.Tie = premise.Nearby
			return e, row.Scan(&e.IncidentID, &e.Number, &e.ReceivedAt, &e.Address, &e.Class, &e.Type, &e.Flags, &e.State, &e.Disposition, &e.Summary)
		})
		return err
	})
	return entries, sorted(s.pool.SendBatch(ctx, b).Close(), "read what happened nearby")
}

// idAfter is an id past those of the moment, a day of clock error allowed. It
// keeps the search out of the partitions of later years.
func idAfter(at time.Time) string {
	ms := fmt.Sprintf("%012x", at.Add(24*time.Hour).UnixMilli())
	return ms[:8] + "-" + ms[8:] + "-0000-0000-000000000000"
}
