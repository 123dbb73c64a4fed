// Package live is the line to the screens: websockets, topics, resume, replay,
// and the relay between servers. It does not know what a notice says, and it
// holds nothing worth losing: what counts was committed before it comes here.
//
// Per connection and topic, notices go out in order, without a gap and without
// a repeat. The hub is a register of who listens to which topic, and of how far
// each topic was told on this server. A notice that is next goes out at once;
// anything else (a gap, a nudge from another server, the sweep) makes the topic
// fetch what it lacks, once for all its listeners.
package live

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"doorstep/internal/access"
	"doorstep/internal/gather"
	"doorstep/internal/trace"
)

// Notice is one thing that screens must hear: committed, with its number in its
// topic. The first number of a topic is 1.
type Notice struct {
	Topic string
	Seq   int64
	Type  string
	At    time.Time
	Body  json.RawMessage
}

// Place is how far somebody has come on a topic.
type Place struct {
	Topic string
	Seq   int64
}

// Config is what a hub needs. The functions must be safe for concurrent use;
// fields that say so have a default.
type Config struct {
	Log zerolog.Logger
	Now func() time.Time // default time.Now

	// After returns for each place the committed notices of its topic with a number
	// above its own, ascending and without gaps, at most limit.
	After func(ctx context.Context, of []Place, limit int) ([][]Notice, error)
	// Last returns the last committed number of each topic, 0 or nothing for one
	// that was never written.
	Last func(ctx context.Context, topics []string) (map[string]int64, error)
	// Changed returns the last committed number of each topic that was written
	// since a mark, and the mark of now; with an empty mark the mark alone.
	Changed func(ctx context.Context, since string) (last map[string]int64, mark string, err error)
	// MayHear refuses with a fault a topic that the actor may not hear. The
	// actor's own topics are not asked about.
	MayHear func(ctx context.Context, a access.Actor, topic string) error
	// Inbound applies what a screen said; it is called in order per connection,
	// and again for a frame that is sent again. It is not cut short when the
	// connection breaks.
	Inbound func(ctx context.Context, a access.Actor, f Inbound) error

	// Redis carries nudges between servers; nil where there is none.
	Redis redis.UniversalClient
	// Notify and Listen carry them through the store while Redis does not; nil on a
	// single server. Listen returns when it is cut or ctx is done, and calls ready
	// when it hears; a nudge has less than 8,000 bytes.
	Notify func(ctx context.Context, nudge string) error
	Listen func(ctx context.Context, ready func(), heard func(nudge string), told func(n Notice, span string)) error

	// Tracer joins what is pushed to the request that committed it, also on
	// another server; nil where nobody wants to know.
	Tracer trace.Tracer

	Origins []string // allowed besides the own host, as "https://host"

	Tick       time.Duration // between sweeps, default 1 s: what losing Redis costs
	Queue      int           // frames that may wait for one connection, default 256
	QueueBytes int           // bytes that may wait for one connection, default 4 MiB

	AccountConns int // connections of one account here; 0 is no limit
	AddressConns int // of one address

	HelloWait   time.Duration // from upgrade to hello, default 10 s
	InboundWait time.Duration // for one frame to be applied, default 5 s
	PingEvery   time.Duration // default 15 s
	PongWait    time.Duration // silence after which a line is dead, default 40 s
	WriteWait   time.Duration // for one frame to be written, default 10 s
	BeatEvery   time.Duration // between beats, default 10 s; the session is checked at each
}

