package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/briefing"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/trace"
	"doorstep/internal/unit"
)

// Change loads and locks a case, lets decide judge it, and keeps what it
// returns, all in one transaction. If decide refuses, nothing is written.
//
// It takes two round trips: all reading goes with the begin, all writing with
// the commit. Only a new address, an outcome and a topic that nothing was told on
// before cost one more.
func (s *Store) Change(ctx context.Context, key control.Key, once *control.Once, decide func(control.Work) (control.Written, error)) (kept control.Kept, err error) {
	ctx, span := trace.Start(ctx, s.Tracer, "commit")
	defer span.End()
	entered, err := s.afterEntering(ctx, func() error {
		return s.pool.AcquireFunc(ctx, func(held *pgxpool.Conn) error {
			defer rollBack(ctx, held)
			kept, err = change(ctx, held, key, once, decide)
			return err
		})
	})
	kept, err = s.repeat(ctx, once, kept, err)
	kept.Notices = append(entered, kept.Notices...)
	return kept, sorted(err, "change a case")
}

// rollBack ends a transaction that was not committed. On a broken line the
// server does it.
func rollBack(ctx context.Context, held *pgxpool.Conn) {
	if held.Conn().PgConn().TxStatus() == 'I' || held.Conn().IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = held.Exec(ctx, "rollback") // if it fails, the pool drops the connection
}

func change(ctx context.Context, db *pgxpool.Conn, key control.Key, once *control.Once, decide func(control.Work) (control.Written, error)) (control.Kept, error) {
	f, reading := newFolder(), &pgx.Batch{}
	reading.Queue("begin")
	// The answer under the lock, so that a repeat sees that of the first.
	f.readLocked(reading, key, func() { answered(reading, once, &f.repeated) })
	if err := db.SendBatch(ctx, reading).Close(); err != nil {
		return control.Kept{}, fmt.Errorf("load a case: %w", err)
	}
	if f.waits {
		return control.Kept{}, errEntriesWait
	}
	if err := f.missing(key); err != nil || f.repeated != nil {
		return control.Kept{Repeated: f.repeated}, err
	}
	f.CallSign = f.signs[key.Unit]
	out, err := f.decide(decide)
	if err != nil {
		return control.Kept{}, err
	}
	return keep(ctx, db, f, out, once, nil)
}

// decide lets decide judge a copy of the case.
func (f *folder) decide(decide func(control.Work) (control.Written, error)) (control.Written, error) {
	w, version := f.Work, int64(0)
	if f.Incident != nil {
		copied := *f.Incident
		w.Incident, version = &copied, copied.Version
	}
	out, err := decide(w)
	if err == nil && out.Incident != nil && !out.NewIncident && version != out.Incident.Version-1 {
		err = fault.Changed(version)
	}
	return out, err
}

// keep writes a decision and commits: first what its notices and their numbers
// depend on, if anything, then all the rest. A case that was ready has no open
// transaction: all that is sent together is one by itself. Of what was sent, the
// frame of the first delivery is kept already.
func keep(ctx context.Context, db *pgxpool.Conn, f *folder, out control.Written, once *control.Once, entering *entry) (control.Kept, error) {
	// Of a case that was ready the rows are locked as they are written, in the same
	// order: incident, topics, all else.
	b, records := &pgx.Batch{}, &pgx.Batch{}
	send := func() error {
		err := db.SendBatch(ctx, b).Close()
		b = &pgx.Batch{}
		return err
	}
	if f.ready && (out.NewAddress != "" || out.Outcome != nil) {
		return control.Kept{}, errNotReady
	}
	if out.NewAddress != "" {
		if err := addUnverified(ctx, db, &out); err != nil {
			return control.Kept{}, err
		}
	}
	if out.Incident != nil {
		keepIncident(b, *out.Incident, out.NewIncident)
	}
	page, err := record(records, f, out)
	if err != nil {
		return control.Kept{}, err
	}
	told, err := announce(f, out, page)
	if err != nil {
		return control.Kept{}, err
	}
	if entering != nil {
		told[0].before = true
	}
	if out.Outcome != nil {
		feedback, err := keepOutcome(ctx, db, value(out.Incident), *out.Outcome)
		if err != nil {
			return control.Kept{}, err
		}
		told = append(told, feedback...)
	}
	if told.numbers(b, f.last) {
		if f.ready {
			return control.Kept{}, errNotReady
		}
		if err := send(); err != nil {
			return control.Kept{}, fmt.Errorf("number notices: %w", err)
		}
	}
	if entering != nil && told[0].Seq != entering.sent.Delivery.Seq {
		return control.Kept{}, errNotReady
	}
	told.raise(b, f.last)
	b.QueuedQueries = append(b.QueuedQueries, records.QueuedQueries...)
	if err := deliver(b, out.Deliveries, told); err != nil {
		return control.Kept{}, err
	}
	if entering != nil {
		entering.claim(b)
		entering.keepAnswer(b)
	}
	told.keep(b)
	if err := keepAnswer(b, once, out); err != nil {
		return control.Kept{}, err
	}
	if !f.ready {
		b.Queue("commit")
	}
	if err := send(); err != nil {
		return control.Kept{}, fmt.Errorf("write a case: %w", err)
	}
	return control.Kept{Written: out, Notices: told.told()}, nil
}

