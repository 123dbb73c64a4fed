package live

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"doorstep/internal/access"
	"doorstep/internal/fault"
)

var (
	schedules = flag.Int("schedules", 100_000, "schedules of TestResume")
	schedule  = flag.Uint64("schedule", 0, "the one schedule of TestResume to run")
)

// TestResume runs the hubs of two servers through schedules made by chance:
// commits whose pushes come late, twice, in any order or never, nudges and
// sweeps, cut lines, readers that stop, servers that restart, a store that is
// slow, away, pruned or set back. Devices that keep the rules of the document
// end with what was committed, in order, without a gap, and never hear what is
// not theirs; no device that keeps them is told to stay away.
//
// A failure names its schedule: go test -run TestResume -schedule N says what
// was done in it.
func TestResume(t *testing.T) {
	if *schedule != 0 {
		resume(t, *schedule)
		return
	}
	const atOnce = 8
	percent := debug.SetGCPercent(800)
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	for part := range atOnce {
		t.Run(strconv.Itoa(part), func(t *testing.T) {
			t.Parallel()
			for n := part; n < *schedules/inARow && !t.Failed(); n += atOnce {
				resume(t, uint64(n)+1)
			}
		})
	}
}

// inARow is how many schedules one world goes through, each from where the one
// before it came to rest.
const inARow = 20

func resume(t *testing.T, seed uint64) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(seed)
		defer func() {
			if w.wrong != "" {
				t.Errorf("schedule %d: %s%s", seed, w.wrong, w.story())
			}
			w.end()
		}()
		for range inARow {
			for range 2 + w.rng.IntN(14) {
				w.step()
			}
			w.settle()
			w.compare()
			if w.wrong != "" {
				return
			}
			w.done = append(w.done[:0], w.places)
		}
	})
}

// ledger is the store: all that was committed, and how much of it is kept.
type ledger struct {
	mu     sync.Mutex
	all    map[string][]Notice
	pruned map[string]int
	log    []Notice // in order
	ids    int
	away   bool
	slow   time.Duration
}

func (l *ledger) commit(topic string) Notice {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids++ // numbers may be used again after a set-back, ids never
	n := Notice{Topic: topic, Seq: int64(len(l.all[topic])) + 1, Type: "briefing", Body: json.RawMessage(strconv.Itoa(l.ids))}
	l.all[topic], l.log = append(l.all[topic], n), append(l.log, n)
	return n
}

var errAway = fault.New(fault.Unavailable, "the store is away")

func (l *ledger) after(_ context.Context, of []Place, limit int) ([][]Notice, error) {
	l.mu.Lock()
	away, slow := l.away, l.slow
	pages := make([][]Notice, len(of))
	for i, at := range of {
		all := l.all[at.Topic]
		from := min(max(int(at.Seq), l.pruned[at.Topic]), len(all))
		pages[i] = slices.Clone(all[from:min(from+min(limit, 4), len(all))])
	}
	l.mu.Unlock()
	time.Sleep(slow) // they are old when they arrive
	if away {
		return nil, errAway
	}
	return pages, nil
}

func (l *ledger) last(_ context.Context, topics []string) (map[string]int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return nil, errAway
	}
	last := map[string]int64{}
	for _, topic := range topics {
		last[topic] = int64(len(l.all[topic]))
	}
	return last, nil
}

func (l *ledger) changed(_ context.Context, since string) (map[string]int64, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away {
		return nil, "", errAway
	}
	last := map[string]int64{}
	if from, err := strconv.Atoi(since); err == nil {
		for _, n := range l.log[from:] {
			last[n.Topic] = n.Seq
		}
	}
	return last, strconv.Itoa(len(l.log)), nil
}

// device is a tablet by the rules of the document.
type device struct {
	access.Actor
	world  *world
	may    []string            // topics, the own ones first
	places map[string]int64    // stored, by topic
	stored map[string][]Notice // what was told, or loaded after a resync
	line   *wire               // nil: cut
	heard  map[string]int64    // the last number of each topic on this line
	asked  map[string]int64    // what it resumed from
	pried  bool                // on this line
}

