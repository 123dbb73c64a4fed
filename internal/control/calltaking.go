package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/call"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/person"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
)

// CallView is a call with what it means so far.
type CallView struct {
	Call       call.Call
	History    premise.History
	Assessment risk.Assessment
	Walk       script.Walk
}

// dvScript is the script that every call begins with.
const dvScript = "dv"

// OpenCall takes a call.
func (r *Room) OpenCall(ctx context.Context, a access.Actor, c call.Call, once *Once) (Kept, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return Kept{}, err
	}
	s, ok := r.Scripts.Find(dvScript, 0)
	if !ok {
		return Kept{}, fault.New(fault.Internal, "the script is not loaded")
	}
	c.ID, c.TakenBy, c.OpenedAt, c.Version = call.ID(r.NewID()), a.ID, r.Now(), 1
	c.ScriptCode, c.ScriptVersion, c.Phone = s.Code, s.Version, person.Phone(c.Phone)
	kept, err := r.Store.OpenCall(ctx, c, once)
	if err != nil {
		return Kept{}, fmt.Errorf("open call: %w", err)
	}
	return kept, nil
}

// Call shows a call as it stands.
func (r *Room) Call(ctx context.Context, a access.Actor, id call.ID) (CallView, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return CallView{}, err
	}
	w, err := r.Store.Work(ctx, Key{Call: id})
	if err != nil {
		return CallView{}, err
	}
	return r.View(ctx, w)
}

// FromNumber shows the earlier calls from the number of a call.
func (r *Room) FromNumber(ctx context.Context, a access.Actor, id call.ID) (call.FromNumber, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return call.FromNumber{}, err
	}
	return r.Store.FromNumber(ctx, access.Use{Actor: a, Purpose: access.ForCall, At: r.Now()}, id)
}

// View is a case as a call taker sees it.
func (r *Room) View(ctx context.Context, w Work) (CallView, error) {
	assessed, walk, err := r.assess(ctx, w, r.Now())
	return CallView{Call: w.Call, History: w.History, Assessment: assessed, Walk: walk}, err
}

// ChangeCall corrects a call. A new address or new persons bring their history
// with them, and an incident that was raised already hears of it.
func (r *Room) ChangeCall(ctx context.Context, a access.Actor, id call.ID, version int64, ch call.Change) (CallView, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return CallView{}, err
	}
	now := r.Now()
	if ch.Persons != nil {
		// What would be refused must not leave a decision on a person behind.
		w, err := r.Store.Work(ctx, Key{Call: id})
		if err != nil {
			return CallView{}, err
		}
		if w.Call.Version != version {
			return CallView{}, fault.Changed(w.Call.Version)
		}
		linked, err := r.Store.LinkPersons(ctx, id, *ch.Persons, string(a.ID), now)
		if err != nil {
			return CallView{}, fmt.Errorf("link persons: %w", err)
		}
		ch.Persons = &linked
	}
	history, address, err := r.lookUp(ctx, a, id, ch, now)
	if err != nil {
		return CallView{}, err
	}
	var after Work
	kept, err := r.change(ctx, Key{Call: id}, nil, func(w Work) (Written, error) {
		if w.Call.Version != version {
			return Written{}, fault.Changed(w.Call.Version)
		}
		if err := w.Call.Apply(ch, now); err != nil {
			return Written{}, err
		}
		out := Written{Call: &w.Call}
		if ch.AddressText != nil {
			out.NewAddress = *ch.AddressText
			w.Call.Address = &premise.Address{Kind: premise.Unverified, Label: *ch.AddressText, Point: w.Call.Location}
		}
		if address != nil {
			w.Call.Address = address
		}
		if history != nil {
			w.History, out.History = *history, history
		}
		after = w
		return r.reassess(ctx, &after, out, now)
	})
	if err != nil {
		return CallView{}, fmt.Errorf("change call %s: %w", id, err)
	}
	after.Call = *kept.Written.Call
	return r.View(ctx, after)
}

// lookUp reads the history that a change of address or persons asks for; nil
// when the change asks for none.
func (r *Room) lookUp(ctx context.Context, a access.Actor, id call.ID, ch call.Change, now time.Time) (*premise.History, *premise.Address, error) {
	if ch.AddressID == nil && ch.AddressText == nil && ch.Persons == nil {
		return nil, nil, nil
	}
	w, err := r.Store.Work(ctx, Key{Call: id})
	if err != nil {
		return nil, nil, err
	}
	var address *premise.Address
	var place premise.ID
	switch {
	case ch.AddressID != nil:
		found, err := r.Store.Address(ctx, *ch.AddressID)
		if fault.Is(err, fault.NotFound) {
			return nil, nil, fault.Bad("address_id", "is not in the gazetteer")
		}
		if err != nil {
			return nil, nil, err
		}
		address, place = &found, found.ID
	case ch.AddressText == nil && w.Call.Address != nil:
		place = w.Call.Address.ID
	}
	persons := w.Call.Persons
	if ch.Persons != nil {
		persons = *ch.Persons
	}
	use := access.Use{Actor: a, Purpose: access.ForCall, Incident: w.Call.IncidentID, At: now}
	history, err := r.Store.History(ctx, use, place, subjects(persons), "")
	if err != nil {
		return nil, nil, fmt.Errorf("history for call %s: %w", id, err)
	}
	return &history, address, nil
}