func (c Config) withDefaults() Config {
	or := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	or(&c.Tick, time.Second)
	or(&c.HelloWait, 10*time.Second)
	or(&c.InboundWait, 5*time.Second)
	or(&c.PingEvery, 15*time.Second)
	or(&c.PongWait, 40*time.Second)
	or(&c.WriteWait, 10*time.Second)
	or(&c.BeatEvery, 10*time.Second)
	if c.Queue <= 0 {
		c.Queue = 256
	}
	if c.QueueBytes <= 0 {
		c.QueueBytes = 4 << 20
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Hub is the register of one server. Locks are taken in the order sweeping, hub,
// topic.
type Hub struct {
	Config
	relay   *relay // without a way on a single server
	slots   gate   // for what live topics fetch
	acks    gate   // for what devices have stored
	arrives *gather.Gather[[]string, map[string]int64]
	returns *gather.Gather[Place, []frame] // what they missed

	mu        sync.RWMutex
	topics    map[string]*topic
	conns     map[access.AccountID]map[*conn]struct{}
	addresses map[string]int // connections, by where they come from
	closing   bool
	behind    map[string]struct{} // topics whose fetch failed
	open      sync.WaitGroup      // connections, until their socket is closed

	saveFails time.Time // since when; zero: what is said can be kept

	sweeping sync.Mutex
	mark     string // of the last sweep

	opened, resumed, replayed atomic.Int64
	sent                      atomic.Int64 // by connections that are closed
	closed                    sync.Map     // CloseCode → *atomic.Int64
}

// New makes a hub. It serves at once; Run keeps it up to date.
func New(c Config) *Hub {
	h := &Hub{
		Config:    c.withDefaults(),
		slots:     make(gate, fetchesAtOnce),
		acks:      make(gate, acksAtOnce),
		topics:    map[string]*topic{},
		conns:     map[access.AccountID]map[*conn]struct{}{},
		addresses: map[string]int{},
		behind:    map[string]struct{}{},
	}
	h.arrives = gather.New(gather.How{Most: arrivalsAtOnce, Wait: fetchWait, Rest: arrivalsRest, Turn: arrivalsTurn}, h.stand)
	h.returns = gather.New(gather.How{Most: returnsAtOnce, Wait: fetchWait, Rest: returnsRest, Turn: returnsTurn}, h.read)
	var carriers []carrier
	if c.Redis != nil {
		carriers = append(carriers, byRedis{c.Redis})
	}
	if c.Listen != nil {
		carriers = append(carriers, byStore{c, h.told})
	}
	h.relay = newRelay(c.Log, c.Tracer, carriers...)
	return h
}

// Run listens to the other servers and sweeps until ctx is done. Then it takes
// no more connections, closes those it has with CloseRestarting, and returns
// nil when the last one is gone.
func (h *Hub) Run(ctx context.Context) error {
	var work sync.WaitGroup
	work.Go(func() { h.sweepEvery(ctx) })
	work.Go(func() { h.relay.publish(ctx) })
	missed := func() { _ = h.sweep(ctx) } // the next tick tells of its failure
	work.Go(func() { h.relay.listen(ctx, h.nudgedOf, missed) })
	<-ctx.Done()
	h.shut()
	h.open.Wait()
	work.Wait()
	return nil
}

// shut refuses new connections and closes the present ones.
func (h *Hub) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closing = true
	for _, conns := range h.conns {
		for c := range conns {
			c.close(CloseRestarting)
		}
	}
}

// Push tells committed notices to the listeners here and nudges the other
// servers. It never waits for a client, for the store or for Redis.
func (h *Hub) Push(ctx context.Context, notices ...Notice) {
	span := trace.Carry(ctx, h.Tracer)
	for _, n := range notices {
		if t := h.topic(n.Topic); t != nil {
			f := newFrame(n)
			f.trace = span
			h.tell(t, f)
		}
	}
	h.nudge(span, notices...)
}

// Prepare encodes a notice while it is being committed; what it returns pushes it.
func (h *Hub) Prepare(ctx context.Context, n Notice) (push func()) {
	span := trace.Carry(ctx, h.Tracer)
	f := newFrame(n)
	f.trace = span
	return func() {
		if t := h.topic(n.Topic); t != nil {
			h.tell(t, f)
		}
		if h.Listen == nil {
			h.nudge(span, n)
		} else {
			time.AfterFunc(afterCommit, func() { h.nudge(span, n) })
		}
	}
}

// afterCommit is how long the nudge of a prepared notice stays back: other servers
// heard it with its commit, and need the processors to bring it.
const afterCommit = 2 * time.Millisecond

// told is told by another server, with its commit, what a topic's next notice is, or
// without a body its number.
func (h *Hub) told(n Notice, span string) {
	t := h.topic(n.Topic)
	if t == nil {
		return
	}
	if n.Body == nil {
		h.nudgedOf(n.Topic, n.Seq, span)
		return
	}
	f := newFrame(n)
	if span != "" {
		ctx, nudge := trace.Continue(h.Tracer, span, "nudge")
		defer nudge.End()
		f.trace = trace.Carry(ctx, h.Tracer)
	}
	h.tell(t, f)
}

func (h *Hub) nudge(span string, notices ...Notice) {
	if len(h.relay.ways) > 0 {
		h.relay.offer(notices, span)
	}
}

// SignOut closes the connections of an account on this server. Others notice
// at their next beat.
func (h *Hub) SignOut(id access.AccountID) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for c := range h.conns[id] {
		c.close(CloseSignedOut)
	}
}

