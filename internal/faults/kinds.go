package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"
)

// kind is one kind of fault.
type kind struct {
	name   string
	runs   int // in a full drill
	short  int // in a short one
	before func(ctx context.Context, h *Harness) error
	// inject breaks something, and returns when what was broken is mended. A finding
	// is what the service did wrong meanwhile.
	inject func(ctx context.Context, h *Harness, run int) error
	after  func(ctx context.Context, h *Harness) error // once all have recovered
}

// kinds are all of them, in the order in which they are injected. Those that move
// the database come last.
var kinds = []kind{
	{name: "node_kill9", runs: 16, short: 3, inject: nodeKill9},
	{name: "redis_kill", runs: 4, short: 1, inject: redisKill},
	{name: "redis_gone", runs: 3, short: 1, inject: redisGone},
	{name: "network_cut", runs: 4, short: 1, inject: networkCut},
	{name: "slow_network", runs: 2, short: 1, inject: slowNetwork},
	{name: "lossy_network", runs: 2, short: 1, inject: lossyNetwork},
	{name: "frozen_client", runs: 2, short: 1, inject: frozenClient},
	{name: "clock_jump", runs: 6, short: 2, inject: clockJump},
	{name: "poison_frame", runs: len(poisons) * 2, short: len(poisons), inject: poisonFrame},
	{name: "duplicate_requests", runs: 2, short: 1, inject: duplicateRequests},
	{name: "rolling_restart", runs: 3, short: 1, inject: rollingRestart},
	{name: "postgres_restart", runs: 4, short: 2, inject: postgresRestart},
	{name: "replica_promotion", runs: 6, short: 3, inject: replicaPromotion, after: follow},
	{name: "disk_full", runs: 3, short: 1, before: smallDisk, inject: diskFull},
}

// Kinds are the names of all.
func Kinds() (names []string) {
	for _, k := range kinds {
		names = append(names, k.name)
	}
	return names
}

// nodeKill9 kills a node at a random moment. Every other time it is stopped first,
// for as long as PostgreSQL needs to commit what it was sent: the node dies between
// commit and push then.
func nodeKill9(ctx context.Context, h *Harness, run int) error {
	n := h.stack.nodes[rand.IntN(len(h.stack.nodes))]
	if run%2 == 0 {
		_ = n.cmd.Process.Signal(syscall.SIGSTOP) // it runs
		pause(ctx, 50*time.Millisecond, 100*time.Millisecond)
	}
	if err := n.stop(syscall.SIGKILL, 10*time.Second); err != nil {
		return err
	}
	pause(ctx, 0, time.Second)
	return n.start(ctx)
}

// redisKill restarts Redis as after a crash.
func redisKill(ctx context.Context, h *Harness, _ int) error {
	if err := h.stack.redis.stop(syscall.SIGKILL, 10*time.Second); err != nil {
		return err
	}
	return h.stack.redis.start(ctx)
}

// redisGone leaves the nodes without Redis for a while. They say so, and what one
// sends is at a tablet of the other in time.
func redisGone(ctx context.Context, h *Harness, _ int) error {
	if err := h.stack.redis.stop(syscall.SIGTERM, 5*time.Second); err != nil {
		return err
	}
	found := h.withoutRedis(ctx)
	if err := h.stack.redis.start(ctx); err != nil {
		return err
	}
	return found
}

// withoutRedisBound is how late a briefing may be without Redis.
const withoutRedisBound = 1500 * time.Millisecond

func (h *Harness) withoutRedis(ctx context.Context) error {
	if !pause(ctx, time.Second, time.Second) { // the nodes have noticed
		return ctx.Err()
	}
	for i, n := range h.stack.nodes {
		if said, err := n.ready(ctx); err != nil || said != "degraded" {
			return wrong("without Redis node %d says that it is %q: %v", i+1, said, err)
		}
	}
	for end := time.Now().Add(h.while(5*time.Second, 2*time.Second)); time.Now().Before(end); {
		for _, by := range h.probes {
			in, err := by.Raise(ctx, h.load.places[0])
			if err != nil {
				return err
			}
			began := time.Now()
			if err := h.send(ctx, by, in.Incident); err != nil {
				return err
			}
			if took := time.Since(began); took > withoutRedisBound {
				return wrong("without Redis a briefing took %s", took)
			}
		}
	}
	return nil
}

