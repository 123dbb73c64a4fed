package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// Desk is one signed-in client of a running service.
type Desk struct {
	base   string
	client *http.Client
	unit   string // of a tablet
}

// Refusal is an answer that is not a success.
type Refusal struct {
	Status  int
	Path    string
	Problem []byte // problem+json
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s answered %d: %s", r.Path, r.Status, r.Problem)
}

// SignIn signs in to the service at base, as http://host:port.
func SignIn(ctx context.Context, base, username, password string) (*Desk, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	d := &Desk{base: base, client: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	var who struct {
		User struct {
			UnitID string `json:"unit_id"`
		} `json:"user"`
	}
	err = d.Call(ctx, http.MethodPost, "/session", nil, map[string]string{"username": username, "password": password}, &who)
	d.unit = who.User.UnitID
	return d, err
}

// Call sends one request, a create with a key of its own, and decodes the
// answer into out.
func (d *Desk) Call(ctx context.Context, method, path string, header http.Header, body, out any) error {
	var sent io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, d.base+"/api/v1"+path, sent)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", uuid.NewString())
	}
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := d.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return &Refusal{Status: answer.StatusCode, Path: path, Problem: text}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// Raise takes a call at an address and opens its incident.
func (d *Desk) Raise(ctx context.Context, addressID string) (callID, incidentID string, err error) {
	var call, incident struct {
		ID      string `json:"id"`
		Version int64  `json:"version"`
	}
	if err := d.Call(ctx, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice", "caller_role": "victim", "language": "et"}, &call); err != nil {
		return "", "", err
	}
	match := http.Header{"If-Match": {fmt.Sprintf("%q", fmt.Sprint(call.Version))}}
	if err := d.Call(ctx, http.MethodPatch, "/calls/"+call.ID, match, map[string]any{"address_id": addressID}, nil); err != nil {
		return "", "", err
	}
	err = d.Call(ctx, http.MethodPost, "/incidents", nil, map[string]any{"call_id": call.ID}, &incident)
	return call.ID, incident.ID, err
}

// Settled waits until the service has heard all that the tablet on an incident
// said: that it stored the briefing, and that it is clear again.
func (d *Desk) Settled(ctx context.Context, incident string) error {
	for {
		var now struct {
			State      string `json:"state"`
			Deliveries []struct {
				DeliveredAt *time.Time `json:"delivered_at"`
			} `json:"deliveries"`
		}
		if err := d.Call(ctx, http.MethodGet, "/incidents/"+incident, nil, nil, &now); err != nil {
			return err
		}
		if now.State == "closed" && len(now.Deliveries) > 0 && now.Deliveries[0].DeliveredAt != nil {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// Units lists the units that the service recommends for an incident, best first.
func (d *Desk) Units(ctx context.Context, incident string) ([]string, error) {
	var page struct {
		Items []struct {
			Unit struct {
				ID string `json:"id"`
			} `json:"unit"`
		} `json:"items"`
	}
	err := d.Call(ctx, http.MethodGet, "/units/recommended?incident="+incident, nil, nil, &page)
	ids := make([]string, 0, len(page.Items))
	for _, each := range page.Items {
		ids = append(ids, each.Unit.ID)
	}
	return ids, err
}

// Tablet is a unit's open line.
type Tablet struct {
	Unit      string
	Briefings chan int // size of each briefing frame, in bytes
	socket    *websocket.Conn
}

// Dial opens the stream; nothing is said on it yet.
func (d *Desk) Dial(ctx context.Context) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Jar: d.client.Jar, Subprotocols: []string{"doorstep.v1"}}
	socket, answer, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(d.base, "http")+"/api/v1/stream", nil)
	if err != nil {
		return nil, fmt.Errorf("open the stream: %w", err)
	}
	_ = answer.Body.Close()
	return socket, nil
}

// Listen opens the stream of a signed-in officer; each briefing is acknowledged
// as a tablet does, and the unit is clear at once.
func (d *Desk) Listen(ctx context.Context) (*Tablet, error) {
	socket, err := d.Dial(ctx)
	if err != nil {
		return nil, err
	}
	if err := socket.WriteJSON(map[string]any{"type": "hello", "body": map[string]any{"resume": map[string]int64{}}}); err != nil {
		return nil, err
	}
	t := &Tablet{Unit: d.unit, Briefings: make(chan int, 16), socket: socket}
	welcome := make(chan error, 1)
	go t.read(welcome)
	return t, <-welcome
}

func (t *Tablet) read(welcome chan<- error) {
	for {
		_, raw, err := t.socket.ReadMessage()
		if err != nil {
			select {
			case welcome <- err:
			default: // it was welcomed before
			}
			return
		}
		if bytes.HasPrefix(raw, []byte(`{"type":"briefing"`)) {
			t.Briefings <- len(raw) // it has arrived; what it says comes after
		}
		var f struct {
			Type  string `json:"type"`
			Topic string `json:"topic"`
			Seq   int64  `json:"seq"`
			Body  struct {
				Assignment struct {
					ID string `json:"id"`
				} `json:"assignment"`
			} `json:"body"`
		}
		if err := json.Unmarshal(raw, &f); err != nil {
			return
		}
		switch f.Type {
		case "welcome":
			welcome <- nil
		case "briefing":
			ack := map[string]any{"type": "ack", "body": map[string]any{"topic": f.Topic, "seq": f.Seq}}
			clear := map[string]any{"type": "status", "body": map[string]any{
				"assignment_id": f.Body.Assignment.ID, "status": "cleared", "at": time.Now().UTC(), "client_id": uuid.NewString()}}
			if err := errors.Join(t.socket.WriteJSON(ack), t.socket.WriteJSON(clear)); err != nil {
				return
			}
		}
	}
}

// Close cuts the line.
func (t *Tablet) Close() { _ = t.socket.Close() }
