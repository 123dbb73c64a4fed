package live

import (
	"context"
	"maps"
	"sync"
	"time"
)

const (
	// fetchesAtOnce bounds what live topics may ask of the store.
	fetchesAtOnce = 16
	// A whole city that comes back at once leaves the processors and the store to the
	// calls: the store is asked for many together, with rests of so many times what the
	// last question took, both in one turn. A city of thousands is back in seconds.
	arrivalsAtOnce = 16
	arrivalsRest   = 6
	arrivalsTurn   = 20 * time.Millisecond
	returnsAtOnce  = 4
	returnsRest    = 7
	returnsTurn    = 7500 * time.Microsecond
	acksAtOnce     = 32 // of those that wait for the store
	// pageSize is the number of notices in one fetch.
	pageSize = 200
	// lastAtOnce is the number of topics in one question of the first sweep.
	lastAtOnce = 1000
	// fetchWait bounds one question to the store.
	fetchWait = 5 * time.Second
)

// topic is one sequence with its listeners here. head is the last number that
// they were told; a topic exists while somebody listens.
type topic struct {
	name string

	mu       sync.Mutex
	subs     map[*sub]struct{}
	head     int64 // -1: not known yet
	wanted   int64 // the highest number heard of
	fetching bool
	flights  map[leg]*flight
	traces   map[int64]string // spans of what is to be fetched, by number; mostly nil
}

// sub is one connection listening to one topic. Until it is live, only its
// connection's reader touches pos; then only who holds the topic's lock.
type sub struct {
	topic *topic
	conn  *conn
	live  bool  // gets notices as they come; else it is being caught up
	pos   int64 // the last number queued for the client
	// claimed is what the client came with, where that is more than there is;
	// its connection's reader's alone.
	claimed int64
}

func newTopic(name string) *topic {
	return &topic{name: name, subs: map[*sub]struct{}{}, head: -1, flights: map[leg]*flight{}}
}

// tell hands a pushed notice to the listeners if it is next, drops it if they
// had it, and has the gap fetched if something is missing before it.
func (h *Hub) tell(t *topic, f frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.head >= 0 && f.seq == t.head+1 {
		t.dispatch(f)
		return
	}
	h.want(t, f.seq)
}

// nudged is told by another server how far a topic has come.
func (h *Hub) nudged(name string, seq int64) {
	t := h.topic(name)
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	h.want(t, seq)
}

// nudgedOf is nudged, with the span that the number belongs to.
func (h *Hub) nudgedOf(name string, seq int64, span string) {
	if t := h.topic(name); t != nil && span != "" && h.Tracer != nil {
		t.expect(seq, span)
	}
	h.nudged(name, seq)
}

// mostTraces bounds the spans that wait for a fetch of one topic.
const mostTraces = 64

func (t *topic) expect(seq int64, span string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if seq <= t.head || len(t.traces) >= mostTraces {
		return
	}
	if t.traces == nil {
		t.traces = map[int64]string{}
	}
	t.traces[seq] = span
}

// want makes the topic fetch up to seq, if it is behind. The caller holds the
// lock.
func (h *Hub) want(t *topic, seq int64) {
	t.wanted = max(t.wanted, seq)
	if t.head < 0 || t.wanted <= t.head || t.fetching || len(t.subs) == 0 {
		return
	}
	t.fetching = true
	h.open.Go(func() { h.advance(t) })
}

// advance fetches what the topic lacks, once for all its live listeners.
func (h *Hub) advance(t *topic) {
	for {
		t.mu.Lock()
		if t.wanted <= t.head || len(t.subs) == 0 {
			t.fetching = false
			t.mu.Unlock()
			return
		}
		from, wanted := t.head, t.wanted
		t.mu.Unlock()

		page, own, err := h.fetch(t, leg{after: from})
		gone := int64(0) // up to here
		if err == nil && own && len(page) == 0 {
			gone, err = h.lastOf(t)
			gone = min(gone, wanted) // what came meanwhile is not
		}
		if err != nil {
			h.Log.Warn().Err(err).Str("topic", t.name).Int64("after", from).Msg("notices not fetched, the next sweep tries again")
			t.mu.Lock()
			t.fetching = false
			t.mu.Unlock()
			h.mu.Lock()
			h.behind[t.name] = struct{}{}
			h.mu.Unlock()
			return
		}
		t.mu.Lock()
		for _, f := range page {
			t.dispatch(f)
		}
		t.skip(gone)
		if own && len(page) == 0 && t.wanted == wanted {
			t.wanted = t.head // there is nothing more
		}
		t.mu.Unlock()
	}
}

