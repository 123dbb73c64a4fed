package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
)

type importReport struct {
	Read, Loaded, Present, Rejected int64
	Seconds                         float64
}

// importing runs the command as a person does and returns its last line.
func importing(t *testing.T, args ...string) (importReport, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), append([]string{"import"}, args...), Deps{Getenv: func(string) string { return "" }, Out: &out, Err: &errs})
	var r importReport
	if err == nil {
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatalf("the output is %q: %v", out.String(), err)
		}
		if r.Read != r.Loaded+r.Present+r.Rejected {
			t.Errorf("the counts do not add up: %+v", r)
		}
	}
	return r, err
}

func TestImportCallsOfSanAntonio(t *testing.T) {
	at := pgtest.URL(t)
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	args := []string{"calls", "--json", "--database-url", at, "--rejects", rejects, "--mapping", "../../docs/import/san_antonio.yaml", "testdata/san_antonio_excerpt.csv.gz"}
	first, err := importing(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	if first.Read != 3000 || first.Loaded != 2998 || first.Rejected != 2 {
		t.Errorf("the first run counts %+v", first)
	}
	listed, err := os.ReadFile(rejects)
	if err != nil {
		t.Fatal(err)
	}
	want := "file,line,id,reason\ntestdata/san_antonio_excerpt.csv.gz,93,,no id\ntestdata/san_antonio_excerpt.csv.gz,94,,no id\n"
	if string(listed) != want {
		t.Errorf("the rejects are\n%s\nwant\n%s", listed, want)
	}
	second, err := importing(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	if second.Loaded != 0 || second.Present != 2998 {
		t.Errorf("the second run counts %+v", second)
	}
	pool, err := postgres.Open(t.Context(), at, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	tally, err := postgres.New(pool).Tally(t.Context(), "san_antonio")
	if err != nil || tally.Calls != 2998 || tally.DV != 56 || tally.Matched != 0 || tally.Placed > tally.Calls ||
		tally.Blocks < 2000 || tally.Blocks > tally.Placed || tally.Addresses < 1000 || tally.Repeats < 1 {
		t.Errorf("the source comes to %+v, %v", tally, err)
	}
}

func TestImportStopsAtATruncatedFileAndKeepsTheDatabase(t *testing.T) {
	at := pgtest.URL(t)
	whole, err := os.ReadFile("testdata/san_antonio_excerpt.csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.csv.gz")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"calls", "--json", "--database-url", at, "--rejects", filepath.Join(t.TempDir(), "rejects.csv"), "--mapping", "../../docs/import/san_antonio.yaml"}
	if _, err := importing(t, append(args, cut)...); err == nil || !strings.Contains(err.Error(), "after line ") {
		t.Fatalf("the error is %v", err)
	}
	// The batch that was cut off left nothing.
	r, err := importing(t, append(args, "testdata/san_antonio_excerpt.csv.gz")...)
	if err != nil || r.Loaded != 2998 {
		t.Errorf("the whole file counts %+v, %v", r, err)
	}
}

func TestImportAddresses(t *testing.T) {
	at := pgtest.URL(t)
	file := filepath.Join(t.TempDir(), "addresses.csv")
	// Invented, in the format of the address data system.
	text := "ADS_OID;LAHIAADRESS;TASE2_NIMETUS;VIITEPUNKT_X;VIITEPUNKT_Y\n" +
		"XX1;\"Leiutatud tn 1\";\"Tallinna linn\";536589,24;6582445,70\n" +
		"XX2;\"Leiutatud tn 2\";\"Tallinn\";536590,24;6582446,70\n" +
		"XX3;;Tallinn;;\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"addresses", "--json", "--database-url", at, "--rejects", filepath.Join(t.TempDir(), "r.csv"), "--mapping", "../../docs/import/ads_sample.yaml", file}
	for run, want := range []importReport{{Read: 3, Loaded: 2, Rejected: 1}, {Read: 3, Present: 2, Rejected: 1}} {
		got, err := importing(t, args...)
		got.Seconds = 0
		if err != nil || got != want {
			t.Errorf("run %d counts %+v, %v; want %+v", run+1, got, err, want)
		}
	}
	if _, err := importing(t, append([]string{"calls"}, args[1:]...)...); err == nil {
		t.Error("a mapping without a time was taken for calls")
	}
}
