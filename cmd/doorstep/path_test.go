package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"doorstep/internal/client"
	"doorstep/internal/postgres"
	"doorstep/internal/postgres/pgtest"
)

// newWorld makes a database with the demo town and returns its address.
func newWorld(t *testing.T) string {
	t.Helper()
	at := pgtest.URL(t)
	if err := (DemoCommand{DatabaseURL: at}).Run(t.Context(), Deps{Getenv: os.Getenv, Out: io.Discard, Err: io.Discard}); err != nil {
		t.Fatal(err)
	}
	return at
}

// startNode starts a server on the database and returns its address. It stops
// with the test.
func startNode(t *testing.T, at, redisURL string) string {
	t.Helper()
	base, _ := startNodeWith(t, at, ServeCommand{RedisURL: redisURL})
	return base
}

// startNodeWith also returns what stops the server, as SIGTERM does.
func startNodeWith(t *testing.T, at string, c ServeCommand) (base string, terminate func()) {
	t.Helper()
	c.SessionIdle = time.Hour
	ctx, stop := context.WithCancel(context.Background())
	pool, err := postgres.Open(ctx, at, 8)
	if err != nil {
		t.Fatal(err)
	}
	built, err := c.node(ctx, pool, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- built.run(ctx, listener, 5*time.Second) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the node ended with %v", err)
		}
		pool.Close()
	})
	return "http://" + listener.Addr().String(), stop
}