// record queues everything but the incident and the notices, and returns the page
// that units are sent.
func record(b *pgx.Batch, f *folder, out control.Written) (page []byte, err error) {
	if out.Call != nil {
		out.Call.Version++
		if err := keepCall(b, *out.Call, out.History); err != nil {
			return nil, err
		}
		if id := out.Call.IncidentID; id != "" {
			b.Queue(dropParties, id)
			b.Queue(addParties, id)
		}
	}
	if out.Answer != nil {
		if err := keepAnswerGiven(b, f.Call.ID, *out.Answer); err != nil {
			return nil, err
		}
	}
	if o := out.Overruled; o != nil {
		b.Queue(insertOverrule, f.Call.ID, o.Flag, o.Reason, o.By, o.At)
	}
	if page, err = keepBriefing(b, f, out); err != nil {
		return nil, err
	}
	if out.Assignment != nil {
		keepAssignment(b, *out.Assignment, out.Use)
	}
	if out.Reported != nil {
		keepReport(b, *out.Assignment, *out.Reported)
	}
	if out.Use != nil {
		keepUse(b, *out.Use, "incident:"+out.Use.Incident)
	}
	if out.Record != nil {
		return nil, errors.New("an on-scene record is kept by KeepRecord")
	}
	return page, nil
}

const insertOverrule = `
insert into flag_overrule (call_id, seq, flag, reason, lifted, by, at)
values ($1, (select coalesce(max(seq), 0) + 1 from flag_overrule where call_id = $1), $2, $3, $3 = '', $4, $5)`

// frames makes what a decision tells units.
func frames(f *folder, out control.Written, page []byte) (told news, err error) {
	sent := f.Assignments
	if out.Assignment != nil {
		sent = append([]unit.Assignment{*out.Assignment}, sent...)
	}
	for _, d := range out.Deliveries {
		head, err := headOf(d, sent)
		if err != nil {
			return nil, err
		}
		body, err := joined(head, page)
		if err != nil {
			return nil, err
		}
		told = append(told, item{
			Notice: control.Notice{Topic: d.Topic, Type: "briefing", At: d.SentAt, Body: body},
			head:   head, briefing: d.BriefingID, revision: d.Revision,
		})
	}
	return told, nil
}

// announce makes the notices of a decision, frames to units first.
func announce(f *folder, out control.Written, page []byte) (told news, err error) {
	if told, err = frames(f, out, page); err != nil {
		return nil, err
	}
	at := moment()
	for _, draft := range out.Notices {
		if err := told.add(draft.Topic, draft.Type, at, draft.Body); err != nil {
			return nil, err
		}
	}
	for _, d := range out.Deliveries {
		// The body follows when the number of the frame is known.
		told = append(told, item{Notice: control.Notice{Topic: "incident:" + d.IncidentID, Type: "delivery", At: d.SentAt}})
	}
	return told, nil
}

// headOf is what a unit's frame says before the page: its own assignment.
func headOf(d briefing.Delivery, sent []unit.Assignment) (json.RawMessage, error) {
	for _, s := range sent {
		if string(s.UnitID) == d.UnitID && s.Active() { // it may have been here before
			return json.Marshal(struct {
				Assignment unit.Assignment `json:"assignment"`
			}{s})
		}
	}
	return nil, fmt.Errorf("a delivery to unit %s, which is not assigned", d.UnitID)
}

// joined makes one object of two, each with at least one member. The page is
// encoded once, however many units are sent.
func joined(head, page []byte) (json.RawMessage, error) {
	const least = len(`{"":0}`)
	if len(head) < least || len(page) < least || head[len(head)-1] != '}' || page[0] != '{' {
		return nil, errors.New("there is no briefing to send")
	}
	body := make([]byte, 0, len(head)+len(page))
	body = append(body, head[:len(head)-1]...)
	body = append(body, ',')
	return append(body, page[1:]...), nil
}

