package postgres

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/demo"
	"doorstep/internal/fault"
	"doorstep/internal/person"
	"doorstep/internal/premise"
)

const (
	// demoLock keeps two loads from running side by side.
	demoLock = 20081

	standing = `
select count(*) filter (where id = any($1)), count(*) filter (where id <> all($1)),
    exists (select 1 from incident)
from account`

	manOneShift = `
with made as (
    insert into shift (id, unit_id, starts, ends)
    select gen_random_uuid(), $1, $2::timestamptz - interval '1 hour', $2::timestamptz + interval '7 days'
    where not exists (select 1 from shift where unit_id = $1 and starts <= $2 and ends > $2)
    returning id
)
insert into crew (shift_id, account_id)
select made.id, a from made, unnest($3::uuid[]) a`

	// A unit that moved itself a moment ago knows better where it is.
	showUnit = `
update unit set point_at = $2
where id = $1 and (point_at is null or point_at < $2::timestamptz - interval '5 minutes')`
)

// LoadDemo puts the demo world into an empty database and reports whether it
// did. Where the world is there already, only its shifts and the positions of
// its units are brought to the present. It refuses a database that holds
// anything else: the password of the demo is public, and must never open a
// real centre.
func (s *Store) LoadDemo(ctx context.Context, w demo.World, passwordHash string) (loaded bool, err error) {
	err = s.within(ctx, "load the demo", func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", demoLock); err != nil {
			return err
		}
		present, err := demoPresent(ctx, tx, w)
		if err != nil {
			return err
		}
		var b pgx.Batch
		if !present {
			loaded = true
			queueDemo(&b, w, passwordHash)
		}
		queueStaff(&b, w, passwordHash) // those that an older demo did not have
		for _, u := range w.Units {
			b.Queue(manOneShift, u.ID, w.At, u.Crew)
			b.Queue(showUnit, u.ID, w.At)
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	return loaded && err == nil, err
}

func demoPresent(ctx context.Context, tx pgx.Tx, w demo.World) (bool, error) {
	known := make([]string, len(w.Accounts))
	for i, a := range w.Accounts {
		known[i] = a.ID
	}
	var migrated, history bool
	if err := tx.QueryRow(ctx, `select to_regclass('import_progress') is not null`).Scan(&migrated); err != nil {
		return false, err
	}
	if !migrated {
		return false, fault.New(fault.Conflict, "this database has no schema yet; run doorstep migrate first")
	}
	var ours, others int
	if err := tx.QueryRow(ctx, standing, known).Scan(&ours, &others, &history); err != nil {
		return false, err
	}
	if others > 0 {
		return false, fault.New(fault.Conflict, "this database has %d accounts that are not the demo's; the demo's password is public, so the demo goes only into a database of its own", others)
	}
	if ours == 0 && history {
		return false, fault.New(fault.Conflict, "this database has incidents that are not the demo's; the demo goes only into an empty database")
	}
	return ours > 0, nil
}

func queueDemo(b *pgx.Batch, w demo.World, passwordHash string) {
	queueTown(b, w)
	queueStaff(b, w, passwordHash)
	queuePeople(b, w)
	queueIncidents(b, w)
	queueCalls(b, w)
	queueAfterwards(b, w)
}

func queueTown(b *pgx.Batch, w demo.World) {
	for _, d := range w.Districts {
		b.Queue(`insert into district (code, name, area) values ($1, $2, st_multi(st_geomfromtext($3, 4326))) on conflict do nothing`,
			d.Code, d.Name, polygon(d.Area))
	}
	for _, st := range w.Streets {
		b.Queue(`insert into street (locality, name, folded) values ($1, $2, $3) on conflict do nothing`, demo.Town, st.Name, st.Folded)
	}
	for _, a := range w.Addresses {
		b.Queue(`
insert into address (id, kind, label, key, locality, street_id, house, unit, building_id, point, district_code, source, source_ref, added_at)
select $1, $2, $3, $4, $5, s.id, $7, $8, $9, st_setsrid(st_makepoint($10, $11), 4326), $12, 'demo', $4, $13
from street s where s.locality = $5 and s.folded = $6
on conflict do nothing`,
			a.Address.ID, a.Parsed.Kind, a.Address.Label, a.Key, a.Address.Locality, a.Folded, a.House, a.Parsed.Unit,
			unlessEmpty(string(a.Building)), a.Point[0], a.Point[1], a.District, w.At)
	}
	b.Queue(`update street s set point = (select a.point from address a where a.street_id = s.id limit 1) where locality = $1`, demo.Town)
}

func queueStaff(b *pgx.Batch, w demo.World, passwordHash string) {
	for _, a := range w.Accounts {
		b.Queue(`
insert into account (id, username, display_name, role, password_hash, language, district_code, sex, dv_trained)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
			a.ID, a.Username, a.Name, a.Role, passwordHash, a.Language, unlessEmpty(a.District), a.Sex, a.DVTrained)
	}
	for _, u := range w.Units {
		b.Queue(`
insert into unit (id, call_sign, district_code, point, point_at)
values ($1, $2, $3, st_setsrid(st_makepoint($4, $5), 4326), $6) on conflict do nothing`,
			u.ID, u.CallSign, u.District, u.Point[0], u.Point[1], w.At)
	}
}

func queuePeople(b *pgx.Batch, w demo.World) {
	for _, p := range w.Persons {
		b.Queue(`
insert into person (id, name, folded, birth_date, phone, added_at) values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
			p.ID, p.Name, person.NameKey(p.Name), p.Born, unlessEmpty(p.Phone), w.At)
	}
	for _, l := range w.Links {
		b.Queue(`insert into person_link (person_id, other_id, certainty, reason, at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
			l.PersonID, l.OtherID, l.Certainty, l.Reason, w.At)
	}
	for _, c := range w.Cautions {
		b.Queue(`
insert into caution (id, address_id, person_id, kind, note, source, since, review_by)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
			c.ID, unlessEmpty(c.AddressID), unlessEmpty(c.PersonID), c.Kind, c.Note, c.Source, c.Since, c.ReviewBy)
	}
}

func queueIncidents(b *pgx.Batch, w demo.World) {
	for _, in := range w.Incidents {
		b.Queue(`
insert into incident (id, number, source, state, class, type, relationship, priority, flags, address_id, district_code,
    received_at, dispatched_at, arrived_at, closed_at, disposition, summary, risk_level, raised_by)
values ($1, $2, 'demo', 'closed', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) on conflict do nothing`,
			in.ID, in.Number, in.Class, in.Type, in.Relationship, in.Priority, in.Flags, in.AddressID, in.District,
			in.Received, in.Dispatched, in.Arrived, in.Closed, in.Disposition, in.Summary, unlessEmpty(in.RiskLevel), in.RaisedBy)
		for _, p := range in.Parties {
			b.Queue(`insert into incident_person (person_id, incident_id, role) values ($1, $2, $3) on conflict do nothing`, p.PersonID, in.ID, p.Role)
		}
	}
}

// queueCalls keeps each call with the first version of the script: those that
// came later bind nobody who called before.
func queueCalls(b *pgx.Batch, w demo.World) {
	for _, c := range w.Calls {
		in := c.Incident
		b.Queue(`
insert into call (id, phone, channel, caller_role, language, address_id, script_code, script_version, incident_id, taken_by, opened_at, closed_at)
values ($1, $2, 'voice', $3, $4, $5, 'dv', 1, $6, $7, $8, $9) on conflict do nothing`,
			c.ID, c.Phone, c.CallerRole, c.Language, in.AddressID, in.ID, in.RaisedBy, in.Received, in.Dispatched)
		for i, p := range in.Parties {
			b.Queue(`
insert into party (call_id, role, position, person_id, certainty, reason)
values ($1, $2, $3, $4, 'likely', 'name_and_birth_date') on conflict do nothing`,
				c.ID, p.Role, i, p.PersonID)
		}
	}
}

func queueAfterwards(b *pgx.Batch, w demo.World) {
	for _, a := range w.Assignments {
		in := a.Incident
		b.Queue(`
insert into assignment (id, incident_id, unit_id, status, assigned_by, assigned_at, en_route_at, on_scene_at, cleared_at)
values ($1, $2, $3, 'cleared', $4, $5, $6, $7, $8) on conflict do nothing`,
			a.ID, in.ID, a.UnitID, in.RaisedBy, in.Dispatched, in.Dispatched.Add(time.Minute), in.Arrived, in.Closed)
	}
	for _, sheet := range w.Sheets {
		body, _ := json.Marshal(sheet.Record) // strings and booleans only
		for _, into := range []string{"on_scene_record", "on_scene_record_version"} {
			b.Queue(`insert into `+into+` (incident_id, version, body, written_by, written_at) values ($1, 1, $2, $3, $4) on conflict do nothing`,
				sheet.IncidentID, body, sheet.By, sheet.At)
		}
	}
	for _, o := range w.Outcomes {
		b.Queue(`
insert into outcome (id, incident_id, kind, class, risk_level, text, advice, helped_by, follow_up_at, written_by, written_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
			o.ID, o.IncidentID, o.Kind, unlessEmpty(o.Class), unlessEmpty(o.RiskLevel), o.Text, o.Advice, o.HelpedBy, o.FollowUpAt, o.WrittenBy, o.WrittenAt)
	}
	for _, f := range w.Feedback {
		b.Queue(`insert into feedback (id, outcome_id, incident_id, account_id, at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
			f.ID, f.OutcomeID, f.IncidentID, f.AccountID, f.At)
	}
}

// polygon writes a ring as well-known text.
func polygon(ring []premise.Point) string {
	var corners []string
	for _, p := range ring {
		corners = append(corners, strconv.FormatFloat(p[0], 'f', -1, 64)+" "+strconv.FormatFloat(p[1], 'f', -1, 64))
	}
	return "POLYGON((" + strings.Join(corners, ", ") + "))"
}

// unlessEmpty is nothing where the demo has no value.
func unlessEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}
