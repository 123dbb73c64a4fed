package main

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/briefing"
	"doorstep/internal/live"
)

// TestTheBrowsersTypesAreMadeFromThisContract fails when a route or a type
// changed and the document that the browser's types come from did not.
func TestTheBrowsersTypesAreMadeFromThisContract(t *testing.T) {
	var now bytes.Buffer
	if err := (OpenAPICommand{}).Run(t.Context(), Deps{Getenv: os.Getenv, Out: &now, Err: &now}); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("../../web/src/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(now.Bytes(), kept) {
		t.Error("web/src/api/openapi.json is not this contract: run go generate ./cmd/doorstep and npm run generate in web")
	}
}

// TestTheStreamsDocumentHasEveryPartOfABriefing holds AsyncAPI to what a tablet
// is sent: the page, and the unit's own assignment before it.
func TestTheStreamsDocumentHasEveryPartOfABriefing(t *testing.T) {
	var document struct {
		Components struct {
			Messages struct {
				Briefing struct {
					Payload struct {
						Properties struct {
							Body struct {
								Properties map[string]any `json:"properties"`
							} `json:"body"`
						} `json:"properties"`
					} `json:"payload"`
				} `json:"briefing"`
			} `json:"messages"`
		} `json:"components"`
	}
	if err := json.Unmarshal(live.AsyncAPI, &document); err != nil {
		t.Fatal(err)
	}
	sent, documented := []string{"assignment"}, []string{}
	for i := range reflect.TypeFor[briefing.Briefing]().NumField() {
		name, _, _ := strings.Cut(reflect.TypeFor[briefing.Briefing]().Field(i).Tag.Get("json"), ",")
		sent = append(sent, name)
	}
	for name := range document.Components.Messages.Briefing.Payload.Properties.Body.Properties {
		documented = append(documented, name)
	}
	slices.Sort(sent)
	slices.Sort(documented)
	if !slices.Equal(sent, documented) {
		t.Errorf("a briefing has %v, documented are %v", sent, documented)
	}
}