func (h *Hub) lastOf(t *topic) (int64, error) {
	last, err := h.last(context.Background(), []string{t.name})
	return last[t.name], err
}

// skip tells the live listeners that what they lack is gone up to a number. The
// caller holds the lock.
func (t *topic) skip(to int64) {
	for s := range t.subs {
		if s.live && s.pos < to {
			s.pos = to
			s.conn.offer(s.conn.resync(t.name, to))
		}
	}
	t.head = max(t.head, to)
}

// dispatch hands a notice to the live listeners that lack it. A jump in what the
// store has means that the notices between are gone. The caller holds the lock.
func (t *topic) dispatch(f frame) {
	if f.seq <= t.head {
		return
	}
	if t.traces != nil {
		t.joinTrace(&f)
	}
	for s := range t.subs {
		if !s.live || s.pos >= f.seq {
			continue
		}
		if s.pos < f.seq-1 {
			s.conn.offer(s.conn.resync(t.name, f.seq-1))
		}
		s.pos = f.seq
		s.conn.offer(f)
	}
	t.head = f.seq
}

// joinTrace gives the frame the span that its nudge told of.
func (t *topic) joinTrace(f *frame) {
	if span := t.traces[f.seq]; f.trace == "" {
		f.trace = span
	}
	maps.DeleteFunc(t.traces, func(seq int64, _ string) bool { return seq <= f.seq })
	if len(t.traces) == 0 {
		t.traces = nil
	}
}

// place sets where a listener begins, given the last committed number, and
// returns the number that the client is welcomed with. ahead: the client has
// seen more than there is, so the store was set back and its numbers mean
// nothing any more.
func (s *sub) place(last int64, resume *int64) (now int64, ahead bool) {
	t := s.topic
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.head < 0 {
		t.head = last
	}
	t.wanted = max(t.wanted, last)
	now = max(last, t.head)
	switch {
	case resume == nil:
		s.pos = now
	case *resume > now:
		s.pos, s.claimed, ahead = now, *resume, true
	default:
		s.pos = *resume
	}
	return now, ahead
}

// standing is the last number queued for the client, and the last that the topic
// is known to have.
func (s *sub) standing() (pos, last int64) {
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	return s.pos, max(s.pos, s.topic.head, s.topic.wanted)
}

// goLive makes the listener live if it has all that the topic has told; else
// it returns where it stands and where the topic is.
func (h *Hub) goLive(s *sub) (live bool, pos, head int64) {
	s.topic.mu.Lock()
	defer s.topic.mu.Unlock()
	if s.pos >= s.topic.head {
		s.live = true
		h.want(s.topic, s.topic.wanted)
	}
	return s.live, s.pos, s.topic.head
}

// leg is what a flight fetches: what comes after a number, at the pace of those who
// come back or at once.
type leg struct {
	after int64
	paced bool
}

// flight is a fetch under way that whoever stands at the same number shares.
type flight struct {
	done chan struct{}
	page []frame
	err  error
}

// fetch returns the next page of a topic, encoded once for all who share it.
// When it is not the caller's own, it may be older than what the caller knows.
func (h *Hub) fetch(t *topic, l leg) (page []frame, own bool, err error) {
	t.mu.Lock()
	if f, ok := t.flights[l]; ok {
		t.mu.Unlock()
		<-f.done
		return f.page, false, f.err
	}
	f := &flight{done: make(chan struct{})}
	t.flights[l] = f
	t.mu.Unlock()

	at := Place{t.name, l.after}
	if l.paced {
		f.page, f.err = h.returns.Ask(context.Background(), at)
	} else {
		if err := h.slots.pass(context.Background(), func() { f.page, f.err = h.readNow(at) }); err != nil {
			f.err = err
		}
	}
	t.mu.Lock()
	delete(t.flights, l)
	t.mu.Unlock()
	close(f.done)
	return f.page, true, f.err
}

func (h *Hub) readNow(at Place) ([]frame, error) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchWait)
	defer cancel()
	pages, err := h.read(ctx, []Place{at})
	if err != nil {
		return nil, err
	}
	return pages[0], nil
}

// read returns what comes after each place, encoded.
func (h *Hub) read(ctx context.Context, of []Place) ([][]frame, error) {
	notices, err := h.After(ctx, of, pageSize)
	if err != nil {
		return nil, err
	}
	pages := make([][]frame, len(notices))
	for i, page := range notices {
		pages[i] = make([]frame, len(page))
		for j, n := range page {
			pages[i][j] = newFrame(n)
		}
	}
	return pages, nil
}
