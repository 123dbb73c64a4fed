package postgres_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/intake"
	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
	"doorstep/internal/premise"
)

func mapping(t *testing.T, text string) intake.Mapping {
	t.Helper()
	m, err := intake.ReadMapping([]byte(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const callsMapping = `
source: test
format: csv
id: id
received: {text: "{at}", formats: [rfc3339]}
address: {text: "{address}"}
locality: {text: Tallinn}
point: {x: lon, y: lat, within: [20, 55, 30, 60]}
type: "{type}"
classes: [{class: dv, text: "{type}", match: "^family"}]
`

func begin(t *testing.T, s *postgres.Store, file string) (*postgres.Importer, int64) {
	t.Helper()
	i, after, err := s.Import(t.Context(), "test", file, "mapping")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Close)
	return i, after
}

func one[T any](t *testing.T, pool *pgxpool.Pool, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := pool.QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestImportKeepsACallOnce(t *testing.T) {
	pool := pgtest.Pool(t)
	s := postgres.New(pool)
	batch := callsFromFile(t, "id,at,address,type,lon,lat\n"+
		"1,2025-05-01T10:00:00Z,Abara tn 12/1-5,Family trouble,24.5,59.4\n"+
		"2,2025-05-02T10:00:00Z,ABARA TÄNAV 12/1 korter 5,Noise,,\n"+
		"2,2025-05-02T10:00:00Z,ABARA TÄNAV 12/1 korter 5,Family,,\n"+
		"3,2025-05-03T10:00:00Z,,Noise,,\n")
	i, _ := begin(t, s, "a")
	kept, err := i.Calls(t.Context(), batch, 5)
	if err != nil || kept.Loaded != 3 {
		t.Fatalf("kept %+v, %v; want 3 loaded", kept, err)
	}
	i.Close()

	i, after := begin(t, s, "a")
	if after != 5 {
		t.Errorf("the next run goes on after line %d, want 5", after)
	}
	batch[0].Type, batch[0].Class = "Noise", "not_dv"
	if kept, err = i.Calls(t.Context(), batch, 5); err != nil || kept.Loaded != 0 || kept.Refused != nil {
		t.Fatalf("the second time kept %+v, %v", kept, err)
	}
	if err := i.Done(t.Context(), 5, time.Now()); err != nil {
		t.Fatal(err)
	}
	i.Close()
	i, after = begin(t, s, "a")
	defer i.Close()
	if after != 0 {
		t.Errorf("a finished file is gone on with after line %d", after)
	}

	if n := one[int](t, pool, "select count(*) from incident"); n != 3 {
		t.Errorf("%d incidents", n)
	}
	if got := one[string](t, pool, "select class from incident where number = '1'"); got != "not_dv" {
		t.Errorf("a call that changed its type has class %s", got)
	}
	if got := one[string](t, pool, "select class from incident where number = '2'"); got != "dv" {
		t.Errorf("a call that changed its type within a batch has class %s", got)
	}
	if got := one[string](t, pool, "select string_agg(kind, ' ' order by kind) from address"); got != "building dwelling" {
		t.Errorf("addresses are %q, want one dwelling and its building", got)
	}
	if n := one[int](t, pool, "select count(*) from address d join address b on b.id = d.building_id where d.unit = '5' and b.house = '12/1' and d.point is not null"); n != 1 {
		t.Errorf("the dwelling has no building or point")
	}
}

func TestImportLeavesABadBatchOut(t *testing.T) {
	pool := pgtest.Pool(t)
	s := postgres.New(pool)
	i, _ := begin(t, s, "a")
	defer i.Close()
	batch := callsFromFile(t, "id,at,address,type,lon,lat\n1,2025-05-01T10:00:00Z,Abara tn 1,Noise,,\n2,2025-05-01T10:00:00Z,Abara tn 2,Noise,,\n")
	batch[1].Class = "none of ours"
	if _, err := i.Calls(t.Context(), batch, 3); err == nil {
		t.Fatal("a class that is none was kept")
	}
	for _, table := range []string{"incident", "address", "street", "import_progress"} {
		if n := one[int](t, pool, "select count(*) from "+table); n != 0 {
			t.Errorf("%d rows of the bad batch are in %s", n, table)
		}
	}
	if kept, err := i.Calls(t.Context(), batch[:1], 2); err != nil || kept.Loaded != 1 {
		t.Errorf("after it kept %+v, %v", kept, err)
	}
}

func TestImportRefusesTheSameFileTwiceAtOnce(t *testing.T) {
	s := postgres.New(pgtest.Pool(t))
	i, _ := begin(t, s, "a")
	defer i.Close()
	if _, _, err := s.Import(t.Context(), "test", "a", "mapping"); err == nil {
		t.Error("a second run began beside the first")
	}
}

func TestGazetteerKeepsIDs(t *testing.T) {
	pool := pgtest.Pool(t)
	s := postgres.New(pool)
	i, _ := begin(t, s, "a")
	defer i.Close()
	keep := func(ref, text string, spot *intake.Spot) int64 {
		t.Helper()
		i.Close() // a file of its own
		i, _ = begin(t, s, text)
		k, err := i.Addresses(t.Context(), []intake.Address{{Ref: ref, Parsed: premise.ParseAddress(text, "Tallinn"), Spot: spot}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		return k.Loaded
	}
	// L-EST97, from the published vectors of the Land Board.
	if n := keep("ME02187103", "L. Koidula tn 20a", &intake.Spot{X: 544349, Y: 6589102, EPSG: 3301}); n != 1 {
		t.Fatalf("loaded %d", n)
	}
	id := one[string](t, pool, "select id::text from address")
	if off := one[float64](t, pool, "select st_distance(point, st_setsrid(st_makepoint(24.7815538849255, 59.4374270541941), 4326)) from address"); off > 1e-9 {
		t.Errorf("the point is %g degrees off", off)
	}
	if n := keep("ME02187103", "L. Koidula tänav 20A", nil); n != 0 {
		t.Errorf("the second time loaded %d", n)
	}
	if n := keep("ME02187103", "Lydia Koidula tn 20a", nil); n != 0 {
		t.Errorf("under another name loaded %d", n)
	}
	if got := one[string](t, pool, "select id::text from address where key = 'tallinn|lydia koidula tn|20a'"); got != id {
		t.Errorf("the address has id %s, want %s", got, id)
	}
}

func callsFromFile(t *testing.T, text string) []intake.Call {
	t.Helper()
	path := filepath.Join(t.TempDir(), "calls.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	m := mapping(t, callsMapping)
	f, err := intake.Open(path, m)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []intake.Call
	for {
		row, err := f.Next()
		if err != nil {
			return all
		}
		c, reason := m.Call(row.Values, time.Now(), func(string) {})
		if row.Reason != "" || reason != "" {
			t.Fatal(row.Reason, reason)
		}
		all = append(all, c)
	}
}
