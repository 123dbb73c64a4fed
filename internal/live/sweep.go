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
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			failing = failed
			h.Log.Warn().Err(err).Bool("failing", failing).Msg("sweep") // once when it begins, once when it ends
		}
	}
}

// sweep has fetched what was told since the sweep before. The first one compares
// every topic that is listened to here with the store.
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
		for batch := range slices.Chunk(names, lastAtOnce) {
			last, err := h.last(ctx, batch)
			if err != nil {
				return err
			}
			for name, seq := range last {
				h.nudged(name, seq)
			}
		}
	}
	h.mark = mark
	return nil
}

func (h *Hub) changed(ctx context.Context) (last map[string]int64, mark string, err error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	return h.Changed(ctx, h.mark)
}

func (h *Hub) last(ctx context.Context, names []string) (map[string]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchWait)
	defer cancel()
	return h.Last(ctx, names)
}
