package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
	"doorstep/internal/unit"
)

// folder is a case as it was read, with what only this package needs of it.
type folder struct {
	control.Work
	ready    bool                 // was read ahead, without a lock
	waits    bool                 // something that was sent is not entered yet
	found    bool                 // the row that decisions wait for exists
	page     []byte               // body of the newest briefing, as it is stored
	hash     string               // of the page, when other servers were told it
	repeated []byte               // the answer given to the same request before
	answered map[answeredKey]bool // requests to send a unit here that have their answer
	last     map[string]int64     // last number of each topic that is locked
	signs    map[unit.ID]string
}

// asker is a pool, a connection or a transaction.
type asker interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// locking is put behind a query whose row is then changed. It lets others
// refer to the row meanwhile.
const locking = ` for no key update`

// caseQueries read a case by one kind of key, $1. Each finds what belongs to
// the key by itself, so that all go in one round trip.
type caseQueries struct {
	what                   string // is missing when root has no row
	root                   string // the row that decisions on the case wait for; $2 is the unit that is sent
	topics                 string // that a decision may tell something on; $2 as above
	waits                  string // whether something that was sent is not entered yet; $2 as above
	incident, assignments  string
	call, parties, answers string
	overrules              string
}

var (
	byCall       = queriesBy("call", `$1::uuid`, `(select incident_id from call where id = $1::uuid)`, `call where id = $1::uuid`)
	byIncident   = queriesBy("incident", firstCallOf(`$1::uuid`), `$1::uuid`, `incident where id = $1::uuid`)
	byAssignment = queriesBy("assignment", firstCallOf(assignedTo), assignedTo, `incident where id = `+assignedTo)
)

const assignedTo = `(select incident_id from assignment where id = $1::uuid)`

func firstCallOf(incident string) string {
	return `(select c.id from call c where c.incident_id = ` + incident + ` order by c.opened_at, c.id limit 1)`
}

// queriesBy makes the queries from what the key says of the call and the
// incident, in SQL.
func queriesBy(what, call, incident, root string) caseQueries {
	topics := `
    select 'incident:' || ` + incident + `
    union all select 'unit:' || unit_id from assignment where incident_id = ` + incident + ` and status not in ('cleared', 'cancelled')
    union all select 'unit:' || unnest($2::uuid[])`
	return caseQueries{
		what:   what,
		root:   `select true from ` + root,
		topics: topics,
		waits: `
select exists (select from notice where entry is not null and (topic = any(array(` + topics + `))
    or entry #>> '{Assignment,incident_id}' = ` + incident + `::text or entry #>> '{Assignment,id}' = $1::uuid::text))`,
		incident:    incidentAndPage + ` where i.id = ` + incident,
		assignments: assignmentFrom + ` where s.incident_id = ` + incident + ` order by s.assigned_at, s.id`,
		call:        callFrom + ` where c.id = ` + call,
		parties:     partyFrom + ` where y.call_id = ` + call + ` order by y.position`,
		answers:     answerFrom + ` where call_id = ` + call + ` order by question, seq desc`,
		overrules:   overruleFrom + ` where o.call_id = ` + call + ` order by o.flag, o.seq desc`,
	}
}

// queriesFor picks the queries and their $1.
func queriesFor(key control.Key) (caseQueries, string) {
	switch {
	case key.Call != "":
		return byCall, string(key.Call)
	case key.Assignment != "":
		return byAssignment, string(key.Assignment)
	default:
		return byIncident, string(key.Incident)
	}
}

// missing names the record that was not found.
func missing(err error, what string) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "no such %s", what)
	}
	return sorted(err, "find the "+what)
}

// Work loads a case without locking it.
func (s *Store) Work(ctx context.Context, key control.Key) (control.Work, error) {
	f, b := newFolder(), &pgx.Batch{}
	f.read(b, key, nil, "")
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return control.Work{}, sorted(err, "load a case")
	}
	return f.Work, f.missing(key)
}

func newFolder() *folder {
	return &folder{Work: control.Work{History: premise.Empty()}, last: map[string]int64{}, signs: map[unit.ID]string{}, answered: map[answeredKey]bool{}}
}

// missing refuses a key that names nothing.
func (f *folder) missing(key control.Key) error {
	if f.found {
		return nil
	}
	q, _ := queriesFor(key)
	return fault.New(fault.NotFound, "no such %s", q.what)
}

const callFrom = `
select c.id, coalesce(c.phone, ''), c.channel, coalesce(c.caller_role, ''), c.covert, c.language,
       st_x(c.location), st_y(c.location), coalesce(c.location_radius, 0), c.address_note, c.script_code, c.script_version,
       coalesce(c.incident_id::text, ''), c.taken_by, c.opened_at, c.closed_at, c.version, c.history,
       ` + addressColumns + `
from call c left join address a on a.id = c.address_id`

