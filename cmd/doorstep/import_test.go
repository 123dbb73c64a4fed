package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

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
	tally, err := postgres.New(pool.Pool).Tally(t.Context(), "san_antonio")
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
	text := "ADS_OID;LAHIAADRESS;TASE1_KOOD;TASE1_NIMETUS;TASE2_KOOD;TASE2_NIMETUS;TASE3_KOOD;TASE3_NIMETUS;VIITEPUNKT_X;VIITEPUNKT_Y\n" +
		"XX1;\"Leiutatud tn 1\";37;\"Harju maakond\";784;\"Tallinna linn\";524;\"Nõmme linnaosa\";536589,24;6582445,70\n" +
		"XX2;\"Leiutatud tn 2\";37;\"Harju maakond\";784;\"Tallinn\";;;536590,24;6582446,70\n" +
		"XX3;;;;;Tallinn;;;;\n"
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

// centre is a small invented one, imported file by file.
type centre struct {
	t   *testing.T
	at  string
	dir string
}

// load writes the files and imports them; it returns the report, the rejects and
// the marks.
func (c centre) load(kind, mapping, data string) (r importReport, rejects, marks string) {
	c.t.Helper()
	for _, name := range []string{"r", "m"} {
		if err := os.RemoveAll(filepath.Join(c.dir, name)); err != nil {
			c.t.Fatal(err)
		}
	}
	r, err := importing(c.t, kind, "--json", "--database-url", c.at, "--rejects", filepath.Join(c.dir, "r"), "--marks", filepath.Join(c.dir, "m"),
		"--mapping", c.write("mapping.yaml", mapping), c.write("data", data))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Seconds = 0
	return r, c.listed("r"), c.listed("m")
}

// told is what a person reads of an import.
func (c centre) told(kind, mapping, data string) string {
	c.t.Helper()
	var errs bytes.Buffer
	args := []string{"import", kind, "--database-url", c.at, "--rejects", filepath.Join(c.dir, "told"), "--mapping", c.write("mapping.yaml", mapping), c.write("data", data)}
	if err := run(c.t.Context(), args, Deps{Getenv: func(string) string { return "" }, Out: io.Discard, Err: &errs}); err != nil {
		c.t.Fatal(err)
	}
	return errs.String()
}

func (c centre) write(name, text string) string {
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// listed is a listing without its head and the file.
func (c centre) listed(name string) string {
	text, err := os.ReadFile(filepath.Join(c.dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return ""
	}
	if err != nil {
		c.t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		if _, rest, ok := strings.Cut(line, "data,"); ok {
			out.WriteString(rest)
		}
	}
	return out.String()
}

func (c centre) one(sql string) string {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), c.at)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(c.t.Context()))
	var got *string
	if err := conn.QueryRow(c.t.Context(), sql).Scan(&got); err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	if got == nil {
		return ""
	}
	return *got
}

func (c centre) want(sql, want string) {
	c.t.Helper()
	if got := c.one(sql); got != want {
		c.t.Errorf("%s\nis  %s\nnot %s", sql, got, want)
	}
}

const (
	testCalls = `source: cad
format: csv
id: id
received: {text: "{at}", formats: [rfc3339]}
address: {text: "{address}"}
point: {x: lon, y: lat, within: [20, 57, 29, 60]}
type: "{type}"
classes: [{class: dv, text: "{type}", match: family}]
`
	testRegister = `source: register
format: csv
id: id
address: {text: "{address}"}
locality: {text: "{town}"}
areas: [{kind: county, code: "{code}", name: "{county}"}, {kind: municipality, name: "{town}"}]
point: {x: x, y: y, epsg: 3301, within: [300000, 6370000, 750000, 6640000]}
`
	testPersons = `source: rms
format: csv
id: id
person: {name: "{first} {last}", birth: {text: "{born}", formats: ["2006-01-02"]}, national_id: "{code}", phone: "{phone}"}
part: {call: call, source: cad, roles: [{role: victim, text: "{as}", match: "^vic"}, {role: suspect, text: "{as}", match: "^sus"}]}
`
	testCautions = `source: rms
format: csv
id: id
caution:
  kinds: [{kind: protection_order, text: "{what}", match: order}, {kind: firearm, text: "{what}", match: gun}]
  note: "{note}"
  since: {text: "{from}", formats: ["2006-01-02"]}
  until: {text: "{to}", formats: ["2006-01-02"]}
  person: "{who}"
  national_id: "{code}"
address: {text: "{address}"}
locality: {text: Kivila}
`
	testDistricts = `source: police
format: geojson
id: CODE
district: {code: "{CODE}", name: "{NAME}", epsg: 3301}
`
)

