package postgres_test

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
	"doorstep/internal/unit"
)

// world is a small town with a control room on a real database.
type world struct {
	t        *testing.T
	pool     *pgxpool.Pool
	store    *postgres.Store
	room     *control.Room
	now      time.Time
	taker    access.Actor
	officer  access.Actor // on board of A-1
	district access.Actor
	unit     unit.ID
	block    premise.ID
	building premise.ID
	flat     premise.ID // in building
	other    premise.ID // another flat in building
	mu       sync.Mutex
	pushed   []control.Notice
}

func (w *world) push(_ context.Context, told ...control.Notice) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pushed = append(w.pushed, told...)
}

// last is the newest thing of a type that was pushed.
func (w *world) last(kind string) (n control.Notice) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.pushed {
		if p.Type == kind {
			n = p
		}
	}
	return n
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// idAt is an id of a time, as an import makes it.
func idAt(at time.Time) string {
	id := uuid.New()
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	id[6] = id[6]&0x0f | 0x70
	return id.String()
}

func newWorld(t *testing.T) *world {
	t.Helper()
	pool := pgtest.Pool(t)
	w := &world{t: t, pool: pool, store: postgres.New(pool), now: time.Now().UTC().Truncate(time.Millisecond)}
	scripts, err := script.Shipped()
	must(t, err)
	rules, err := risk.Shipped()
	must(t, err)
	contacts, err := briefing.Contacts()
	must(t, err)
	w.room = &control.Room{
		Store: w.store, Scripts: &script.Library{}, Rules: rules, Contacts: contacts,
		Now: func() time.Time { return w.now }, NewID: newID,
		Push: w.push, Prepare: func(_ context.Context, n control.Notice) func() { return func() { w.push(context.Background(), n) } },
	}
	for _, s := range scripts {
		w.room.Scripts.Enforce(s)
	}
	w.taker = access.Actor{ID: access.AccountID(newID()), Role: access.CallTaker}
	w.officer = access.Actor{ID: access.AccountID(newID()), Role: access.PatrolOfficer, UnitID: newID(), CallSign: "A-1"}
	w.district = access.Actor{ID: access.AccountID(newID()), Role: access.DistrictOfficer, DistrictCode: "west"}
	w.unit = unit.ID(w.officer.UnitID)
	w.block, w.building, w.flat, w.other = premise.ID(newID()), premise.ID(newID()), premise.ID(newID()), premise.ID(newID())
	w.exec(`insert into district (code, name, area) values ('west', 'West', st_multi(st_makeenvelope(24, 59, 25, 60, 4326)))`)
	for _, a := range []access.Actor{w.taker, w.officer, w.district} {
		w.exec(`insert into account (id, username, display_name, role, password_hash, sex, dv_trained, district_code)
			values ($1, 'user' || ($1::uuid)::text, 'Somebody', $2, 'x', 'female', true, nullif($3, ''))`, string(a.ID), a.Role, a.DistrictCode)
	}
	w.crew(w.unit, "A-1", w.officer.ID)
	w.exec(`insert into street (locality, name, folded) values ('Town', 'Long street', 'long street')`)
	w.exec(`insert into address (id, kind, label, key, locality, street_id, hundred, point, district_code, source, added_at)
		select $1, 'block', '700 block of Long street', 'b', 'Town', id, 700, st_setsrid(st_makepoint(24.7, 59.4), 4326), 'west', 'test', now() from street`, w.block)
	w.exec(`insert into address (id, kind, label, key, locality, street_id, hundred, house, point, district_code, source, added_at)
		select $1, 'building', 'Long street 742', 'h', 'Town', id, 700, '742', st_setsrid(st_makepoint(24.7, 59.4), 4326), 'west', 'test', now() from street`, w.building)
	for i, flat := range []premise.ID{w.flat, w.other} {
		w.exec(`insert into address (id, kind, label, key, locality, street_id, hundred, house, unit, building_id, point, district_code, source, added_at)
			select $1, 'dwelling', 'Long street 742-' || $3::int, 'f' || $3::int, 'Town', id, 700, '742', ($3::int)::text, $2, st_setsrid(st_makepoint(24.7, 59.4), 4326), 'west', 'test', now() from street`,
			flat, w.building, i+1)
	}
	return w
}

