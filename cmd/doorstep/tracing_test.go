package main

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"doorstep/internal/client"
	"doorstep/internal/drill"
)

// span is one as it came to the collector.
type span struct{ trace, id, parent, node, name string }

// spans is a collector of traces.
type spans struct {
	mu  sync.Mutex
	all []span
}

func (s *spans) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	var told collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(raw, &told) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, of := range told.ResourceSpans {
		node := ""
		for _, a := range of.Resource.Attributes {
			if a.Key == "service.instance.id" {
				node = a.Value.GetStringValue()
			}
		}
		for _, scope := range of.ScopeSpans {
			for _, each := range scope.Spans {
				s.all = append(s.all, span{hex.EncodeToString(each.TraceId), hex.EncodeToString(each.SpanId),
					hex.EncodeToString(each.ParentSpanId), node, each.Name})
			}
		}
	}
}

func (s *spans) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = nil
}

func (s *spans) told() []span {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// The call taker works at one node, the tablet is on line at another: one trace
// goes from the request over its commit and its nudge to the frame.
func TestOneTraceSpansTwoNodes(t *testing.T) {
	for carrier, redisURL := range map[string]string{"Redis": os.Getenv("REDIS_URL"), "PostgreSQL": ""} {
		t.Run("by "+carrier, func(t *testing.T) {
			kept := &spans{}
			receiver := httptest.NewServer(kept)
			t.Cleanup(receiver.Close)
			t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "20") // milliseconds
			at := newWorld(t)
			one, _ := startNodeWith(t, at, ServeCommand{Addr: "one", RedisURL: redisURL, Traces: receiver.URL})
			two, _ := startNodeWith(t, at, ServeCommand{Addr: "two", RedisURL: redisURL, Traces: receiver.URL})
			taker, officer := signIn(t, one, "calltaker1"), signIn(t, two, "patrol1")
			line := listen(t, officer, nil)
			for try := 1; !tracedToFrame(t, kept, taker, officer, line, one); try++ {
				if try == 3 { // once, the sweep of the other node may be quicker than the nudge
					t.Fatal("no trace goes from the request to the frame")
				}
			}
		})
	}
}

// tracedToFrame sends a unit and looks for the chain of spans.
func tracedToFrame(t *testing.T, kept *spans, taker, officer *client.Client, line *websocket.Conn, base string) bool {
	t.Helper()
	call := takeCall(t, taker, repeatAddress(t, base))
	in := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]string{"call_id": call.ID})
	if _, err := drill.NewTaker(taker, base).Units(t.Context(), in.ID); err != nil { // as the screen does
		t.Fatal(err)
	}
	kept.forget()
	ask[struct{}](t, taker, http.MethodPost, "/incidents/"+in.ID+"/assignments", nil, map[string]string{"unit_id": unitOf(t, officer)})
	next(t, line, "briefing")
	holds := func() bool {
		all := kept.told()
		below := func(parent span, name string) (found []span) {
			for _, s := range all {
				if s.name == name && s.trace == parent.trace && s.parent == parent.id {
					found = append(found, s)
				}
			}
			return found
		}
		for _, request := range all {
			if request.name != "POST /api/v1/incidents/{id}/assignments" {
				continue
			}
			commits := below(request, "commit")
			for _, nudge := range below(request, "nudge") { // at the other node where the commit told it
				frames := below(nudge, "frame")
				if len(commits) == 1 && commits[0].node == request.node && len(frames) == 1 && frames[0].node != request.node {
					return true
				}
			}
		}
		return false
	}
	for end := time.Now().Add(5 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Logf("spans %+v", kept.told())
			return false
		}
	}
	return true
}
