package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestPersonMatchScoresLabelledPairs(t *testing.T) {
	match := func(path string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), []string{"person", "match", path}, Deps{Getenv: func(string) string { return "" }, Out: &out, Err: &out})
		return out.String(), err
	}
	out, err := match("../../internal/person/testdata/pairs.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"name":"twins","pairs":60,"same":0,`, `{"name":"person_linking","pairs":660,"same":400,"found":1,"false_certain":0,`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
	head := "kind,label,a_name,a_birth_date,a_national_id,a_phone,b_name,b_birth_date,b_national_id,b_phone\n"
	if out, err := match(written(t, "wrong.csv", head+"mislabelled,different,Mari Tamm,,49002110001,,Mari Tamm,,49002110001,\n")); err == nil || !strings.Contains(out, `"false_certain":1`) {
		t.Errorf("got %v\n%s", err, out)
	}
	if _, err := match(written(t, "bad.csv", head+"x,perhaps,,,,,,,,\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v", err)
	}
}
