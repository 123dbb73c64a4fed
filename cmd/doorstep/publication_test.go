package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/client"
)

type scriptVersion struct {
	Version    int    `json:"version"`
	State      string `json:"state"`
	ProposedBy string `json:"proposed_by"`
	DecidedBy  string `json:"decided_by"`
	Mine       bool   `json:"mine"`
}

type scriptSource struct {
	Version  scriptVersion `json:"version"`
	Source   string        `json:"source"`
	Findings []any         `json:"findings"`
}

// pinned is the version of the script that a new call begins with.
func pinned(t *testing.T, taker *client.Client) int {
	t.Helper()
	return ask[struct {
		Script struct {
			Version int `json:"version"`
		} `json:"script"`
	}](t, taker, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice"}).Script.Version
}

// TestAPublishedScriptReachesNewCallsOnEveryNode goes the whole way of a
// version on two nodes; a call that runs keeps the one that it began with.
func TestAPublishedScriptReachesNewCallsOnEveryNode(t *testing.T) {
	at := newWorld(t)
	here, there := startNode(t, at, ""), startNode(t, at, "")
	author, second := signIn(t, here, "admin"), signIn(t, here, "admin2")
	taker, elsewhere := signIn(t, here, "calltaker1"), signIn(t, there, "calltaker2")
	const base = 3
	if now := pinned(t, taker); now != base {
		t.Fatalf("new calls begin with version %d", now)
	}
	running := ask[wireCall](t, elsewhere, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice"})

	shipped := ask[scriptSource](t, author, http.MethodGet, "/scripts/dv/versions/3", nil, nil)
	if shipped.Version.State != "in_force" || len(shipped.Findings) != 0 {
		t.Fatalf("the program's version is %+v with findings %v", shipped.Version, shipped.Findings)
	}
	source := strings.Replace(shipped.Source, "\nversion: 3\n", "\nversion: 4\n", 1)
	propose := func(source string) map[string]any { return map[string]any{"source": source, "note": "Shorter words."} }

	for name, c := range map[string]struct{ source, field string }{
		"a number that is taken":   {shipped.Source, "source line 8: version"},
		"an unknown key":           {source + "colour: red\n", "colour"},
		"no YAML":                  {"questions: [", "source line 1"},
		"a question looking ahead": {strings.Replace(source, "questions:\n", "questions:\n  - { code: early, kind: yes_no, group: safety, text: { et: 'Kas?', en: 'Is it?', ru: 'Да?' }, when: { answer: weapon, is: 'yes' } }\n", 1), "questions.early.when"},
	} {
		status, fields := refused(t, author, http.MethodPost, "/scripts/dv/versions", nil, propose(c.source))
		if status != http.StatusUnprocessableEntity || len(fields) == 0 || !strings.Contains(strings.Join(fields, "\n"), c.field) {
			t.Errorf("%s was answered %d with the fields %q", name, status, fields)
		}
	}
	if status, _ := refused(t, taker, http.MethodPost, "/scripts/dv/versions", nil, propose(source)); status != http.StatusForbidden {
		t.Errorf("a call taker's proposal was answered %d", status)
	}

	key := http.Header{"Idempotency-Key": {uuid.NewString()}}
	mine := ask[scriptVersion](t, author, http.MethodPost, "/scripts/dv/versions", key, propose(source))
	if again := ask[scriptVersion](t, author, http.MethodPost, "/scripts/dv/versions", key, propose(source)); again != mine {
		t.Errorf("a repeat answered %+v, the first answer was %+v", again, mine)
	}
	if mine.State != "proposed" || !mine.Mine || mine.ProposedBy == "" {
		t.Errorf("proposed: %+v", mine)
	}
	if now := pinned(t, taker); now != base {
		t.Errorf("a proposal alone changed what new calls begin with: %d", now)
	}

	decision := "/scripts/dv/versions/4/decision"
	if status, _ := refused(t, author, http.MethodPost, decision, nil, map[string]any{"approve": true}); status != http.StatusForbidden {
		t.Errorf("the approval of an own proposal was answered %d", status)
	}
	lines := ask[struct {
		Lines []struct{ Of, Field, Was, Is string } `json:"lines"`
	}](t, second, http.MethodGet, "/scripts/dv/versions/4/differences?from=3", nil, nil).Lines
	if len(lines) != 1 || lines[0].Of != "script" || lines[0].Field != "version" || lines[0].Was != "3" || lines[0].Is != "4" {
		t.Errorf("the differences are %+v", lines)
	}
	approved := ask[scriptVersion](t, second, http.MethodPost, decision, nil, map[string]any{"approve": true})
	if approved.State != "in_force" || approved.DecidedBy == "" || approved.DecidedBy == approved.ProposedBy {
		t.Errorf("approved: %+v", approved)
	}
	if status, _ := refused(t, second, http.MethodPost, decision, nil, map[string]any{"approve": false, "reason": "Not so."}); status != http.StatusConflict {
		t.Errorf("a second decision was answered %d", status)
	}

	if now := pinned(t, taker); now != 4 {
		t.Errorf("on the node that published, new calls begin with version %d", now)
	}
	fresh := ask[wireCall](t, taker, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice"})
	// The other node has not looked yet, and must still serve a call of version 4.
	ask[wireCall](t, elsewhere, http.MethodPut, "/calls/"+fresh.ID+"/answers/injured", nil, map[string]any{"value": "no"})
	ask[wireCall](t, elsewhere, http.MethodPut, "/calls/"+running.ID+"/answers/injured", nil, map[string]any{"value": "no"})
	for wait := time.Now().Add(3 * scriptTick); pinned(t, elsewhere) != 4; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(wait) {
			t.Fatal("the other node never took the new version")
		}
	}
}

// TestEditorsFindTheSchemas holds that a running service publishes what a
// definition names in its first line.
func TestEditorsFindTheSchemas(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	for name, title := range map[string]string{"script": "script", "rules": "rules", "cases": "cases", "instrument": "instrument"} {
		answer, err := http.Get(base + "/api/schemas/" + name + ".schema.json")
		if err != nil {
			t.Fatal(err)
		}
		var schema struct {
			Schema string `json:"$schema"`
			Title  string `json:"title"`
		}
		err = json.NewDecoder(answer.Body).Decode(&schema)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(schema.Schema, "2020-12") || !strings.Contains(strings.ToLower(schema.Title), title) {
			t.Errorf("%s: %d, %+v, %v", name, answer.StatusCode, schema, err)
		}
	}
}

// TestPublishFromATerminal holds what an author reads: the line at fault, then
// what is left to do.
func TestPublishFromATerminal(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	source := ask[scriptSource](t, signIn(t, base, "admin"), http.MethodGet, "/scripts/dv/versions/3", nil, nil).Source
	file := filepath.Join(t.TempDir(), "our.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	publish := func(user string, args ...string) (string, string) {
		t.Helper()
		var out strings.Builder
		err := run(t.Context(), append([]string{"script", "publish", "--server", base, "--user", user}, args...), Deps{
			Getenv: func(string) string { return "doorstep-demo" }, In: strings.NewReader(""), Out: &out, Err: &out,
		})
		if err != nil {
			return out.String(), err.Error()
		}
		return out.String(), ""
	}

	write(source)
	if _, err := publish("admin", file, "--note", "New words."); !strings.Contains(err, file+":8: version: must be above 3") {
		t.Errorf("the refusal of a number that is taken: %s", err)
	}
	write(strings.Replace(source, "\nversion: 3\n", "\nversion: 4\n", 1))
	if _, err := publish("admin", file); !strings.Contains(err, "--note") {
		t.Errorf("a proposal without a note: %s", err)
	}
	if _, err := publish("calltaker1", file, "--note", "New words."); !strings.Contains(err, "call_taker") {
		t.Errorf("a call taker's proposal: %s", err)
	}
	if out, err := publish("admin", file, "--note", "New words."); err != "" || !strings.Contains(out, "--approve dv@4") {
		t.Errorf("proposed: %s%s", out, err)
	}
	if _, err := publish("admin", "--approve", "dv@4"); !strings.Contains(err, "second person") {
		t.Errorf("an own approval: %s", err)
	}
	if _, err := publish("admin2", "--refuse", "dv@4"); !strings.Contains(err, "reason") {
		t.Errorf("a refusal without a reason: %s", err)
	}
	if out, err := publish("admin2", "--approve", "dv@4"); err != "" || !strings.Contains(out, "dv version 4 is in force") {
		t.Errorf("approved: %s%s", out, err)
	}
}
