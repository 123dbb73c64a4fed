package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/briefing"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/script"
	"doorstep/internal/unit"
)

// folder is a case as it was read, with what only this package needs of it.
type folder struct {
	control.Work
	page []byte // body of the newest briefing, as it is stored
}

// ids are the call, the incident and the assignment of a case; each may be
// missing.
type ids struct{ call, incident, assignment string }

// asker is a pool or a transaction.
type asker interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// locking is put behind a query whose row is then changed. It lets others
// refer to the row meanwhile.
const locking = ` for no key update`

const (
	caseOfCall       = `select id, coalesce(incident_id::text, '') from call where id = $1`
	caseOfIncident   = `select coalesce((select c.id::text from call c where c.incident_id = $1 order by c.opened_at, c.id limit 1), ''), id from incident where id = $1`
	caseOfAssignment = `select incident_id from assignment where id = $1`
)

// find names what belongs to a case and, with lock, locks the row
// that decisions on it wait for.
func find(ctx context.Context, db asker, key control.Key, lock bool) (found ids, err error) {
	suffix := ""
	if lock {
		suffix = locking
	}
	if key.Call != "" {
		err = db.QueryRow(ctx, caseOfCall+suffix, key.Call).Scan(&found.call, &found.incident)
		return found, missing(err, "call")
	}
	if key.Assignment != "" {
		if err := db.QueryRow(ctx, caseOfAssignment, key.Assignment).Scan(&key.Incident); err != nil {
			return found, missing(err, "assignment")
		}
		found.assignment = string(key.Assignment)
	}
	err = db.QueryRow(ctx, caseOfIncident+suffix, key.Incident).Scan(&found.call, &found.incident)
	return found, missing(err, "incident")
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
	found, err := find(ctx, s.pool, key, false)
	if err != nil {
		return control.Work{}, err
	}
	f, err := open(ctx, s.pool, found, false)
	return f.Work, sorted(err, "load a case")
}

const callByID = `
select c.id, coalesce(c.phone, ''), c.channel, coalesce(c.caller_role, ''), c.covert, c.language,
       st_x(c.location), st_y(c.location), c.address_note, c.script_code, c.script_version,
       coalesce(c.incident_id::text, ''), c.taken_by, c.opened_at, c.closed_at, c.version, c.history,
       ` + addressColumns + `
from call c left join address a on a.id = c.address_id
where c.id = $1`

const partiesOfCall = `
select p.id, y.role, p.name, coalesce(p.birth_date::text, ''), coalesce(p.national_id, ''), coalesce(p.phone, ''),
       y.relationship, y.certainty, y.reason
from party y join person p on p.id = y.person_id
where y.call_id = $1 order by y.position`

const latestAnswers = `
select distinct on (question) question, value, at from answer where call_id = $1 order by question, seq desc`

const newestBriefing = `
select r.body from briefing b join briefing_revision r on r.briefing_id = b.id
where b.incident_id = $1 order by r.revision desc limit 1`

const reportsOfAssignment = `select client_id from assignment_status where assignment_id = $1`

