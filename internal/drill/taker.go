package drill

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/client"
)

// answerWait is how long a call taker waits for one answer before asking again.
const answerWait = 10 * time.Second

// Taker is a call taker at work. When an answer does not come, or says that the
// service cannot do it now, the same request is sent to the next node, with the same
// key, until the answer is certain. What is refused is a *client.Refusal.
type Taker struct {
	nodes   []*client.Client // one session at each
	at      atomic.Int64
	Retried atomic.Int64 // requests that were sent again
	Broken  atomic.Int64 // answers that call it the service's own fault
}

// NewTaker is a signed-in call taker who moves between nodes, given as
// http://host:port.
func NewTaker(who *client.Client, nodes ...string) *Taker {
	t := &Taker{}
	for _, base := range nodes {
		t.nodes = append(t.nodes, who.At(base))
	}
	return t
}

// Case is a call with its incident.
type Case struct {
	Call     string
	Incident string
}

// Raise takes a call at an address and opens its incident.
func (t *Taker) Raise(ctx context.Context, address string) (Case, error) {
	var call struct {
		ID      string `json:"id"`
		Version int64  `json:"version"`
	}
	if err := t.ask(ctx, http.MethodPost, "/calls", nil, map[string]any{"channel": "voice", "caller_role": "victim", "language": "et"}, &call); err != nil {
		return Case{}, err
	}
	c := Case{Call: call.ID}
	if err := t.place(ctx, c.Call, call.Version, address); err != nil {
		return c, err
	}
	var incident struct {
		ID string `json:"id"`
	}
	err := t.ask(ctx, http.MethodPost, "/incidents", nil, map[string]any{"call_id": call.ID}, &incident)
	c.Incident = incident.ID
	return c, err
}

// place sets the address of a call. That it was changed meanwhile may be news of the
// first try, whose answer was lost.
func (t *Taker) place(ctx context.Context, call string, version int64, address string) error {
	match := http.Header{"If-Match": {fmt.Sprintf("%q", fmt.Sprint(version))}}
	err := t.ask(ctx, http.MethodPatch, "/calls/"+call, match, map[string]any{"address_id": address}, nil)
	var refused *client.Refusal
	if errors.As(err, &refused) && refused.Status == http.StatusPreconditionFailed {
		return nil
	}
	return err
}

// Units lists the units that the service recommends for an incident, best first.
func (t *Taker) Units(ctx context.Context, incident string) ([]string, error) {
	var page struct {
		Items []struct {
			Unit struct {
				ID string `json:"id"`
			} `json:"unit"`
		} `json:"items"`
	}
	err := t.ask(ctx, http.MethodGet, "/units/recommended?incident="+incident, nil, nil, &page)
	ids := make([]string, 0, len(page.Items))
	for _, each := range page.Items {
		ids = append(ids, each.Unit.ID)
	}
	return ids, err
}

// Sent is a unit on its way, of which the call taker was told that it is kept.
type Sent struct {
	Assignment string
	Briefing   string
	Revision   int
	Unit       string
	Seq        int64
}

// Send sends a unit, once, however often it has to ask.
func (t *Taker) Send(ctx context.Context, incident, unit string) (Sent, error) {
	return t.SendKeyed(ctx, incident, unit, uuid.NewString())
}

// SendKeyed is Send with a key that others may use for the same.
func (t *Taker) SendKeyed(ctx context.Context, incident, unit, key string) (Sent, error) {
	var answer struct {
		Assignment struct {
			ID string `json:"id"`
		} `json:"assignment"`
		Briefing struct {
			ID       string `json:"briefing_id"`
			Revision int    `json:"revision"`
		} `json:"briefing"`
		Delivery struct {
			Seq int64 `json:"seq"`
		} `json:"delivery"`
	}
	header := http.Header{"Idempotency-Key": {key}}
	err := t.ask(ctx, http.MethodPost, "/incidents/"+incident+"/assignments", header, map[string]string{"unit_id": unit}, &answer)
	return Sent{answer.Assignment.ID, answer.Briefing.ID, answer.Briefing.Revision, unit, answer.Delivery.Seq}, err
}

// Answer keeps the caller's answer to a question.
func (t *Taker) Answer(ctx context.Context, call, question, value string) error {
	return t.ask(ctx, http.MethodPut, "/calls/"+call+"/answers/"+question, nil, map[string]string{"value": value}, nil)
}

// Deliveries tells who has received and read which revision.
func (t *Taker) Deliveries(ctx context.Context, incident string) (map[Frame]Delivery, error) {
	var page struct {
		Items []Delivery `json:"items"`
	}
	err := t.ask(ctx, http.MethodGet, "/incidents/"+incident+"/deliveries", nil, nil, &page)
	out := make(map[Frame]Delivery, len(page.Items))
	for _, d := range page.Items {
		out[Frame{d.Unit, d.Seq}] = d
	}
	return out, err
}

// Settled waits until the service has heard all that the tablet on an incident
// said: that it stored the briefing, and that it is clear again.
func (t *Taker) Settled(ctx context.Context, incident string) error {
	for {
		var now struct {
			State      string     `json:"state"`
			Deliveries []Delivery `json:"deliveries"`
		}
		if err := t.ask(ctx, http.MethodGet, "/incidents/"+incident, nil, nil, &now); err != nil {
			return err
		}
		if now.State == "closed" && len(now.Deliveries) > 0 && now.Deliveries[0].Delivered != nil {
			return nil
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// ask asks until the answer is certain or the context ends.
func (t *Taker) ask(ctx context.Context, method, path string, header http.Header, body, out any) error {
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if method == http.MethodPost && header.Get("Idempotency-Key") == "" {
		header.Set("Idempotency-Key", uuid.NewString())
	}
	for {
		err := t.once(ctx, method, path, header, body, out)
		var refused *client.Refusal
		if errors.As(err, &refused) && refused.Status == http.StatusInternalServerError {
			t.Broken.Add(1)
		}
		if certain(err) || ctx.Err() != nil {
			return err
		}
		t.at.Add(1)
		t.Retried.Add(1)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100*time.Millisecond + rand.N(200*time.Millisecond)):
		}
	}
}

func (t *Taker) once(ctx context.Context, method, path string, header http.Header, body, out any) error {
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	node := t.nodes[int(t.at.Load())%len(t.nodes)]
	return node.Call(ctx, method, path, header, body, out)
}

// certain reports whether an answer says what became of a request.
func certain(err error) bool {
	var refused *client.Refusal
	if err == nil {
		return true
	}
	return errors.As(err, &refused) && refused.Status < http.StatusInternalServerError && refused.Status != http.StatusTooManyRequests
}
