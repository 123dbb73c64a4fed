package main

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics is what /metrics shows: of the program, of its connections to the
// database, and what its parts count. docs/ops says what each means.
func metrics(pool *pgxpool.Pool, parts ...prometheus.Collector) *prometheus.Registry {
	gauge := func(name, help string, value func(*pgxpool.Stat) int32) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "doorstep_database_" + name, Help: help},
			func() float64 { return float64(value(pool.Stat())) })
	}
	r := prometheus.NewRegistry()
	r.MustRegister(parts...)
	r.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("connections", "Connections to PostgreSQL.", (*pgxpool.Stat).TotalConns),
		gauge("connections_in_use", "Connections to PostgreSQL that a request holds.", (*pgxpool.Stat).AcquiredConns),
		gauge("connections_max", "Most connections to PostgreSQL.", (*pgxpool.Stat).MaxConns),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "doorstep_database_waits_total", Help: "Requests that found no free connection to PostgreSQL and waited."},
			func() float64 { return float64(pool.Stat().EmptyAcquireCount()) }),
	)
	return r
}