func signIn(t *testing.T, base, username string) *client.Client {
	t.Helper()
	d, err := client.SignIn(t.Context(), base, client.Credentials{Username: username, Password: "doorstep-demo"})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ask sends a request that must succeed.
func ask[T any](t *testing.T, d *client.Client, method, path string, header http.Header, body any) T {
	t.Helper()
	var out T
	if err := d.Call(t.Context(), method, path, header, body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// refused sends a request that must not succeed, and returns the status and
// the fields at fault.
func refused(t *testing.T, d *client.Client, method, path string, header http.Header, body any) (status int, fields []string) {
	t.Helper()
	var r *client.Refusal
	if err := d.Call(t.Context(), method, path, header, body, nil); !errors.As(err, &r) {
		t.Fatalf("%s %s was not refused: %v", method, path, err)
	}
	problem := r.Problem()
	if problem.Title == "" {
		t.Fatalf("%s %s: not problem+json: %s", method, path, r.Body)
	}
	for _, e := range problem.Errors {
		fields = append(fields, e.Field)
	}
	return r.Status, fields
}

type frame struct {
	Type  string          `json:"type"`
	Topic string          `json:"topic"`
	Seq   int64           `json:"seq"`
	Body  json.RawMessage `json:"body"`
}

// listen opens a desk's line and says hello.
func listen(t *testing.T, d *client.Client, resume map[string]int64) *websocket.Conn {
	t.Helper()
	c, err := d.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	say(t, c, "hello", map[string]any{"resume": resume})
	next(t, c, "welcome")
	return c
}

func say(t *testing.T, c *websocket.Conn, kind string, body any) {
	t.Helper()
	if err := c.WriteJSON(map[string]any{"type": kind, "body": body}); err != nil {
		t.Fatal(err)
	}
}

// next reads up to the next frame of a type.
func next(t *testing.T, c *websocket.Conn, kind string) frame {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		var f frame
		if err := c.ReadJSON(&f); err != nil {
			t.Fatalf("waiting for %s: %v", kind, err)
		}
		if f.Type == kind {
			return f
		}
	}
}

func body[T any](t *testing.T, f frame) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(f.Body, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func ifMatch(version int64) http.Header {
	return http.Header{"If-Match": {fmt.Sprintf("%q", fmt.Sprint(version))}}
}

type wireCall struct {
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	IncidentID string `json:"incident_id"`
	Assessment struct {
		Classification struct {
			Code string `json:"code"`
		} `json:"classification"`
		Flags []struct {
			Code    string `json:"code"`
			Reasons []any  `json:"reasons"`
		} `json:"flags"`
		Priority struct {
			Level   int   `json:"level"`
			Reasons []any `json:"reasons"`
		} `json:"priority"`
	} `json:"assessment"`
	Walk struct {
		Next string `json:"next"`
	} `json:"walk"`
	History struct {
		Searched bool `json:"searched"`
		Entries  []struct {
			Tie string `json:"tie"`
		} `json:"entries"`
	} `json:"history"`
}

type items[T any] struct {
	Items []T `json:"items"`
}

type named struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	District string `json:"district_code"`
}

// repeatAddress is an address of the demo town that called before.
func repeatAddress(t *testing.T, base string) named {
	t.Helper()
	found := ask[items[struct {
		Address named `json:"address"`
	}]](t, signIn(t, base, "district1"), http.MethodGet, "/repeats", nil, nil)
	if len(found.Items) == 0 {
		t.Fatal("the demo town has no address that calls again")
	}
	return found.Items[0].Address
}

// takeCall takes a call at an address that called before.
func takeCall(t *testing.T, taker *client.Client, at named) wireCall {
	t.Helper()
	opened := ask[wireCall](t, taker, http.MethodPost, "/calls", nil,
		map[string]any{"channel": "voice", "caller_role": "victim", "language": "et", "phone": "+372 5550 0100"})
	return ask[wireCall](t, taker, http.MethodPatch, "/calls/"+opened.ID, ifMatch(opened.Version), map[string]any{"address_id": at.ID, "address_note": "3. korrus"})
}

type delivery struct {
	Revision    int     `json:"revision"`
	Seq         int64   `json:"seq"`
	Topic       string  `json:"topic"`
	DeliveredAt *string `json:"delivered_at"`
	DisplayedAt *string `json:"displayed_at"`
	ReadAt      *string `json:"read_at"`
}

type assigned struct {
	Assignment struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	} `json:"assignment"`
	Briefing struct {
		ID       string `json:"briefing_id"`
		Revision int    `json:"revision"`
	} `json:"briefing"`
	Delivery delivery `json:"delivery"`
}

type briefed struct {
	ID       string `json:"briefing_id"`
	Revision int    `json:"revision"`
	Address  struct {
		Label string `json:"label"`
		Note  string `json:"note"`
	} `json:"address"`
	Assignment struct {
		ID string `json:"id"`
	} `json:"assignment"`
	History  []any `json:"history"`
	Contacts []any `json:"contacts"`
	Changes  []struct {
		Kind string `json:"kind"`
		Code string `json:"code"`
	} `json:"changes"`
}

func unitOf(t *testing.T, d *client.Client) string {
	t.Helper()
	who := ask[struct {
		User struct {
			UnitID string `json:"unit_id"`
		} `json:"user"`
	}](t, d, http.MethodGet, "/session", nil, nil)
	if who.User.UnitID == "" {
		t.Fatal("the officer is not on a shift")
	}
	return who.User.UnitID
}

// TestThePath follows one call from its first word to the feedback, on two
// nodes with Redis between them: the call taker on one, the tablet on the other.
func TestThePath(t *testing.T) {
	redisURL := os.Getenv("REDIS_URL")
	if redisURL == "" {
		t.Fatal(`no Redis to test against: run eval "$(scripts/services env)"`)
	}
	at := newWorld(t)
	centre, field := startNode(t, at, redisURL), startNode(t, at, redisURL)
	taker, officer, district := signIn(t, centre, "calltaker1"), signIn(t, field, "patrol1"), signIn(t, centre, "district1")
	door := repeatAddress(t, centre)

	call := takeCall(t, taker, door)
	if !call.History.Searched || len(call.History.Entries) == 0 {
		t.Fatalf("the history of %s was not shown: %+v", door.Label, call.History)
	}
	if call.Walk.Next == "" {
		t.Error("no next question")
	}
	call = ask[wireCall](t, taker, http.MethodPut, "/calls/"+call.ID+"/answers/relationship", nil, map[string]any{"value": "ex_partner"})
	incident := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]any{"call_id": call.ID})

	screen := listen(t, taker, nil)
	say(t, screen, "watch", map[string]any{"topics": []string{"incident:" + incident.ID}})
	next(t, screen, "welcome")
	unit := unitOf(t, officer)
	tablet := listen(t, officer, map[string]int64{"unit:" + unit: 0})

	units := ask[items[struct {
		Unit    named `json:"unit"`
		Reasons []any `json:"reasons"`
	}]](t, taker, http.MethodGet, "/units/recommended?incident="+incident.ID, nil, nil)
	if len(units.Items) == 0 || len(units.Items[0].Reasons) == 0 {
		t.Fatalf("no unit recommended with its reasons: %+v", units)
	}

	key := http.Header{"Idempotency-Key": {uuid.NewString()}}
	sent := ask[assigned](t, taker, http.MethodPost, "/incidents/"+incident.ID+"/assignments", key, map[string]any{"unit_id": unit})
	if again := ask[assigned](t, taker, http.MethodPost, "/incidents/"+incident.ID+"/assignments", key, map[string]any{"unit_id": unit}); !reflect.DeepEqual(again, sent) {
		t.Errorf("a repeat answered %+v, the first answer was %+v", again, sent)
	}
	arrived := next(t, tablet, "briefing")
	brief := body[briefed](t, arrived)
	if brief.ID != sent.Briefing.ID || brief.Address.Label != door.Label || brief.Address.Note != "3. korrus" || brief.Assignment.ID != sent.Assignment.ID {
		t.Errorf("the tablet got %+v", brief)
	}
	if len(brief.History) == 0 || len(brief.Contacts) == 0 {
		t.Errorf("the briefing has %d entries of history and %d contacts", len(brief.History), len(brief.Contacts))
	}

	say(t, tablet, "ack", map[string]any{"topic": arrived.Topic, "seq": arrived.Seq})
	if d := body[delivery](t, next(t, screen, "delivery")); d.DeliveredAt == nil {
		// the first delivery notice is 'sent'
		if d = body[delivery](t, next(t, screen, "delivery")); d.DeliveredAt == nil || d.ReadAt != nil {
			t.Errorf("after ack the call taker sees %+v", d)
		}
	}
	say(t, tablet, "read", map[string]any{"briefing_id": brief.ID, "revision": brief.Revision})
	if d := body[delivery](t, next(t, screen, "delivery")); d.ReadAt == nil || d.DisplayedAt == nil {
		t.Errorf("after read the call taker sees %+v", d)
	}

	ask[wireCall](t, taker, http.MethodPut, "/calls/"+call.ID+"/answers/weapon", nil, map[string]any{"value": "yes"})
	revised := body[briefed](t, next(t, tablet, "briefing"))
	if revised.Revision != brief.Revision+1 || len(revised.Changes) == 0 {
		t.Errorf("the revision is %+v", revised)
	}

	for _, status := range []string{"en_route", "on_scene"} {
		say(t, tablet, "status", map[string]any{"assignment_id": sent.Assignment.ID, "status": status, "at": time.Now().UTC(), "client_id": uuid.NewString()})
		next(t, screen, "status")
	}
	record := map[string]any{
		"summary": "Kuulasime osapooled eraldi ära; kannatanu soovib ohvriabi kontakti.", "heard_separately": "yes",
		"crew_class": "dv", "risk_level": "high", "children_present": "no", "injuries": "no",
		"victim_support": "accepted", "contact_card_given": true, "safe_contact": "tööl kell 9-15",
	}
	ask[any](t, officer, http.MethodPut, "/incidents/"+incident.ID+"/on_scene_record", ifMatch(0), record)
	if status, _ := refused(t, officer, http.MethodPut, "/incidents/"+incident.ID+"/on_scene_record", ifMatch(0), record); status != http.StatusPreconditionFailed {
		t.Errorf("a stale record was answered %d", status)
	}
	say(t, tablet, "status", map[string]any{"assignment_id": sent.Assignment.ID, "status": "cleared", "at": time.Now().UTC(), "client_id": uuid.NewString()})
	next(t, screen, "status")

	ask[any](t, district, http.MethodPost, "/incidents/"+incident.ID+"/outcomes", nil, map[string]any{
		"kind": "victim_support_contact", "text": "Ohvriabi sai kannatanuga ühendust.", "advice": "Hästi tehtud.", "helped_by": []string{"Ohvriabi"}})
	heard := body[struct {
		Incident string `json:"incident_id"`
	}](t, next(t, tablet, "feedback"))
	if heard.Incident != incident.ID {
		t.Errorf("feedback of %s, want %s", heard.Incident, incident.ID)
	}
	next(t, screen, "feedback")
	past := ask[struct {
		Entries []struct {
			Incident string `json:"incident_id"`
			Summary  string `json:"summary"`
		} `json:"entries"`
	}](t, district, http.MethodGet, "/addresses/"+door.ID+"/history", nil, nil)
	if past.Entries[0].Incident != incident.ID || past.Entries[0].Summary != "Ohvriabi sai kannatanuga ühendust." {
		t.Errorf("the next crew would read %+v", past.Entries[0])
	}
}

