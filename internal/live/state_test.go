package live

import (
	"testing"
	"time"
)

func TestScreensHearThatNothingCanBeSaved(t *testing.T) {
	d := open(t, newRecord(), nil)
	near := meet(t, d, `{}`)
	since := time.Date(2026, 3, 1, 14, 2, 0, 0, time.UTC)
	away := `state {"saving":false,"since":"2026-03-01T14:02:00Z"}`
	d.SaveFails(since)
	near.expect(away)

	late := dial(t, d, "")
	late.say(`{"type":"hello","body":{}}`)
	late.expect(away, `welcome {"topics":{"unit:A12":0,"user:mari":0}}`)
	d.SaveFails(time.Time{})
	near.expect(`state {"saving":true}`)
	late.expect(`state {"saving":true}`)
	meet(t, d, `{}`) // the first that it hears is the welcome
}

// A failover may lose what no replica had. Numbers are given a second time then,
// and what comes under them must not be taken for a repeat.
func TestAStoreThatWasSetBackIsNoticed(t *testing.T) {
	r := newRecord()
	d := open(t, r, func(c *Config) { c.Tick = 20 * time.Millisecond })
	c := meet(t, d, `{}`)
	d.Push(t.Context(), r.commits(unit, 3)...)
	c.notices(unit, 1, 3)

	r.down.Store(true)
	for down := false; !down; { // until a sweep has failed
		d.sweeping.Lock()
		down = d.mark == ""
		d.sweeping.Unlock()
	}
	r.mu.Lock()
	r.kept[unit], r.written = r.kept[unit][:2], r.written[:2]
	r.mu.Unlock()
	r.down.Store(false)

	c.closedWith(CloseRestarting)
	back := dial(t, d, "")
	back.say(`{"type":"hello","body":{"resume":{"unit:A12":3}}}`)
	back.expect(`welcome {"topics":{"unit:A12":2,"user:mari":0}}`, `resync {"topic":"unit:A12","seq":2}`)
	d.Push(t.Context(), r.commit(unit))
	back.notices(unit, 3, 3)
}
