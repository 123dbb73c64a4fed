package httpapi

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorstep/internal/access"
	"doorstep/internal/call"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// Point is a GeoJSON point in WGS 84.
type Point struct {
	Type        string    `json:"type" enum:"Point"`
	Coordinates []float64 `json:"coordinates" minItems:"2" maxItems:"2" doc:"longitude, latitude"`
}

func point(p *premise.Point) *Point {
	if p == nil {
		return nil
	}
	return &Point{Type: "Point", Coordinates: []float64{p[0], p[1]}}
}

// premise turns a wire point into ours, refusing what is not on earth.
func (p *Point) premise(field string) (*premise.Point, error) {
	if p == nil {
		return nil, nil
	}
	lon, lat := p.Coordinates[0], p.Coordinates[1]
	if lon < -180 || lon > 180 || lat < -90 || lat > 90 {
		return nil, fault.Bad(field, "is not on earth: longitude first, then latitude")
	}
	return &premise.Point{lon, lat}, nil
}

// Address is an entry of the gazetteer.
type Address struct {
	ID       string `json:"id"`
	Kind     string `json:"kind" enum:"dwelling,building,block,crossing,place,unverified"`
	Label    string `json:"label"`
	Locality string `json:"locality"`
	Point    *Point `json:"point,omitempty"`
	District string `json:"district_code,omitempty"`
}

func wireAddress(a *premise.Address) *Address {
	if a == nil {
		return nil
	}
	return &Address{ID: string(a.ID), Kind: a.Kind, Label: a.Label, Locality: a.Locality, Point: point(a.Point), District: a.District}
}

// Answer is the latest answer to one question.
type Answer struct {
	Value any       `json:"value" doc:"as it was given: a word, a list of codes, a number or a person"`
	At    time.Time `json:"at"`
}

// Call is a call with what it means so far.
type Call struct {
	ID          string            `json:"id"`
	Phone       string            `json:"phone,omitempty"`
	Channel     string            `json:"channel" enum:"voice,text,silent,app"`
	CallerRole  string            `json:"caller_role,omitempty" enum:"victim,third_party,child,suspect"`
	Covert      bool              `json:"covert"`
	Language    string            `json:"language" enum:"et,en,ru"`
	Location    *Point            `json:"location,omitempty" doc:"where the caller is, as the telephone, its cell or the caller said"`
	Radius      float64           `json:"location_radius,omitempty" doc:"how far off that may be, in metres; absent where nobody said"`
	Address     *Address          `json:"address,omitempty"`
	AddressNote string            `json:"address_note"`
	Persons     []person.Person   `json:"persons"`
	Script      ScriptRef         `json:"script"`
	Answers     map[string]Answer `json:"answers" doc:"by question code"`
	IncidentID  string            `json:"incident_id,omitempty"`
	OpenedAt    time.Time         `json:"opened_at"`
	ClosedAt    *time.Time        `json:"closed_at,omitempty"`
	Version     int64             `json:"version"`
	Walk        Walk              `json:"walk"`
	Assessment  risk.Assessment   `json:"assessment"`
	History     premise.History   `json:"history" doc:"as it was read when the address or the persons were set"`
}

// ScriptRef names the script version that a call is pinned to.
type ScriptRef struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
}

// Walk is where the script stands.
type Walk struct {
	Next       string       `json:"next" doc:"code of the next question, empty when there is none"`
	Visible    []string     `json:"visible"`
	Unanswered []string     `json:"unanswered" doc:"mandatory and visible, not answered"`
	Advice     []SaidAdvice `json:"advice" doc:"what to tell the caller now"`
	Covert     bool         `json:"covert" doc:"put the questions in their covert wording"`
	Done       bool         `json:"done"`
}

// SaidAdvice is an instruction to the caller.
type SaidAdvice struct {
	Code   string      `json:"code"`
	Text   script.Text `json:"text"`
	Source string      `json:"source"`
}

func walk(w script.Walk) Walk {
	out := Walk{Next: w.Next, Visible: w.Visible, Unanswered: w.Unanswered, Covert: w.Covert, Done: w.Done, Advice: []SaidAdvice{}}
	for _, a := range w.Advice {
		out.Advice = append(out.Advice, SaidAdvice{Code: a.Code, Text: a.Text, Source: a.Source})
	}
	return out
}

