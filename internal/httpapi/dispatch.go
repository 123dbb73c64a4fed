package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/incident"
	"doorstep/internal/unit"
)

// Incident is the event that units are sent to.
type Incident struct {
	ID           string     `json:"id"`
	Number       string     `json:"number"`
	State        string     `json:"state" enum:"open,dispatched,on_scene,closed"`
	Class        string     `json:"class" enum:"dv,suspected_dv,not_dv,unclassified"`
	Type         string     `json:"type"`
	Relationship string     `json:"relationship,omitempty"`
	Priority     int        `json:"priority,omitempty" doc:"1 is immediate; absent in imported history"`
	Flags        []string   `json:"flags"`
	Address      *Address   `json:"address,omitempty"`
	AddressNote  string     `json:"address_note,omitempty"`
	District     string     `json:"district_code,omitempty"`
	ReceivedAt   time.Time  `json:"received_at"`
	DispatchedAt *time.Time `json:"dispatched_at,omitempty"`
	ArrivedAt    *time.Time `json:"arrived_at,omitempty"`
	ClosedAt     *time.Time `json:"closed_at,omitempty"`
	Disposition  string     `json:"disposition,omitempty"`
	Summary      string     `json:"summary,omitempty" doc:"what became of it"`
	RiskLevel    string     `json:"risk_level,omitempty" enum:"low,medium,high"`
	Version      int64      `json:"version"`
}

func wireIncident(in incident.Incident) Incident {
	return Incident{
		ID: string(in.ID), Number: in.Number, State: string(in.State), Class: in.Class, Type: in.Type,
		Relationship: in.Relationship, Priority: in.Priority, Flags: in.Flags, Address: wireAddress(in.Address),
		AddressNote: in.AddressNote, District: in.DistrictCode, ReceivedAt: in.ReceivedAt, DispatchedAt: in.DispatchedAt,
		ArrivedAt: in.ArrivedAt, ClosedAt: in.ClosedAt, Disposition: in.Disposition, Summary: in.Summary,
		RiskLevel: in.RiskLevel, Version: in.Version,
	}
}

// IncidentDetail is an incident with who is sent and how far the briefing came.
type IncidentDetail struct {
	Incident
	CallID      string              `json:"call_id,omitempty"`
	Assignments []unit.Assignment   `json:"assignments"`
	Deliveries  []briefing.Delivery `json:"deliveries"`
	Briefing    *briefing.Briefing  `json:"briefing,omitempty" doc:"the newest revision"`
	TakenOver   *control.TakenOver  `json:"taken_over,omitempty" doc:"the supervisor who is told of what is late instead of the call taker"`
}

type incidentAnswer struct {
	ETag string `header:"ETag"`
	Body Incident
}

type raiseIncident struct {
	Keyed
	Body struct {
		CallID string `json:"call_id" format:"uuid"`
	}
}

type incidentID struct {
	ID string `path:"id" format:"uuid"`
}