// subjects are the persons whose own history counts.
func subjects(persons []person.Person) []person.ID {
	var ids []person.ID
	for _, p := range persons {
		if p.ID != "" && (p.Role == "victim" || p.Role == "suspect" || p.Role == "caller") {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Answer takes one answer, given that long ago: the assessment is made again
// and, once units are on their way, they hear what is new. The same answer once
// more, which a desk sends that did not hear of the first, changes nothing.
func (r *Room) Answer(ctx context.Context, a access.Actor, id call.ID, question string, raw json.RawMessage, ago time.Duration) (CallView, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return CallView{}, err
	}
	now := r.Now()
	var after Work
	_, err := r.change(ctx, Key{Call: id}, nil, func(w Work) (Written, error) {
		value, err := r.check(ctx, w, question, raw)
		if err != nil {
			return Written{}, err
		}
		after = w
		if w.Call.Answers[question].Value.Same(value) {
			return Written{}, nil
		}
		if w.Call.ClosedAt != nil {
			return Written{}, fault.New(fault.Conflict, "the call is closed")
		}
		at := now.Add(-ago)
		if at.Before(w.Call.OpenedAt) {
			at = w.Call.OpenedAt
		}
		w.Call.Answers[question] = script.Given{Value: value, At: at}
		return r.reassess(ctx, &after, Written{Answer: &AnswerGiven{Question: question, Value: value, By: a.ID, At: at}}, now)
	})
	if err != nil {
		return CallView{}, fmt.Errorf("answer in call %s: %w", id, err)
	}
	return r.View(ctx, after)
}

// OverruleFlag sets a flag of a call aside, for a reason; without a reason the
// flag holds again. It stays visible with the reason, and what is heard or found
// later raises it anew.
func (r *Room) OverruleFlag(ctx context.Context, a access.Actor, id call.ID, flag, reason string) (CallView, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return CallView{}, err
	}
	now := r.Now()
	var after Work
	_, err := r.change(ctx, Key{Call: id}, nil, func(w Work) (Written, error) {
		if w.Call.ClosedAt != nil {
			return Written{}, fault.New(fault.Conflict, "the call is closed")
		}
		assessed, _, err := r.assess(ctx, w, now)
		if err != nil {
			return Written{}, err
		}
		i := slices.IndexFunc(assessed.Flags, func(f risk.Flag) bool { return f.Code == flag })
		if i < 0 {
			return Written{}, fault.New(fault.NotFound, "this flag is not raised")
		}
		after = w
		if before := assessed.Flags[i].Overruled; before == nil && reason == "" || before != nil && before.Reason == reason {
			return Written{}, nil
		}
		after.Overrules = slices.DeleteFunc(slices.Clone(w.Overrules), func(o risk.Overrule) bool { return o.Flag == flag })
		if reason != "" {
			after.Overrules = append(after.Overrules, risk.Overrule{Flag: flag, By: a.DisplayName, At: now, Reason: reason})
		}
		return r.reassess(ctx, &after, Written{Overruled: &FlagOverruled{Flag: flag, Reason: reason, By: a.ID, At: now}}, now)
	})
	if err != nil {
		return CallView{}, fmt.Errorf("overrule a flag in call %s: %w", id, err)
	}
	return r.View(ctx, after)
}

// check turns what was sent into an answer to a question of the pinned script
// that is asked now, or was when the same answer was given.
func (r *Room) check(ctx context.Context, w Work, question string, raw json.RawMessage) (script.Value, error) {
	c := w.Call
	s, err := r.Script(ctx, c.ScriptCode, c.ScriptVersion)
	if err != nil {
		return script.Value{}, err
	}
	q, ok := s.Question(question)
	if !ok {
		return script.Value{}, fault.Bad("question", "is not in version %d of script %s", s.Version, s.Code)
	}
	value, err := q.Check(raw)
	var mistake script.Mistake
	if errors.As(err, &mistake) {
		return script.Value{}, fault.Bad(mistake.Field, "%s", mistake.Detail)
	}
	if err != nil || c.Answers[question].Value.Same(value) {
		return value, err
	}
	if _, visible := s.Live(c.Answers, w.History.Facts(), c.Mode()); !slices.Contains(visible, question) {
		return script.Value{}, fault.Bad("question", "is not asked at this point of the call")
	}
	return value, nil
}

// reassess judges the case again and adds to out what the incident, its
// briefing and its listeners need of it.
func (r *Room) reassess(ctx context.Context, w *Work, out Written, now time.Time) (Written, error) {
	assessed, _, err := r.assess(ctx, *w, now)
	if err != nil || w.Incident == nil {
		return out, err
	}
	in := *w.Incident
	in.Assess(assessed)
	in.Address, in.AddressNote = w.Call.Address, w.Call.AddressNote
	if in.Address != nil {
		in.DistrictCode = in.Address.District
	}
	in.Version++
	w.Incident, out.Incident = &in, &in
	out.Notices = append(out.Notices, Draft{Topic: incidentTopic(in.ID), Type: "assessment", Body: assessed})
	if w.Briefing == nil {
		return out, nil
	}
	material, err := r.material(ctx, *w, assessed)
	if err != nil {
		return out, err
	}
	if revised, changed := w.Briefing.Revise(material, now); changed {
		out.Briefing = &revised
		out.Deliveries = deliveries(revised, w.Assignments, now)
	}
	return out, nil
}

func (r *Room) material(ctx context.Context, w Work, assessed risk.Assessment) (briefing.Material, error) {
	s, err := r.Script(ctx, w.Call.ScriptCode, w.Call.ScriptVersion)
	return briefing.Material{
		Incident: *w.Incident, Covert: w.Call.Mode().Speech == script.Covert, Language: w.Call.Language,
		Assessment: assessed, History: w.History, Persons: w.Call.Persons, Contacts: r.Contacts,
		Script: s, Answers: w.Call.Answers, Mode: w.Call.Mode(),
	}, err
}

// RaiseIncident opens the incident of a call, with the first briefing. A call
// that has one already returns it.
func (r *Room) RaiseIncident(ctx context.Context, a access.Actor, id call.ID, once *Once) (Kept, error) {
	if err := a.Need(access.CallTaker); err != nil {
		return Kept{}, err
	}
	now := r.Now()
	running, err := r.Store.RunningNumber(ctx)
	if err != nil {
		return Kept{}, fmt.Errorf("number an incident: %w", err)
	}
	kept, err := r.change(ctx, Key{Call: id}, once, func(w Work) (Written, error) {
		if w.Incident != nil {
			return Written{}, fault.New(fault.Conflict, "the call has an incident already: %s", w.Incident.ID)
		}
		assessed, _, err := r.assess(ctx, w, now)
		if err != nil {
			return Written{}, err
		}
		raised := incident.Raise(incident.ID(r.NewID()), incident.Number(now, running), a.ID,
			w.Call.Address, w.Call.AddressNote, assessed, w.Call.OpenedAt)
		w.Incident, w.Call.IncidentID = &raised, string(raised.ID)
		material, err := r.material(ctx, w, assessed)
		if err != nil {
			return Written{}, err
		}
		first := briefing.Build(briefing.ID(r.NewID()), material, now)
		out := Written{
			Call: &w.Call, Incident: &raised, NewIncident: true, Briefing: &first,
			Notices: []Draft{{Topic: incidentTopic(raised.ID), Type: "assessment", Body: assessed}},
		}
		if raised.DistrictCode != "" {
			out.Notices = append(out.Notices, Draft{Topic: "district:" + raised.DistrictCode, Type: "alert",
				Body: Alert{Kind: "incident_raised", IncidentID: string(raised.ID), Number: raised.Number}})
		}
		return out, nil
	})
	if err != nil {
		return Kept{}, fmt.Errorf("raise incident from call %s: %w", id, err)
	}
	return kept, nil
}

// Alert is something that a desk must notice now.
type Alert struct {
	Kind       string    `json:"kind" enum:"delivery_late,taken_over,incident_raised,record_written,disagreement"`
	IncidentID string    `json:"incident_id"`
	Number     string    `json:"number,omitempty"`
	UnitID     string    `json:"unit_id,omitempty"`
	CallSign   string    `json:"call_sign,omitempty"`
	BriefingID string    `json:"briefing_id,omitempty"`
	Revision   int       `json:"revision,omitempty"`
	SentAt     time.Time `json:"sent_at,omitzero"`

	Step  briefing.Step  `json:"step,omitempty"`  // that is late
	Level briefing.Level `json:"level,omitempty"` // who is told that it is
	By    string         `json:"by,omitempty"`    // who took over
}

func incidentTopic(id incident.ID) string { return "incident:" + string(id) }
