package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/incident"
)

// oversight is what a supervisor is shown beside incident i: whose it is, and who
// took it over.
const (
	oversightColumns = `coalesce(raiser.display_name, ''), coalesce(taker.display_name, ''), taken.at`
	oversightFrom    = `
left join account raiser on raiser.id = i.raised_by
left join lateral (select t.by, t.at from take_over t where t.incident_id = i.id order by t.at desc limit 1) taken on true
left join account taker on taker.id = taken.by`
)

// oversight reads the columns.
type oversight struct {
	raiser, taker string
	takenAt       *time.Time
}

func (o *oversight) columns() []any { return []any{&o.raiser, &o.taker, &o.takenAt} }

func (o *oversight) takenOver() *control.TakenOver {
	if o.takenAt == nil {
		return nil
	}
	return &control.TakenOver{By: o.taker, At: *o.takenAt}
}

// unread begins at the assignments that are active: those are few.
const unread = `
select ` + assignmentColumns + `, ` + deliveryColumns + `,
    i.number, i.class, coalesce(i.priority, 0), coalesce(a.label, ''), ` + oversightColumns + `
from (
    select s.id from assignment s
    join lateral (
        select n.read_at from delivery n
        where n.incident_id = s.incident_id and n.unit_id = s.unit_id
        order by n.revision desc limit 1) newest on newest.read_at is null
    where s.status not in ('cleared', 'cancelled') order by s.assigned_at limit $1) waits
join assignment s on s.id = waits.id
join unit u on u.id = s.unit_id
join delivery d on d.incident_id = s.incident_id and d.unit_id = s.unit_id and d.sent_at >= s.assigned_at
join incident i on i.id = s.incident_id
left join address a on a.id = i.address_id` + oversightFrom + `
order by s.assigned_at, s.id, d.revision`

// Unread lists the assignments whose unit has not read the newest revision.
func (s *Store) Unread(ctx context.Context, limit int) (list []control.Unread, err error) {
	rows, err := s.pool.Query(ctx, unread, limit)
	if err != nil {
		return nil, sorted(err, "list what is unread")
	}
	defer rows.Close()
	for rows.Next() {
		var each control.Unread
		var d briefing.Delivery
		var o oversight
		fields := append(assignmentFields(&each.Assignment), deliveryFields(&d)...)
		fields = append(fields, &each.Number, &each.Class, &each.Priority, &each.Address)
		if err := rows.Scan(append(fields, o.columns()...)...); err != nil {
			return nil, sorted(err, "list what is unread")
		}
		if last := len(list) - 1; last < 0 || list[last].Assignment.ID != each.Assignment.ID {
			each.CallTaker, each.TakenOver = o.raiser, o.takenOver()
			list = append(list, each)
		}
		last := &list[len(list)-1]
		last.Deliveries = append(last.Deliveries, d)
	}
	return list, sorted(rows.Err(), "list what is unread")
}

const watched = `
select ` + incidentColumns + `, ` + oversightColumns + `
from incident i left join address a on a.id = i.address_id` + oversightFrom + `
where i.is_open and i.class in ('dv', 'suspected_dv') and i.id < $1
order by i.id desc limit $2`

// Watched lists open incidents with DV, or suspected.
func (s *Store) Watched(ctx context.Context, before string, limit int) ([]control.Watched, error) {
	rows, err := s.pool.Query(ctx, watched, beforeOr(before), limit)
	if err != nil {
		return nil, sorted(err, "list watched incidents")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w control.Watched, err error) {
		var o oversight
		w.Incident, err = scanIncident(row, o.columns()...)
		w.CallTaker, w.TakenOver = o.raiser, o.takenOver()
		return w, err
	})
	return list, sorted(err, "list watched incidents")
}

const (
	insertTakeOver = `
insert into take_over (incident_id, by, at)
select $1, $2, $3 where $2 is distinct from (select t.by from take_over t where t.incident_id = $1 order by t.at desc limit 1)`
	// lookAt has what is on its way judged anew: who is told has changed.
	lookAt  = `update delivery set due_at = $2 where incident_id = $1 and due_at > $2`
	takenBy = `
select a.display_name, t.at from take_over t join account a on a.id = t.by
where t.incident_id = $1 order by t.at desc limit 1`
)

// TakeOver keeps that somebody took an incident over, and tells the call taker and
// the other supervisors.
func (s *Store) TakeOver(ctx context.Context, in incident.Incident, by access.Actor, now time.Time) ([]control.Notice, error) {
	var told news
	err := s.within(ctx, "take over", func(tx pgx.Tx) error {
		told = nil
		tag, err := tx.Exec(ctx, insertTakeOver, in.ID, by.ID, now)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, lookAt, in.ID, now); err != nil {
			return err
		}
		alert := control.Alert{Kind: "taken_over", IncidentID: string(in.ID), Number: in.Number, By: by.DisplayName}
		for _, topic := range []string{"incident:" + string(in.ID), access.SupervisorTopic} {
			if err := told.add(topic, "alert", now, alert); err != nil {
				return err
			}
		}
		return told.tell(ctx, tx)
	})
	return told.kept(err)
}

// TakenOver is who took an incident over last, nil when nobody did.
func (s *Store) TakenOver(ctx context.Context, id incident.ID) (*control.TakenOver, error) {
	rows, err := s.pool.Query(ctx, takenBy, id)
	if err != nil {
		return nil, sorted(err, "who took over")
	}
	found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[control.TakenOver])
	if err != nil || len(found) == 0 {
		return nil, sorted(err, "who took over")
	}
	return found[0], nil
}
