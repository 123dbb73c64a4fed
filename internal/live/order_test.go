package live

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestWelcomeTellsWhereTopicsStand(t *testing.T) {
	r := newRecord()
	r.commits(unit, 3)
	d := open(t, r, nil)
	c := dial(t, d, "")
	c.say(`{"type":"hello","at":"2026-03-01T12:00:00Z","body":{"resume":{}}}`)
	c.expect(`welcome {"topics":{"unit:A12":3,"user:mari":0}}`)
	d.Push(t.Context(), r.commit(unit)) // a topic without a number begins now
	g := c.next()
	if string(g.Body) != `{"revision":4,"text":""}` || g.Seq != 4 || g.Topic != unit || g.Type != "briefing" ||
		!g.At.Equal(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", g)
	}
}

func TestResumeReplaysThenGoesOnLive(t *testing.T) {
	r := newRecord()
	r.commits(unit, 2*pageSize+7)
	d := open(t, r, nil)
	c := meet(t, d, `{"unit:A12":3}`)
	c.notices(unit, 4, 2*pageSize+7)
	d.Push(t.Context(), r.commit(unit))
	c.notices(unit, 2*pageSize+8, 2*pageSize+8)
}

func TestZeroReplaysAllThatIsKept(t *testing.T) {
	r := newRecord()
	r.commits(unit, 5)
	c := meet(t, open(t, r, nil), `{"unit:A12":0}`)
	c.notices(unit, 1, 5)
}

func TestDoubleIsDropped(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	c := meet(t, d, `{}`)
	n := r.commits(unit, 2)
	d.Push(t.Context(), n[0], n[0], n[1], n[0], n[1])
	d.Push(t.Context(), r.commit(unit))
	c.notices(unit, 1, 3)
}

func TestGapIsFetched(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	c := meet(t, d, `{}`)
	n := r.commits(unit, 4)
	d.Push(t.Context(), n[3])
	c.notices(unit, 1, 4)
	d.Push(t.Context(), n[0], n[1], n[2])
	d.Push(t.Context(), r.commit(unit))
	c.notices(unit, 5, 5)
}

// Pushes come in any order, some never, while listeners come and go: each hears
// every number once and in order.
func TestOrderUnderDisorder(t *testing.T) {
	const total = 400
	r := newRecord()
	d := open(t, r, func(c *Config) { c.Tick, c.Queue = 20*time.Millisecond, total })
	first := meet(t, d, `{"unit:A12":0}`)
	var pushing sync.WaitGroup
	for range 4 {
		pushing.Go(func() {
			for range total / 4 {
				n := r.commit(unit)
				if rand.IntN(5) > 0 { // one push in five dies with its server
					d.Push(t.Context(), n)
				}
			}
		})
	}
	second := meet(t, d, `{"unit:A12":0}`)
	first.notices(unit, 1, total)
	second.notices(unit, 1, total)
	pushing.Wait()
}

func TestFutureNumberIsResynced(t *testing.T) {
	r := newRecord()
	r.commits(unit, 2)
	d := open(t, r, nil)
	c := meet(t, d, `{"unit:A12":90}`)
	c.expect(`resync {"topic":"unit:A12","seq":2}`)
	d.Push(t.Context(), r.commit(unit))
	c.notices(unit, 3, 3)
}

func TestNumberOlderThanKeptIsResynced(t *testing.T) {
	t.Run("some are gone", func(t *testing.T) {
		r := newRecord()
		r.commits(unit, 6)
		r.forget(unit, 3)
		c := meet(t, open(t, r, nil), `{"unit:A12":1}`)
		c.expect(`resync {"topic":"unit:A12","seq":3}`)
		c.notices(unit, 4, 6)
	})
	t.Run("all are gone", func(t *testing.T) {
		r := newRecord()
		r.commits(unit, 6)
		d := open(t, r, func(c *Config) {
			last := c.Last
			c.Last = func(ctx context.Context, topics []string) (map[string]int64, error) {
				all, err := last(ctx, topics)
				all[unit] = 6
				return all, err
			}
		})
		r.forget(unit, 6)
		c := meet(t, d, `{"unit:A12":1}`)
		c.expect(`resync {"topic":"unit:A12","seq":6}`)
	})
}

