package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
	"doorstep/internal/person"
	"doorstep/internal/premise"
)

// AddressHistory is the past of an address, a page at a time.
type AddressHistory struct {
	Address Address `json:"address"`
	premise.GazetteerEntry
	premise.History
	Links      []person.Link `json:"links" doc:"records that may be the same human being as a resident, and those that an officer found to be"`
	NextCursor string        `json:"next_cursor,omitempty"`
}

// Repeat is an address, a person or a number with DV again and again.
type Repeat struct {
	Address     *Address      `json:"address,omitempty" doc:"itself, or the latest one of the person or number"`
	Person      *RepeatPerson `json:"person,omitempty"`
	Number      string        `json:"number,omitempty"`
	DV12m       int           `json:"dv_12m"`
	DV90d       int           `json:"dv_90d"`
	DV90dBefore int           `json:"dv_90d_before" doc:"in the 90 days before those"`
	Trend       string        `json:"trend" enum:"rising,steady,falling" doc:"of the last 90 days against the 90 before: two more or fewer, twice as many or half"`
	LastAt      time.Time     `json:"last_at"`
	Addresses   int           `json:"addresses" doc:"how many different ones"`
}

// RepeatPerson is who was a victim or a suspect again.
type RepeatPerson struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	BirthDate string   `json:"birth_date,omitempty"`
	Roles     []string `json:"roles" enum:"victim,suspect"`
}

type reportOutcome struct {
	Keyed
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Kind       string     `json:"kind" enum:"follow_up_visit,victim_support_contact,referral_made,protection_order,investigation_opened,investigation_terminated,no_contact,closed,other"`
		Class      string     `json:"class,omitempty" enum:"dv,suspected_dv,not_dv" doc:"what it turned out to be"`
		RiskLevel  string     `json:"risk_level,omitempty" enum:"low,medium,high"`
		Text       string     `json:"text" minLength:"1" maxLength:"4000" doc:"what became of it"`
		Advice     string     `json:"advice,omitempty" maxLength:"2000" doc:"to the crew: what was done well, what to do better"`
		HelpedBy   []string   `json:"helped_by,omitempty" maxItems:"20" doc:"who helped"`
		FollowUpAt *time.Time `json:"follow_up_at,omitempty" doc:"when to look again"`
	}
}

type limited struct {
	Limit int `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

func (s *Server) reviewRoutes(api huma.API) {
	register(s, api, op("premise-history", http.MethodGet, "/addresses/{id}/history", "Premise history, each entry with why it is shown", http.StatusOK, "review"), s.premiseHistory)
	register(s, api, op("report-outcome", http.MethodPost, "/incidents/{id}/outcomes", "What became of it: becomes feedback", http.StatusCreated, "review"), s.reportOutcome)
	register(s, api, op("outcomes", http.MethodGet, "/incidents/{id}/outcomes", "What became of an incident so far", http.StatusOK, "review"),
		func(ctx context.Context, a access.Actor, in *incidentID) (*pageAnswer[outcome.Outcome], error) {
			found, err := s.Room.Outcomes(ctx, a, incident.ID(in.ID))
			return page(s, found, "", err)
		})
	register(s, api, op("follow-ups", http.MethodGet, "/follow_ups", "Cases of my district that wait for somebody, most urgent first", http.StatusOK, "review"),
		func(ctx context.Context, a access.Actor, in *limited) (*pageAnswer[outcome.FollowUp], error) {
			found, err := s.Room.FollowUps(ctx, a, in.Limit)
			return page(s, found, "", err)
		})
	register(s, api, op("nearby-incidents", http.MethodGet, "/incidents/nearby", "The newest 50 incidents around a point", http.StatusOK, "review"), s.nearbyIncidents)
	register(s, api, op("unverified-addresses", http.MethodGet, "/addresses/unverified", "Addresses of my district that nobody found when they were said", http.StatusOK, "review"), s.unverified)
	register(s, api, op("match-address", http.MethodPut, "/addresses/{id}/match", "This unverified address is another one: its history moves there", http.StatusOK, "review"), s.matchAddress)
	register(s, api, op("unmatch-address", http.MethodDelete, "/addresses/{id}/match", "It is not: its history moves back", http.StatusNoContent, "review"),
		func(ctx context.Context, a access.Actor, in *struct {
			ID string `path:"id" format:"uuid"`
		}) (*struct{}, error) {
			return nil, s.Room.Unmatch(ctx, a, premise.ID(in.ID))
		})
	register(s, api, op("merge-person", http.MethodPut, "/persons/{id}/merge", "This record is of the same human being as another: they have one past", http.StatusNoContent, "review"),
		func(ctx context.Context, a access.Actor, in *struct {
			ID   string `path:"id" format:"uuid"`
			Body struct {
				SameAs string `json:"same_as" format:"uuid" doc:"the record that goes on"`
			}
		}) (*struct{}, error) {
			return nil, s.Room.MergePersons(ctx, a, person.ID(in.ID), person.ID(in.Body.SameAs))
		})
	register(s, api, op("unmerge-person", http.MethodDelete, "/persons/{id}/merge", "It is not: each has its own past again", http.StatusNoContent, "review"),
		func(ctx context.Context, a access.Actor, in *struct {
			ID string `path:"id" format:"uuid"`
		}) (*struct{}, error) {
			return nil, s.Room.UnmergePersons(ctx, a, person.ID(in.ID))
		})
	register(s, api, op("repeats", http.MethodGet, "/repeats", "Addresses, persons or numbers of my district with DV again and again, the most first", http.StatusOK, "review"), s.repeats)
}

func (s *Server) repeats(ctx context.Context, a access.Actor, in *struct {
	By    string `query:"by" enum:"address,person,number" default:"address"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}) (*pageAnswer[Repeat], error) {
	found, err := s.Room.Repeats(ctx, a, in.By, in.Limit)
	items := make([]Repeat, 0, len(found))
	for _, f := range found {
		r := Repeat{
			Number: f.Number, DV12m: f.DV12m, DV90d: f.DV90d, DV90dBefore: f.DV90dBefore, Trend: f.Trend(), LastAt: f.LastAt, Addresses: f.Addresses,
		}
		if f.Address.ID != "" {
			r.Address = wireAddress(&f.Address)
		}
		if p := f.Person; p.ID != "" {
			r.Person = &RepeatPerson{ID: p.ID, Name: p.Name, BirthDate: p.BirthDate, Roles: p.Roles}
		}
		items = append(items, r)
	}
	return page(s, items, "", err)
}

