package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/premise"
	"doorstep/internal/unit"
)

// deliveryColumns are read by deliveryFields; u is the unit.
const deliveryColumns = `
d.briefing_id, d.revision, d.incident_id, d.unit_id, u.call_sign, d.topic, d.seq, d.sent_at,
d.delivered_at, d.displayed_at, d.read_at,
(select json_agg(json_build_object('step', e.step, 'level', e.level, 'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) order by e.at, e.step, e.level)
 from escalation e where e.topic = d.topic and e.seq = d.seq),
d.radio_at, coalesce((select r.display_name from account r where r.id = d.radio_by), '')`

func deliveryFields(d *briefing.Delivery) []any {
	return []any{&d.BriefingID, &d.Revision, &d.IncidentID, &d.UnitID, &d.CallSign, &d.Topic, &d.Seq, &d.SentAt,
		&d.DeliveredAt, &d.DisplayedAt, &d.ReadAt, &d.Late, &d.ToldByRadioAt, &d.ToldByRadioBy}
}

func scanDelivery(row pgx.CollectableRow) (d briefing.Delivery, err error) {
	return d, row.Scan(deliveryFields(&d)...)
}

const deliveriesOfIncident = `
select ` + deliveryColumns + `
from delivery d join unit u on u.id = d.unit_id
where d.incident_id = $1 order by d.revision, d.sent_at, u.call_sign`

// newerSent begins to ask whether a newer revision has taken the place of d.
const newerSent = `exists (
    select from delivery n where n.incident_id = d.incident_id and n.unit_id = d.unit_id
        and n.briefing_id = d.briefing_id and n.seq > d.seq`

// untilDisplayed and untilRead are when the step after the one that is done now would be
// late by its grace, with o the oldest revision that lacks it. What is acknowledged is
// acknowledged with all before it; what is on the screen need not be the oldest.
var (
	untilDisplayed = "coalesce(o.delivered_at, a.at) + " + interval(briefing.GraceToDisplay)
	untilRead      = `coalesce((
            select min(m.displayed_at) from delivery m
            where m.incident_id = d.incident_id and m.unit_id = d.unit_id and m.seq >= o.seq and m.read_at is null and m.radio_at is null
        ), a.at) + ` + interval(briefing.GraceToRead)
)

func interval(d time.Duration) string {
	return fmt.Sprintf("interval '%d milliseconds'", d.Milliseconds())
}

// nextStep is when a delivery is looked at next, once a step is done: at the deadline
// of the step after it, which counts from the oldest revision that lacks it, or when its
// grace ends. Where a newer revision has not come so far, that is looked at at once, by
// its own time; older says which: all, or those that the same statement leaves out. For
// the others the newest is looked at.
func nextStep(step, older, grace string) string {
	return `
due_at = case
    when ` + newerSent + older + `) then coalesce(d.due_at, a.at)
    when ` + newerSent + `) then null
    else (
        select greatest(o.sent_at + (select ` + step + ` from deadline order by version desc limit 1), ` + grace + `)
        from delivery o
        where o.incident_id = d.incident_id and o.unit_id = d.unit_id and o.` + step + `_at is null and o.radio_at is null
        order by o.seq limit 1
    ) end`
}

// deliveredUpTo is of any number of units: their ids, topics and numbers, and when each
// said so. The rows are locked in the order of topics and numbers, as where they are
// escalated.
var deliveredUpTo = `
with said as materialized (
    select d.briefing_id, d.revision, d.unit_id, a.seq, a.at
    from unnest($1::uuid[], $2::text[], $3::bigint[], $4::timestamptz[]) a (unit_id, topic, seq, at)
    join delivery d on d.topic = a.topic and d.unit_id = a.unit_id and d.seq <= a.seq and d.delivered_at is null
    order by d.topic, d.seq for update of d
)
update delivery d set ` + nextStep("displayed", " and n.seq > a.seq", untilDisplayed) + `, delivered_at = a.at` + whereSaid

// saidOf are the deliveries of the units, briefings and revisions $1 to $3 that lack a
// step, with when each was said to have it, and what else is said; locked in that order.
func saidOf(step, also, columns string) string {
	return `
with said as materialized (
    select d.briefing_id, d.revision, d.unit_id, a.at` + also + `
    from unnest($1::uuid[], $2::uuid[], $3::int[], $4::timestamptz[]` + columns + `
    join delivery d on d.unit_id = a.unit_id and d.briefing_id = a.briefing_id and d.revision = a.revision and d.` + step + `_at is null
    order by d.topic, d.seq for update of d
)`
}

