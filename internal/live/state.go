package live

import "time"

// stateBody says whether what a screen says or sends can be kept.
type stateBody struct {
	Saving bool       `json:"saving"`
	Since  *time.Time `json:"since,omitempty"` // when it ended
}

// SaveFails tells every screen since when nothing can be saved, or with the zero
// time that it can again. A line that opens meanwhile is told too.
func (h *Hub) SaveFails(since time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.saveFails = since
	f := h.stateLocked()
	for _, conns := range h.conns {
		for c := range conns {
			c.offer(f)
		}
	}
}

// tellState tells a line that has just opened what is not as it should be.
func (h *Hub) tellState(c *conn) {
	h.mu.RLock() // so that no older word comes after a newer one
	defer h.mu.RUnlock()
	if !h.saveFails.IsZero() {
		c.offer(h.stateLocked())
	}
}

func (h *Hub) stateLocked() frame {
	body := stateBody{Saving: h.saveFails.IsZero()}
	if !body.Saving {
		since := h.saveFails.UTC()
		body.Since = &since
	}
	return saying(TypeState, h.Now(), body)
}