func wireCall(v control.CallView) Call {
	c := v.Call
	out := Call{
		ID: string(c.ID), Phone: c.Phone, Channel: c.Channel, CallerRole: string(c.CallerRole), Covert: c.Covert,
		Language: c.Language, Location: point(c.Location), Radius: c.Radius, Address: wireAddress(c.Address), AddressNote: c.AddressNote,
		Persons: c.Persons, Script: ScriptRef{Code: c.ScriptCode, Version: c.ScriptVersion},
		Answers: map[string]Answer{}, IncidentID: c.IncidentID, OpenedAt: c.OpenedAt, ClosedAt: c.ClosedAt,
		Version: c.Version, Walk: walk(v.Walk), Assessment: v.Assessment, History: v.History,
	}
	for code, given := range c.Answers {
		out.Answers[code] = Answer{Value: given.Value, At: given.At}
	}
	return out
}

type callAnswer struct {
	ETag string `header:"ETag"`
	Body Call
}

func callAnswerOf(v control.CallView) *callAnswer {
	return &callAnswer{ETag: etag(v.Call.Version), Body: wireCall(v)}
}

type openCall struct {
	Keyed
	Body struct {
		Phone      string   `json:"phone,omitempty" maxLength:"32" pattern:"^[+0-9 ()-]*$"`
		Channel    string   `json:"channel" enum:"voice,text,silent,app"`
		CallerRole string   `json:"caller_role,omitempty" enum:"victim,third_party,child,suspect"`
		Covert     bool     `json:"covert,omitempty"`
		Language   string   `json:"language,omitempty" enum:"et,en,ru" default:"et"`
		Location   *Point   `json:"location,omitempty" doc:"where the caller is, as AML or the cell gives it; one that comes later is a change of the call"`
		Radius     *float64 `json:"location_radius,omitempty" exclusiveMinimum:"0" maximum:"100000" doc:"how far off the location may be, in metres"`
	}
}

type changeCall struct {
	Matched
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Phone       *string          `json:"phone,omitempty" maxLength:"32" pattern:"^[+0-9 ()-]*$"`
		CallerRole  *string          `json:"caller_role,omitempty" enum:"victim,third_party,child,suspect"`
		Covert      *bool            `json:"covert,omitempty"`
		Language    *string          `json:"language,omitempty" enum:"et,en,ru"`
		Location    *Point           `json:"location,omitempty"`
		Radius      *float64         `json:"location_radius,omitempty" exclusiveMinimum:"0" maximum:"100000" doc:"of the location given with it, in metres; without it nobody said how far off that may be"`
		AddressID   *string          `json:"address_id,omitempty" format:"uuid"`
		AddressText *string          `json:"address_text,omitempty" minLength:"3" maxLength:"300" doc:"an address that the gazetteer does not have: kept as unverified"`
		AddressNote *string          `json:"address_note,omitempty" maxLength:"500" doc:"floor, door code, what the caller said"`
		Persons     *[]person.Person `json:"persons,omitempty" maxItems:"20"`
		Closed      *bool            `json:"closed,omitempty"`
	}
}

type callID struct {
	ID string `path:"id" format:"uuid"`
}

type giveAnswer struct {
	ID       string `path:"id" format:"uuid"`
	Question string `path:"question" maxLength:"64"`
	Body     struct {
		Value  json.RawMessage `json:"value" doc:"as the question's kind has it"`
		Waited int64           `json:"waited_ms,omitempty" minimum:"0" maximum:"86400000" doc:"how long ago it was given, in ms: an answer that waited for a line keeps its time"`
	}
}

// FlagPath names a flag of a call.
type FlagPath struct {
	ID   string `path:"id" format:"uuid"`
	Flag string `path:"flag" maxLength:"64"`
}