const upsertDelivery = `
insert into delivery (briefing_id, revision, unit_id, incident_id, topic, seq, sent_at, due_at)
values ($1, $2, $3, $4, $5, $6, $7, $7::timestamptz + (` + deliveredWithin + `))
on conflict (briefing_id, revision, unit_id) do update
set topic = excluded.topic, seq = excluded.seq, sent_at = excluded.sent_at, due_at = excluded.due_at,
    delivered_at = null, displayed_at = null, read_at = null, read_by = null, radio_at = null, radio_by = null`

// deliver queues the deliveries with the numbers that their frames got, and
// writes the bodies of the notices about them.
func deliver(b *pgx.Batch, deliveries []briefing.Delivery, told news) error {
	frames, about := told, 0
	for i := range deliveries {
		d := &deliveries[i]
		d.Seq = frames[i].Seq
		for told[about].Type != "delivery" || told[about].Body != nil {
			about++
		}
		raw, err := json.Marshal(d)
		if err != nil {
			return fmt.Errorf("encode a delivery: %w", err)
		}
		told[about].Body = raw
		b.Queue(upsertDelivery, d.BriefingID, d.Revision, d.UnitID, d.IncidentID, d.Topic, d.Seq, d.SentAt)
	}
	return nil
}

const insertIncident = `
insert into incident (id, number, state, class, type, relationship, priority, flags, address_id, district_code,
    received_at, dispatched_at, arrived_at, closed_at, disposition, summary, risk_level, raised_by, version)
values ($1, $2, $3, $4, $5, $6, nullif($7::int, 0), $8, nullif($9, '')::uuid, nullif($10, ''),
    $11, $12, $13, $14, $15, $16, nullif($17, ''), $18, $19)`

// updateIncident fails when the version is not the one before: the row was
// locked, or read without a lock and must not have changed since.
const updateIncident = `
update incident set state = $2, class = $3, type = $4, relationship = $5, priority = nullif($6::int, 0), flags = $7,
    address_id = nullif($8, '')::uuid, district_code = nullif($9, ''), dispatched_at = $10, arrived_at = $11,
    closed_at = $12, disposition = $13, summary = $14, risk_level = nullif($15, ''), version = $16
where id = $1 and case when version = $16 - 1 then true else changed_since() end`

func keepIncident(b *pgx.Batch, in incident.Incident, fresh bool) {
	flags := in.Flags
	if flags == nil {
		flags = []string{}
	}
	address := string(value(in.Address).ID)
	if fresh {
		b.Queue(insertIncident, in.ID, in.Number, in.State, in.Class, in.Type, in.Relationship, in.Priority, flags, address, in.DistrictCode,
			in.ReceivedAt, in.DispatchedAt, in.ArrivedAt, in.ClosedAt, in.Disposition, in.Summary, in.RiskLevel, in.RaisedBy, in.Version)
		return
	}
	b.Queue(updateIncident, in.ID, in.State, in.Class, in.Type, in.Relationship, in.Priority, flags, address, in.DistrictCode,
		in.DispatchedAt, in.ArrivedAt, in.ClosedAt, in.Disposition, in.Summary, in.RiskLevel, in.Version)
}

const updateCall = `
update call set phone = nullif($2, ''), channel = $3, caller_role = nullif($4, ''), covert = $5, language = $6,
    location = st_setsrid(st_makepoint($7, $8), 4326), address_id = nullif($9, '')::uuid, address_note = $10,
    history = coalesce($11, history), incident_id = nullif($12, '')::uuid, closed_at = $13, version = $14,
    location_radius = nullif($15::float8, 0)
where id = $1`