// Stats are numbers of one moment, for operations.
type Stats struct {
	Connections   int
	Topics        int                 // with at least one listener here
	Queued        int                 // frames waiting for all connections
	QueuedBytes   int                 // of those
	LongestQueue  int                 // frames waiting for one connection
	Opened        int64               // connections since the start
	Resumed       int64               // of those, with a place to resume from
	Replayed      int64               // notices that a connection had missed
	Sent          int64               // frames
	Closed        map[CloseCode]int64 // by our reason, since the start
	NudgesDropped int64               // not sent to other servers, which sweep instead
}

// Stats counts.
func (h *Hub) Stats() Stats {
	h.mu.RLock()
	defer h.mu.RUnlock()
	s := Stats{Topics: len(h.topics), Opened: h.opened.Load(), Resumed: h.resumed.Load(), Replayed: h.replayed.Load(), Sent: h.sent.Load(), Closed: map[CloseCode]int64{}}
	for _, conns := range h.conns {
		s.Connections += len(conns)
		for c := range conns {
			waiting, bytes := c.queue.waiting()
			s.Sent += c.sent.Load()
			s.Queued += waiting
			s.QueuedBytes += bytes
			s.LongestQueue = max(s.LongestQueue, waiting)
		}
	}
	h.closed.Range(func(code, n any) bool {
		s.Closed[code.(CloseCode)] = n.(*atomic.Int64).Load()
		return true
	})
	s.NudgesDropped = h.relay.dropped.Load()
	return s
}

// RedisUp reports whether Redis carries nudges; true where there is none.
func (h *Hub) RedisUp() bool { return h.Redis == nil || h.relay.ways[0].up.Load() }

// enter registers a connection; false when the hub is closing.
func (h *Hub) enter(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing {
		return false
	}
	if h.conns[c.actor.ID] == nil {
		h.conns[c.actor.ID] = map[*conn]struct{}{}
	}
	h.conns[c.actor.ID][c] = struct{}{}
	h.addresses[c.from]++
	h.open.Add(1)
	h.opened.Add(1)
	return true
}

func (h *Hub) leave(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for name := range c.subs {
		h.dropLocked(c, name)
	}
	delete(h.conns[c.actor.ID], c)
	if len(h.conns[c.actor.ID]) == 0 {
		delete(h.conns, c.actor.ID)
	}
	if h.addresses[c.from]--; h.addresses[c.from] == 0 {
		delete(h.addresses, c.from)
	}
	h.sent.Add(c.sent.Load())
	counter, _ := h.closed.LoadOrStore(c.code(), new(atomic.Int64))
	counter.(*atomic.Int64).Add(1)
	h.open.Done()
}

func (h *Hub) topic(name string) *topic {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.topics[name]
}

// join makes the connection a listener that is not served yet: it is placed and
// caught up first.
func (h *Hub) join(c *conn, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.topics[name]
	if t == nil {
		t = newTopic(name)
		h.topics[name] = t
	}
	s := &sub{topic: t, conn: c}
	t.mu.Lock()
	t.subs[s] = struct{}{}
	t.mu.Unlock()
	c.subs[name] = s
}

func (h *Hub) drop(c *conn, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dropLocked(c, name)
}

func (h *Hub) dropLocked(c *conn, name string) {
	s := c.subs[name]
	delete(c.subs, name)
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	delete(s.topic.subs, s)
	if len(s.topic.subs) == 0 && h.topics[name] == s.topic {
		delete(h.topics, name)
	}
}