// world is everything that one schedule happens to.
type world struct {
	*ledger
	rng      *rand.Rand
	hubs     [2]*Hub
	devices  []*device
	pushes   []Notice // committed, to be pushed when it pleases
	restored bool     // just now: a device says the last number that it has, not an older one
	done     []func() string
	wrong    string
}

var theirTopics = []string{"unit:A", "unit:B", "incident:1", "incident:2"}

func newWorld(seed uint64) *world {
	w := &world{
		ledger: &ledger{all: map[string][]Notice{}, pruned: map[string]int{}},
		rng:    rand.New(rand.NewPCG(seed, 0)),
	}
	for i := range w.hubs {
		w.hubs[i] = w.newHub()
	}
	for i, unit := range []string{"A", "A", "B"} {
		a := access.Actor{ID: access.AccountID(strconv.Itoa(i)), Role: access.PatrolOfficer, UnitID: unit}
		w.devices = append(w.devices, &device{
			Actor: a, world: w, may: append(a.Topics(), "incident:"+map[string]string{"A": "1", "B": "2"}[unit]),
			places: map[string]int64{}, stored: map[string][]Notice{},
		})
	}
	return w
}

func (w *world) newHub() *Hub {
	return New(Config{
		Log: zerolog.Nop(), After: w.after, Last: w.last, Changed: w.changed,
		MayHear: func(_ context.Context, a access.Actor, topic string) error {
			if i, _ := strconv.Atoi(string(a.ID)); slices.Contains(w.devices[i].may, topic) {
				return nil
			}
			return fault.New(fault.Forbidden, "this topic is not yours")
		},
		Inbound: func(_ context.Context, a access.Actor, f Inbound) error {
			if ack, ok := f.(Ack); !ok || !strings.HasPrefix(ack.Topic, "unit:"+a.UnitID) && !strings.HasPrefix(ack.Topic, "incident:") {
				return fault.New(fault.Invalid, "this is not said here")
			}
			return nil
		},
		Queue: 8, PingEvery: time.Hour, BeatEvery: time.Hour,
	})
}

// step does one thing by chance. Now and then the next one does not wait until
// all has come to rest.
func (w *world) step() {
	d, h := w.devices[w.rng.IntN(len(w.devices))], w.rng.IntN(len(w.hubs))
	topic := theirTopics[w.rng.IntN(len(theirTopics))]
	switch n := w.rng.IntN(100); {
	case n < 22:
		for range 1 + w.rng.IntN(4) {
			w.pushes = append(w.pushes, w.commit(topic))
		}
		w.did("commits on %s up to %d", topic, len(w.all[topic]))
	case n < 42 && len(w.pushes) > 0:
		i := w.rng.IntN(len(w.pushes))
		n := w.pushes[i]
		if w.rng.IntN(4) > 0 { // else it is pushed again
			w.pushes = slices.Delete(w.pushes, i, i+1)
		}
		if w.rng.IntN(2) > 0 {
			w.did("push %s %d on server %d", n.Topic, n.Seq, h)
			w.hubs[h].Push(context.Background(), n)
			break
		}
		if w.rng.IntN(2) > 0 {
			n.Body = nil
		}
		w.did("server %d is told %s %d, with a body: %t", h, n.Topic, n.Seq, n.Body != nil)
		w.hubs[h].told(n, "")
	case n < 50:
		seq := int64(w.rng.IntN(len(w.all[topic]) + 1))
		w.did("nudge %s %d on server %d", topic, seq, h)
		w.hubs[h].relay.handOn(fmt.Appendf(nil, `{"from":"x","topics":{%q:%d}}`, topic, seq), w.hubs[h].nudgedOf)
	case n < 55:
		w.did("sweep on server %d", h)
		_ = w.hubs[h].sweep(context.Background()) // it fails while the store is away
	case n < 67:
		if d.line == nil {
			d.comeBack(h)
		} else {
			d.read(1 + w.rng.IntN(6))
		}
	case n < 80:
		d.read(1000)
	case n < 85 && d.line != nil:
		w.did("the line of %s is cut", d.ID)
		_ = d.line.Close()
		d.line = nil
	case n < 88 && d.line != nil:
		d.acknowledge(topic)
	case n < 90:
		w.did("time passes")
		time.Sleep(15 * time.Second)
	case n < 92:
		w.restart(h)
	case n < 94:
		w.ledger.mu.Lock()
		w.away = !w.away
		w.ledger.mu.Unlock()
		w.did("the store is away: %t", w.away)
	case n < 96:
		w.ledger.mu.Lock()
		w.slow = time.Duration(w.rng.IntN(3)) * time.Second
		w.ledger.mu.Unlock()
		w.did("the store takes %s", w.slow)
	case n < 98:
		w.ledger.mu.Lock()
		w.pruned[topic] += w.rng.IntN(len(w.all[topic]) - w.pruned[topic] + 1)
		w.ledger.mu.Unlock()
		w.did("%s is pruned up to %d", topic, w.pruned[topic])
	case n < 99:
		d.pry(topic)
	default:
		w.setBack()
	}
	if w.rng.IntN(3) > 0 {
		synctest.Wait()
	}
}