// UnverifiedAddress is one that nobody found when it was said.
type UnverifiedAddress struct {
	Address   Address   `json:"address"`
	Incidents int       `json:"incidents"`
	DV        int       `json:"dv" doc:"suspected DV counts as DV"`
	LastAt    time.Time `json:"last_at"`
}

func (s *Server) unverified(ctx context.Context, a access.Actor, in *limited) (*pageAnswer[UnverifiedAddress], error) {
	found, err := s.Room.Unverified(ctx, a, in.Limit)
	items := make([]UnverifiedAddress, 0, len(found))
	for _, f := range found {
		items = append(items, UnverifiedAddress{Address: *wireAddress(&f.Address), Incidents: f.Incidents, DV: f.DV, LastAt: f.LastAt})
	}
	return page(s, items, "", err)
}

func (s *Server) matchAddress(ctx context.Context, a access.Actor, in *struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		AddressID string `json:"address_id" format:"uuid" doc:"what it is"`
	}
}) (*struct{ Body Address }, error) {
	at, err := s.Room.Match(ctx, a, premise.ID(in.ID), premise.ID(in.Body.AddressID))
	if err != nil {
		return nil, err
	}
	return &struct{ Body Address }{Body: *wireAddress(&at)}, nil
}

func (s *Server) premiseHistory(ctx context.Context, a access.Actor, in *struct {
	ID     string `path:"id" format:"uuid"`
	Cursor string `query:"cursor" maxLength:"256"`
}) (*struct{ Body AddressHistory }, error) {
	p, err := s.Room.ReviewPremise(ctx, a, premise.ID(in.ID), in.Cursor)
	if err != nil {
		return nil, err
	}
	body := AddressHistory{Address: *wireAddress(&p.Address), GazetteerEntry: p.Entry, History: p.History, Links: p.Links, NextCursor: p.History.Next}
	return &struct{ Body AddressHistory }{Body: body}, nil
}

func (s *Server) nearbyIncidents(ctx context.Context, a access.Actor, in *struct {
	Near   string  `query:"near" required:"true" maxLength:"60" doc:"longitude,latitude"`
	Radius float64 `query:"radius" minimum:"1" maximum:"500" default:"50" doc:"in metres"`
}) (*pageAnswer[premise.Entry], error) {
	at, err := nearPoint(in.Near)
	if err == nil && at == nil {
		err = fault.Bad("near", "give longitude,latitude in degrees")
	}
	if err != nil {
		return nil, err
	}
	found, err := s.Room.Nearby(ctx, a, *at, in.Radius)
	return page(s, found, "", err)
}

func (s *Server) reportOutcome(ctx context.Context, a access.Actor, in *reportOutcome) (*struct{ Body outcome.Outcome }, error) {
	encode := func(w control.Written) any { return *w.Outcome }
	key, err := once(a, in.Key, "report-outcome "+in.ID, in.Body, encode)
	if err != nil {
		return nil, err
	}
	b := in.Body
	kept, err := s.Room.ReportOutcome(ctx, a, incident.ID(in.ID), outcome.Outcome{
		Kind: b.Kind, Class: b.Class, RiskLevel: b.RiskLevel, Text: b.Text, Advice: b.Advice, HelpedBy: b.HelpedBy, FollowUpAt: b.FollowUpAt,
	}, key)
	if err != nil {
		return nil, err
	}
	body, err := answered[outcome.Outcome](kept, encode)
	return &struct{ Body outcome.Outcome }{Body: body}, err
}
