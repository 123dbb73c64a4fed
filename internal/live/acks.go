package live

import "sync"

// acks are the acknowledgements of one connection that are not applied yet, the
// highest number of each topic.
type acks struct {
	mu    sync.Mutex
	up    map[string]int64 // nil when there is none
	ended chan struct{}    // closed when all are applied; nil when none is being
}

// add notes one; first when nobody is applying them.
func (a *acks) add(ack Ack) (first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.up == nil {
		a.up = map[string]int64{}
	}
	a.up[ack.Topic] = max(a.up[ack.Topic], ack.Seq)
	if a.ended != nil {
		return false
	}
	a.ended = make(chan struct{})
	return true
}

// take returns one to be applied: the highest number that came until now.
func (a *acks) take() (ack Ack, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for topic, seq := range a.up {
		delete(a.up, topic)
		return Ack{topic, seq}, true
	}
	return ack, false
}

// more is false when all are applied: the applying has ended.
func (a *acks) more() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.up) > 0 {
		return true
	}
	a.endLocked()
	return false
}

func (a *acks) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.endLocked()
}

func (a *acks) endLocked() {
	if a.ended != nil {
		close(a.ended)
		a.up, a.ended = nil, nil
	}
}

// wait returns when all are applied: what is said next comes after them.
func (a *acks) wait() {
	a.mu.Lock()
	ended := a.ended
	a.mu.Unlock()
	if ended != nil {
		<-ended
	}
}