// did is formatted when it is wanted.
func (w *world) did(format string, args ...any) {
	w.done = append(w.done, func() string { return fmt.Sprintf(format, args...) })
}

func (w *world) story() (all string) {
	for _, did := range w.done {
		all += "\n" + did()
	}
	return all
}

// places is where all stand when a schedule begins.
func (w *world) places() string {
	all := ""
	for _, d := range w.devices {
		all += fmt.Sprintf("%s stands at %v; ", d.ID, d.places)
	}
	return all
}

func (w *world) fail(format string, args ...any) {
	if w.wrong == "" {
		w.wrong = fmt.Sprintf(format, args...)
	}
}

func (w *world) restart(i int) {
	w.did("server %d restarts", i)
	w.hubs[i].shut()
	w.hubs[i].open.Wait()
	w.hubs[i] = w.newHub()
}

// setBack restores the store from yesterday, with the servers stopped. Those who
// come back before the numbers have passed them are told.
func (w *world) setBack() {
	for i := range w.hubs {
		w.restart(i)
	}
	w.ledger.mu.Lock()
	for topic, all := range w.all {
		w.all[topic] = all[:max(w.pruned[topic], len(all)-w.rng.IntN(4))]
	}
	w.ledger.mu.Unlock()
	w.pushes = nil
	w.did("the store is set back")
	w.restored = true
	w.settle()
	w.restored = false
}

// settle lets all faults end, all devices come back and read what there is.
func (w *world) settle() {
	w.ledger.mu.Lock()
	w.away, w.slow = false, 0
	w.ledger.mu.Unlock()
	for quiet := false; !quiet && w.wrong == ""; {
		quiet = true
		time.Sleep(20 * time.Second) // what takes nothing is cut, what was old is answered
		for _, d := range w.devices {
			if d.line == nil {
				d.comeBack(w.rng.IntN(len(w.hubs)))
			}
		}
		for _, h := range w.hubs {
			if err := h.sweep(context.Background()); err != nil {
				w.fail("the sweep fails: %v", err)
			}
		}
		synctest.Wait()
		for _, d := range w.devices {
			for d.read(1000) {
				quiet = false
				synctest.Wait()
			}
			quiet = quiet && d.line != nil
		}
	}
}

func (w *world) compare() {
	for _, d := range w.devices {
		for _, topic := range d.may {
			if got, want := d.stored[topic], w.all[topic]; !slices.EqualFunc(got, want, same) {
				w.fail("device %s ends with %d of %s, %d were committed", d.ID, len(got), topic, len(want))
			}
		}
	}
}

func same(a, b Notice) bool { return a.Seq == b.Seq && string(a.Body) == string(b.Body) }

func (w *world) end() {
	for i := range w.hubs {
		w.hubs[i].shut()
		w.hubs[i].open.Wait()
	}
}

// comeBack opens a line and says hello with the places stored, or with an older
// one of which the device is not sure.
func (d *device) comeBack(hub int) {
	d.line, d.pried, d.heard, d.asked = newWire(400), false, map[string]int64{}, maps.Clone(d.places)
	if !d.world.restored {
		for topic, seq := range d.asked {
			if d.world.rng.IntN(8) == 0 {
				d.asked[topic] = max(0, seq-int64(d.world.rng.IntN(5)))
			}
		}
	}
	d.world.did("%s comes back to server %d with %v", d.ID, hub, d.asked)
	d.world.hubs[hub].Serve(d.line, upgrade, d.Actor, "", func(context.Context) (access.Actor, bool) { return d.Actor, true })
	d.line.say("hello", hello{Resume: d.asked, Topics: d.may[2:]})
}

