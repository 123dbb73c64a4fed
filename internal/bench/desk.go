package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"doorstep/internal/client"
)

// Desk is one signed-in client of a running service.
type Desk struct{ *client.Client }

// SignIn signs in to the service at base, as http://host:port.
func SignIn(ctx context.Context, base, username, password string) (*Desk, error) {
	c, err := client.SignIn(ctx, base, client.Credentials{Username: username, Password: password})
	return &Desk{c}, err
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

// Arrival is a briefing frame that a tablet has read.
type Arrival struct {
	At   time.Time
	Size int // in bytes
}

// Tablet is a unit's open line.
type Tablet struct {
	Unit      string
	Briefings chan Arrival
	socket    *websocket.Conn
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
	t := &Tablet{Unit: d.UnitID, Briefings: make(chan Arrival, 16), socket: socket}
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
			t.Briefings <- Arrival{time.Now(), len(raw)} // what the tablet says of it comes after
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
