package live

import (
	"testing"
)

// FuzzInbound: whatever comes in, decode says no or returns a frame that keeps
// its promises.
func FuzzInbound(f *testing.F) {
	for _, frame := range []string{
		`{"type":"hello","body":{"resume":{"unit:A12":3},"topics":["incident:9"]}}`,
		`{"type":"watch","body":{"topics":["incident:9"],"resume":{"incident:9":1}}}`,
		`{"type":"unwatch","body":{"topics":["incident:9"]}}`,
		`{"type":"ack","at":"2026-03-01T12:00:05Z","body":{"topic":"unit:A12","seq":1}}`,
		`{"type":"displayed","body":{"briefing_id":"b","revision":1}}`,
		`{"type":"read","body":{"briefing_id":"b","revision":1}}`,
		`{"type":"status","body":{"assignment_id":"a","status":"on_scene","at":"2026-03-01T12:00:05Z","client_id":"c"}}`,
		`{"type":"position","body":{"point":{"type":"Point","coordinates":[24.7,59.4]},"at":"2026-03-01T12:00:05Z"}}`,
		`{"type":"position","body":{"point":null,"at":"2026-03-01T12:00:05Z"}}`,
		`{"type":"ack","body":null}`, `null`, ``, `{`,
	} {
		f.Add([]byte(frame))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := decode(data)
		if err != nil {
			return
		}
		ok := false
		switch frame := frame.(type) {
		case hello:
			ok = true
			for topic, seq := range frame.Resume {
				ok = ok && topic != "" && seq >= 0
			}
		case watch:
			ok = len(frame.Topics) > 0
		case unwatch:
			ok = len(frame.Topics) > 0
		case Ack:
			ok = frame.Topic != "" && frame.Seq >= 0
		case Displayed:
			ok = frame.BriefingID != "" && frame.Revision >= 1
		case Read:
			ok = frame.BriefingID != "" && frame.Revision >= 1
		case Status:
			ok = frame.AssignmentID != "" && frame.Status != "" && frame.ClientID != "" && !frame.At.IsZero()
		case Position:
			ok = !frame.At.IsZero()
		}
		if !ok {
			t.Errorf("%q became %#v", data, frame)
		}
	})
}
