package main

import (
	"net/http"
	"testing"

	"doorstep/internal/client"
)

type alerted struct {
	Kind     string `json:"kind"`
	CallSign string `json:"call_sign"`
	Step     string `json:"step"`
	Level    string `json:"level"`
	By       string `json:"by"`
}

type followed struct {
	Late []struct {
		Step  string `json:"step"`
		Level string `json:"level"`
	} `json:"late"`
	DeliveredAt   string `json:"delivered_at"`
	ToldByRadioBy string `json:"told_by_radio_by"`
}

func deadlines(delivered, displayed, read, supervisor int) map[string]any {
	return map[string]any{"delivered_s": delivered, "displayed_s": displayed, "read_s": read, "supervisor_s": supervisor}
}

// TestALateBriefingReachesTheSupervisor has a tablet that does not answer, on two
// nodes: the call taker hears of it on one, the supervisor on the other.
func TestALateBriefingReachesTheSupervisor(t *testing.T) {
	at := newWorld(t)
	centre, other := startNode(t, at, ""), startNode(t, at, "")
	taker, officer, boss := signIn(t, centre, "calltaker1"), signIn(t, centre, "patrol1"), signIn(t, other, "supervisor1")
	ask[any](t, boss, http.MethodPut, "/deadlines", ifMatch(1), deadlines(1, 2, 3, 1))

	call := takeCall(t, taker, repeatAddress(t, centre))
	incident := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]any{"call_id": call.ID})
	desk, screen := listen(t, boss, nil), listen(t, taker, nil)
	say(t, screen, "watch", map[string]any{"topics": []string{"incident:" + incident.ID}})
	next(t, screen, "welcome")
	unit := unitOf(t, officer)
	sent := ask[assigned](t, taker, http.MethodPost, "/incidents/"+incident.ID+"/assignments", nil, map[string]any{"unit_id": unit})

	first := body[alerted](t, next(t, screen, "alert"))
	if want := (alerted{Kind: "delivery_late", CallSign: first.CallSign, Step: "delivered", Level: "call_taker"}); first != want || first.CallSign == "" {
		t.Errorf("the call taker is told %+v", first)
	}
	if second := body[alerted](t, next(t, screen, "alert")); second.Level != "shift_supervisor" {
		t.Errorf("the call taker is told %+v", second)
	}
	if told := body[alerted](t, next(t, desk, "alert")); told.CallSign != first.CallSign || told.Level != "shift_supervisor" {
		t.Errorf("the supervisor is told %+v", told)
	}
	waiting := ask[items[struct {
		Address    string     `json:"address"`
		CallTaker  string     `json:"call_taker"`
		Deliveries []followed `json:"deliveries"`
	}]](t, boss, http.MethodGet, "/supervision/briefings", nil, nil)
	if len(waiting.Items) != 1 || waiting.Items[0].CallTaker == "" || len(waiting.Items[0].Deliveries[0].Late) != 2 {
		t.Errorf("the supervisor sees %+v", waiting)
	}
	if watched := ask[items[named]](t, boss, http.MethodGet, "/supervision/incidents?limit=1", nil, nil); len(watched.Items) > 1 {
		t.Errorf("the supervisor sees %+v", watched)
	}

	ask[any](t, boss, http.MethodPost, "/incidents/"+incident.ID+"/take_over", nil, nil)
	if told := body[alerted](t, next(t, screen, "alert")); told.Kind != "taken_over" || told.By == "" {
		t.Errorf("the call taker is told %+v", told)
	}
	told := ask[followed](t, boss, http.MethodPost, "/incidents/"+incident.ID+"/deliveries/"+unit+"/1/told_by_radio", nil, nil)
	if told.ToldByRadioBy == "" {
		t.Errorf("told by radio: %+v", told)
	}
	if heard := body[followed](t, next(t, desk, "delivery")); heard.ToldByRadioBy != told.ToldByRadioBy {
		t.Errorf("the supervisor's screen hears %+v", heard)
	}

	// Late, but done: what was told is taken back where it was told.
	tablet := listen(t, officer, map[string]int64{"unit:" + unit: sent.Delivery.Seq - 1})
	say(t, tablet, "ack", map[string]any{"topic": "unit:" + unit, "seq": sent.Delivery.Seq})
	if heard := body[followed](t, next(t, desk, "delivery")); heard.DeliveredAt == "" || len(heard.Late) != 2 {
		t.Errorf("the supervisor's screen hears %+v", heard)
	}
}

func TestDeadlinesAreGuarded(t *testing.T) {
	base := startNode(t, newWorld(t), "")
	taker, boss, officer, admin := signIn(t, base, "calltaker1"), signIn(t, base, "supervisor1"), signIn(t, base, "patrol1"), signIn(t, base, "admin")
	call := takeCall(t, taker, repeatAddress(t, base))
	incident := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]any{"call_id": call.ID})
	ask[any](t, admin, http.MethodPut, "/deadlines", ifMatch(1), deadlines(5, 15, 40, 10))
	for name, c := range map[string]struct {
		desk         *client.Client
		method, path string
		header       http.Header
		body         any
		status       int
		field        string
	}{
		"a stale version":            {boss, http.MethodPut, "/deadlines", ifMatch(1), deadlines(5, 15, 40, 10), 412, ""},
		"no version":                 {boss, http.MethodPut, "/deadlines", nil, deadlines(5, 15, 40, 10), 422, "If-Match"},
		"displayed before":           {boss, http.MethodPut, "/deadlines", ifMatch(2), deadlines(10, 9, 40, 10), 422, "displayed_s"},
		"read with displayed":        {boss, http.MethodPut, "/deadlines", ifMatch(2), deadlines(10, 40, 40, 10), 422, "read_s"},
		"no time at all":             {boss, http.MethodPut, "/deadlines", ifMatch(2), deadlines(0, 40, 50, 10), 422, "delivered_s"},
		"more than an hour":          {boss, http.MethodPut, "/deadlines", ifMatch(2), deadlines(10, 40, 50, 3601), 422, "supervisor_s"},
		"not the call taker's":       {taker, http.MethodPut, "/deadlines", ifMatch(2), deadlines(5, 15, 40, 10), 403, ""},
		"nothing for an officer":     {officer, http.MethodGet, "/deadlines", nil, nil, 403, ""},
		"only for supervisors":       {taker, http.MethodGet, "/supervision/briefings", nil, nil, 403, ""},
		"taking over is theirs":      {taker, http.MethodPost, "/incidents/" + incident.ID + "/take_over", nil, nil, 403, ""},
		"a crew tells not by radio":  {officer, http.MethodPost, "/incidents/" + incident.ID + "/deliveries/" + unitOf(t, officer) + "/1/told_by_radio", nil, nil, 403, ""},
		"what was not sent":          {taker, http.MethodPost, "/incidents/" + incident.ID + "/deliveries/" + unitOf(t, officer) + "/1/told_by_radio", nil, nil, 404, ""},
		"a supervisor takes no call": {boss, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice"}, 403, ""},
	} {
		t.Run(name, func(t *testing.T) {
			status, fields := refused(t, c.desk, c.method, c.path, c.header, c.body)
			if status != c.status || (c.field != "" && (len(fields) == 0 || fields[0] != c.field)) {
				t.Errorf("answered %d with %v, want %d with %q", status, fields, c.status, c.field)
			}
		})
	}
}
