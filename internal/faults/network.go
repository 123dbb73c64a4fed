package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// field is the network between the tablets and one node.
type field struct{ *toxiproxy.Proxy }

// network puts one before each node.
func (s *Stack) network() error {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	for i, n := range s.nodes {
		f := &field{toxiproxy.NewProxy(server, fmt.Sprint("node", i+1), "127.0.0.1:0", fmt.Sprintf("127.0.0.1:%d", n.port))}
		if err := f.Start(); err != nil {
			return fmt.Errorf("start the network: %w", err)
		}
		s.fields = append(s.fields, f)
	}
	return nil
}

// toxic is a way in which a network is bad.
type toxic struct {
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Toxicity   float32        `json:"toxicity"` // the part of the lines that it is on
	Attributes map[string]int `json:"attributes"`
}

// poison makes the whole network bad.
func (s *Stack) poison(t toxic) error {
	t.Name = t.Type + t.Stream
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	for _, f := range s.fields {
		if _, err := f.Toxics.AddToxicJson(bytes.NewReader(raw)); err != nil {
			return fmt.Errorf("make the network bad: %w", err)
		}
	}
	return nil
}

// heal makes it good.
func (s *Stack) heal(ctx context.Context) {
	for _, f := range s.fields {
		f.Toxics.ResetToxics(ctx)
	}
}

// cut breaks all lines and lets none through; mend lets them.
func (s *Stack) cut() {
	for _, f := range s.fields {
		f.Stop()
	}
}

func (s *Stack) mend() error {
	for _, f := range s.fields {
		if err := f.Start(); err != nil {
			return fmt.Errorf("mend the network: %w", err)
		}
	}
	return nil
}
