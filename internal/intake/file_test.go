package intake_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/intake"
)

const csvMapping = "source: test\nformat: csv\nid: id\nreceived: {text: \"{at}\", formats: [rfc3339]}\n"

func mapping(t *testing.T, text string) intake.Mapping {
	t.Helper()
	m, err := intake.ReadMapping([]byte(text), "test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func open(t *testing.T, m intake.Mapping, data []byte) (*intake.File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := intake.Open(path, m)
	if err == nil {
		t.Cleanup(func() { _ = f.Close() })
	}
	return f, err
}

func rows(t *testing.T, m intake.Mapping, data []byte) ([]intake.Row, error) {
	t.Helper()
	f, err := open(t, m, data)
	if err != nil {
		t.Fatal(err)
	}
	var all []intake.Row
	for {
		row, err := f.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, row)
	}
}

func zipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestCSV(t *testing.T) {
	m := mapping(t, csvMapping)
	text := "\ufeffat,x,id\r\n" +
		"a,,1\n" + // 2
		"\"b, \"\"c\"\"\",,2\n" +
		"\"two\nlines\",,3\n" + // 4, 5
		"a,4\n" +
		"a,\"never closed,5\n" + // 7
		"\n" +
		"a,,6\n" + // 9
		"\"a\"b,,7\n" +
		"\xff,,8\n" +
		"last,,9"
	want := []intake.Row{
		{Line: 2, Values: []string{"1", "a"}},
		{Line: 3, Values: []string{"2", `b, "c"`}},
		{Line: 4, Values: []string{"3", "two\nlines"}},
		{Line: 6, Reason: "2 fields where the head has 3"},
		{Line: 7, Reason: "a quote is not closed"},
		{Line: 9, Values: []string{"6", "a"}},
		{Line: 10, Reason: "text after a closing quote"},
		{Line: 11, Reason: "not text in the file's encoding"},
		{Line: 12, Values: []string{"9", "last"}},
	}
	for name, data := range map[string][]byte{"plain": []byte(text), "gzip": zipped(t, text)} {
		got, err := rows(t, m, data)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read %v\n%+v\nwant\n%+v", name, err, got, want)
		}
	}
}

func TestALongLineIsRejectedAndTheRestGoesOn(t *testing.T) {
	got, err := rows(t, mapping(t, csvMapping), []byte("id,at\n1,"+strings.Repeat("x", 3<<20)+"\n2,b\n"))
	if err != nil || len(got) != 2 || got[0].Reason == "" || got[1].Values[0] != "2" {
		t.Errorf("read %d rows, %v", len(got), err)
	}
}

func TestATruncatedFileNamesThePlace(t *testing.T) {
	data := zipped(t, "id,at\n"+strings.Repeat("1,2025-01-01T00:00:00Z\n", 9000))
	_, err := rows(t, mapping(t, csvMapping), data[:len(data)-12])
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "after line ") {
		t.Errorf("the error is %v", err)
	}
}

func TestAMissingColumnIsRefused(t *testing.T) {
	if _, err := open(t, mapping(t, csvMapping), []byte("id,when\n")); err == nil || !strings.Contains(err.Error(), `no column "at"`) {
		t.Errorf("the error is %v", err)
	}
	if _, err := open(t, mapping(t, csvMapping), nil); err == nil {
		t.Error("an empty file was opened")
	}
}

