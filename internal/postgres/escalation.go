package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/unit"
)

// escalating keeps servers from escalating side by side, with the deadlines that hold.
const escalating = `
select pg_try_advisory_xact_lock(20220), d.delivered, d.displayed, d.read, d.supervisor
from deadline d order by d.version desc limit 1`

// lockDue finds the assignments that are due longest, with the newest revision of each,
// and locks what a look may change, in the order in which tablets acknowledge it.
const lockDue = `
with due as materialized (
    select incident_id, unit_id,
        (select max(n.seq) from delivery n where n.incident_id = late.incident_id and n.unit_id = late.unit_id) newest
    from (select incident_id, unit_id from delivery where due_at <= $1 order by due_at limit $2) late
    group by 1, 2
)
select due.incident_id, due.unit_id, due.newest, d.seq
from due join delivery d on d.incident_id = due.incident_id and d.unit_id = due.unit_id and (d.due_at is not null or d.seq = due.newest)
where d.seq <= due.newest
order by d.topic, d.seq for update of d`

// dueDeliveries are what is judged of those: the newest revision, the oldest one that
// lacks the same step, and between them those that were on the screen, from which a grace
// counts, and those that somebody was told of. Those of an assignment that has ended are marked.
const dueDeliveries = `
with due as materialized (
    select n.*, s.assigned_at,
        (select i.number from incident i where i.id = n.incident_id) number,
        exists (select from take_over t where t.incident_id = n.incident_id) taken_over,
        coalesce((
            select o.seq from delivery o
            where o.incident_id = n.incident_id and o.unit_id = n.unit_id and (o.radio_at is not null or case
                when n.delivered_at is null then o.delivered_at
                when n.displayed_at is null then o.displayed_at
                else o.read_at end is not null)
            order by o.seq desc limit 1
        ), 0) done
    from unnest($1::uuid[], $2::uuid[], $3::bigint[]) a (incident_id, unit_id, newest)
    join delivery n on n.incident_id = a.incident_id and n.unit_id = a.unit_id and n.seq = a.newest
    left join assignment s on s.incident_id = n.incident_id and s.unit_id = n.unit_id
        and s.status not in ('cleared', 'cancelled') and s.assigned_at <= n.sent_at
), since as materialized (
    select due.*, (
        select o.seq from delivery o
        where o.incident_id = due.incident_id and o.unit_id = due.unit_id and o.seq > due.done and o.sent_at >= due.assigned_at
        order by o.seq limit 1
    ) oldest,
    array(select e.seq from escalation e where e.topic = due.topic and e.seq > due.done and e.seq <= due.seq) told
    from due
)
select ` + deliveryColumns + `, since.assigned_at is not null, since.number, since.taken_over
from since
join delivery d on d.incident_id = since.incident_id and d.unit_id = since.unit_id
    and d.seq between coalesce(since.oldest, since.seq) and since.seq
join unit u on u.id = d.unit_id
where d.seq in (since.oldest, since.seq) or d.displayed_at is not null or d.seq = any(since.told)
order by d.topic, d.incident_id, d.seq`

const (
	insertEscalations = `
insert into escalation (topic, seq, step, level, at)
select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[])
on conflict do nothing` // one that is there already must not hold up the others
	// lookNext sets the next look at what lockDue has locked. What became due since then
	// keeps its own: its row is another's, who may wait for one of these.
	lookNext = `
update delivery d set due_at = l.next
from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) l (incident_id, unit_id, seq, next)
where d.incident_id = l.incident_id and d.unit_id = l.unit_id and d.seq = l.seq`
)

// dueAtOnce is how many deliveries one transaction looks at: a city that has lost its
// line is due all at once, and must not hold up who sends a unit.
const dueAtOnce = 10

