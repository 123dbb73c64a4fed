package live

import "sync"

// queue holds the frames that wait for one connection. It is as large as what
// waits, and is emptied by a goroutine that lives as long as something does: of
// thousands of tablets almost all have nothing waiting.
type queue struct {
	mu      sync.Mutex
	frames  []frame
	bytes   int
	writing bool          // somebody takes
	taken   chan struct{} // told after each frame taken, and after the last was written
}

func newQueue() queue { return queue{taken: make(chan struct{}, 1)} }

// add puts the frame behind the others; ok is false when it would wait behind more
// than so many frames, or make them more than so many bytes. With first, the caller
// sees to it that the frames are taken until there are none.
func (q *queue) add(f frame, mostFrames, mostBytes int) (first, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.frames) >= mostFrames || q.bytes+len(f.data) > mostBytes {
		return false, false
	}
	q.frames, q.bytes = append(q.frames, f), q.bytes+len(f.data)
	first, q.writing = !q.writing, true
	return first, true
}

// take removes the first frame; ok is false when there is none, and then nobody
// takes any more.
func (q *queue) take() (f frame, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.frames) == 0 {
		q.frames, q.writing = nil, false
		q.tell()
		return frame{}, false
	}
	f = q.frames[0]
	q.frames[0] = frame{} // its data may go
	q.frames, q.bytes = q.frames[1:], q.bytes-len(f.data)
	q.tell()
	return f, true
}

func (q *queue) tell() {
	select {
	case q.taken <- struct{}{}:
	default: // word was left already
	}
}

// busy reports whether something waits or is being written.
func (q *queue) busy() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.writing
}

// waiting is how much waits.
func (q *queue) waiting() (frames, bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.frames), q.bytes
}