func (w *world) crew(id unit.ID, callSign string, on access.AccountID) {
	w.t.Helper()
	w.exec(`insert into unit (id, call_sign, district_code, point, point_at) values ($1, $2, 'west', st_setsrid(st_makepoint(24.71, 59.41), 4326), now())`, id, callSign)
	shift := newID()
	w.exec(`insert into shift (id, unit_id, starts, ends) values ($1, $2, $3, $4)`, shift, id, w.now.Add(-time.Hour), w.now.Add(8*time.Hour))
	w.exec(`insert into crew (shift_id, account_id) values ($1, $2)`, shift, on)
}

// past adds an incident of earlier and returns its id.
func (w *world) past(at premise.ID, ago time.Duration, class string) string {
	w.t.Helper()
	received := w.now.Add(-ago)
	id := idAt(received)
	w.exec(`insert into incident (id, number, source, state, class, address_id, district_code, received_at, closed_at)
		values ($1, 'P-' || ($1::uuid)::text, 'import', 'closed', $2, $3, 'west', $4, $4)`, id, class, at, received)
	return id
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.pool.Exec(w.t.Context(), sql, args...)
	must(w.t, err)
}

func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	must(w.t, w.pool.QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}

func (w *world) statusOf(id unit.ID) (status string) {
	w.t.Helper()
	must(w.t, w.pool.QueryRow(w.t.Context(), `select status from unit where id = $1`, id).Scan(&status))
	return status
}

func (w *world) open(once *control.Once) control.Kept {
	w.t.Helper()
	kept, err := w.room.OpenCall(w.t.Context(), w.taker, call.Call{Channel: "voice", Language: "et", Phone: "+372 5550 0001"}, once)
	must(w.t, err)
	return kept
}

// raised is a call at the flat with its incident.
func (w *world) raised() (call.ID, incident.ID) {
	w.t.Helper()
	c := w.open(nil).Written.Call
	_, err := w.room.ChangeCall(w.t.Context(), w.taker, c.ID, 1, call.Change{AddressID: &w.flat})
	must(w.t, err)
	kept, err := w.room.RaiseIncident(w.t.Context(), w.taker, c.ID, nil)
	must(w.t, err)
	return c.ID, kept.Written.Incident.ID
}

func (w *world) assigned() (incident.ID, control.Kept) {
	w.t.Helper()
	_, in := w.raised()
	kept, err := w.room.Assign(w.t.Context(), w.taker, in, w.unit, nil)
	must(w.t, err)
	return in, kept
}

func (w *world) once(key string, request byte) *control.Once {
	return &control.Once{
		Account: w.taker.ID, Key: key, Request: []byte{request}, Status: 201,
		Encode: func(out control.Written) ([]byte, error) {
			answer := map[string]any{}
			if out.Call != nil {
				answer["call"] = out.Call.ID
			}
			if out.Assignment != nil {
				answer["assignment"], answer["seq"] = out.Assignment.ID, out.Deliveries[0].Seq
			}
			return json.Marshal(answer)
		},
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want a fault of kind %d", err, kind)
	}
}

func goodRecord() outcome.Record {
	return outcome.Record{
		Summary: "Both were heard in separate rooms; nobody was hurt.", HeardSeparately: "yes", CrewClass: "dv",
		RiskLevel: "high", ChildrenPresent: "no", Injuries: "no", VictimSupport: "refused",
	}
}

// counter gives goroutines different numbers.
type counter struct{ n atomic.Int64 }

func (c *counter) next() int64 { return c.n.Add(1) }

// notices are all that was told on a topic.
func (w *world) notices(topic string) []control.Notice {
	w.t.Helper()
	pages, err := w.store.Notices(w.t.Context(), []string{topic}, []int64{0}, 10_000)
	must(w.t, err)
	return pages[0]
}