// Escalate lets decide judge each unit's assignment that is due; more is true when
// there may be others.
func (s *Store) Escalate(ctx context.Context, now time.Time, decide func(control.Underway) control.Escalated) (notices []control.Notice, more bool, err error) {
	var told news
	s.sending.first(ctx)
	err = s.within(ctx, "escalate what is late", func(tx pgx.Tx) error {
		var mine bool
		var at briefing.Deadlines
		if err := tx.QueryRow(ctx, escalating).Scan(&mine, &at.Delivered, &at.Displayed, &at.Read, &at.Supervisor); err != nil || !mine {
			return err
		}
		locked, found, err := due(ctx, tx, now)
		if err != nil || len(locked) == 0 {
			return err
		}
		more = len(found) > 0
		out := judged{next: map[assignment]*time.Time{}}
		for len(found) > 0 {
			n := 1
			for n < len(found) && found[n].IncidentID == found[0].IncidentID && found[n].UnitID == found[0].UnitID {
				n++
			}
			if err := out.escalate(&told, found[:n], at, now, decide); err != nil {
				return err
			}
			found = found[n:]
		}
		if err := tx.SendBatch(ctx, out.batch(locked)).Close(); err != nil {
			return err
		}
		return told.tell(ctx, tx)
	})
	notices, err = told.kept(err)
	return notices, more && err == nil, err
}

// assignment is what a unit was sent of one incident.
type assignment struct{ incident, unit string }

// lockedRow is a delivery that a look may change.
type lockedRow struct {
	assignment
	newest, seq int64
}

// due locks what may change, and returns the revisions to be judged, by assignment, the
// oldest first.
func due(ctx context.Context, tx pgx.Tx, now time.Time) (locked []lockedRow, found []dueDelivery, err error) {
	rows, err := tx.Query(ctx, lockDue, now, dueAtOnce)
	if err != nil {
		return nil, nil, err
	}
	locked, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r lockedRow, err error) {
		return r, row.Scan(&r.incident, &r.unit, &r.newest, &r.seq)
	})
	if err != nil || len(locked) == 0 {
		return nil, nil, err
	}
	var incidents, units []string
	var newest []int64
	for _, r := range locked {
		if r.seq == r.newest {
			incidents, units, newest = append(incidents, r.incident), append(units, r.unit), append(newest, r.newest)
		}
	}
	if rows, err = tx.Query(ctx, dueDeliveries, incidents, units, newest); err != nil {
		return nil, nil, err
	}
	found, err = pgx.CollectRows(rows, scanDue)
	return locked, found, err
}

// dueDelivery is a revision on its way; active unless its assignment has ended.
type dueDelivery struct {
	briefing.Delivery
	active    bool
	number    string
	takenOver bool
}

func scanDue(row pgx.CollectableRow) (d dueDelivery, err error) {
	return d, row.Scan(append(deliveryFields(&d.Delivery), &d.active, &d.number, &d.takenOver)...)
}

// judged is what is to be kept of a look.
type judged struct {
	late struct { // column by column
		topics       []string
		seqs         []int64
		steps, level []string
		at           []time.Time
	}
	next map[assignment]*time.Time // nil: nothing is waited for
}

// escalate adds what is decided on the revisions that one unit was sent.
func (j *judged) escalate(told *news, sent []dueDelivery, at briefing.Deadlines, now time.Time, decide func(control.Underway) control.Escalated) error {
	newest := sent[len(sent)-1]
	underway := control.Underway{Number: newest.number, TakenOver: newest.takenOver, Deadlines: at}
	for _, d := range sent {
		if d.active {
			underway.Sent = append(underway.Sent, d.Delivery)
		}
	}
	out := decide(underway)
	for _, e := range out.Late {
		l := &j.late
		l.topics, l.seqs, l.at = append(l.topics, newest.Topic), append(l.seqs, newest.Seq), append(l.at, e.At)
		l.steps, l.level = append(l.steps, string(e.Step)), append(l.level, string(e.Level))
	}
	for _, draft := range out.Notices {
		if err := told.add(draft.Topic, draft.Type, now, draft.Body); err != nil {
			return err
		}
	}
	if !out.Next.IsZero() {
		j.next[assignment{newest.IncidentID, newest.UnitID}] = &out.Next
	}
	return nil
}