// read applies at most so many messages; false when there are none.
func (d *device) read(most int) bool {
	if d.line == nil {
		return false
	}
	texts, code := d.line.hear(most)
	d.world.did("%s reads %d messages", d.ID, len(texts))
	for _, text := range texts {
		var g got
		if err := json.Unmarshal(text, &g); err != nil {
			d.world.fail("%s hears %q", d.ID, text)
		}
		d.apply(g)
	}
	d.line.mu.Lock()
	cut := d.line.cut
	d.line.mu.Unlock()
	if code != 0 || cut && len(texts) == 0 {
		d.world.did("%s was closed with %d", d.ID, code)
		if code >= 4500 || code != 0 && code < 4400 || code == int(CloseForeign) && !d.pried {
			d.world.fail("%s was closed with %d", d.ID, code)
		}
		_ = d.line.Close()
		d.line = nil
	}
	return len(texts) > 0
}

func (d *device) apply(g got) {
	var at struct {
		Topic  string
		Seq    int64
		Topics map[string]int64
	}
	switch g.Type {
	case TypeWelcome:
		_ = json.Unmarshal(g.Body, &at)
		for topic, seq := range at.Topics {
			asked, resumed := d.asked[topic]
			if !resumed {
				d.load(topic, seq) // it begins now
			} else {
				d.heard[topic] = min(asked, seq)
			}
		}
	case TypeResync:
		_ = json.Unmarshal(g.Body, &at)
		d.world.ledger.mu.Lock()
		gone := d.world.pruned[at.Topic]
		d.world.ledger.mu.Unlock()
		if at.Seq > int64(gone) && at.Seq >= d.asked[at.Topic] {
			d.world.fail("%s is told to load %s %d, which is kept after %d", d.ID, at.Topic, at.Seq, gone)
		}
		d.load(at.Topic, at.Seq)
	case TypeBeat:
	case TypeRefused, TypeRetry:
		if !d.pried {
			d.world.fail("%s hears %s %s", d.ID, g.Type, g.Body)
		}
	default:
		d.take(Notice{Topic: g.Topic, Seq: g.Seq, Body: g.Body})
	}
}

// take stores a notice. On one line there is no gap and no repeat; what an earlier
// line brought is dropped by its number.
func (d *device) take(n Notice) {
	if !slices.Contains(d.may, n.Topic) {
		d.world.fail("%s hears of %s", d.ID, n.Topic)
	}
	if n.Seq != d.heard[n.Topic]+1 {
		d.world.fail("%s hears %s %d after %d", d.ID, n.Topic, n.Seq, d.heard[n.Topic])
		return
	}
	d.heard[n.Topic] = n.Seq
	if n.Seq > d.places[n.Topic] {
		d.stored[n.Topic], d.places[n.Topic] = append(d.stored[n.Topic], n), n.Seq
	}
}

// load reads the state that the numbers up to seq have led to.
func (d *device) load(topic string, seq int64) {
	d.world.ledger.mu.Lock()
	defer d.world.ledger.mu.Unlock()
	d.stored[topic] = slices.Clone(d.world.all[topic][:min(int(seq), len(d.world.all[topic]))])
	d.places[topic], d.heard[topic] = seq, seq
}

// acknowledge says what is stored, maybe again and maybe late.
func (d *device) acknowledge(topic string) {
	if seq, ok := d.heard[topic]; ok {
		seq = int64(d.world.rng.IntN(int(seq) + 1))
		d.world.did("%s acknowledges %s %d", d.ID, topic, seq)
		d.line.say("ack", Ack{Topic: topic, Seq: seq})
	}
}

// pry asks for what may not be heard.
func (d *device) pry(topic string) {
	if d.line == nil || slices.Contains(d.may, topic) {
		return
	}
	d.world.did("%s asks for %s", d.ID, topic)
	d.line.say("watch", watch{Topics: []string{topic}, Resume: map[string]int64{topic: 0}})
	d.pried = true
}