// open reads a case in one round trip.
func open(ctx context.Context, db asker, of ids, lock bool) (folder, error) {
	f := folder{Work: control.Work{History: premise.Empty()}}
	b := &pgx.Batch{}
	if of.call != "" {
		b.Queue(callByID, of.call).QueryRow(func(row pgx.Row) error { return scanCall(row, &f.Call, &f.History) })
		b.Queue(partiesOfCall, of.call).Query(func(rows pgx.Rows) (err error) {
			f.Call.Persons, err = pgx.CollectRows(rows, scanPerson)
			return err
		})
		b.Queue(latestAnswers, of.call).Query(func(rows pgx.Rows) error { return scanAnswers(rows, &f.Call) })
	}
	if of.incident != "" {
		// The rows that the outer joins bring are not to be locked.
		lockIncident := ""
		if lock {
			lockIncident = locking + ` of i`
		}
		b.Queue(incidentByID+lockIncident, of.incident).QueryRow(func(row pgx.Row) error {
			in, err := scanIncident(row)
			f.Incident = &in
			return err
		})
		b.Queue(newestBriefing, of.incident).Query(func(rows pgx.Rows) error { return f.scanPage(rows) })
		b.Queue(assignmentsOfIncident, of.incident).Query(func(rows pgx.Rows) (err error) {
			f.Assignments, err = pgx.CollectRows(rows, scanAssignment)
			return err
		})
	}
	if of.assignment != "" {
		b.Queue(reportsOfAssignment, of.assignment).Query(func(rows pgx.Rows) (err error) {
			f.Reported, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
	}
	return f, db.SendBatch(ctx, b).Close()
}

func (f *folder) scanPage(rows pgx.Rows) error {
	pages, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(pages) == 0 {
		return err
	}
	f.page, f.Briefing = pages[0], new(briefing.Briefing)
	if err := json.Unmarshal(f.page, f.Briefing); err != nil {
		return fmt.Errorf("read a stored briefing: %w", err)
	}
	return nil
}

func scanCall(row pgx.Row, c *call.Call, h *premise.History) error {
	var x, y *float64
	var history []byte
	var at place
	err := row.Scan(append([]any{&c.ID, &c.Phone, &c.Channel, &c.CallerRole, &c.Covert, &c.Language,
		&x, &y, &c.AddressNote, &c.ScriptCode, &c.ScriptVersion,
		&c.IncidentID, &c.TakenBy, &c.OpenedAt, &c.ClosedAt, &c.Version, &history}, at.columns()...)...)
	if err != nil {
		return err
	}
	c.Location, c.Address, c.Answers = point(x, y), at.address(), script.Answers{}
	if history == nil {
		return nil
	}
	if err := json.Unmarshal(history, h); err != nil {
		return fmt.Errorf("read a stored history: %w", err)
	}
	return nil
}

func scanPerson(row pgx.CollectableRow) (p person.Person, err error) {
	return p, row.Scan(&p.ID, &p.Role, &p.Name, &p.BirthDate, &p.NationalID, &p.Phone, &p.Relationship, &p.Certainty, &p.Reason)
}

func scanAnswers(rows pgx.Rows, c *call.Call) error {
	var question string
	var value []byte
	var at time.Time
	_, err := pgx.ForEachRow(rows, []any{&question, &value, &at}, func() error {
		given := script.Given{At: at}
		if err := json.Unmarshal(value, &given.Value); err != nil {
			return fmt.Errorf("read a stored answer: %w", err)
		}
		c.Answers[question] = given
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

const incidentByID = `
select ` + incidentColumns + `
from incident i left join address a on a.id = i.address_id
where i.id = $1`

func scanIncident(row pgx.Row) (in incident.Incident, err error) {
	var at place
	err = row.Scan(append([]any{&in.ID, &in.Number, &in.State, &in.Class, &in.Type, &in.Relationship, &in.Priority, &in.Flags,
		&in.AddressNote, &in.DistrictCode, &in.ReceivedAt, &in.DispatchedAt, &in.ArrivedAt, &in.ClosedAt,
		&in.Disposition, &in.Summary, &in.RiskLevel, &in.RaisedBy, &in.Version}, at.columns()...)...)
	in.Address = at.address()
	return in, err
}

const assignmentColumns = `
s.id, s.incident_id, s.unit_id, u.call_sign, s.status, s.assigned_at, s.en_route_at, s.on_scene_at, s.cleared_at`

const assignmentsOfIncident = `
select ` + assignmentColumns + `
from assignment s join unit u on u.id = s.unit_id
where s.incident_id = $1 order by s.assigned_at, s.id`

func scanAssignment(row pgx.CollectableRow) (s unit.Assignment, err error) {
	return s, row.Scan(assignmentFields(&s)...)
}

func assignmentFields(s *unit.Assignment) []any {
	return []any{&s.ID, &s.IncidentID, &s.UnitID, &s.CallSign, &s.Status, &s.AssignedAt, &s.EnRouteAt, &s.OnSceneAt, &s.ClearedAt}
}