// batch leaves the look at each assignment to its newest revision.
func (j *judged) batch(locked []lockedRow) *pgx.Batch {
	b := &pgx.Batch{}
	if len(j.late.seqs) > 0 {
		b.Queue(insertEscalations, j.late.topics, j.late.seqs, j.late.steps, j.late.level, j.late.at)
	}
	var incidents, units []string
	var seqs []int64
	var next []*time.Time
	for _, r := range locked {
		at := j.next[r.assignment]
		if r.seq != r.newest {
			at = nil
		}
		incidents, units, seqs, next = append(incidents, r.incident), append(units, r.unit), append(seqs, r.seq), append(next, at)
	}
	if len(locked) > 0 {
		b.Queue(lookNext, incidents, units, seqs, next)
	}
	return b
}

var toldByRadio = `
update delivery d set ` + waitEnds("$4::timestamptz") + `, radio_at = $4, radio_by = $5 from unit u
where u.id = d.unit_id and d.unit_id = $1 and d.incident_id = $2 and d.revision = $3 and d.radio_at is null
returning ` + deliveryColumns

const sentOfIncident = `select exists (select from delivery where unit_id = $1 and incident_id = $2 and revision = $3)`

// ToldByRadio keeps that a unit was told a revision by radio.
func (s *Store) ToldByRadio(ctx context.Context, id incident.ID, u unit.ID, revision int, by access.AccountID, now time.Time) ([]control.Notice, error) {
	told, changed, err := s.advance(ctx, "told by radio", u, now, toldByRadio, u, id, revision, now, by)
	if err != nil || changed {
		return told, err
	}
	var sent bool
	if err := s.pool.QueryRow(ctx, sentOfIncident, u, id, revision).Scan(&sent); err != nil {
		return nil, sorted(err, "look for a delivery")
	}
	if !sent {
		return nil, errNotSent
	}
	return nil, nil
}

// deliveredWithin is the deadline of what is sent now.
const deliveredWithin = `select delivered from deadline order by version desc limit 1`

const newestDeadlines = `
select d.version, d.delivered, d.displayed, d.read, d.supervisor, coalesce(a.display_name, ''), d.at
from deadline d left join account a on a.id = d.by order by d.version desc limit 1`

// Deadlines reads those that hold.
func (s *Store) Deadlines(ctx context.Context) (k control.KeptDeadlines, err error) {
	err = s.pool.QueryRow(ctx, newestDeadlines).Scan(&k.Version, &k.Delivered, &k.Displayed, &k.Read, &k.Supervisor, &k.ChangedBy, &k.ChangedAt)
	return k, sorted(err, "read the deadlines")
}

const (
	insertDeadlines = `
insert into deadline (version, delivered, displayed, read, supervisor, by, at)
select $1::bigint + 1, $2, $3, $4, $5, $6, $7 where $1 = (select max(version) from deadline)`
	// lookAnew has what is on its way judged by the new deadlines.
	lookAnew = `update delivery set due_at = $1 where due_at > $1`
)

// SetDeadlines writes over a version.
func (s *Store) SetDeadlines(ctx context.Context, version int64, d briefing.Deadlines, by access.AccountID, now time.Time) error {
	var written bool
	err := s.within(ctx, "set the deadlines", func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, insertDeadlines, version, d.Delivered, d.Displayed, d.Read, d.Supervisor, by, now)
		if written = tag.RowsAffected() == 1; err != nil || !written {
			return err
		}
		_, err = tx.Exec(ctx, lookAnew, now)
		return err
	})
	if err == nil && written {
		return nil
	}
	if err != nil && !fault.Is(err, fault.Conflict) { // somebody wrote the same version just now
		return err
	}
	newest, err := s.Deadlines(ctx)
	if err != nil {
		return err
	}
	return fault.Changed(newest.Version)
}
