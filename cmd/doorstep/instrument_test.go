package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/instrument"
)

// instruments runs the command as a person does.
func instruments(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), append([]string{"instrument"}, args...), Deps{Getenv: func(string) string { return "" }, Out: &out, Err: &errs})
	return out.String(), err
}

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInstrumentLintOfTheShipped(t *testing.T) {
	out, err := instruments(t, "lint")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"dash_ric version 1: DASH risk checklist (24 items)\n  items: 24; item texts: none in this file\n  licence: SafeLives; ",
		"setting ticks: 14 unless the centre chooses (local)",
		"score: none without the holder's own file",
		"doorstep_sheet version 1",
		"item texts: et, en, ru",
		"Not validated: nobody has measured how well it predicts.",
		"6 instruments, 115 items, ",
		"; item texts et 19, en 19, ru 19; 0 findings\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

func TestInstrumentLintOfAFile(t *testing.T) {
	own := "../../internal/instrument/testdata/synthetic.yaml"
	out, err := instruments(t, "lint", own)
	if err != nil || !strings.Contains(out, "1 instruments, 6 items, 9 vectors passed; item texts et 6, en 0, ru 6; 0 findings") {
		t.Errorf("%v:\n%s", err, out)
	}
	data, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	wrong := written(t, "wrong.yaml", strings.Replace(string(data), "points: 4", "points: 5", 1))
	if _, err := instruments(t, "lint", wrong); err == nil || !strings.Contains(err.Error(), wrong+":") || !strings.Contains(err.Error(), "vectors[0].want") {
		t.Errorf("a wrong weight: %v", err)
	}
	latin := written(t, "latin.yaml", strings.Replace(string(data), "Чайник горячий?", "Is it hot?", 1))
	if out, err := instruments(t, "lint", latin); err == nil || !strings.Contains(out, "finding: items.1: is not in Russian in ru") {
		t.Errorf("a text in the wrong language: %v:\n%s", err, out)
	}
	if _, err := instruments(t, "lint", "none.yaml"); err == nil {
		t.Error("a file that is not there was linted")
	}
}

func TestInstrumentScore(t *testing.T) {
	lap := written(t, "lap.json", `{"answers":{"1":"no","2":"no","3":"no","4":"yes","5":"yes","6":"yes","7":"unknown","8":"no","9":"no","10":"no","11":"no"}}`)
	out, err := instruments(t, "score", "lap", lap)
	if err != nil || !strings.HasPrefix(out, "Lethality screen (LAP, Maryland), version 1: points 3–4, not certain: ") ||
		!strings.Contains(out, "no answer to 1 of 11: 7\n") ||
		!strings.Contains(out, "open        four_of_the_rest: 3–4 yes in items 4 to 11; 4 are enough.\n") {
		t.Errorf("%v:\n%s", err, out)
	}
	ric := written(t, "ric.json", `{"answers":{"1":"yes"},"facts":{"callouts_12m":3}}`)
	out, err = instruments(t, "score", "dash_ric", ric, "--set", "ticks=1", "--json")
	var r instrument.Result
	if err != nil || json.Unmarshal([]byte(out), &r) != nil || !r.Proposed.Certain || r.Proposed.Max.Code != "visible_high_risk" || !r.Settings[0].ByCentre {
		t.Errorf("%v:\n%s", err, out)
	}
	// A centre's own file takes the place of one that gives no score.
	data, err := os.ReadFile("../../internal/instrument/testdata/synthetic.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := written(t, "own.yaml", strings.Replace(string(data), "code: synthetic", "code: danger_assessment", 1))
	kettle := written(t, "kettle.json", `{"answers":{"1":"yes"},"case":{"victim":"female","suspect":"male","partners":true}}`)
	if _, err := instruments(t, "score", "danger_assessment", kettle); err == nil || !strings.Contains(err.Error(), "licence holder's own file") {
		t.Errorf("scored without the holder's file: %v", err)
	}
	if out, err := instruments(t, "score", "danger_assessment", kettle, "--own", own, "--lang", "ru"); err != nil || !strings.HasPrefix(out, "Тест чайника, версия 3: баллов 1–11, точно не известно") {
		t.Errorf("%v:\n%s", err, out)
	}
	for name, args := range map[string][]string{
		"there is no instrument dash": {"score", "dash", ric},
		"settings.tick":               {"score", "dash_ric", ric, "--set", "tick=3"},
		"answers.1":                   {"score", "doorstep_sheet", ric},
		"cannot be read":              {"score", "dash_ric", written(t, "bad.json", "{")},
	} {
		if out, err := instruments(t, args...); err == nil || !strings.Contains(err.Error(), name) || out != "" {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}