const (
	deleteParties = `delete from party where call_id = $1`
	insertParty   = `
insert into party (call_id, role, position, person_id, relationship, certainty, reason, said, taught)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
)

// dropParties and addParties keep the parts in an incident in step with its calls.
const (
	dropParties = `
delete from incident_person ip where ip.incident_id = $1 and not exists (
    select from party y join call c on c.id = y.call_id
    where c.incident_id = $1 and y.person_id = ip.person_id and y.role = ip.role)`
	addParties = `
insert into incident_person (person_id, incident_id, role)
select distinct y.person_id, $1::uuid, y.role from party y join call c on c.id = y.call_id where c.incident_id = $1
on conflict do nothing`
)

func keepCall(b *pgx.Batch, c call.Call, history *premise.History) error {
	var past []byte
	if history != nil {
		var err error
		if past, err = json.Marshal(history); err != nil {
			return fmt.Errorf("encode a history: %w", err)
		}
	}
	x, y := lonLat(c.Location)
	b.Queue(updateCall, c.ID, c.Phone, c.Channel, c.CallerRole, c.Covert, c.Language, x, y,
		value(c.Address).ID, c.AddressNote, past, c.IncidentID, c.ClosedAt, c.Version, c.Radius)
	b.Queue(deleteParties, c.ID)
	keepParties(b, c.ID, c.Persons)
	return nil
}

// keepParties writes the parts in the order in which they were given.
func keepParties(b *pgx.Batch, of call.ID, persons []person.Person) {
	for i, p := range persons {
		b.Queue(insertParty, of, p.Role, i, p.ID, p.Relationship, p.Certainty, p.Reason, p.Said, p.Taught)
	}
}

const insertAnswerGiven = `
insert into answer (call_id, seq, question, value, by, at)
values ($1, (select coalesce(max(seq), 0) + 1 from answer where call_id = $1), $2, $3, $4, $5)`

func keepAnswerGiven(b *pgx.Batch, of call.ID, a control.AnswerGiven) error {
	raw, err := json.Marshal(a.Value)
	if err != nil {
		return fmt.Errorf("encode an answer: %w", err)
	}
	b.Queue(insertAnswerGiven, of, a.Question, raw, a.By, a.At)
	return nil
}

const (
	insertBriefing = `insert into briefing (id, incident_id, created_at) values ($1, $2, $3)`
	insertRevision = `insert into briefing_revision (briefing_id, revision, body, created_at) values ($1, $2, $3, $4)`
)

// keepBriefing writes a new revision and returns it encoded; without one, the
// newest revision as it is stored.
func keepBriefing(b *pgx.Batch, f *folder, out control.Written) ([]byte, error) {
	if out.Briefing == nil {
		return f.page, nil
	}
	r := out.Briefing
	page, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode a briefing: %w", err)
	}
	if out.NewIncident {
		b.Queue(insertBriefing, r.ID, out.Incident.ID, r.At)
	}
	b.Queue(insertRevision, r.ID, r.Revision, page, r.At)
	return page, nil
}

// districtAt is the district that a point lies in.
const districtAt = `
select coalesce((select d.code from district d where st_covers(d.area, st_setsrid(st_makepoint($1, $2), 4326)) order by d.extent, d.code limit 1), '')`

const insertUnverified = `
insert into address (id, kind, label, key, locality, point, district_code, source, added_at)
values ($1, 'unverified', $2, 'unverified:' || ($1::uuid)::text, '', st_setsrid(st_makepoint($3, $4), 4326), nullif($5, ''), 'caller', $6)`

// addUnverified keeps an address that no gazetteer entry matches, where the
// caller is if that is known.
func addUnverified(ctx context.Context, db *pgxpool.Conn, out *control.Written) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	at := premise.Address{ID: premise.ID(id.String()), Kind: premise.Unverified, Label: out.NewAddress, Point: out.Call.Location}
	x, y := lonLat(at.Point)
	if err := db.QueryRow(ctx, districtAt, x, y).Scan(&at.District); err != nil {
		return fmt.Errorf("find the district: %w", err)
	}
	if _, err := db.Exec(ctx, insertUnverified, at.ID, at.Label, x, y, at.District, moment()); err != nil {
		return fmt.Errorf("add an address: %w", err)
	}
	out.Call.Address = &at
	if out.Incident != nil {
		out.Incident.Address, out.Incident.DistrictCode = &at, at.District
	}
	return nil
}

const insertCall = `
insert into call (id, phone, channel, caller_role, covert, language, location, address_id, address_note,
    script_code, script_version, taken_by, opened_at, version, location_radius)
values ($1, nullif($2, ''), $3, nullif($4, ''), $5, $6, st_setsrid(st_makepoint($7, $8), 4326), nullif($9, '')::uuid, $10,
    $11, $12, $13, $14, $15, nullif($16::float8, 0))`

// OpenCall keeps a new call.
func (s *Store) OpenCall(ctx context.Context, c call.Call, once *control.Once) (kept control.Kept, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		before := &pgx.Batch{}
		answered(before, once, &kept.Repeated)
		if err := tx.SendBatch(ctx, before).Close(); err != nil || kept.Repeated != nil {
			return err
		}
		x, y := lonLat(c.Location)
		b := &pgx.Batch{}
		b.Queue(insertCall, c.ID, c.Phone, c.Channel, c.CallerRole, c.Covert, c.Language, x, y, value(c.Address).ID, c.AddressNote,
			c.ScriptCode, c.ScriptVersion, c.TakenBy, c.OpenedAt, c.Version, c.Radius)
		keepParties(b, c.ID, c.Persons)
		kept.Written = control.Written{Call: &c}
		if err := keepAnswer(b, once, kept.Written); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
	kept, err = s.repeat(ctx, once, kept, err)
	return kept, sorted(err, "open a call")
}
