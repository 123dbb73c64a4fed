package drill

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"doorstep/internal/client"
)

// Delivery is how far a revision has come on its way to a unit, as a call taker is
// told.
type Delivery struct {
	Briefing  string     `json:"briefing_id"`
	Revision  int        `json:"revision"`
	Incident  string     `json:"incident_id"`
	Unit      string     `json:"unit_id"`
	Topic     string     `json:"topic"`
	Seq       int64      `json:"seq"`
	Delivered *time.Time `json:"delivered_at"`
	Displayed *time.Time `json:"displayed_at"`
	Read      *time.Time `json:"read_at"`
}

// Frame names a delivery: one revision to one unit.
type Frame struct {
	Unit string
	Seq  int64
}

// Screen is the call taker's: it shows what it was told of the incidents that are
// watched. Run is its life.
type Screen struct {
	line
	shown map[string]map[Frame]Delivery // by incident
}

// NewScreen makes the screen of a signed-in call taker.
func NewScreen(taker *client.Client, nodes ...string) *Screen {
	s := &Screen{shown: map[string]map[Frame]Delivery{}}
	s.begin(taker, nodes, "user:"+taker.AccountID)
	s.watched = map[string]bool{}
	s.keep = s.show
	return s
}

// Watch shows an incident from its beginning.
func (s *Screen) Watch(incident string) {
	topic := "incident:" + incident
	s.mu.Lock()
	s.watched[topic], s.places[topic], s.shown[incident] = true, 0, map[Frame]Delivery{}
	s.mu.Unlock()
	s.tellServer("watch", map[string]any{"topics": []string{topic}, "resume": map[string]int64{topic: 0}})
}

// Unwatch takes it off the screen.
func (s *Screen) Unwatch(incident string) {
	topic := "incident:" + incident
	s.mu.Lock()
	delete(s.watched, topic)
	delete(s.places, topic)
	delete(s.toAck, topic)
	delete(s.toWatch, topic)
	delete(s.shown, incident)
	s.mu.Unlock()
	s.tellServer("unwatch", map[string]any{"topics": []string{topic}})
}

// tellServer says what the next hello says again.
func (s *Screen) tellServer(kind string, body any) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.mu.Lock()
	socket := s.socket
	s.mu.Unlock()
	if socket != nil && write(socket, kind, body) != nil {
		_ = socket.NetConn().Close() // the reader sees it
	}
}

// show keeps what a notice says; under the lock.
func (s *Screen) show(f frame) {
	if f.Type != "delivery" {
		return
	}
	var d Delivery
	if err := json.Unmarshal(f.Body, &d); err != nil {
		s.troubleLocked(Unread, err.Error())
		return
	}
	if on := s.shown[d.Incident]; on != nil {
		on[Frame{d.Unit, d.Seq}] = d
	}
}

// Shown is what the screen says of an incident's deliveries.
func (s *Screen) Shown(incident string) map[Frame]Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.shown[incident])
}

// Shows waits until what the screen says of an incident is so.
func (s *Screen) Shows(ctx context.Context, incident string, so func(map[Frame]Delivery) bool) error {
	return s.await(ctx, func() bool { return so(s.shown[incident]) })
}