// while is how long something lasts.
func (h *Harness) while(full, short time.Duration) time.Duration {
	if h.short {
		return short
	}
	return full
}

// networkCut takes the network of the tablets away.
func networkCut(ctx context.Context, h *Harness, _ int) error {
	h.stack.cut()
	pause(ctx, h.while(2*time.Second, 500*time.Millisecond), h.while(6*time.Second, time.Second))
	return h.stack.mend()
}

// slowNetwork makes every frame late, and some more than others.
func slowNetwork(ctx context.Context, h *Harness, _ int) error {
	for _, way := range []string{"upstream", "downstream"} {
		if err := h.stack.poison(toxic{Type: "latency", Stream: way, Toxicity: 1, Attributes: map[string]int{"latency": 250, "jitter": 200}}); err != nil {
			return err
		}
	}
	pause(ctx, h.while(10*time.Second, 3*time.Second), h.while(10*time.Second, 3*time.Second))
	h.stack.heal(ctx)
	return nil
}

// lossyNetwork resets a tenth of the lines, and again and again a tenth of those
// that came back.
func lossyNetwork(ctx context.Context, h *Harness, _ int) error {
	for end := time.Now().Add(h.while(15*time.Second, 4*time.Second)); time.Now().Before(end) && ctx.Err() == nil; {
		for _, way := range []string{"upstream", "downstream"} {
			if err := h.stack.poison(toxic{Type: "reset_peer", Stream: way, Toxicity: 0.1, Attributes: map[string]int{"timeout": rand.IntN(50)}}); err != nil {
				return err
			}
		}
		pause(ctx, 500*time.Millisecond, 1500*time.Millisecond)
		h.stack.heal(ctx)
	}
	return nil
}

// frozenClient has some tablets stop reading, in a full drill so long that the
// service gives them up once; the others notice nothing.
func frozenClient(ctx context.Context, h *Harness, run int) error {
	frozen := h.load.units[:3]
	for _, unit := range frozen {
		h.load.tablets[unit].Freeze()
	}
	long := 5 * time.Second
	if run == 0 {
		long = 50 * time.Second // a line may be silent for 40
	}
	opened := h.opened(h.load.units[3:])
	pause(ctx, h.while(long, 3*time.Second), h.while(long, 3*time.Second))
	for _, unit := range frozen {
		h.load.tablets[unit].Thaw()
	}
	return h.undisturbed(h.load.units[3:], opened)
}

// opened is how often each tablet's line was opened so far.
func (h *Harness) opened(units []string) (n []int) {
	for _, unit := range units {
		n = append(n, h.load.tablets[unit].Counts().Opened)
	}
	return n
}

// undisturbed finds it wrong that a line of these was opened since.
func (h *Harness) undisturbed(units []string, before []int) error {
	if now := h.opened(units); !slices.Equal(now, before) {
		return wrong("lines were opened %v times, %v times before", now, before)
	}
	return nil
}

// clockJump puts the clocks of half of the tablets hours off.
func clockJump(ctx context.Context, h *Harness, run int) error {
	by := []time.Duration{3 * time.Hour, -3 * time.Hour, 20 * 365 * 24 * time.Hour, -20 * 365 * 24 * time.Hour, time.Minute, -time.Minute}[run%6]
	for i, unit := range h.load.units {
		if i%2 == 0 {
			h.load.tablets[unit].SetClock(by)
			h.load.tablets[unit].Stand(center[0]+rand.Float64()/50, center[1]+rand.Float64()/50)
		}
	}
	pause(ctx, h.while(4*time.Second, time.Second), h.while(4*time.Second, time.Second))
	for _, unit := range h.load.units {
		h.load.tablets[unit].SetClock(0)
	}
	return nil
}

