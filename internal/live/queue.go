package live

import "sync"

// queue holds the frames that wait for one connection. It is as large as what
// waits: of thousands of tablets almost all have nothing waiting.
type queue struct {
	mu     sync.Mutex
	frames []frame
	bytes  int
	filled chan struct{} // told when a frame waits
	taken  chan struct{} // told after each frame taken
}

func newQueue() queue {
	return queue{filled: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
}

// add puts the frame behind the others; false when it would wait behind more
// than so many frames, or make them more than so many bytes.
func (q *queue) add(f frame, mostFrames, mostBytes int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.frames) >= mostFrames || q.bytes+f.size > mostBytes {
		return false
	}
	q.frames, q.bytes = append(q.frames, f), q.bytes+f.size
	signal(q.filled)
	return true
}

// take removes the first frame; ok is false when there is none.
func (q *queue) take() (f frame, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.frames) == 0 {
		return frame{}, false
	}
	f = q.frames[0]
	q.frames[0] = frame{} // its message may go
	q.frames, q.bytes = q.frames[1:], q.bytes-f.size
	if len(q.frames) == 0 {
		q.frames = nil
	} else {
		signal(q.filled)
	}
	signal(q.taken)
	return f, true
}

// waiting is how much waits.
func (q *queue) waiting() (frames, bytes int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.frames), q.bytes
}

// signal leaves word on a channel of one; once is enough.
func signal(word chan<- struct{}) {
	select {
	case word <- struct{}{}:
	default:
	}
}
