package postgres

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"doorstep/internal/briefing"
)

// seen is what operations watch of the record.
type seen struct {
	commit                     prometheus.Histogram
	steps                      *prometheus.HistogramVec
	delivered, displayed, read prometheus.Observer
}

func newSeen() seen {
	s := seen{
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "doorstep_dispatch_commit_seconds", Help: "What the commit of a dispatch takes, before which nothing is pushed.",
			Buckets: []float64{.0005, .001, .002, .004, .008, .016, .032, .064, .128, .256, .512, 1, 2, 5},
		}),
		steps: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "doorstep_delivery_seconds", Help: "From when a briefing was sent until it was delivered, displayed and read.",
			Buckets: []float64{.025, .05, .1, .25, .5, 1, 1.5, 2.5, 5, 10, 30, 60, 300, 1800},
		}, []string{"step"}),
	}
	s.delivered, s.displayed, s.read = s.steps.WithLabelValues("delivered"), s.steps.WithLabelValues("displayed"), s.steps.WithLabelValues("read")
	return s
}

// moved observes the steps that a delivery made at a time.
func (s seen) moved(d briefing.Delivery, now time.Time) {
	now = now.Truncate(time.Microsecond) // as the database keeps it
	for step, at := range map[prometheus.Observer]*time.Time{s.delivered: d.DeliveredAt, s.displayed: d.DisplayedAt, s.read: d.ReadAt} {
		if at != nil && at.Equal(now) {
			step.Observe(now.Sub(d.SentAt).Seconds())
		}
	}
}

// Collectors are what operations watch of the record.
func (s *Store) Collectors() []prometheus.Collector {
	return []prometheus.Collector{s.seen.commit, s.seen.steps, undelivered{s}}
}

// undelivered are the briefings of the last day that did not arrive at a unit which
// is still at work and was not told by radio, by age.
type undelivered struct{ store *Store }

var (
	undeliveredBriefings = prometheus.NewDesc("doorstep_undelivered_briefings",
		"Briefings of the last day that are on their way for longer than so many seconds, in the whole centre.", []string{"older_than"}, nil)
	ages = []string{"0", "10", "60", "600"}
)

func (undelivered) Describe(to chan<- *prometheus.Desc) { to <- undeliveredBriefings }

// undeliveredByAge reads the index of what is undelivered (delivery_undelivered).
const undeliveredByAge = `
select coalesce(sum((sent_at <= $1::timestamptz)::int), 0), coalesce(sum((sent_at <= $1::timestamptz - interval '10 s')::int), 0),
       coalesce(sum((sent_at <= $1::timestamptz - interval '60 s')::int), 0), coalesce(sum((sent_at <= $1::timestamptz - interval '600 s')::int), 0)
from (select sent_at from delivery d
      where delivered_at is null and radio_at is null and sent_at > $1::timestamptz - interval '1 day'
        and exists (select from assignment s where s.incident_id = d.incident_id and s.unit_id = d.unit_id and s.status not in ('cleared', 'cancelled'))
      limit 10000) d`

// Collect tells nothing when the database does not answer in time.
func (u undelivered) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	counts := make([]int64, len(ages))
	if u.store.pool.QueryRow(ctx, undeliveredByAge, time.Now()).Scan(&counts[0], &counts[1], &counts[2], &counts[3]) != nil {
		return
	}
	for i, age := range ages {
		to <- prometheus.MustNewConstMetric(undeliveredBriefings, prometheus.GaugeValue, float64(counts[i]), age)
	}
}
