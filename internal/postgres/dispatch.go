package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/incident"
	"doorstep/internal/premise"
	"doorstep/internal/unit"
)

const insertReport = `
insert into assignment_status (assignment_id, client_id, status, at, heard_at, by) values ($1, $2, $3, $4, $5, $6)`

// keepReport queues a status as it was reported.
func keepReport(b *pgx.Batch, of unit.Assignment, r control.StatusReport) {
	b.Queue(insertReport, of.ID, r.ClientID, r.Status, r.At, r.HeardAt, r.By)
}

const (
	// insertAssignment gives the unit the status of its assignment.
	insertAssignment = `
with sent as (
    insert into assignment (id, incident_id, unit_id, status, assigned_by, assigned_at, en_route_at, on_scene_at, cleared_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning unit_id, status)
update unit set version = version + 1, status = sent.status from sent where unit.id = sent.unit_id`
	updateAssignment = `
update assignment set status = $2, en_route_at = $3, on_scene_at = $4, cleared_at = $5 where id = $1`
)

// unitFollows gives a unit the next status of its assignment; one that ended leaves
// the status of another that is still active, else the unit is free.
const unitFollows = `
update unit set version = version + 1, status = case
    when $2 in ('assigned', 'en_route', 'on_scene') then $2
    else coalesce((select s.status from assignment s where s.unit_id = $1 and s.status not in ('cleared', 'cancelled')
                   order by s.assigned_at desc limit 1),
                  case when unit.status = 'off_duty' then 'off_duty' else 'free' end)
    end
where id = $1`

// keepAssignment queues a new assignment, made by the user of the history that
// goes with it, or the next status of one.
func keepAssignment(b *pgx.Batch, s unit.Assignment, by *access.Use) {
	if by != nil {
		b.Queue(insertAssignment, s.ID, s.IncidentID, s.UnitID, s.Status, by.Actor.ID, s.AssignedAt, s.EnRouteAt, s.OnSceneAt, s.ClearedAt)
		return
	}
	b.Queue(updateAssignment, s.ID, s.Status, s.EnRouteAt, s.OnSceneAt, s.ClearedAt)
	b.Queue(unitFollows, s.UnitID, s.Status)
}

// Incident reads one incident.
func (s *Store) Incident(ctx context.Context, id incident.ID) (incident.Incident, error) {
	in, err := scanIncident(s.pool.QueryRow(ctx, incidentByID, id))
	return in, missing(err, "incident")
}

// Three lists, because each has an index that fits: what is open is little, what
// was ever is much.
const (
	openIncidents = `
select ` + incidentColumns + `
from incident i left join address a on a.id = i.address_id
where i.is_open and ($1 = '' or i.district_code = $1) and ($2 = '' or i.raised_by = nullif($2, '')::uuid)
  and (not $3 or i.class in ('dv', 'suspected_dv')) and i.id < $4
order by i.id desc limit $5`
	raisedIncidents = `
select ` + incidentColumns + `
from incident i left join address a on a.id = i.address_id
where ($1 = '' or i.district_code = $1) and i.raised_by = $2::text::uuid
  and (not $3 or i.class in ('dv', 'suspected_dv')) and i.id < $4
order by i.id desc limit $5`
	allIncidents = `
select ` + incidentColumns + `
from incident i left join address a on a.id = i.address_id
where ($1 = '' or i.district_code = $1) and ($2 = '' or i.raised_by = nullif($2, '')::uuid)
  and (not $3 or i.class in ('dv', 'suspected_dv')) and i.id < $4
order by i.id desc limit $5`
)

// farFuture is past every id: no page came before.
const farFuture = "ffffffff-ffff-ffff-ffff-ffffffffffff"

func beforeOr(id string) string {
	if id == "" {
		return farFuture
	}
	return id
}

// Incidents lists incidents, newest first.
func (s *Store) Incidents(ctx context.Context, f control.IncidentFilter) ([]incident.Incident, error) {
	query := allIncidents
	switch {
	case f.Open:
		query = openIncidents
	case f.RaisedBy != "":
		query = raisedIncidents
	}
	rows, err := s.pool.Query(ctx, query, f.District, string(f.RaisedBy), f.DVOnly, beforeOr(f.Before), f.Limit)
	if err != nil {
		return nil, sorted(err, "list incidents")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (incident.Incident, error) { return scanIncident(row) })
	return list, sorted(err, "list incidents")
}

const nextNumber = `select nextval('incident_number')`

// RunningNumber takes the next running number of an incident.
func (s *Store) RunningNumber(ctx context.Context) (n int64, err error) {
	err = s.pool.QueryRow(ctx, nextNumber).Scan(&n)
	return n, sorted(err, "number an incident")
}

