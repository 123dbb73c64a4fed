// Package bench measures the service against floors taken in the same run: a
// ratio holds on a noisy machine where a time does not.
package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// Line is one result, printed as one JSON object a line.
type Line struct {
	Name       string  `json:"name"`
	Tablets    int     `json:"tablets,omitempty"` // connected
	Nodes      int     `json:"nodes,omitempty"`
	P50MS      float64 `json:"p50_ms"`
	P99MS      float64 `json:"p99_ms"`
	FloorP50MS float64 `json:"floor_p50_ms"`
	FloorP99MS float64 `json:"floor_p99_ms"`
	RatioP50   float64 `json:"ratio_p50"`
	RatioP99   float64 `json:"ratio_p99"`
	N          int     `json:"n"`
}

// Compare measures both n times in turn, so that what disturbs the machine
// disturbs both, and prints the line. Each returns how long its round took;
// what prepares a round or follows it is not in it. The first warm rounds come
// before those n and do not count: they find connections, plans and caches cold.
func Compare(out io.Writer, name string, warm, n int, measured, floor func(round int) (time.Duration, error)) error {
	return CompareAs(out, Line{Name: name}, warm, n, measured, floor)
}

// CompareAs is Compare with more on the line than its name.
func CompareAs(out io.Writer, l Line, warm, n int, measured, floor func(round int) (time.Duration, error)) error {
	ours, least := make([]time.Duration, 0, n), make([]time.Duration, 0, n)
	for round := range warm + n {
		took, err := floor(round)
		if err != nil {
			return fmt.Errorf("%s: floor: %w", l.Name, err)
		}
		if round >= warm {
			least = append(least, took)
		}
		if took, err = measured(round); err != nil {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
		if round >= warm {
			ours = append(ours, took)
		}
	}
	l.N = n
	l.P50MS, l.P99MS = quantile(ours, 0.50), quantile(ours, 0.99)
	l.FloorP50MS, l.FloorP99MS = quantile(least, 0.50), quantile(least, 0.99)
	l.RatioP50, l.RatioP99 = round3(l.P50MS/l.FloorP50MS), round3(l.P99MS/l.FloorP99MS)
	return json.NewEncoder(out).Encode(l)
}

// Timed runs a step and returns how long it took.
func Timed(step func() error) (time.Duration, error) {
	began := time.Now()
	err := step()
	return time.Since(began), err
}

// P50 of at least one duration, in milliseconds.
func P50(d []time.Duration) float64 { return quantile(d, 0.50) }

// P99 of at least one duration, in milliseconds.
func P99(d []time.Duration) float64 { return quantile(d, 0.99) }

// quantile of at least one duration, in milliseconds, by the nearest rank.
func quantile(d []time.Duration, q float64) float64 {
	sorted := slices.Sorted(slices.Values(d))
	rank := min(len(sorted)-1, int(q*float64(len(sorted))))
	return round3(float64(sorted[rank].Microseconds()) / 1000)
}

func round3(x float64) float64 { return float64(int64(x*1000+0.5)) / 1000 }