type listIncidents struct {
	Open   bool   `query:"open" doc:"only those not closed"`
	DV     bool   `query:"dv" doc:"only DV and suspected DV"`
	Mine   bool   `query:"mine" doc:"only those that I raised"`
	Cursor string `query:"cursor" maxLength:"64"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// Page is one page of a list; NextCursor is empty on the last.
type Page[T any] struct {
	Items      []T       `json:"items"`
	NextCursor string    `json:"next_cursor,omitempty"`
	AsOf       time.Time `json:"as_of"`
}

type pageAnswer[T any] struct {
	Body Page[T]
}

// Assigned is the answer to sending a unit.
type Assigned struct {
	Assignment unit.Assignment `json:"assignment"`
	Briefing   BriefingRef     `json:"briefing"`
	Delivery   Delivery        `json:"delivery"`
}

// BriefingRef names the revision that was sent.
type BriefingRef struct {
	ID       string `json:"briefing_id"`
	Revision int    `json:"revision"`
}

// Delivery is how far a revision has come on its way to a unit.
type Delivery = briefing.Delivery

type assign struct {
	Keyed
	ID   string `path:"id" format:"uuid"`
	Body struct {
		UnitID string `json:"unit_id" format:"uuid"`
	}
}

type assignedAnswer struct {
	Body Assigned
}

func (s *Server) dispatchRoutes(api huma.API) {
	register(s, api, op("raise-incident", http.MethodPost, "/incidents", "Open the incident of a call", http.StatusCreated, "dispatch"), s.raiseIncident)
	register(s, api, op("incident", http.MethodGet, "/incidents/{id}", "An incident, who is sent, how far the briefing came", http.StatusOK, "dispatch"), s.incident)
	register(s, api, op("incidents", http.MethodGet, "/incidents", "Incidents, newest first", http.StatusOK, "dispatch"), s.incidents)
	register(s, api, op("recommended-units", http.MethodGet, "/units/recommended", "Free units ranked, with reasons", http.StatusOK, "dispatch"),
		func(ctx context.Context, a access.Actor, in *struct {
			Incident string `query:"incident" required:"true" format:"uuid"`
		}) (*pageAnswer[unit.Recommended], error) {
			units, err := s.Room.RecommendUnits(ctx, a, incident.ID(in.Incident))
			return page(s, units, "", err)
		})
	register(s, api, op("assign", http.MethodPost, "/incidents/{id}/assignments", "Send a unit: commits the briefing, then pushes it", http.StatusCreated, "dispatch"), s.assign)
	register(s, api, op("deliveries", http.MethodGet, "/incidents/{id}/deliveries", "Who received and read which revision, when", http.StatusOK, "dispatch"),
		func(ctx context.Context, a access.Actor, in *incidentID) (*pageAnswer[Delivery], error) {
			v, err := s.Room.Incident(ctx, a, incident.ID(in.ID))
			return page(s, v.Deliveries, "", err)
		})
}

// page wraps a list, never null.
func page[T any](s *Server, items []T, next string, err error) (*pageAnswer[T], error) {
	if err != nil {
		return nil, err
	}
	if items == nil {
		items = []T{}
	}
	return &pageAnswer[T]{Body: Page[T]{Items: items, NextCursor: next, AsOf: s.Room.Now()}}, nil
}

func (s *Server) raiseIncident(ctx context.Context, a access.Actor, in *raiseIncident) (*incidentAnswer, error) {
	encode := func(w control.Written) any { return wireIncident(*w.Incident) }
	key, err := once(a, in.Key, "raise-incident", in.Body, encode)
	if err != nil {
		return nil, err
	}
	kept, err := s.Room.RaiseIncident(ctx, a, call.ID(in.Body.CallID), key)
	if err != nil {
		return nil, err
	}
	body, err := answered[Incident](kept, encode)
	return &incidentAnswer{ETag: etag(body.Version), Body: body}, err
}

func (s *Server) incident(ctx context.Context, a access.Actor, in *incidentID) (*struct {
	ETag string `header:"ETag"`
	Body IncidentDetail
}, error) {
	v, err := s.Room.Incident(ctx, a, incident.ID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &struct {
		ETag string `header:"ETag"`
		Body IncidentDetail
	}{ETag: etag(v.Incident.Version)}
	out.Body = IncidentDetail{Incident: wireIncident(v.Incident), CallID: v.CallID, Briefing: v.Briefing, TakenOver: v.TakenOver,
		Assignments: append([]unit.Assignment{}, v.Assignments...), Deliveries: append([]Delivery{}, v.Deliveries...)}
	return out, nil
}

func (s *Server) incidents(ctx context.Context, a access.Actor, in *listIncidents) (*pageAnswer[Incident], error) {
	f := control.IncidentFilter{Open: in.Open, DVOnly: in.DV, Before: in.Cursor, Limit: in.Limit + 1}
	if in.Mine {
		f.RaisedBy = a.ID
	}
	found, err := s.Room.Incidents(ctx, a, f)
	items := make([]Incident, 0, len(found))
	for _, f := range found {
		items = append(items, wireIncident(f))
	}
	items, next := cut(items, in.Limit, func(i Incident) string { return i.ID })
	return page(s, items, next, err)
}

// cut makes a page of a list that was read one longer than asked for; the
// cursor is the id of its last item.
func cut[T any](items []T, limit int, id func(T) string) ([]T, string) {
	if len(items) <= limit {
		return items, ""
	}
	return items[:limit], id(items[limit-1])
}

func (s *Server) assign(ctx context.Context, a access.Actor, in *assign) (*assignedAnswer, error) {
	encode := func(w control.Written) any {
		d := w.Deliveries[0]
		return Assigned{Assignment: *w.Assignment, Briefing: BriefingRef{ID: string(d.BriefingID), Revision: d.Revision}, Delivery: d}
	}
	key, err := once(a, in.Key, "assign "+in.ID, in.Body, encode)
	if err != nil {
		return nil, err
	}
	kept, err := s.Room.Assign(ctx, a, incident.ID(in.ID), unit.ID(in.Body.UnitID), key)
	if err != nil {
		return nil, err
	}
	body, err := answered[Assigned](kept, encode)
	return &assignedAnswer{Body: body}, err
}