// TestATabletThatWasAwayMissesNothing holds the resume: what was sent while no
// line was open comes on the next hello, once, in order.
func TestATabletThatWasAwayMissesNothing(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	taker, officer := signIn(t, base, "calltaker1"), signIn(t, base, "patrol1")
	unit := unitOf(t, officer)
	call := takeCall(t, taker, repeatAddress(t, base))
	incident := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]any{"call_id": call.ID})
	sent := ask[assigned](t, taker, http.MethodPost, "/incidents/"+incident.ID+"/assignments", nil, map[string]any{"unit_id": unit})
	ask[wireCall](t, taker, http.MethodPut, "/calls/"+call.ID+"/answers/weapon", nil, map[string]any{"value": "yes"})

	tablet := listen(t, officer, map[string]int64{"unit:" + unit: sent.Delivery.Seq - 1})
	for want := sent.Briefing.Revision; want <= sent.Briefing.Revision+1; want++ {
		if got := body[briefed](t, next(t, tablet, "briefing")); got.Revision != want {
			t.Fatalf("revision %d came, want %d", got.Revision, want)
		}
	}
	back := listen(t, officer, map[string]int64{"unit:" + unit: sent.Delivery.Seq})
	if got := body[briefed](t, next(t, back, "briefing")); got.Revision != sent.Briefing.Revision+1 {
		t.Errorf("resumed after %d, revision %d came", sent.Delivery.Seq, got.Revision)
	}
}

