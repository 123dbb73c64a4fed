package demo_test

import (
	"maps"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/demo"
	"doorstep/internal/fault"
	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
	"doorstep/internal/premise"
)

// tables are all that the demo writes.
var tables = []string{
	"district", "street", "address", "caution", "account", "unit", "shift", "crew", "person", "person_link",
	"incident", "incident_person", "call", "party", "assignment", "on_scene_record", "on_scene_record_version", "outcome", "feedback",
}

func rows(t *testing.T, pool *pgxpool.Pool) map[string]int {
	t.Helper()
	n := map[string]int{}
	for _, table := range tables {
		n[table] = number(t, pool, "select count(*) from "+table)
	}
	return n
}

func number(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func load(t *testing.T, pool *pgxpool.Pool, at time.Time) bool {
	t.Helper()
	loaded, err := postgres.New(pool).LoadDemo(t.Context(), demo.Make(demo.Seed, at), "hash")
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func TestLoadingTwiceAddsNothing(t *testing.T) {
	pool := pgtest.Pool(t)
	now := time.Now()
	if !load(t, pool, now) {
		t.Fatal("the first load says that it did nothing")
	}
	w, first := demo.Make(demo.Seed, now), rows(t, pool)
	for table, want := range map[string]int{
		"address": len(w.Addresses), "incident": len(w.Incidents), "person": len(w.Persons), "street": len(w.Streets),
		"call": len(w.Calls), "outcome": len(w.Outcomes), "feedback": len(w.Feedback), "account": len(w.Accounts), "shift": len(w.Units), "crew": 2 * len(w.Units),
	} {
		if first[table] != want {
			t.Errorf("%d rows of %s, want %d", first[table], table, want)
		}
	}
	if load(t, pool, now.Add(26*time.Hour)) {
		t.Error("the second load says that it loaded")
	}
	for table, n := range rows(t, pool) {
		if n != first[table] {
			t.Errorf("%s: %d rows after the second load, %d before", table, n, first[table])
		}
	}
}

func TestShiftsAndPositionsReachThePresent(t *testing.T) {
	pool := pgtest.Pool(t)
	now := time.Now()
	load(t, pool, now.AddDate(0, 0, -30))
	load(t, pool, now)
	if n := number(t, pool, `select count(distinct unit_id) from shift where starts <= $1 and ends > $1`, now); n != 6 {
		t.Errorf("%d units have a shift now, want 6", n)
	}
	if n := number(t, pool, `select count(*) from unit where point_at < $1`, now.Add(-time.Minute)); n != 0 {
		t.Errorf("%d units have an old position", n)
	}
}

func TestTheTownHangsTogether(t *testing.T) {
	pool := pgtest.Pool(t)
	load(t, pool, time.Now())
	for what, sql := range map[string]string{
		"addresses outside their district": `select count(*) from address a join district d on d.code = a.district_code where not st_covers(d.area, a.point)`,
		"units outside their district":     `select count(*) from unit u join district d on d.code = u.district_code where not st_covers(d.area, u.point)`,
		"dwellings without a building":     `select count(*) from address where kind = 'dwelling' and building_id is null`,
		"incidents at a whole block":       `select count(*) from incident i where exists (select 1 from address a where a.building_id = i.address_id)`,
	} {
		if n := number(t, pool, sql); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	for door, want := range map[string]int{
		demo.RepeatDoor: 6, demo.NeighbourDoor: 1, demo.FirstHome: 5, demo.SecondHome: 2, demo.OrderDoor: 4, demo.DogDoor: 7,
	} {
		if n := number(t, pool, `select count(*) from incident i join address a on a.id = i.address_id where a.label = $1 and i.class in ('dv', 'suspected_dv')`, door); n != want {
			t.Errorf("%s: %d incidents, want %d", door, n, want)
		}
	}
	if n := number(t, pool, `
select count(*) from incident_person ip join person p on p.id = ip.person_id where p.name = $1`, demo.MovedSuspect); n != 7 {
		t.Errorf("the couple that moved has %d incidents, want 7", n)
	}
}

func TestTheDemoNeverGoesIntoARealCentre(t *testing.T) {
	for what, sql := range map[string]string{
		"account":  `insert into account (id, username, display_name, role, password_hash) values (gen_random_uuid(), 'real', 'Real', 'administrator', 'x')`,
		"incident": `insert into incident (id, number, state, class, received_at) values (uuid_floor(now()), '1', 'closed', 'dv', now())`,
	} {
		t.Run(what, func(t *testing.T) {
			pool := pgtest.Pool(t)
			if _, err := pool.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			_, err := postgres.New(pool).LoadDemo(t.Context(), demo.Make(demo.Seed, time.Now()), "hash")
			if !fault.Is(err, fault.Conflict) {
				t.Fatalf("the load answers %v, want a conflict", err)
			}
			if n := number(t, pool, "select count(*) from address"); n != 0 {
				t.Errorf("%d addresses were written", n)
			}
		})
	}
}

func TestTheDesksFindWhatTheTourPromises(t *testing.T) {
	pool := pgtest.Pool(t)
	now := time.Now()
	load(t, pool, now)
	store := postgres.New(pool)
	for _, typed := range []string{demo.RepeatDoor, "meremae 21", "sadama puiestee 14-2"} {
		found, err := store.FindAddresses(t.Context(), premise.Search{Text: typed, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"meremae 21": demo.SecondHome, "sadama puiestee 14-2": demo.BrotherDoor}[typed]
		if want == "" {
			want = typed
		}
		if len(found) == 0 || found[0].Label != want {
			t.Errorf("%q finds %v first, want %s", typed, found, want)
		}
	}
	waiting, err := store.FollowUps(t.Context(), "keskus", now, 50)
	if err != nil {
		t.Fatal(err)
	}
	why := map[string]int{}
	for _, f := range waiting {
		why[f.Reason]++
	}
	if want := map[string]int{"due": 2, "disagreement": 1, "no_outcome": 1}; !maps.Equal(why, want) {
		t.Errorf("district1 has %v waiting, want %v", why, want)
	}
	use := access.Use{Actor: access.Actor{ID: "00000000-0000-7000-8000-000000000001", Role: access.DistrictOfficer}, Purpose: access.ForReview, At: now}
	for _, by := range []string{control.ByAddress, control.ByPerson, control.ByNumber} {
		repeats, err := store.Repeats(t.Context(), use, by, "keskus", 50)
		if err != nil {
			t.Fatal(err)
		}
		if len(repeats) < 2 || repeats[0].Address.Label != demo.RepeatDoor {
			t.Errorf("district1's repeats by %s are %v, want %s first of the addresses", by, repeats, demo.RepeatDoor)
		}
	}
	w := demo.Make(demo.Seed, now)
	for _, name := range []string{"patrol1", "calltaker1"} {
		for _, a := range w.Accounts {
			if a.Username != name {
				continue
			}
			inbox, err := store.Feedback(t.Context(), access.AccountID(a.ID), "", 10)
			if err != nil {
				t.Fatal(err)
			}
			if len(inbox) != 2 || inbox[0].ReadAt != nil {
				t.Errorf("%s has %d feedbacks, want 2 unread", name, len(inbox))
			}
		}
	}
}

func TestWithoutASchemaItSaysWhatToRun(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), pgtest.EmptyURL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	_, err = postgres.New(pool).LoadDemo(t.Context(), demo.Make(demo.Seed, time.Now()), "hash")
	if !fault.Is(err, fault.Conflict) {
		t.Fatalf("the load answers %v, want a conflict", err)
	}
}
