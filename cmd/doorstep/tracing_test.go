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

func (s *spans) find(is func(span) bool) (span, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.all, is)
	if i < 0 {
		return span{}, false
	}
	return s.all[i], true
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
	var request, commit, nudge, frame span
	holds := func() bool {
		named := func(name string, below *span) (found span) {
			found, _ = kept.find(func(s span) bool {
				return s.name == name && (below == nil || s.trace == below.trace && s.parent == below.id)
			})
			return found
		}
		request = named("POST /api/v1/incidents/{id}/assignments", nil)
		commit, nudge = named("commit", &request), named("nudge", &request)
		frame = named("frame", &nudge)
		return request.node != "" && commit.node == request.node && nudge.node == request.node && frame.node != "" && frame.node != request.node
	}
	for end := time.Now().Add(5 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Logf("request %+v, commit %+v, nudge %+v, frame %+v", request, commit, nudge, frame)
			return false
		}
	}
	return true
}
