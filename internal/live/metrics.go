package live

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	connections = stream("connections", "Open streams.")
	topicsHeard = stream("topics", "Topics with at least one listener on this node.")
	queueFrames = stream("queue_frames", "Frames that wait to be written, of all streams.")
	queueBytes  = stream("queue_bytes", "Bytes that wait to be written, of all streams.")
	longest     = stream("longest_queue_frames", "Frames that wait for the stream that is furthest behind.")
	opened      = stream("opened_total", "Streams opened.")
	closed      = stream("closed_total", "Streams ended, by close code.", "code")
	resumes     = stream("resumes_total", "Streams whose client came back with what it had.")
	replayed    = stream("replayed_notices_total", "Notices sent to clients that had missed them.")
	sent        = stream("frames_sent_total", "Frames written.")
	dropped     = stream("nudges_dropped_total", "Nudges that no carrier took: other nodes sweep instead.")
	carrierUp   = stream("carrier_up", "Whether other nodes are heard by this carrier.", "carrier")
)

func stream(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("doorstep_stream_"+name, help, labels, nil)
}

// Describe makes the hub a collector.
func (h *Hub) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(h, to) }

// Collect counts when it is asked: what is written to a screen counts nothing
// beside its own.
func (h *Hub) Collect(to chan<- prometheus.Metric) {
	tell := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	s := h.Stats()
	tell(connections, prometheus.GaugeValue, float64(s.Connections))
	tell(topicsHeard, prometheus.GaugeValue, float64(s.Topics))
	tell(queueFrames, prometheus.GaugeValue, float64(s.Queued))
	tell(queueBytes, prometheus.GaugeValue, float64(s.QueuedBytes))
	tell(longest, prometheus.GaugeValue, float64(s.LongestQueue))
	tell(opened, prometheus.CounterValue, float64(s.Opened))
	for code := range said {
		tell(closed, prometheus.CounterValue, float64(s.Closed[code]), strconv.Itoa(int(code)))
	}
	tell(resumes, prometheus.CounterValue, float64(s.Resumed))
	tell(replayed, prometheus.CounterValue, float64(s.Replayed))
	tell(sent, prometheus.CounterValue, float64(s.Sent))
	tell(dropped, prometheus.CounterValue, float64(s.NudgesDropped))
	for _, w := range h.relay.ways {
		up := 0.0
		if w.up.Load() {
			up = 1
		}
		tell(carrierUp, prometheus.GaugeValue, up, w.name())
	}
}
