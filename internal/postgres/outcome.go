package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"doorstep/internal/access"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
)

const insertOutcome = `
insert into outcome (id, incident_id, kind, class, risk_level, text, advice, helped_by, follow_up_at, written_by, written_at)
values ($1, $2, $3, nullif($4, ''), nullif($5, ''), $6, $7, $8, $9, $10, $11)`

// whoResponded are the officers who crewed an assigned unit when it was
// assigned, and the call takers of the incident's calls.
const whoResponded = `
select account_id, (select role from account where id = $2) from (
    select w.account_id from assignment s
    join shift h on h.unit_id = s.unit_id and h.starts <= s.assigned_at and h.ends > s.assigned_at
    join crew w on w.shift_id = h.id
    where s.incident_id = $1
    union
    select taken_by from call where incident_id = $1) r
where account_id <> $2 order by account_id`

const insertFeedback = `
insert into feedback (id, outcome_id, incident_id, account_id, at) values ($1, $2, $3, $4, $5)`

// keepOutcome writes an outcome and the feedback to everybody who responded.
func keepOutcome(ctx context.Context, db asker, of incident.Incident, o outcome.Outcome) (told news, err error) {
	helped := o.HelpedBy
	if helped == nil {
		helped = []string{}
	}
	b := &pgx.Batch{}
	b.Queue(insertOutcome, o.ID, o.IncidentID, o.Kind, o.Class, o.RiskLevel, o.Text, o.Advice, helped, o.FollowUpAt, o.WrittenBy, o.WrittenAt)
	var to []string
	var from string
	b.Queue(whoResponded, o.IncidentID, o.WrittenBy).Query(func(rows pgx.Rows) error {
		var account string
		_, err := pgx.ForEachRow(rows, []any{&account, &from}, func() error {
			to = append(to, account)
			return nil
		})
		return err
	})
	if err := db.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("keep an outcome: %w", err)
	}
	sending := &pgx.Batch{}
	for _, account := range to {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("make an id: %w", err)
		}
		sending.Queue(insertFeedback, id.String(), o.ID, o.IncidentID, account, o.WrittenAt)
		err = told.add("user:"+account, "feedback", o.WrittenAt, outcome.Feedback{
			ID: id.String(), IncidentID: o.IncidentID, Number: of.Number, Address: value(of.Address).Label,
			ReceivedAt: of.ReceivedAt, At: o.WrittenAt, From: from, Outcome: o,
		})
		if err != nil {
			return nil, err
		}
	}
	if sending.Len() == 0 {
		return nil, nil
	}
	if err := db.SendBatch(ctx, sending).Close(); err != nil {
		return nil, fmt.Errorf("give feedback: %w", err)
	}
	return told, nil
}

// outcomeColumns are read by outcomeFields.
const outcomeColumns = `
o.id, o.incident_id, o.kind, coalesce(o.class, ''), coalesce(o.risk_level, ''), o.text, o.advice, o.helped_by,
o.follow_up_at, o.written_by, o.written_at`

func outcomeFields(o *outcome.Outcome) []any {
	return []any{&o.ID, &o.IncidentID, &o.Kind, &o.Class, &o.RiskLevel, &o.Text, &o.Advice, &o.HelpedBy,
		&o.FollowUpAt, &o.WrittenBy, &o.WrittenAt}
}

const outcomesOf = `select ` + outcomeColumns + ` from outcome o where o.incident_id = $1 order by o.written_at desc, o.id desc`

// Outcomes lists what became of an incident, newest first.
func (s *Store) Outcomes(ctx context.Context, id incident.ID) ([]outcome.Outcome, error) {
	rows, err := s.pool.Query(ctx, outcomesOf, id)
	if err != nil {
		return nil, sorted(err, "list outcomes")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o outcome.Outcome, err error) {
		return o, row.Scan(outcomeFields(&o)...)
	})
	return list, sorted(err, "list outcomes")
}

const feedbackColumns = `
f.id, i.number, coalesce(a.label, ''), i.received_at, f.at, w.role, f.read_at, ` + outcomeColumns

const feedbackFrom = `
from feedback f join outcome o on o.id = f.outcome_id join account w on w.id = o.written_by
join incident i on i.id = f.incident_id left join address a on a.id = i.address_id`

func scanFeedback(row pgx.Row) (f outcome.Feedback, err error) {
	err = row.Scan(append([]any{&f.ID, &f.Number, &f.Address, &f.ReceivedAt, &f.At, &f.From, &f.ReadAt}, outcomeFields(&f.Outcome)...)...)
	f.IncidentID = f.Outcome.IncidentID
	return f, err
}

