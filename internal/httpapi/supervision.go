package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/incident"
	"doorstep/internal/script"
	"doorstep/internal/unit"
)

// DeadlinesSet are what the centre sets.
type DeadlinesSet struct {
	Delivered  int `json:"delivered_s" minimum:"1" maximum:"3600" doc:"a revision is stored on the device within so many seconds of its sending"`
	Displayed  int `json:"displayed_s" minimum:"1" maximum:"3600" doc:"it is on the screen, more than delivered_s"`
	Read       int `json:"read_s" minimum:"1" maximum:"3600" doc:"a person has confirmed it, more than displayed_s"`
	Supervisor int `json:"supervisor_s" minimum:"1" maximum:"3600" doc:"the supervisor is told of a step so many seconds after the call taker was"`
}

// Deadlines are those that hold, on all nodes and also for what is on its way.
type Deadlines struct {
	DeadlinesSet
	ChangedBy string    `json:"changed_by,omitempty" doc:"absent: as the program ships them"`
	ChangedAt time.Time `json:"changed_at"`
}

type deadlinesAnswer struct {
	ETag string `header:"ETag"`
	Body Deadlines
}

func wireDeadlines(k control.KeptDeadlines) *deadlinesAnswer {
	in := func(d time.Duration) int { return int(d / time.Second) }
	return &deadlinesAnswer{ETag: etag(k.Version), Body: Deadlines{
		DeadlinesSet: DeadlinesSet{in(k.Delivered), in(k.Displayed), in(k.Read), in(k.Supervisor)},
		ChangedBy:    k.ChangedBy, ChangedAt: k.ChangedAt,
	}}
}

type setDeadlines struct {
	Matched
	Body DeadlinesSet
}

// UnreadBriefing is a unit that has not read the newest revision that it was sent.
type UnreadBriefing struct {
	Number     string             `json:"number" doc:"of the incident"`
	Class      string             `json:"class" enum:"dv,suspected_dv,not_dv,unclassified"`
	Priority   int                `json:"priority,omitempty"`
	Address    string             `json:"address,omitempty"`
	CallTaker  string             `json:"call_taker,omitempty"`
	TakenOver  *control.TakenOver `json:"taken_over,omitempty"`
	Assignment unit.Assignment    `json:"assignment"`
	Deliveries []Delivery         `json:"deliveries" doc:"of this assignment, the oldest revision first"`
}

// WatchedIncident is an open incident as the supervisor follows it.
type WatchedIncident struct {
	Incident
	CallTaker  string               `json:"call_taker,omitempty"`
	TakenOver  *control.TakenOver   `json:"taken_over,omitempty"`
	Units      []unit.Assignment    `json:"units" doc:"that were sent"`
	Unanswered []UnansweredQuestion `json:"unanswered" doc:"mandatory questions without an answer, in order"`
}

// UnansweredQuestion is one that nobody asked yet.
type UnansweredQuestion struct {
	Question string      `json:"question"`
	Text     script.Text `json:"text"`
}

type toldByRadio struct {
	ID       string `path:"id" format:"uuid"`
	UnitID   string `path:"unit_id" format:"uuid"`
	Revision int    `path:"revision" minimum:"1" maximum:"1000000"`
}

type deliveryAnswer struct{ Body Delivery }

type takenOverAnswer struct{ Body control.TakenOver }

func (s *Server) supervisionRoutes(api huma.API) {
	register(s, api, op("unread-briefings", http.MethodGet, "/supervision/briefings", "Units that have not read their newest briefing, the first sent first", http.StatusOK, "supervision"),
		func(ctx context.Context, a access.Actor, _ *struct{}) (*pageAnswer[UnreadBriefing], error) {
			found, err := s.Room.Unread(ctx, a)
			items := make([]UnreadBriefing, 0, len(found))
			for _, u := range found {
				items = append(items, UnreadBriefing{u.Number, u.Class, u.Priority, u.Address, u.CallTaker, u.TakenOver, u.Assignment, u.Deliveries})
			}
			return page(s, items, "", err)
		})
	register(s, api, op("watched-incidents", http.MethodGet, "/supervision/incidents", "Open incidents with domestic violence, and what was not asked yet, newest first", http.StatusOK, "supervision"), s.watched)
	told := op("told-by-radio", http.MethodPost, "/incidents/{id}/deliveries/{unit_id}/{revision}/told_by_radio", "The unit was told by radio: nothing of this revision escalates any more", http.StatusOK, "dispatch")
	told.Errors = append(told.Errors, http.StatusNotFound)
	register(s, api, told, func(ctx context.Context, a access.Actor, in *toldByRadio) (*deliveryAnswer, error) {
		d, err := s.Room.ToldByRadio(ctx, a, incident.ID(in.ID), unit.ID(in.UnitID), in.Revision)
		return &deliveryAnswer{d}, err
	})
	take := op("take-over", http.MethodPost, "/incidents/{id}/take_over", "Become the one who is told of what is late in an incident", http.StatusOK, "supervision")
	take.Errors = append(take.Errors, http.StatusNotFound, http.StatusConflict)
	register(s, api, take, func(ctx context.Context, a access.Actor, in *incidentID) (*takenOverAnswer, error) {
		taken, err := s.Room.TakeOver(ctx, a, incident.ID(in.ID))
		return &takenOverAnswer{taken}, err
	})
	register(s, api, op("deadlines", http.MethodGet, "/deadlines", "By when a briefing must be delivered, displayed and read", http.StatusOK, "supervision"),
		func(ctx context.Context, a access.Actor, _ *struct{}) (*deadlinesAnswer, error) {
			kept, err := s.Room.Deadlines(ctx, a)
			return wireDeadlines(kept), err
		})
	set := op("set-deadlines", http.MethodPut, "/deadlines", "Set the deadlines, also for what is on its way", http.StatusOK, "supervision")
	set.Errors = append(set.Errors, http.StatusPreconditionFailed)
	register(s, api, set, s.setDeadlines)
}

func (s *Server) setDeadlines(ctx context.Context, a access.Actor, in *setDeadlines) (*deadlinesAnswer, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	span := func(seconds int) time.Duration { return time.Duration(seconds) * time.Second }
	kept, err := s.Room.SetDeadlines(ctx, a, version, briefing.Deadlines{
		Delivered: span(in.Body.Delivered), Displayed: span(in.Body.Displayed), Read: span(in.Body.Read), Supervisor: span(in.Body.Supervisor),
	})
	return wireDeadlines(kept), err
}

func (s *Server) watched(ctx context.Context, a access.Actor, in *struct {
	Cursor string `query:"cursor" maxLength:"64"`
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"25"`
},
) (*pageAnswer[WatchedIncident], error) {
	found, err := s.Room.Watched(ctx, a, in.Cursor, in.Limit+1)
	items := make([]WatchedIncident, 0, len(found))
	for _, w := range found {
		each := WatchedIncident{
			Incident: wireIncident(w.Incident), CallTaker: w.CallTaker, TakenOver: w.TakenOver,
			Units: append([]unit.Assignment{}, w.Units...), Unanswered: []UnansweredQuestion{},
		}
		for _, q := range w.Unanswered {
			each.Unanswered = append(each.Unanswered, UnansweredQuestion{q.Code, q.Text})
		}
		items = append(items, each)
	}
	items, next := cut(items, in.Limit, func(i WatchedIncident) string { return i.ID })
	return page(s, items, next, err)
}