// TestImportACentre goes from its register to its cautions.
func TestImportACentre(t *testing.T) {
	c := centre{t, pgtest.URL(t), t.TempDir()}
	told := c.told("addresses", testRegister, "id,address,town,county,code,x,y\n,Kase tn 1,Kivila,,,,\n,Kase tn 2,Kivila,,,,\n")
	if !strings.Contains(told, "read 2, loaded 0, present 0, rejected 2") || !strings.Contains(told, "import: rejected: no id: 2\n") {
		t.Errorf("a person reads\n%s", told)
	}
	register := "id,address,town,county,code,x,y\n" +
		"A1,Kase tn 1,Kivila,Metsa maakond,0099,540000,6589000\n" +
		"A2,Kase tn 1,Saarde,Metsa maakond,0099,600000,6500000\n" +
		"A3,Kase tn 3-2,Kivila,Metsa maakond,0099,540040,6589000\n" +
		"A3,Kuuse tn 3,Kivila,Metsa maakond,0099,540080,6589000\n" + // the id comes again
		"A4,Pihla tn 4,Kivila,Metsa maakond,0099,6589000,540000\n" + // swapped
		"A5,Pihla tn 5,Kivila,Metsa maakond,0099,24.7,59.4\n" + // degrees
		"A6,Pihla tn 6,Kivila,Metsa maakond,0099,1,2000000\n" +
		"A7,,Kivila,Metsa maakond,0099,,\n"
	r, rejects, marks := c.load("addresses", testRegister, register)
	if want := (importReport{Read: 8, Loaded: 6, Present: 1, Rejected: 1}); r != want {
		t.Errorf("the register counts %+v, want %+v", r, want)
	}
	if want := "9,A7,no address\n"; rejects != want {
		t.Errorf("rejected\n%s", rejects)
	}
	for _, want := range []string{"5,A3,its id came before with another address: kept without the id\n", "6,A4,the coordinates are swapped\n",
		"7,A5,\"the coordinates are in degrees, not in the mapping's projection\"\n", "8,A6,the coordinates lie outside of the area\n"} {
		if !strings.Contains(marks, want) {
			t.Errorf("%q is not marked:\n%s", want, marks)
		}
	}
	c.want("select string_agg(a.name || ' in ' || p.name, ', ' order by a.name) from area a join area p on p.id = a.parent_id", "Kivila in Metsa maakond, Saarde in Metsa maakond")
	c.want("select a.label || ' in ' || r.name || ', ' || b.label from address a join area r on r.id = a.area_id join address b on b.id = a.building_id where a.kind = 'dwelling'",
		"Kase tn 3-2 in Kivila, Kase tn 3")

	r, rejects, marks = c.load("calls", testCalls, "id,at,address,lon,lat,type\n"+
		"1,2026-01-01T10:00:00Z,\"Kase tn 3-2, Kivila\",24.7,59.4,family\n"+
		"2,2026-01-02T10:00:00Z,Kase tn 1,24.7,59.4,family\n"+ // two towns have it
		"3,2026-01-03T10:00:00Z,Kase tn 3-2,59.4,24.7,noise\n"+ // one has it; swapped
		"1,2026-01-01T10:00:00Z,\"Kase tn 3-2, Kivila\",24.7,59.4,family\n"+
		"1,2026-01-09T10:00:00Z,\"Kase tn 3-2, Kivila\",24.7,59.4,family\n"+ // another time
		"4,2026-01-04T10:00:00Z,Kase tn 1,540000,6589000,noise\n"+
		"5,2099-01-04T10:00:00Z,Kase tn 1,,,noise\n"+
		"6,2026-01-05T10:00:00Z,\"Kase tn 3-2, Kivila\",200,99,noise\n") // nowhere on earth
	if want := (importReport{Read: 8, Loaded: 5, Present: 1, Rejected: 2}); r != want {
		t.Errorf("the calls count %+v, want %+v", r, want)
	}
	if want := "8,5,received in the future\n6,1,its id is there with another time of receiving\n"; rejects != want {
		t.Errorf("rejected\n%s", rejects)
	}
	for _, want := range []string{"3,2,\"the address is in several towns, and the row names none: kept as unverified\"\n", "5,3,", "4,3,the coordinates are swapped\n", "7,4,\"the coordinates are in metres, not in degrees\"\n",
		"9,6,the coordinates lie outside of the area\n"} {
		if strings.HasPrefix(want, "5,3") == strings.Contains(marks, want) {
			t.Errorf("of %q is marked:\n%s", want, marks)
		}
	}
	c.want("select string_agg(i.number || ' ' || a.kind || ' ' || a.locality, ', ' order by i.number) from incident i join address a on a.id = i.address_id",
		"1 dwelling Kivila, 2 unverified , 3 dwelling Kivila, 4 unverified , 6 dwelling Kivila")
	if r, rejects, _ = c.load("calls", testCalls, "id,at,address,lon,lat,type\n1,2026-02-01T10:00:00Z,,,,family\n"); r.Rejected != 1 || !strings.Contains(rejects, "another time") {
		t.Errorf("an id of another file with another time counts %+v:\n%s", r, rejects)
	}

	persons := "id,first,last,born,code,phone,call,as\n" +
		"P1,Anu,Kask,1990-12-31,,+372 5123 4567,1,Victim\n" +
		"P1,Anu,Kask,1990-12-31,,+372 5123 4567,3,Victim\n" + // another part
		"P2,Toomas,Kask,,37605030299,,1,Suspect\n" +
		"P3,Tom,Kask,,37605030299,,3,suspected\n" + // the same national id
		"P4,Mari,Maasikas,1980-01-01,37605030299,,,\n" + // contradicts
		"P5,Jaan,Jaanus,1980-13-01,37605030290,,99,Witness\n" + // wrong day, digit and role
		"P6,Jaan,Juurikas,2090-01-01,,,99,Victim\n" + // not born, no such call
		"P1,Peeter,Paan,1970-01-01,,,,\n" + // an id that comes again
		"P7,,,1980-01-01,,,,\n" +
		",Anu,Tamm,,,,,\n"
	r, rejects, marks = c.load("persons", testPersons, persons)
	if want := (importReport{Read: 10, Loaded: 7, Rejected: 3}); r != want {
		t.Errorf("the persons count %+v, want %+v", r, want)
	}
	if want := "10,P7,\"no name, national id or phone\"\n11,,no id\n9,P1,its id is there as another person: another name and another birth date\n"; rejects != want {
		t.Errorf("rejected\n%s", rejects)
	}
	for _, want := range []string{"6,P4,the birth date contradicts the national id: both are left out\n", "7,P5,the birth date cannot be read\n", "7,P5,the national id is wrong\n",
		"7,P5,the part in the call is none that the mapping knows\n", "8,P6,the birth date is in the future or before 1880\n", "8,P6,its call is not there: kept without a part in it\n"} {
		if !strings.Contains(marks, want) {
			t.Errorf("%q is not marked:\n%s", want, marks)
		}
	}
	c.want("select string_agg(p.name || ' ' || t.role || ' in ' || i.number, ', ' order by p.name, i.number) from incident_person t join person p on p.id = t.person_id join incident i on i.id = t.incident_id",
		"Anu Kask victim in 1, Anu Kask victim in 3, Toomas Kask suspect in 1, Toomas Kask suspect in 3")
	c.want("select string_agg(name || coalesce(' ' || birth_date, '') || coalesce(' ' || national_id, ''), ', ' order by name) from person",
		"Anu Kask 1990-12-31, Jaan Jaanus, Jaan Juurikas, Mari Maasikas, Toomas Kask 1976-05-03 37605030299")

	cautions := "id,what,note,from,to,who,code,address\n" +
		"C1,protection order,no contact,2026-01-01,2027-01-01,P2,,Kase tn 3-2\n" +
		"C2,shotgun,,2025-01-01,,,37605030299,\n" +
		"C3,shotgun,,2025-01-01,,P99,,Kase tn 1\n" + // nobody, but an address
		"C4,shotgun,,2025-01-01,,P99,,\n" +
		"C5,order,,2026-01-01,2025-01-01,P1,,\n" +
		"C6,a cat,,2026-01-01,,P1,,\n" +
		"C7,gun,,tomorrow,,P1,,\n"
	r, rejects, marks = c.load("cautions", testCautions, cautions)
	if want := (importReport{Read: 7, Loaded: 3, Rejected: 4}); r != want {
		t.Errorf("the cautions count %+v, want %+v", r, want)
	}
	if want := "6,C5,it ends before it begins\n7,C6,of no kind that the mapping knows\n8,C7,the time since when it holds cannot be read\n5,C4,\"the person is not there, and it names no address\"\n"; rejects != want {
		t.Errorf("rejected\n%s", rejects)
	}
	if want := "4,C3,the person is not there: kept at the address alone\n"; marks != want {
		t.Errorf("marked\n%s", marks)
	}
	c.want("select string_agg(c.kind || coalesce(' on ' || p.name, '') || coalesce(' at ' || a.label, ''), ', ' order by c.kind, a.label) from caution c left join person p on p.id = c.person_id left join address a on a.id = c.address_id",
		"firearm at Kase tn 1, firearm on Toomas Kask, protection_order on Toomas Kask at Kase tn 3-2")

	// All once more, with an order that is prolonged.
	for kind, text := range map[string][2]string{"addresses": {testRegister, register}, "persons": {testPersons, persons}, "cautions": {testCautions, strings.Replace(cautions, "2027", "2028", 1)}} {
		if r, _, _ = c.load(kind, text[0], text[1]); r.Loaded != 0 {
			t.Errorf("again, %s count %+v", kind, r)
		}
	}
	c.want("select review_by::date::text from caution where kind = 'protection_order'", "2028-01-01")

	square := func(code, name string, x, y int) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"CODE":%q,"NAME":%q},"geometry":{"type":"Polygon","coordinates":[[[%d,%d],[%[3]d,%[6]d],[%[5]d,%[6]d],[%[5]d,%[4]d],[%[3]d,%[4]d]]]}}`,
			code, name, x, y, x+1000, y+1000)
	}
	r, rejects, _ = c.load("districts", testDistricts, `{"type":"FeatureCollection","features":[`+"\n"+square("k", "Kivila", 539500, 6588500)+",\n"+
		`{"type":"Feature","properties":{"CODE":"z","NAME":"Nowhere"},"geometry":{"type":"Point","coordinates":[1,2]}},`+"\n"+
		`{"type":"Feature","properties":{"NAME":"Nothing"},"geometry":null}]}`)
	if r.Read != 3 || r.Loaded != 1 || rejects != "4,,no code\n3,z,its area is no polygon on earth\n" {
		t.Errorf("the districts count %+v:\n%s", r, rejects)
	}
	c.want("select string_agg(label, ', ' order by label) from address where district_code = 'k'", "Kase tn 1, Kase tn 3, Kase tn 3-2, Kuuse tn 3")
	c.want("select string_agg(number, ', ' order by number) from incident where district_code = 'k'", "1, 3, 6")
}

// TestImportARenamedAddress: the old name still finds it, in a file and typed.
func TestImportARenamedAddress(t *testing.T) {
	c := centre{t, pgtest.URL(t), t.TempDir()}
	geo := strings.NewReplacer("format: csv", "format: geojson", "x: x, y: y, epsg: 3301, within: [300000, 6370000, 750000, 6640000]", "x: geometry.x, y: geometry.y, within: [20, 57, 29, 60]",
		"areas: [{kind: county, code: \"{code}\", name: \"{county}\"}, {kind: municipality, name: \"{town}\"}]", "").Replace(testRegister)
	line := func(id, address string) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"id":%q,"address":%q,"town":"Kivila"},"geometry":{"type":"Point","coordinates":[24.7,59.4]}}`+"\n", id, address)
	}
	if r, _, _ := c.load("addresses", geo, line("A1", "Punane tn 5-1")+line("A2", "Kase tn 2")); r.Loaded != 2 {
		t.Fatalf("counts %+v", r)
	}
	was := c.one("select id::text from address where unit = '1'")
	r, _, marks := c.load("addresses", geo, line("A1", "Roheline tn 7-1")+line("A2", "Kase tn 4"))
	if r.Loaded != 0 || r.Present != 2 || marks != "" {
		t.Errorf("renamed, counts %+v:\n%s", r, marks)
	}
	c.want("select label from address where id = '"+was+"'", "Roheline tn 7-1")
	c.load("calls", testCalls, "id,at,address,lon,lat,type\n1,2026-01-01T10:00:00Z,\"Punane tn 5-1, Kivila\",,,family\n")
	c.want("select address_id::text from incident", was)

	// Another door is called what this one was.
	if r, _, marks = c.load("addresses", geo, line("A9", "Punane tn 5-1")); r.Loaded != 1 || marks != "" {
		t.Errorf("a name in use again counts %+v:\n%s", r, marks)
	}
	// A new name that another door has is not taken.
	if r, _, marks = c.load("addresses", geo, line("A2", "Roheline tn 7-1")); r.Loaded != 0 || !strings.Contains(marks, "its old one stays") {
		t.Errorf("a name that is taken counts %+v:\n%s", r, marks)
	}
	c.want("select string_agg(source_ref || ' ' || label, ', ' order by source_ref) from address where source_ref is not null", "A1 Roheline tn 7-1, A2 Kase tn 4, A9 Punane tn 5-1")
}