type overruleFlag struct {
	FlagPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"why it does not hold"`
	}
}

type findAddresses struct {
	Query  string  `query:"q" maxLength:"200" doc:"what was typed so far"`
	Near   string  `query:"near" maxLength:"60" doc:"longitude,latitude: nearer addresses first; alone, without q, it proposes what lies around"`
	Radius float64 `query:"radius" minimum:"0" maximum:"100000" doc:"of the position, in metres"`
	Limit  int     `query:"limit" minimum:"1" maximum:"20" default:"8"`
}

// FoundAddress is one proposal, with why it may be the one.
type FoundAddress struct {
	Address
	How          string `json:"how" enum:"typed,corner,across,position" doc:"how it follows from what was said: it itself, at the corner of two streets, across the street, around the position"`
	Former       string `json:"former_label,omitempty" doc:"what it was called, when that was said"`
	Incidents12m int    `json:"incidents_12m"`
	DV12m        int    `json:"dv_12m"`
	Metres       *int   `json:"metres,omitempty" doc:"from the position, where it was found around one"`
	Beyond       bool   `json:"beyond,omitempty" doc:"further from the position than its radius reaches"`
}

type foundAddresses struct {
	Body struct {
		Items []FoundAddress `json:"items" doc:"best first"`
	}
}

type scriptAnswer struct {
	Body script.Script
}

type fromNumberAnswer struct{ Body call.FromNumber }

func (s *Server) callTakingRoutes(api huma.API) {
	open := op("open-call", http.MethodPost, "/calls", "A call arrives", http.StatusCreated, "call taking")
	register(s, api, open, s.openCall)
	register(s, api, op("call", http.MethodGet, "/calls/{id}", "A call as it stands", http.StatusOK, "call taking"),
		func(ctx context.Context, a access.Actor, in *callID) (*callAnswer, error) {
			v, err := s.Room.Call(ctx, a, call.ID(in.ID))
			if err != nil {
				return nil, err
			}
			return callAnswerOf(v), nil
		})
	register(s, api, op("calls-from-number", http.MethodGet, "/calls/{id}/from-number", "Earlier calls from the caller's number", http.StatusOK, "call taking"),
		func(ctx context.Context, a access.Actor, in *callID) (*fromNumberAnswer, error) {
			found, err := s.Room.FromNumber(ctx, a, call.ID(in.ID))
			if err != nil {
				return nil, err
			}
			return &fromNumberAnswer{Body: found}, nil
		})
	change := op("change-call", http.MethodPatch, "/calls/{id}", "Address, caller, persons, mode", http.StatusOK, "call taking")
	change.Errors = append(change.Errors, http.StatusPreconditionFailed)
	register(s, api, change, s.changeCall)
	register(s, api, op("answer", http.MethodPut, "/calls/{id}/answers/{question}", "An answer: the next question, flags, class and priority, with reasons", http.StatusOK, "call taking"),
		func(ctx context.Context, a access.Actor, in *giveAnswer) (*callAnswer, error) {
			v, err := s.Room.Answer(ctx, a, call.ID(in.ID), in.Question, in.Body.Value, time.Duration(in.Body.Waited)*time.Millisecond)
			if err != nil {
				return nil, err
			}
			return callAnswerOf(v), nil
		})
	register(s, api, op("overrule-flag", http.MethodPut, "/calls/{id}/flags/{flag}/overrule", "Set a flag aside, for a reason: it stays visible with it, and news raises it again", http.StatusOK, "call taking"),
		func(ctx context.Context, a access.Actor, in *overruleFlag) (*callAnswer, error) {
			reason := strings.TrimSpace(in.Body.Reason)
			if reason == "" {
				return nil, fault.Bad("reason", "say why the flag does not hold")
			}
			v, err := s.Room.OverruleFlag(ctx, a, call.ID(in.ID), in.Flag, reason)
			if err != nil {
				return nil, err
			}
			return callAnswerOf(v), nil
		})
	register(s, api, op("restore-flag", http.MethodDelete, "/calls/{id}/flags/{flag}/overrule", "A flag that was set aside holds after all", http.StatusOK, "call taking"),
		func(ctx context.Context, a access.Actor, in *FlagPath) (*callAnswer, error) {
			v, err := s.Room.OverruleFlag(ctx, a, call.ID(in.ID), in.Flag, "")
			if err != nil {
				return nil, err
			}
			return callAnswerOf(v), nil
		})
	register(s, api, op("find-addresses", http.MethodGet, "/addresses", "Addresses while typing", http.StatusOK, "call taking"), s.findAddresses)
	register(s, api, op("script", http.MethodGet, "/scripts/{code}", "The published script, in all its languages", http.StatusOK, "call taking"),
		func(ctx context.Context, _ access.Actor, in *struct {
			Code    string `path:"code" maxLength:"64"`
			Version int    `query:"version" minimum:"0" doc:"that a call is pinned to; 0 is the one in force"`
		}) (*scriptAnswer, error) {
			found, err := s.Room.Script(ctx, in.Code, in.Version)
			if err != nil {
				return nil, err
			}
			return &scriptAnswer{Body: found}, nil
		})
}

func (s *Server) openCall(ctx context.Context, a access.Actor, in *openCall) (*callAnswer, error) {
	at, err := in.Body.Location.premise("location")
	if err != nil {
		return nil, err
	}
	b := in.Body
	c := call.Call{Phone: strings.TrimSpace(b.Phone), Channel: b.Channel, CallerRole: script.Caller(b.CallerRole), Covert: b.Covert,
		Language: b.Language, Persons: []person.Person{}, Answers: script.Answers{}}
	if err := c.Locate(at, b.Radius); err != nil {
		return nil, err
	}
	encode := func(w control.Written) any {
		view, err := s.Room.View(ctx, control.Work{Call: *w.Call, History: premise.Empty()})
		if err != nil {
			return nil
		}
		return wireCall(view)
	}
	key, err := once(a, in.Key, "open-call", in.Body, encode)
	if err != nil {
		return nil, err
	}
	kept, err := s.Room.OpenCall(ctx, a, c, key)
	if err != nil {
		return nil, err
	}
	body, err := answered[Call](kept, encode)
	return &callAnswer{ETag: etag(body.Version), Body: body}, err
}

func (s *Server) changeCall(ctx context.Context, a access.Actor, in *changeCall) (*callAnswer, error) {
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	b := in.Body
	at, err := b.Location.premise("location")
	if err != nil {
		return nil, err
	}
	v, err := s.Room.ChangeCall(ctx, a, call.ID(in.ID), version, call.Change{
		Phone: b.Phone, CallerRole: (*script.Caller)(b.CallerRole), Covert: b.Covert, Language: b.Language, Location: at, Radius: b.Radius,
		AddressID: (*premise.ID)(b.AddressID), AddressText: b.AddressText, AddressNote: b.AddressNote, Persons: b.Persons, Closed: b.Closed,
	})
	if err != nil {
		return nil, err
	}
	return callAnswerOf(v), nil
}

func (s *Server) findAddresses(ctx context.Context, a access.Actor, in *findAddresses) (*foundAddresses, error) {
	if err := a.Need(access.CallTaker, access.DistrictOfficer); err != nil {
		return nil, err
	}
	near, err := nearPoint(in.Near)
	if err != nil {
		return nil, err
	}
	q := premise.Search{Text: in.Query, Near: near, Radius: in.Radius, Limit: in.Limit}
	if a.Role == access.DistrictOfficer {
		if a.DistrictCode == "" {
			return nil, fault.New(fault.Forbidden, "you have no district")
		}
		q.District = a.DistrictCode
	}
	found, err := s.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &foundAddresses{}
	out.Body.Items = append([]FoundAddress{}, found...)
	return out, nil
}

// nearPoint reads "longitude,latitude"; nil when nothing was given.
func nearPoint(text string) (*premise.Point, error) {
	if text == "" {
		return nil, nil
	}
	bad := fault.Bad("near", "give longitude,latitude in degrees")
	lon, lat, ok := strings.Cut(text, ",")
	if !ok {
		return nil, bad
	}
	x, errX := strconv.ParseFloat(lon, 64)
	y, errY := strconv.ParseFloat(lat, 64)
	if errX != nil || errY != nil {
		return nil, bad
	}
	return (&Point{Coordinates: []float64{x, y}}).premise("near")
}

// Found makes one proposal of an address search.
func Found(f premise.Found) FoundAddress {
	found := FoundAddress{Address: *wireAddress(&f.Address), How: f.How, Former: f.Former, Incidents12m: f.Incidents12m, DV12m: f.DV12m, Beyond: f.Beyond}
	if f.How == premise.HowPosition {
		metres := int(math.Round(f.Metres))
		found.Metres = &metres
	}
	return found
}