func TestJSONLines(t *testing.T) {
	m := mapping(t, strings.Replace(csvMapping, "csv", "json_lines\nrecords: calls", 1))
	got, err := rows(t, m, []byte(`{"calls": [{"id": 1, "at": "a"}, {"id": "2"}, 3]}`+"\nnonsense\n{}\n"))
	want := []intake.Row{
		{Line: 1, Values: []string{"1", "a"}}, {Line: 1, Values: []string{"2", ""}}, {Line: 1, Reason: "not an object"},
		{Line: 2, Reason: "not one JSON object"}, {Line: 3, Reason: "there is no array calls"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %v\n%+v\nwant\n%+v", err, got, want)
	}
}

// TestEncoding: one text of Estonian and other names, as each program writes it.
func TestEncoding(t *testing.T) {
	const plain, baltic, western = "Ann Tamm", "Õie Žukov, Šmidti tn", "Jürgen Õismäe, Peña tänav"
	for name, c := range map[string]struct {
		said, text, bytes, want string
	}{
		"plain":                   {"", plain, plain, "utf-8"},
		"utf-8":                   {"", baltic, baltic, "utf-8"},
		"utf-8 with a mark":       {"", baltic, "\ufeff" + baltic, "utf-8"},
		"windows-1257":            {"", baltic, "\xd5ie \xdeukov, \xd0midti tn", "windows-1257"},
		"latin-1":                 {"", western, "J\xfcrgen \xd5ism\xe4e, Pe\xf1a t\xe4nav", "windows-1252"},
		"latin-1, said":           {"iso-8859-1", western, "J\xfcrgen \xd5ism\xe4e, Pe\xf1a t\xe4nav", "windows-1252"},
		"windows-1257, said":      {"windows-1257", "Õis", "\xd5is", "windows-1257"},
		"utf-16":                  {"", "Žy", "\xff\xfe\x7d\x01y\x00", "utf-16le"},
		"utf-8 for another":       {"windows-1257", "", baltic, ""},
		"another for utf-8":       {"utf-8", "", "\xd5ie", ""},
		"utf-8 with a broken row": {"", baltic, baltic, "utf-8"},
	} {
		t.Run(name, func(t *testing.T) {
			m := csvMapping
			if c.said != "" {
				m += "encoding: " + c.said + "\n"
			}
			head, end := "id,at,who\n1,,\"", "\"\n"
			if strings.HasPrefix(c.want, "utf-16") {
				head, end = wide(head), wide(end)
				c.bytes = c.bytes[:2] + head + c.bytes[2:] + end
			} else {
				mark := strings.HasPrefix(c.bytes, "\ufeff")
				c.bytes = head + strings.TrimPrefix(c.bytes, "\ufeff") + end
				if mark {
					c.bytes = "\ufeff" + c.bytes
				}
			}
			broken := strings.HasSuffix(name, "broken row")
			if broken {
				c.bytes += "2,,\xe4\n"
			}
			f, err := open(t, mapping(t, m+"type: \"{who}\"\n"), []byte(c.bytes))
			if c.want == "" {
				if err == nil {
					t.Error("was taken")
				}
				return
			}
			if err != nil || f.Encoding != c.want {
				t.Fatalf("%v; read as %s, want %s", err, f.Encoding, c.want)
			}
			row, err := f.Next()
			if err != nil || len(row.Values) != 3 || row.Values[2] != c.text {
				t.Errorf("read %+v, %v; want %s", row, err, c.text)
			}
			if row, err = f.Next(); broken && (err != nil || row.Reason == "") {
				t.Errorf("the broken row is %+v, %v", row, err)
			}
		})
	}
}

// wide writes plain letters as UTF-16 does.
func wide(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.Write([]byte{c, 0})
	}
	return b.String()
}

