package live

import (
	"sync"
	"time"
)

// ackHold is how long an acknowledgement waits for the next one, when the device has
// been sent more than it says. Devices pause between two for half of that.
const ackHold = 100 * time.Millisecond

// acks are the acknowledgements of one connection that are not applied yet, the
// highest number of each topic.
type acks struct {
	mu    sync.Mutex
	up    map[string]int64 // nil when there is none
	ended chan struct{}    // closed when all are applied; nil when none is being
	whole chan struct{}    // closed when there is no more to wait for; nil when nobody does
	hurry bool             // there is no more to wait for
}

// add notes one; first when nobody is applying them. more: others are to follow.
func (a *acks) add(ack Ack, more bool) (first bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.up == nil {
		a.up = map[string]int64{}
	}
	a.up[ack.Topic] = max(a.up[ack.Topic], ack.Seq)
	if !more {
		a.hurryLocked()
	}
	if a.ended != nil {
		return false
	}
	a.ended = make(chan struct{})
	return true
}

// hold waits until there is no more to wait for, but not for long.
func (a *acks) hold() {
	a.mu.Lock()
	if a.hurry {
		a.mu.Unlock()
		return
	}
	whole := make(chan struct{})
	a.whole = whole
	a.mu.Unlock()
	select {
	case <-whole:
	case <-time.After(ackHold):
	}
}

func (a *acks) hurryLocked() {
	a.hurry = true
	if a.whole != nil {
		close(a.whole)
		a.whole = nil
	}
}

// take returns one to be applied: the highest number that came until now.
func (a *acks) take() (ack Ack, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for topic, seq := range a.up {
		delete(a.up, topic)
		if len(a.up) == 0 {
			a.hurry = false
		}
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
		a.up, a.ended, a.whole, a.hurry = nil, nil, nil, false
	}
}

// wait returns when all are applied: what is said next comes after them.
func (a *acks) wait() {
	a.mu.Lock()
	ended := a.ended
	if ended != nil {
		a.hurryLocked()
	}
	a.mu.Unlock()
	if ended != nil {
		<-ended
	}
}