const whereSaid = `
from said a join unit u on u.id = a.unit_id
where d.briefing_id = a.briefing_id and d.revision = a.revision and d.unit_id = a.unit_id
returning ` + deliveryColumns

var displayedAt = saidOf("displayed", "", ") a (unit_id, briefing_id, revision, at)") + `
update delivery d set ` + nextStep("read", "", untilRead) + `, displayed_at = a.at, delivered_at = coalesce(d.delivered_at, a.at)` + whereSaid

// waitEnds ends the wait for the newest revision; for an older one, the newest is
// looked at at once, by its own time.
func waitEnds(now string) string {
	return `
due_at = case when ` + newerSent + `) then ` + now + ` end`
}

// readAt has who confirmed besides.
var readAt = saidOf("read", ", a.by", ", $5::uuid[]) a (unit_id, briefing_id, revision, at, by)") + `
update delivery d set ` + waitEnds("a.at") + `, read_at = a.at, read_by = a.by,
    displayed_at = coalesce(d.displayed_at, a.at), delivered_at = coalesce(d.delivered_at, a.at)` + whereSaid

const deliveryExists = `select exists (select from delivery where unit_id = $1 and briefing_id = $2 and revision = $3)`

var errNotSent = fault.New(fault.NotFound, "this unit was sent no such revision")

// wasSent tells a repeat from a revision that this unit was never sent.
func (s *Store) wasSent(ctx context.Context, u unit.ID, id briefing.ID, revision int) error {
	var sent bool
	if err := s.pool.QueryRow(ctx, deliveryExists, u, id, revision).Scan(&sent); err != nil {
		return sorted(err, "look for a delivery")
	}
	if !sent {
		return errNotSent
	}
	return nil
}

// advance runs an update of a unit's deliveries and tells those who hear of each
// row that it changed; changed is false when it changed none. A tablet may be
// quicker than what enters the delivery.
func (s *Store) advance(ctx context.Context, doing string, u unit.ID, now time.Time, update string, args ...any) (notices []control.Notice, changed bool, err error) {
	var told news
	entered, err := s.afterEntering(ctx, func() error {
		told, changed, err = s.advanceOnce(ctx, doing, u, now, update, args...)
		return err
	})
	if err != nil {
		return entered, false, err // what was not committed is told to nobody
	}
	return append(entered, told.told()...), changed, nil
}

// advanceOnce takes two round trips when nothing changes, as when a tablet that comes
// back says what it has, else three.
func (s *Store) advanceOnce(ctx context.Context, doing string, u unit.ID, now time.Time, update string, args ...any) (told news, changed bool, err error) {
	var moved []briefing.Delivery
	err = s.pool.AcquireFunc(ctx, func(held *pgxpool.Conn) error {
		defer rollBack(ctx, held)
		var waits bool
		b := &pgx.Batch{}
		b.Queue("begin")
		b.Queue(entryWaits, "unit:"+string(u)).QueryRow(func(row pgx.Row) error { return row.Scan(&waits) })
		b.Queue(update, args...).Query(func(rows pgx.Rows) (err error) {
			moved, err = pgx.CollectRows(rows, scanDelivery)
			return err
		})
		if err := held.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if waits {
			return errEntriesWait
		}
		told, changed = nil, len(moved) > 0
		for _, d := range moved {
			if err := told.moved(d, now); err != nil {
				return err
			}
		}
		return told.tell(ctx, held, "commit")
	})
	if err == nil {
		for _, d := range moved {
			s.seen.moved(d, now)
		}
	}
	return told, changed, sorted(err, doing)
}

// moved adds that a delivery has come further.
func (n *news) moved(d briefing.Delivery, at time.Time) error {
	for _, topic := range control.DeliveryTopics(d) {
		if err := n.add(topic, "delivery", at, d); err != nil {
			return err
		}
	}
	return nil
}

// keepPosition leaves a newer position as it is: reports may come late.
const keepPosition = `
update unit set point = st_setsrid(st_makepoint($2, $3), 4326), point_at = $4
where id = $1 and (point_at is null or point_at < $4)`

// Position keeps where a unit is.
func (s *Store) Position(ctx context.Context, u unit.ID, p premise.Point, at time.Time) error {
	_, err := s.pool.Exec(ctx, keepPosition, u, p[0], p[1], at)
	return sorted(err, "keep a position")
}
