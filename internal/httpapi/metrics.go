package httpapi

import "github.com/prometheus/client_golang/prometheus"

// Seen is what operations watch of the HTTP face.
type Seen struct {
	requests *prometheus.HistogramVec
	limited  *prometheus.CounterVec
}

// What is limited.
const (
	ofRequests    = "requests"
	ofStreams     = "streams"
	ofTries       = "tries"
	ofConnections = "connections"
)

// NewSeen has counted nothing yet.
func NewSeen() *Seen {
	s := &Seen{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "doorstep_http_request_seconds", Help: "What a request takes, by the pattern of its route and its status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 8},
		}, []string{"route", "status"}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "doorstep_limited_total", Help: "What was refused as too much of one session or address.",
		}, []string{"of"}),
	}
	for _, of := range []string{ofRequests, ofStreams, ofTries, ofConnections} {
		s.limited.WithLabelValues(of)
	}
	return s
}

// Collectors are the parts of it.
func (s *Seen) Collectors() []prometheus.Collector {
	return []prometheus.Collector{s.requests, s.limited}
}
