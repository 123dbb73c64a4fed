package live

import (
	"context"
	"maps"
	"slices"
	"time"
)

// sweepEvery asks the store on every tick: whatever was lost on the way here,
// a push of a server that died or a nudge of Redis, costs a tick and no notice.
func (h *Hub) sweepEvery(ctx context.Context) {
	tick := time.NewTicker(h.Tick)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := h.sweep(ctx)
		if err != nil {
			h.doubt()
		}
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			h.Log.Warn().Err(err).Bool("failing", failing).Msg("sweep") // once when it begins, once when it ends
		}
	}
}

// sweep has fetched what was told since the sweep before. The first one, and the
// first after the store was away, compares every topic that is listened to here
// with the store: it may be another server now.
func (h *Hub) sweep(ctx context.Context) error {
	h.sweeping.Lock()
	defer h.sweeping.Unlock()
	changed, mark, err := h.changed(ctx)
	if err != nil {
		return err
	}
	h.mu.Lock()
	names := slices.Collect(maps.Keys(h.topics))
	behind := h.behind
	h.behind = map[string]struct{}{}
	h.mu.Unlock()
	for name := range behind {
		h.nudged(name, 0) // to where it was wanted
	}
	for name, seq := range changed {
		h.nudged(name, seq)
	}
	if h.mark == "" {
		if err := h.compare(ctx, names); err != nil {
			return err
		}
	}
	h.mark = mark
	return nil
}

// doubt has the next sweep compare everything.
func (h *Hub) doubt() {
	h.sweeping.Lock()
	defer h.sweeping.Unlock()
	h.mark = ""
}

// compare has fetched what the store has and the listeners do not. Where they
// were told more than it has, it was set back: a failover lost what no replica
// had. Numbers will be given a second time, so they come back and start anew.
func (h *Hub) compare(ctx context.Context, names []string) error {
	for batch := range slices.Chunk(names, lastAtOnce) {
		told := h.heads(batch) // before the store is asked: what is told was committed
		last, err := h.last(ctx, batch)
		if err != nil {
			return err
		}
		for name, seq := range last {
			if seq < told[name] {
				h.startAnew(name)
			} else {
				h.nudged(name, seq)
			}
		}
	}
	return nil
}

// heads is how far topics were told here.
func (h *Hub) heads(names []string) map[string]int64 {
	heads := make(map[string]int64, len(names))
	for _, name := range names {
		if t := h.topic(name); t != nil {
			t.mu.Lock()
			heads[name] = t.head
			t.mu.Unlock()
		}
	}
	return heads
}

// startAnew forgets a topic and has its listeners come back.
func (h *Hub) startAnew(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[name]
	if t == nil {
		return
	}
	delete(h.topics, name)
	t.mu.Lock()
	defer t.mu.Unlock()
	for s := range t.subs {
		s.conn.close(CloseRestarting)
	}
	h.Log.Warn().Str("topic", name).Int64("told", t.head).Msg("the store has less than was told: its listeners start anew")
}

func (h *Hub) changed(ctx context.Context) (last map[string]int64, mark string, err error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	return h.Changed(ctx, h.mark)
}

// stand is the last number of each topic that any of them asks for.
func (h *Hub) stand(ctx context.Context, of [][]string) ([]map[string]int64, error) {
	last, err := h.Last(ctx, slices.Concat(of...))
	if err != nil {
		return nil, err
	}
	return slices.Repeat([]map[string]int64{last}, len(of)), nil
}

func (h *Hub) last(ctx context.Context, names []string) (map[string]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	return h.Last(ctx, names)
}