const partyFrom = `
select p.id, y.role, p.name, coalesce(p.birth_date::text, ''), coalesce(p.national_id, ''), coalesce(p.phone, ''),
       y.relationship, y.certainty, y.reason, y.said, y.taught, coalesce((
           select json_agg(json_build_object('id', o.id, 'name', o.name, 'birth_date', coalesce(o.birth_date::text, ''),
                      'certainty', l.certainty, 'reason', l.reason) order by l.certainty, o.id desc)
           from (select other_id id, certainty, reason from person_link where person_id = p.id
                 union all select person_id, certainty, reason from person_link where other_id = p.id) l
           join person o on o.id = l.id), '[]')
from party y join person p on p.id = y.person_id`

const answerFrom = `
select distinct on (question) question, value, at from answer`

const overruleFrom = `
select distinct on (o.flag) o.flag, a.display_name, o.at, o.reason from flag_overrule o join account a on a.id = o.by`

const reportsOfAssignment = `select client_id from assignment_status where assignment_id = $1`

const callSigns = `select id, call_sign from unit where id = any($1::uuid[])`

// read queues the reading of a case with the units that may be sent; lock is
// put behind the queries of the rows that are then changed.
func (f *folder) read(b *pgx.Batch, key control.Key, units []unit.ID, lock string) {
	q, id := queriesFor(key)
	b.Queue(q.root+lock, id).Query(func(rows pgx.Rows) error {
		var found bool
		_, err := pgx.ForEachRow(rows, []any{&found}, func() error {
			f.found = true
			return nil
		})
		return err
	})
	if lock != "" {
		lock += ` of i` // not the rows that the outer joins bring
	}
	b.Queue(q.incident+lock, id).Query(f.scanIncident)
	b.Queue(q.assignments, id).Query(func(rows pgx.Rows) (err error) {
		f.Assignments, err = pgx.CollectRows(rows, scanAssignment)
		return err
	})
	if len(units) > 0 {
		var id unit.ID
		var sign string
		b.Queue(callSigns, units).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&id, &sign}, func() error {
				f.signs[id] = sign
				return nil
			})
			return err
		})
		return // what the caller said is not needed to send a unit
	}
	b.Queue(q.call, id).Query(f.scanCall)
	b.Queue(q.parties, id).Query(func(rows pgx.Rows) (err error) {
		f.Call.Persons, err = pgx.CollectRows(rows, scanPerson)
		return err
	})
	b.Queue(q.answers, id).Query(f.scanAnswers)
	b.Queue(q.overrules, id).Query(f.scanOverrules)
	if key.Assignment != "" {
		b.Queue(reportsOfAssignment, id).Query(func(rows pgx.Rows) (err error) {
			f.Reported, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
	}
}

// readLocked queues the reading of a case under its locks; also is queued between
// those of its rows and those of its topics.
func (f *folder) readLocked(b *pgx.Batch, key control.Key, also func()) {
	var units []unit.ID
	if key.Unit != "" {
		units = []unit.ID{key.Unit}
	}
	f.read(b, key, units, locking)
	also()
	f.readTopics(b, key, units, ` for update`)
	q, id := queriesFor(key)
	b.Queue(q.waits, id, units).QueryRow(func(row pgx.Row) error { return row.Scan(&f.waits) })
}

// readTopics queues the reading of the last numbers of the topics that a
// decision on the case may tell something on. Locked in the order of their
// names, so that no two writers wait for each other.
func (f *folder) readTopics(b *pgx.Batch, key control.Key, units []unit.ID, lock string) {
	q, id := queriesFor(key)
	b.Queue(`select name, last_seq from topic where name = any(array(`+q.topics+`)) order by name`+lock, id, units).Query(func(rows pgx.Rows) error {
		var name string
		var last int64
		_, err := pgx.ForEachRow(rows, []any{&name, &last}, func() error {
			f.last[name] = last
			return nil
		})
		return err
	})
}

func (f *folder) scanIncident(rows pgx.Rows) error {
	for rows.Next() {
		in, err := scanIncident(rows, &f.page)
		if err != nil {
			return err
		}
		f.Incident = &in
	}
	if err := rows.Err(); err != nil || f.page == nil {
		return err
	}
	f.Briefing = new(briefing.Briefing)
	if err := json.Unmarshal(f.page, f.Briefing); err != nil {
		return fmt.Errorf("read a stored briefing: %w", err)
	}
	return nil
}

func (f *folder) scanCall(rows pgx.Rows) error {
	c := &f.Call
	var x, y *float64
	var history []byte
	var at place
	fields := append([]any{&c.ID, &c.Phone, &c.Channel, &c.CallerRole, &c.Covert, &c.Language,
		&x, &y, &c.Radius, &c.AddressNote, &c.ScriptCode, &c.ScriptVersion,
		&c.IncidentID, &c.TakenBy, &c.OpenedAt, &c.ClosedAt, &c.Version, &history}, at.columns()...)
	_, err := pgx.ForEachRow(rows, fields, func() error {
		c.Location, c.Address, c.Answers = point(x, y), at.address(), script.Answers{}
		if history == nil {
			return nil
		}
		f.History = premise.Empty() // what was stored before a part was added has none of it
		if err := json.Unmarshal(history, &f.History); err != nil {
			return fmt.Errorf("read a stored history: %w", err)
		}
		return nil
	})
	return err
}

func scanPerson(row pgx.CollectableRow) (p person.Person, err error) {
	err = row.Scan(&p.ID, &p.Role, &p.Name, &p.BirthDate, &p.NationalID, &p.Phone, &p.Relationship, &p.Certainty, &p.Reason, &p.Said, &p.Taught, &p.MayBe)
	if p.Said == (person.Said{}) {
		p.Said = p.Says() // a call of an earlier version
	}
	return p, err
}

func (f *folder) scanAnswers(rows pgx.Rows) error {
	var question string
	var value []byte
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&question, &value, &at}, func() error {
		given := script.Given{At: at}
		if err := json.Unmarshal(value, &given.Value); err != nil {
			return fmt.Errorf("read a stored answer: %w", err)
		}
		f.Call.Answers[question] = given
		return nil
	})
	return err
}

