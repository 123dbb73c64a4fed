package main

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/live"
	"doorstep/internal/unit"
)

// TestDocumentNamesEveryFieldOfANotice holds the document of the stream to what
// the stages tell, which the stream itself does not know.
func TestDocumentNamesEveryFieldOfANotice(t *testing.T) {
	var d struct {
		Components struct {
			Messages map[string]struct {
				Payload struct {
					Properties struct {
						Body struct {
							Properties map[string]any `json:"properties"`
						} `json:"body"`
					} `json:"properties"`
				} `json:"payload"`
			} `json:"messages"`
		} `json:"components"`
	}
	if err := json.Unmarshal(live.AsyncAPI, &d); err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]any{"alert": control.Alert{}, "delivery": briefing.Delivery{}, "status": unit.Assignment{}} {
		var fields []string
		for i := range reflect.TypeOf(body).NumField() {
			field, _, _ := strings.Cut(reflect.TypeOf(body).Field(i).Tag.Get("json"), ",")
			fields = append(fields, field)
		}
		slices.Sort(fields)
		documented := slices.Sorted(maps.Keys(d.Components.Messages[name].Payload.Properties.Body.Properties))
		if !slices.Equal(fields, documented) {
			t.Errorf("%s has %v, documented are %v", name, fields, documented)
		}
	}
}