// Assignments lists who was sent to an incident, first sent first.
func (s *Store) Assignments(ctx context.Context, id incident.ID) ([]unit.Assignment, error) {
	rows, err := s.pool.Query(ctx, assignmentsOfIncident, id)
	if err != nil {
		return nil, sorted(err, "list assignments")
	}
	list, err := pgx.CollectRows(rows, scanAssignment)
	return list, sorted(err, "list assignments")
}

const unitColumns = `
u.id, u.call_sign, coalesce(u.district_code, ''), u.status, st_x(u.point), st_y(u.point), u.point_at,
coalesce(d.crew, 0), coalesce(d.mixed, false), coalesce(d.trained, false)`

// duty is the crew of unit u on the shift at the moment $1.
const duty = `
lateral (
    select count(*) crew, bool_or(m.sex = 'female') and bool_or(m.sex = 'male') mixed, bool_or(m.dv_trained) trained
    from shift h join crew w on w.shift_id = h.id join account m on m.id = w.account_id
    where h.unit_id = u.id and h.starts <= $1 and h.ends > $1) d on true`

// nearUnits takes four times as many by degrees as it returns by metres: a
// degree of longitude is half a degree of latitude up here.
const nearUnits = `
with here as (select st_setsrid(st_makepoint($3, $4), 4326) point),
near as (
    select u.id, st_distancesphere(u.point, (select point from here)) metres from unit u
    where u.status = 'free' and u.point is not null
      and exists (select from shift h where h.unit_id = u.id and h.starts <= $1 and h.ends > $1)
    order by u.point <-> (select point from here), u.call_sign limit $2 * 4),
somewhere as (
    select u.id, null::float8 metres from unit u
    where u.status = 'free' and u.point is null
      and exists (select from shift h where h.unit_id = u.id and h.starts <= $1 and h.ends > $1)
    order by u.call_sign limit $2)
select ` + unitColumns + `
from (select id, metres from near union all select id, metres from somewhere) n
join unit u on u.id = n.id left join ` + duty + `
order by n.metres nulls last, u.point is null, u.call_sign limit $2`

// FreeUnits lists the free units on a shift, the nearest first; those without a
// position come last.
func (s *Store) FreeUnits(ctx context.Context, near *premise.Point, limit int, now time.Time) ([]unit.Unit, error) {
	x, y := lonLat(near)
	rows, err := s.pool.Query(ctx, nearUnits, now, limit, x, y)
	if err != nil {
		return nil, sorted(err, "list free units")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (unit.Unit, error) { return scanUnit(row) })
	return list, sorted(err, "list free units")
}

func scanUnit(row pgx.Row) (u unit.Unit, err error) {
	var x, y *float64
	err = row.Scan(&u.ID, &u.CallSign, &u.District, &u.Status, &x, &y, &u.PointAt, &u.Crew, &u.MixedCrew, &u.DVTrained)
	u.Point = point(x, y)
	return u, err
}

// workOfUnit pairs each assignment with the newest revision that was sent to
// the unit: one that was cleared is not told what came later.
const workOfUnit = `
select ` + assignmentColumns + `, r.body, ` + deliveryColumns + `
from (select id from assignment where unit_id = $1
      order by status in ('cleared', 'cancelled'), assigned_at desc limit $2) mine
join assignment s on s.id = mine.id
join lateral (
    select briefing_id, revision, unit_id from delivery
    where incident_id = s.incident_id and unit_id = s.unit_id
    order by revision desc limit 1) last on true
join delivery d on d.briefing_id = last.briefing_id and d.revision = last.revision and d.unit_id = last.unit_id
join briefing_revision r on r.briefing_id = d.briefing_id and r.revision = d.revision
join unit u on u.id = s.unit_id
order by s.assigned_at desc`

// keptWork is how many assignments a tablet that was switched off gets back.
const keptWork = 10

// UnitWork lists what a unit is or lately was sent to, newest first.
func (s *Store) UnitWork(ctx context.Context, id unit.ID) ([]control.UnitBriefing, error) {
	rows, err := s.pool.Query(ctx, workOfUnit, id, keptWork)
	if err != nil {
		return nil, sorted(err, "list the work of a unit")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w control.UnitBriefing, err error) {
		var page []byte
		fields := append(assignmentFields(&w.Assignment), &page)
		if err := row.Scan(append(fields, deliveryFields(&w.Delivery)...)...); err != nil {
			return w, err
		}
		head, err := headOf(w.Delivery, []unit.Assignment{w.Assignment})
		if err != nil {
			return w, err
		}
		w.Briefing, err = joined(head, page)
		return w, err
	})
	return list, sorted(err, "list the work of a unit")
}

// Deliveries lists how far each revision has come to each unit.
func (s *Store) Deliveries(ctx context.Context, id incident.ID) ([]briefing.Delivery, error) {
	rows, err := s.pool.Query(ctx, deliveriesOfIncident, id)
	if err != nil {
		return nil, sorted(err, "list deliveries")
	}
	list, err := pgx.CollectRows(rows, scanDelivery)
	return list, sorted(err, "list deliveries")
}