func TestReadMappingRefusesWithTheLine(t *testing.T) {
	for name, c := range map[string]struct{ add, want string }{
		"unknown key": {"colour: red\n", "colour: is not a key"},
		"zone":        {"zone: Mars/Base\n", `test.yaml:5: "Mars/Base" is no time zone`},
		"format":      {"arrived: {text: \"{a}\", formats: [\"15:04\"]}\n", `test.yaml:5: "15:04" is no format`},
		"brace":       {"type: \"{open\"\n", "test.yaml:5"},
		"pattern":     {"classes: [{class: dv, text: x, match: \"(\"}]\n", "is no regular expression"},
		"class":       {"classes: [{class: perhaps, text: x, match: x}]\n", "test.yaml:5"},
		"encoding":    {"encoding: morse\n", "is no known encoding"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := intake.ReadMapping([]byte(csvMapping+c.add), "test.yaml")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestShippedMappings(t *testing.T) {
	paths, err := filepath.Glob("../../docs/import/*.yaml")
	if err != nil || len(paths) < 6 {
		t.Fatalf("found %v, %v", paths, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := intake.ReadMapping(data, filepath.Base(path))
		if err != nil {
			t.Error(err)
		}
		fits := []error{m.ForCalls(), m.ForAddresses(), m.ForPersons(), m.ForCautions(), m.ForDistricts()}
		if !slices.Contains(fits, nil) {
			t.Errorf("%s is for nothing", path)
		}
	}
}

func call(t *testing.T, m intake.Mapping, head, line string, marks *[]string) (intake.Call, string) {
	t.Helper()
	got, err := rows(t, m, []byte(head+"\n"+line+"\n"))
	if err != nil || len(got) != 1 || got[0].Reason != "" {
		t.Fatalf("read %+v, %v", got, err)
	}
	return m.Call(got[0].Values, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), func(reason string) { *marks = append(*marks, reason) })
}

func TestCallTimes(t *testing.T) {
	m := mapping(t, `
source: test
format: csv
zone: America/Los_Angeles
id: id
received: {text: "{date} {received}", formats: ["01/02/06 15:04"]}
arrived: {text: "{date} {arrived}", formats: ["01/02/06 15:04"], after_received: true}
dispatched: {text: "{date} {dispatched}", formats: ["01/02/06 15:04"]}
`)
	var w []string
	c, reason := call(t, m, "id,date,received,arrived,dispatched", "1,09/14/21,23:50,00:10,23:40", &w)
	if reason != "" {
		t.Fatal(reason)
	}
	if want := time.Date(2021, 9, 15, 6, 50, 0, 0, time.UTC); !c.Received.Equal(want) {
		t.Errorf("received %v, want %v", c.Received, want)
	}
	if want := time.Date(2021, 9, 15, 7, 10, 0, 0, time.UTC); c.Arrived == nil || !c.Arrived.Equal(want) {
		t.Errorf("arrived %v, want the night after, %v", c.Arrived, want)
	}
	if c.Dispatched != nil || len(w) != 1 {
		t.Errorf("dispatched %v before it was received, marked %q", c.Dispatched, w)
	}
	for line, want := range map[string]string{
		",09/14/21,23:50,,":  "no id",
		"1,09/14/21,,,":      "the time of receiving cannot be read",
		"1,13/45/21,10:00,,": "the time of receiving cannot be read",
		"1,09/14/31,10:00,,": "received in the future",
	} {
		if _, reason := call(t, m, "id,date,received,arrived,dispatched", line, &w); reason != want {
			t.Errorf("%q is refused with %q, want %q", line, reason, want)
		}
	}
}

func TestCallPointsAndClasses(t *testing.T) {
	m := mapping(t, `
source: test
format: csv
id: id
received: {text: "{at}", formats: [unix_ms]}
address: {text: "{address}", ignore: [PLACE]}
locality: {text: "{town}", names: {Tallinna linn: Tallinn}}
point: {x: east, y: north, epsg: 3301, within: [300000, 6370000, 750000, 6640000]}
type: "{type}"
classes:
  - {class: dv, text: "{type}", match: "^family"}
  - {class: suspected_dv, text: "{type}", match: "noise|family"}
`)
	head := "id,at,address,town,east,north,type"
	var w []string
	c, _ := call(t, m, head, `1,1675620219000,Abara tn 1,Tallinna linn,541000-541500,"6587500,5",FAMILY noise`, &w)
	if c.Spot == nil || *c.Spot != (intake.Spot{X: 541250, Y: 6587500.5, EPSG: 3301}) {
		t.Errorf("the point is %+v", c.Spot)
	}
	if c.Address.Key != "tallinn|abara tn|1" || c.Class != "dv" {
		t.Errorf("read %+v of class %s", c.Address, c.Class)
	}
	again, _ := call(t, m, head, `1,1675620219000,,,,,Other`, &w)
	if again.ID != c.ID || again.ID[6]>>4 != 7 || again.ID[8]>>6 != 2 {
		t.Errorf("one row has the ids %x and %x", c.ID, again.ID)
	}
	if again.Spot != nil || len(w) != 0 || again.Class != "not_dv" {
		t.Errorf("without a point: %+v, %+v", again, w)
	}
	bad, reason := call(t, m, head, `2,1675620219000,PLACE;,Tallinn,0.00001,x,loud noise`, &w)
	if reason != "" || bad.Spot != nil || len(w) != 1 || bad.Address.Key != "" || bad.Class != "suspected_dv" {
		t.Errorf("with a bad point: %q, %+v, %+v", reason, bad, w)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("id,at\n1,\"a\n\"\"b\",\n"))
	f.Add([]byte("id,at\n\"\n\"\n\","))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := mapping(t, csvMapping)
		file, err := open(t, m, data)
		if err != nil {
			return
		}
		for last := int64(1); ; {
			row, err := file.Next()
			if err != nil {
				return
			}
			if row.Line <= last || (row.Reason == "") != (len(row.Values) == 2) {
				t.Fatalf("after line %d came %+v", last, row)
			}
			last = row.Line
		}
	})
}

const geoMapping = "source: test\nformat: geojson\nid: id\naddress: {text: \"{street} {number}[-{unit}]\"}\nlocality: {text: \"{town}\"}\npoint: {x: geometry.x, y: geometry.y, within: [20, 55, 30, 60]}\n"

// TestGeoJSON: a collection and features in lines are read alike.
func TestGeoJSON(t *testing.T) {
	m := mapping(t, geoMapping)
	const one = `{"type":"Feature","properties":{"id":7,"street":"Kase tn","number":"5","unit":null,"town":"Kivila"},"geometry":{"type":"Point","coordinates":[24.5,59.25,3]}}`
	const two = `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[1,2],[3,4],[1,2]]]},"properties":{"id":"8","street":"Kase tn","number":"5","unit":"2","town":"Kivila"}}`
	for name, c := range map[string]struct {
		text  string
		lines []int64
	}{
		"collection": {"{\"type\":\"FeatureCollection\",\"crs\":{},\n\"features\":[\n" + one + ",\n" + two + ",\n5]}", []int64{3, 4, 5}},
		"lines":      {one + "\n\n" + two + "\n[5]\n", []int64{1, 3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := rows(t, m, []byte(c.text))
			if err != nil || len(got) != 3 || got[2].Reason != "not a feature" {
				t.Fatalf("read %+v, %v", got, err)
			}
			for i, row := range got {
				if row.Line != c.lines[i] {
					t.Errorf("row %d is on line %d, want %d", i, row.Line, c.lines[i])
				}
			}
			for i, want := range []string{"kivila|kase tn|5", "kivila|kase tn|5|2"} {
				a, reason := m.Address(got[i].Values, func(string) {})
				if reason != "" || a.Parsed.Key != want || (a.Spot != nil) != (i == 0) {
					t.Errorf("read %+v, %q; want %s", a, reason, want)
				}
			}
		})
	}
	for _, text := range []string{"", "[]", `{"features":{}}`, `{"features":[{"type"`, one + "\n{", `{"type":"Feature","properties":5}`} {
		if got, err := rows(t, m, []byte(text)); err == nil && len(got) > 0 && got[len(got)-1].Reason == "" {
			t.Errorf("%q is read to its end as %+v", text, got)
		}
	}
}

func FuzzGeoJSON(f *testing.F) {
	f.Add([]byte(`{"features":[{"properties":{"id":1},"geometry":{"type":"Point","coordinates":[1,2]}},{}]}`))
	f.Add([]byte("{\"properties\":{}}\n{\"geometry\":null}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m := mapping(t, geoMapping)
		file, err := open(t, m, data)
		if err != nil {
			return
		}
		for last := int64(1); ; {
			row, err := file.Next()
			if err != nil {
				return
			}
			if row.Line < last || (row.Reason == "") != (len(row.Values) == 7) {
				t.Fatalf("after line %d came %+v", last, row)
			}
			if row.Reason == "" {
				m.Address(row.Values, func(string) {})
			}
			last = row.Line
		}
	})
}