// duplicateRequests posts each dispatch several times at once, and acknowledges all
// again and again.
func duplicateRequests(ctx context.Context, h *Harness, _ int) error {
	h.load.copies.Store(4)
	defer h.load.copies.Store(1)
	for end := time.Now().Add(h.while(15*time.Second, 3*time.Second)); time.Now().Before(end) && pause(ctx, 100*time.Millisecond, 100*time.Millisecond); {
		for _, unit := range h.load.units {
			h.load.tablets[unit].AckAgain()
		}
	}
	return nil
}

// rollingRestart ends one node after the other in order, and starts it again.
func rollingRestart(ctx context.Context, h *Harness, _ int) error {
	var found error
	for i, n := range h.stack.nodes {
		if err := n.stop(syscall.SIGTERM, 20*time.Second); err != nil {
			found = wrong("node %d: %v", i+1, err)
		} else if n.err != nil {
			found = wrong("node %d ended with %v", i+1, n.err)
		}
		if err := n.start(ctx); err != nil {
			return err
		}
		pause(ctx, time.Second, time.Second)
	}
	return found
}

// postgresRestart restarts the primary in order, or as after a crash. The tablets'
// lines stay open meanwhile.
func postgresRestart(ctx context.Context, h *Harness, run int) error {
	opened, d := h.opened(h.load.units), h.stack.pair.primary
	how := []syscall.Signal{fast, immediate}[run%2]
	if err := d.stop(how, 30*time.Second); err != nil {
		return err
	}
	pause(ctx, h.while(time.Second, 500*time.Millisecond), h.while(5*time.Second, time.Second))
	if err := d.start(ctx); err != nil {
		return err
	}
	if err := h.stack.pair.streaming(ctx); err != nil {
		return err
	}
	return h.undisturbed(h.load.units, opened)
}

// replicaPromotion makes the replica the primary: after the primary crashed, stopped
// in order, or was told only to read and runs on for a while.
func replicaPromotion(ctx context.Context, h *Harness, run int) error {
	p := &h.stack.pair
	old := p.primary
	if run%3 == 2 {
		if err := p.demote(ctx); err != nil {
			return err
		}
		if err := p.promote(ctx); err != nil {
			return err
		}
		pause(ctx, 2*time.Second, 2*time.Second)
		return old.stop(fast, 30*time.Second)
	}
	how := []syscall.Signal{immediate, fast}[run%3]
	if err := old.stop(how, 30*time.Second); err != nil {
		return err
	}
	pause(ctx, 200*time.Millisecond, h.while(3*time.Second, time.Second))
	return p.promote(ctx)
}

// follow brings the old primary back as the replica.
func follow(ctx context.Context, h *Harness) error { return h.stack.pair.follow(ctx) }

// smallDisk moves the primary onto a small disk, by a failover.
func smallDisk(ctx context.Context, h *Harness) error {
	p := &h.stack.pair
	size, err := p.primary.size()
	if err != nil {
		return err
	}
	if err := p.replica.stop(fast, 30*time.Second); err != nil {
		return err
	}
	if err := p.replica.small(size + spare); err != nil {
		return err
	}
	if err := p.follow(ctx); err != nil {
		return err
	}
	if err := p.primary.stop(fast, 30*time.Second); err != nil {
		return err
	}
	if err := p.promote(ctx); err != nil {
		return err
	}
	return p.follow(ctx)
}

// diskFull leaves the primary no room for a while, and starts it again if it ended
// over that.
func diskFull(ctx context.Context, h *Harness, _ int) error {
	d := h.stack.pair.primary
	if err := d.fill(ctx); err != nil {
		return fmt.Errorf("fill the disk: %w", err)
	}
	pause(ctx, h.while(8*time.Second, 3*time.Second), h.while(8*time.Second, 3*time.Second))
	if err := d.free(); err != nil {
		return err
	}
	if pause(ctx, 200*time.Millisecond, 200*time.Millisecond); d.over() {
		if err := d.start(ctx); err != nil {
			return err
		}
	}
	return h.stack.pair.streaming(ctx)
}