func TestWatchAndUnwatch(t *testing.T) {
	r := newRecord()
	r.commits("incident:9", 3)
	d := open(t, r, nil)
	c := meet(t, d, `{}`)
	c.say(`{"type":"watch","body":{"topics":["incident:9"],"resume":{"incident:9":1}}}`)
	c.expect(`welcome {"topics":{"incident:9":3}}`, "briefing incident:9 2", "briefing incident:9 3")
	c.say(`{"type":"unwatch","body":{"topics":["incident:9","unit:A12"]}}`)
	c.say(`{"type":"watch","body":{"topics":["incident:10"]}}`) // its answer says that unwatch is done
	c.expect(`welcome {"topics":{"incident:10":0}}`)
	d.Push(t.Context(), r.commit("incident:9"), r.commit(unit), r.commit("incident:10"))
	c.expect("briefing unit:A12 1", "briefing incident:10 1") // the own topic stays
	if s := d.Stats(); s.Topics != 3 || s.Connections != 1 {
		t.Errorf("stats %+v, want 3 topics of 1 connection", s)
	}
}

func TestHelloTopics(t *testing.T) {
	r := newRecord()
	r.commits("incident:9", 2)
	d := open(t, r, nil)
	t.Run("are those resumed when none are named", func(t *testing.T) {
		c := dial(t, d, "")
		c.say(`{"type":"hello","body":{"resume":{"incident:9":1}}}`)
		c.expect(`welcome {"topics":{"incident:9":2,"unit:A12":0,"user:mari":0}}`, "briefing incident:9 2")
	})
	t.Run("are those named, whatever is resumed", func(t *testing.T) {
		c := dial(t, d, "")
		c.say(`{"type":"hello","body":{"resume":{"incident:9":1},"topics":["incident:8"]}}`)
		c.expect(`welcome {"topics":{"incident:8":0,"unit:A12":0,"user:mari":0}}`)
	})
	t.Run("are bounded", func(t *testing.T) {
		c := dial(t, d, "")
		many := strings.Repeat(`"incident:x",`, 2) // a repeat is no second topic
		for i := range maxTopics {
			many += `"incident:` + strings.Repeat("x", 1+i%40) + string(rune('a'+i/40)) + `",`
		}
		c.say(`{"type":"hello","body":{"topics":[` + strings.TrimSuffix(many, ",") + `]}}`)
		for range 3 { // there are maxTopics, that one, and the two own
			if g := c.next(); g.Type != TypeRefused {
				t.Fatalf("got %s, want refused", g.Type)
			}
		}
		if g := c.next(); g.Type != TypeWelcome {
			t.Fatalf("got %s, want welcome", g.Type)
		}
	})
}

// Live listeners of a topic share one fetch, and so do those who come back to
// the same place at the same time.
func TestFetchIsShared(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	var all []*tablet
	for range 20 {
		all = append(all, meet(t, d, `{}`))
	}
	n := r.commits(unit, 3)
	d.Push(t.Context(), n[2])
	for _, c := range all {
		c.notices(unit, 1, 3)
	}
	// On a busy machine a sweep, or a line that is not live yet, may ask once more.
	if reads := r.reads.Load(); reads < 1 || reads > 3 {
		t.Errorf("%d fetches for 20 listeners, want 1", reads)
	}
}

func TestStoreDownSendsClientsBack(t *testing.T) {
	r := newRecord()
	d := open(t, r, nil)
	r.down.Store(true)
	c := dial(t, d, "")
	c.say(`{"type":"hello","body":{}}`)
	c.closedWith(CloseRestarting)
}

// The store fails when a gap is fetched; the sweep after it is back delivers.
func TestStoreDownAndBack(t *testing.T) {
	r := newRecord()
	d := open(t, r, func(c *Config) { c.Tick = 20 * time.Millisecond })
	c := meet(t, d, `{}`)
	r.down.Store(true)
	n := r.commits(unit, 3)
	d.Push(t.Context(), n[2])
	await(t, "the fetch", r.asked)
	r.down.Store(false)
	c.notices(unit, 1, 3)
}
