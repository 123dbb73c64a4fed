package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"doorstep/internal/drill"
)

// scrape returns the metrics that a node exposes, name to kind, and the text.
func scrape(t *testing.T, base string) (kinds map[string]string, text string) {
	t.Helper()
	res, err := http.Get(base + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%d %v: %s", res.StatusCode, err, raw)
	}
	kinds = map[string]string{}
	for line := range strings.Lines(string(raw)) {
		if f := strings.Fields(line); len(f) == 4 && f[1] == "TYPE" {
			kinds[f[2]] = f[3]
		}
	}
	return kinds, string(raw)
}

// dispatched sends a unit whose tablet says that it got, showed and read the
// briefing.
func dispatched(t *testing.T, base string) {
	t.Helper()
	taker, officer := signIn(t, base, "calltaker1"), signIn(t, base, "patrol1")
	call := takeCall(t, taker, repeatAddress(t, base))
	in := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]string{"call_id": call.ID})
	if _, err := drill.NewTaker(taker, base).Units(t.Context(), in.ID); err != nil { // as the screen does, so that the case is ready
		t.Fatal(err)
	}
	watching, line := listen(t, taker, map[string]int64{"incident:" + in.ID: 0}), listen(t, officer, nil)
	ask[struct{}](t, taker, http.MethodPost, "/incidents/"+in.ID+"/assignments", nil, map[string]string{"unit_id": unitOf(t, officer)})
	told := next(t, line, "briefing")
	page := body[briefed](t, told)
	say(t, line, "ack", map[string]any{"topic": told.Topic, "seq": told.Seq})
	said := map[string]any{"briefing_id": page.ID, "revision": page.Revision}
	say(t, line, "displayed", said)
	say(t, line, "read", said)
	for !hasRead(t, watching) {
	}
}

func hasRead(t *testing.T, watching *websocket.Conn) bool {
	return body[struct {
		ReadAt *string `json:"read_at"`
	}](t, next(t, watching, "delivery")).ReadAt != nil
}

func TestMetricsTellOfADispatch(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	dispatched(t, base)
	_, text := scrape(t, base)
	for _, want := range []string{
		`doorstep_delivery_seconds_count{step="delivered"} 1`, `doorstep_delivery_seconds_count{step="displayed"} 1`,
		`doorstep_delivery_seconds_count{step="read"} 1`, `doorstep_dispatch_commit_seconds_count 1`,
		`doorstep_undelivered_briefings{older_than="0"} 0`, `doorstep_stream_connections 2`, `doorstep_stream_opened_total 2`,
		`doorstep_stream_resumes_total 1`, `doorstep_stream_carrier_up{carrier="store"} 1`, `doorstep_stream_closed_total{code="4401"} 0`,
		`doorstep_http_request_seconds_count{route="POST /api/v1/incidents/{id}/assignments",status="201"} 1`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("not told: %s", want)
		}
	}
	if regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-`).MatchString(text) {
		t.Error("an id stands in the metrics")
	}
}

// What the dashboard and the alerts ask for is exposed, and what is exposed is
// explained.
func TestOperationsPagesNameWhatThereIs(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	ask[struct{}](t, signIn(t, base, "patrol1"), http.MethodGet, "/session", nil, nil)
	kinds, _ := scrape(t, base)
	for _, name := range append(dashboardNames(t), names(t, read(t, "alerts.yml"))...) {
		if !exposed(kinds, name) {
			t.Errorf("%s is asked for and not exposed", name)
		}
	}
	page := read(t, "README.md")
	for _, name := range names(t, page) {
		if !exposed(kinds, name) {
			t.Errorf("%s is explained and not exposed", name)
		}
	}
	for name := range kinds {
		if strings.HasPrefix(name, "doorstep_") && !strings.Contains(page, "`"+name) {
			t.Errorf("%s is exposed and not explained", name)
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile("../../docs/ops/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// dashboardNames are those in the expressions of the panels and the variables.
func dashboardNames(t *testing.T) []string {
	t.Helper()
	var d struct {
		Panels []struct {
			Title   string `json:"title"`
			Type    string `json:"type"`
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
		Templating struct {
			List []struct {
				Definition string `json:"definition"`
			} `json:"list"`
		} `json:"templating"`
	}
	if err := json.Unmarshal([]byte(read(t, "grafana-dashboard.json")), &d); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range d.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("the panel %q asks for nothing", p.Title)
		}
		for _, target := range p.Targets {
			found := names(t, target.Expr)
			if len(found) == 0 {
				t.Errorf("the panel %q asks for no metric: %s", p.Title, target.Expr)
			}
			all = append(all, found...)
		}
	}
	for _, v := range d.Templating.List {
		all = append(all, names(t, v.Definition)...)
	}
	return all
}

func names(t *testing.T, text string) []string {
	t.Helper()
	return regexp.MustCompile(`\b(?:doorstep|process|go)_[a-z0-9_]+`).FindAllString(text, -1)
}

func exposed(kinds map[string]string, name string) bool {
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		if whole, ok := strings.CutSuffix(name, part); ok && kinds[whole] == "histogram" {
			return true
		}
	}
	return kinds[name] != ""
}
