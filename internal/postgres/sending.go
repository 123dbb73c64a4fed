package postgres

import (
	"context"
	"sync"
	"time"
)

// sending lets a unit be sent first: it takes a millisecond or two, and what runs each
// second, or for thousands at once, can wait for that.
type sending struct {
	mu   sync.Mutex
	many int
	none chan struct{} // of those under way, closed when there are none any more
}

// patience is how long who can wait does, when the database is slow to send.
const patience = 5 * time.Millisecond

// begin is called before a unit is sent, and what it returns when its frame is on its way.
func (s *sending) begin() (end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.many++; s.many == 1 {
		s.none = make(chan struct{})
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.many--; s.many == 0 {
			close(s.none)
			s.none = nil
		}
	}
}

// first returns when no unit is being sent, or after its patience.
func (s *sending) first(ctx context.Context) {
	s.mu.Lock()
	none := s.none
	s.mu.Unlock()
	if none == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-none:
	case <-ctx.Done():
	}
}