func TestBadInputNamesItsFieldAndChangesNothing(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	taker, officer, district := signIn(t, base, "calltaker1"), signIn(t, base, "patrol1"), signIn(t, base, "district1")
	call := takeCall(t, taker, repeatAddress(t, base))
	long := make([]byte, 2<<20)
	for i := range long {
		long[i] = 'a'
	}
	nobody := uuid.Must(uuid.NewV7()).String()
	for name, c := range map[string]struct {
		desk         *client.Client
		method, path string
		header       http.Header
		body         any
		status       int
		field        string
	}{
		"unknown field":         {taker, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice", "colour": "red"}, 422, "colour"},
		"unknown channel":       {taker, http.MethodPost, "/calls", nil, map[string]any{"channel": "smoke"}, 422, "channel"},
		"point off the earth":   {taker, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice", "location": map[string]any{"type": "Point", "coordinates": []float64{59, 240}}}, 422, "location"},
		"body over 1 MiB":       {taker, http.MethodPost, "/calls", nil, map[string]any{"channel": string(long)}, 413, "body"},
		"stale version":         {taker, http.MethodPatch, "/calls/" + call.ID, ifMatch(call.Version - 1), map[string]any{"covert": true}, 412, ""},
		"no version":            {taker, http.MethodPatch, "/calls/" + call.ID, nil, map[string]any{"covert": true}, 422, "If-Match"},
		"malformed id":          {taker, http.MethodGet, "/calls/42", nil, nil, 422, "id"},
		"no such call":          {taker, http.MethodGet, "/calls/" + nobody, nil, nil, 404, ""},
		"no such address":       {taker, http.MethodPatch, "/calls/" + call.ID, ifMatch(call.Version), map[string]any{"address_id": nobody}, 422, "address_id"},
		"unknown question":      {taker, http.MethodPut, "/calls/" + call.ID + "/answers/weather", nil, map[string]any{"value": "yes"}, 422, "question"},
		"answer of wrong type":  {taker, http.MethodPut, "/calls/" + call.ID + "/answers/weapon", nil, map[string]any{"value": 7}, 422, "value"},
		"answer out of order":   {taker, http.MethodPut, "/calls/" + call.ID + "/answers/weapon_kind", nil, map[string]any{"value": []string{"blade"}}, 422, "question"},
		"answer from tomorrow":  {taker, http.MethodPut, "/calls/" + call.ID + "/answers/weapon", nil, map[string]any{"value": "yes", "waited_ms": -1}, 422, "waited_ms"},
		"flag that nobody set":  {taker, http.MethodPut, "/calls/" + call.ID + "/flags/weather/overrule", nil, map[string]any{"reason": "It is dry."}, 404, ""},
		"flag without a reason": {taker, http.MethodPut, "/calls/" + call.ID + "/flags/dv_history/overrule", nil, map[string]any{"reason": " "}, 422, "reason"},
		"an officer's call":     {officer, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice"}, 403, ""},
		"another desk's detail": {district, http.MethodGet, "/calls/" + call.ID, nil, nil, 403, ""},
		"unknown query":         {taker, http.MethodGet, "/addresses?q=abc&colour=red", nil, nil, 422, "colour"},
	} {
		t.Run(name, func(t *testing.T) {
			status, fields := refused(t, c.desk, c.method, c.path, c.header, c.body)
			if status != c.status || (c.field != "" && (len(fields) == 0 || fields[0] != c.field)) {
				t.Errorf("answered %d with %v, want %d with %q", status, fields, c.status, c.field)
			}
		})
	}
	if after := ask[wireCall](t, taker, http.MethodGet, "/calls/"+call.ID, nil, nil); !reflect.DeepEqual(after, call) {
		t.Errorf("the call changed: %+v, was %+v", after, call)
	}
}

func TestAKeyUsedForAnotherRequestIsRefused(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	taker := signIn(t, base, "calltaker1")
	key := http.Header{"Idempotency-Key": {uuid.NewString()}}
	ask[wireCall](t, taker, http.MethodPost, "/calls", key, map[string]any{"channel": "voice"})
	status, fields := refused(t, taker, http.MethodPost, "/calls", key, map[string]any{"channel": "text"})
	if status != http.StatusUnprocessableEntity || len(fields) != 1 || fields[0] != "Idempotency-Key" {
		t.Errorf("answered %d with %v", status, fields)
	}
}
