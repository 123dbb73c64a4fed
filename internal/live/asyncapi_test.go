package live

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

type document struct {
	Info struct {
		Description string `json:"description"`
	} `json:"info"`
	Operations map[string]struct {
		Action   string `json:"action"`
		Messages []struct {
			Ref string `json:"$ref"`
		} `json:"messages"`
	} `json:"operations"`
	Components struct {
		Messages map[string]struct {
			Name    string `json:"name"`
			Payload struct {
				Properties struct {
					Type struct {
						Const string `json:"const"`
					} `json:"type"`
					Body struct {
						Properties map[string]any `json:"properties"`
					} `json:"body"`
				} `json:"properties"`
			} `json:"payload"`
		} `json:"messages"`
	} `json:"components"`
}

func read(t *testing.T) (d document) {
	t.Helper()
	if err := json.Unmarshal(AsyncAPI, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// types returns the types of frames that go one way.
func (d document) types(t *testing.T, action string) (names []string) {
	t.Helper()
	for _, op := range d.Operations {
		if op.Action != action {
			continue
		}
		for _, m := range op.Messages {
			key := strings.TrimPrefix(m.Ref, "#/channels/stream/messages/")
			message := d.Components.Messages[key]
			if message.Name != message.Payload.Properties.Type.Const {
				t.Errorf("%s is named %q and has the type %q", key, message.Name, message.Payload.Properties.Type.Const)
			}
			names = append(names, message.Name)
		}
	}
	slices.Sort(names)
	return names
}

// inboundFrames is every type that decode takes, with its body.
var inboundFrames = map[string]any{
	"hello": hello{}, "watch": watch{}, "unwatch": unwatch{}, "ack": Ack{}, "displayed": Displayed{},
	"read": Read{}, "status": Status{}, "position": nil,
}

func TestDocumentNamesEveryFrame(t *testing.T) {
	d := read(t)
	said := slices.Concat(NoticeTypes, []string{TypeWelcome, TypeBeat, TypeResync, TypeRefused, TypeRetry, TypeState})
	slices.Sort(said)
	if got := d.types(t, "send"); !slices.Equal(got, said) {
		t.Errorf("the server says %v, documented are %v", said, got)
	}
	var heard []string
	for name := range inboundFrames {
		heard = append(heard, name)
		if _, err := body(name, nil); err != nil && strings.Contains(err.Error(), "unknown type") {
			t.Errorf("%s is not decoded", name)
		}
	}
	slices.Sort(heard)
	if got := d.types(t, "receive"); !slices.Equal(got, heard) {
		t.Errorf("the client says %v, documented are %v", heard, got)
	}
}

func TestDocumentNamesEveryField(t *testing.T) {
	for _, message := range read(t).Components.Messages {
		frame := inboundFrames[message.Name]
		if frame == nil || slices.Contains(NoticeTypes, message.Name) && message.Payload.Properties.Body.Properties["client_id"] == nil {
			continue
		}
		var fields, documented []string
		for i := range reflect.TypeOf(frame).NumField() {
			fields = append(fields, reflect.TypeOf(frame).Field(i).Tag.Get("json"))
		}
		for field := range message.Payload.Properties.Body.Properties {
			documented = append(documented, field)
		}
		slices.Sort(fields)
		slices.Sort(documented)
		if !slices.Equal(fields, documented) {
			t.Errorf("%s has %v, documented are %v", message.Name, fields, documented)
		}
	}
}

func TestDocumentNamesEveryCloseCode(t *testing.T) {
	described := read(t).Info.Description
	for code := range said {
		if code != CloseNormal && !strings.Contains(described, fmt.Sprintf("- %d ", code)) {
			t.Errorf("%d is not documented", code)
		}
	}
}