const feedbackTo = `select ` + feedbackColumns + feedbackFrom + `
where f.account_id = $1 and f.id < $2 order by f.id desc limit $3`

// Feedback lists the inbox of an account, newest first; before is the id of the
// last one of the page before.
func (s *Store) Feedback(ctx context.Context, to access.AccountID, before string, limit int) ([]outcome.Feedback, error) {
	rows, err := s.pool.Query(ctx, feedbackTo, to, beforeOr(before), limit)
	if err != nil {
		return nil, sorted(err, "list feedback")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (outcome.Feedback, error) { return scanFeedback(row) })
	return list, sorted(err, "list feedback")
}

const (
	markFeedbackRead = `update feedback set read_at = $3 where id = $1 and account_id = $2 and read_at is null`
	feedbackByID     = `select ` + feedbackColumns + feedbackFrom + ` where f.id = $1 and f.account_id = $2`
)

// ReadFeedback keeps that an account read a feedback; the first time stays.
func (s *Store) ReadFeedback(ctx context.Context, to access.AccountID, id string, now time.Time) (f outcome.Feedback, err error) {
	b := &pgx.Batch{}
	b.Queue(markFeedbackRead, id, to, now)
	b.Queue(feedbackByID, id, to).QueryRow(func(row pgx.Row) error {
		f, err = scanFeedback(row)
		return err
	})
	return f, missing(s.pool.SendBatch(ctx, b).Close(), "feedback")
}

// followUps gathers three reasons to look at a case again. Each starts from an
// index of its own and is bounded; a case with several is shown under the one
// that says most.
const followUps = `
with due as (
    select o.incident_id id, 1 rank from outcome o join incident i on i.id = o.incident_id
    where o.follow_up_at is not null and i.district_code = $1 and i.class in ('dv', 'suspected_dv')
      and not exists (select from outcome n where n.incident_id = o.incident_id and n.written_at > o.written_at)
    order by o.follow_up_at limit 500),
disagreement as (
    select r.incident_id, 2 from on_scene_record r join incident i on i.id = r.incident_id
    where r.body ->> 'crew_class' = 'not_dv' and i.district_code = $1 and i.class in ('dv', 'suspected_dv')
      and not exists (select from outcome o where o.incident_id = r.incident_id and o.written_at > r.written_at)
    order by r.written_at desc limit 500),
untold as (
    select i.id, 3 from incident i
    where i.district_code = $1 and i.class in ('dv', 'suspected_dv') and i.state = 'closed' and i.id >= uuid_floor($2::timestamptz - interval '1 year')
      and exists (select from assignment s where s.incident_id = i.id)
      and not exists (select from outcome o where o.incident_id = i.id)
    order by i.id desc limit 500),
open as (
    select id, min(rank) rank from (select id, rank from due union all select * from disagreement union all select * from untold) x group by id)
select i.id, i.number, coalesce(a.label, ''), coalesce(a.id::text, ''), i.received_at, i.class, coalesce(i.risk_level, ''),
       last.follow_up_at, coalesce(last.follow_up_at < $2, false) overdue,
       case open.rank when 1 then 'due' when 2 then 'disagreement' else 'no_outcome' end,
       coalesce(r.body ->> 'crew_class', ''), coalesce(r.body ->> 'disagreement_reason', '')
from open join incident i on i.id = open.id left join address a on a.id = i.address_id
left join lateral (select follow_up_at from outcome o where o.incident_id = i.id order by o.written_at desc limit 1) last on true
left join on_scene_record r on r.incident_id = i.id
order by coalesce(i.risk_level = 'high', false) desc, overdue desc, last.follow_up_at nulls last, i.received_at, i.id
limit $3`

// FollowUps lists the cases of a district that wait for somebody: high risk
// first, then what is overdue.
func (s *Store) FollowUps(ctx context.Context, district string, now time.Time, limit int) ([]outcome.FollowUp, error) {
	rows, err := s.pool.Query(ctx, followUps, district, now, limit)
	if err != nil {
		return nil, sorted(err, "list follow-ups")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f outcome.FollowUp, err error) {
		return f, row.Scan(&f.IncidentID, &f.Number, &f.Address, &f.AddressID, &f.ReceivedAt, &f.Class, &f.RiskLevel,
			&f.DueAt, &f.Overdue, &f.Reason, &f.CrewClass, &f.CrewReason)
	})
	return list, sorted(err, "list follow-ups")
}
