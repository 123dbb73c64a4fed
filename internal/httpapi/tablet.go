package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/incident"
	"doorstep/internal/outcome"
	"doorstep/internal/unit"
)

// UnitBriefing is one thing that a unit is sent to.
type UnitBriefing struct {
	Assignment unit.Assignment   `json:"assignment"`
	Briefing   briefing.Briefing `json:"briefing"`
	Delivery   Delivery          `json:"delivery"`
}

// OnSceneRecord is the DV information sheet in its short form, with its version.
type OnSceneRecord struct {
	Record    *outcome.Record `json:"record,omitempty" doc:"absent when none was written"`
	WrittenBy string          `json:"written_by,omitempty"`
	WrittenAt *time.Time      `json:"written_at,omitempty"`
	Version   int64           `json:"version" doc:"0 when none was written"`
}

func wireRecord(k control.KeptRecord) OnSceneRecord {
	if k.Version == 0 {
		return OnSceneRecord{}
	}
	return OnSceneRecord{Record: &k.Record, WrittenBy: string(k.WrittenBy), WrittenAt: &k.WrittenAt, Version: k.Version}
}

type recordAnswer struct {
	ETag string `header:"ETag"`
	Body OnSceneRecord
}

func (s *Server) tabletRoutes(api huma.API) {
	register(s, api, op("unit-work", http.MethodGet, "/units/mine/work", "What my unit is sent to, with the newest briefing of each", http.StatusOK, "tablet"), s.unitWork)
	register(s, api, op("on-scene-record", http.MethodGet, "/incidents/{id}/on_scene_record", "The on-scene record", http.StatusOK, "tablet"),
		func(ctx context.Context, a access.Actor, in *incidentID) (*recordAnswer, error) {
			k, err := s.Room.OnSceneRecord(ctx, a, incident.ID(in.ID))
			if err != nil {
				return nil, err
			}
			return &recordAnswer{ETag: etag(k.Version), Body: wireRecord(k)}, nil
		})
	keep := op("keep-on-scene-record", http.MethodPut, "/incidents/{id}/on_scene_record", "Write the on-scene record; If-Match \"0\" for the first", http.StatusOK, "tablet")
	keep.Errors = append(keep.Errors, http.StatusPreconditionFailed)
	register(s, api, keep, func(ctx context.Context, a access.Actor, in *struct {
		Matched
		ID   string `path:"id" format:"uuid"`
		Body outcome.Record
	}) (*recordAnswer, error) {
		version, err := in.version()
		if err != nil {
			return nil, err
		}
		k, err := s.Room.KeepOnSceneRecord(ctx, a, incident.ID(in.ID), version, in.Body)
		if err != nil {
			return nil, err
		}
		return &recordAnswer{ETag: etag(k.Version), Body: wireRecord(k)}, nil
	})
	register(s, api, op("feedback", http.MethodGet, "/feedback", "My own feedback, newest first", http.StatusOK, "tablet"),
		func(ctx context.Context, a access.Actor, in *struct {
			Cursor string `query:"cursor" maxLength:"64"`
			Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"30"`
		}) (*pageAnswer[outcome.Feedback], error) {
			found, err := s.Room.Feedback(ctx, a, in.Cursor, in.Limit+1)
			items, next := cut(found, in.Limit, func(f outcome.Feedback) string { return f.ID })
			return page(s, items, next, err)
		})
	register(s, api, op("read-feedback", http.MethodPost, "/feedback/{id}/read", "I read it", http.StatusOK, "tablet"),
		func(ctx context.Context, a access.Actor, in *incidentID) (*struct{ Body outcome.Feedback }, error) {
			f, err := s.Room.ReadFeedback(ctx, a, in.ID)
			if err != nil {
				return nil, err
			}
			return &struct{ Body outcome.Feedback }{Body: f}, nil
		})
}

func (s *Server) unitWork(ctx context.Context, a access.Actor, _ *struct{}) (*pageAnswer[UnitBriefing], error) {
	work, err := s.Room.UnitWork(ctx, a)
	if err != nil {
		return nil, err
	}
	items := make([]UnitBriefing, 0, len(work))
	for _, w := range work {
		item := UnitBriefing{Assignment: w.Assignment, Delivery: w.Delivery}
		if err := json.Unmarshal(w.Briefing, &item.Briefing); err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return page(s, items, "", nil)
}