func (f *folder) scanOverrules(rows pgx.Rows) error {
	var o risk.Overrule
	_, err := pgx.ForEachRow(rows, []any{&o.Flag, &o.By, &o.At, &o.Reason}, func() error {
		if o.Reason != "" {
			f.Overrules = append(f.Overrules, o)
		}
		return nil
	})
	return err
}

// addressColumns are read by place.
const addressColumns = `a.id::text, a.kind, a.label, a.locality, st_x(a.point), st_y(a.point), a.district_code`

// place is an address that an outer join may have left empty.
type place struct {
	id, kind, label, locality, district *string
	x, y                                *float64
}

func (p *place) columns() []any {
	return []any{&p.id, &p.kind, &p.label, &p.locality, &p.x, &p.y, &p.district}
}

func (p *place) address() *premise.Address {
	if p.id == nil {
		return nil
	}
	return &premise.Address{
		ID: premise.ID(*p.id), Kind: *p.kind, Label: *p.label, Locality: *p.locality,
		Point: point(p.x, p.y), District: value(p.district),
	}
}

func point(x, y *float64) *premise.Point {
	if x == nil || y == nil {
		return nil
	}
	return &premise.Point{*x, *y}
}

// lonLat are the parameters of a point; nil makes no point.
func lonLat(p *premise.Point) (x, y *float64) {
	if p == nil {
		return nil, nil
	}
	return &p[0], &p[1]
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

const addressByID = `select ` + addressColumns + ` from address a where a.id = $1`

// Address reads one entry of the gazetteer.
func (s *Store) Address(ctx context.Context, id premise.ID) (premise.Address, error) {
	var at place
	if err := s.pool.QueryRow(ctx, addressByID, id).Scan(at.columns()...); err != nil {
		return premise.Address{}, missing(err, "address")
	}
	return *at.address(), nil
}

// incidentColumns are read by scanIncident. The note is that of the first call.
const incidentColumns = `
i.id, i.number, i.state, i.class, i.type, i.relationship, coalesce(i.priority, 0), i.flags,
coalesce((select c.address_note from call c where c.incident_id = i.id order by c.opened_at, c.id limit 1), ''),
coalesce(i.district_code, ''), i.received_at, i.dispatched_at, i.arrived_at, i.closed_at,
i.disposition, i.summary, coalesce(i.risk_level, ''), coalesce(i.raised_by::text, ''), i.version, ` + addressColumns

const incidentFrom = `
select ` + incidentColumns + `
from incident i left join address a on a.id = i.address_id`

const incidentAndPage = `
select ` + incidentColumns + `, (
    select r.body from briefing b join briefing_revision r on r.briefing_id = b.id
    where b.incident_id = i.id order by r.revision desc limit 1)
from incident i left join address a on a.id = i.address_id`

const incidentByID = incidentFrom + ` where i.id = $1`

// scanIncident reads an incident and the columns behind it.
func scanIncident(row pgx.Row, more ...any) (in incident.Incident, err error) {
	var at place
	err = row.Scan(append([]any{&in.ID, &in.Number, &in.State, &in.Class, &in.Type, &in.Relationship, &in.Priority, &in.Flags,
		&in.AddressNote, &in.DistrictCode, &in.ReceivedAt, &in.DispatchedAt, &in.ArrivedAt, &in.ClosedAt,
		&in.Disposition, &in.Summary, &in.RiskLevel, &in.RaisedBy, &in.Version}, append(at.columns(), more...)...)...)
	in.Address = at.address()
	return in, err
}

const assignmentColumns = `
s.id, s.incident_id, s.unit_id, u.call_sign, s.status, s.assigned_at, s.en_route_at, s.on_scene_at, s.cleared_at`

const assignmentFrom = `
select ` + assignmentColumns + `
from assignment s join unit u on u.id = s.unit_id`

const assignmentsOfIncident = assignmentFrom + ` where s.incident_id = $1 order by s.assigned_at, s.id`

func scanAssignment(row pgx.CollectableRow) (s unit.Assignment, err error) {
	return s, row.Scan(assignmentFields(&s)...)
}

func assignmentFields(s *unit.Assignment) []any {
	return []any{&s.ID, &s.IncidentID, &s.UnitID, &s.CallSign, &s.Status, &s.AssignedAt, &s.EnRouteAt, &s.OnSceneAt, &s.ClearedAt}
}
