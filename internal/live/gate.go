package live

import "time"

// gate lets so many through at once. Behind one that rests as long as the last work
// took, half of what it leads to is left for others, on whatever machine.
type gate struct {
	places chan struct{}
	rests  bool
}

func newGate(n int, rests bool) gate { return gate{make(chan struct{}, n), rests} }

// longestRest is more than what is behind a gate takes when all is well: what was
// stuck for a while must not be rested from for longer.
const longestRest = 20 * time.Millisecond

// pass does the work when it is its turn, in the order of coming.
func (g gate) pass(work func()) {
	g.places <- struct{}{}
	began := time.Now()
	defer func() { // also of a panic
		if g.rests {
			time.AfterFunc(min(time.Since(began), longestRest), g.leave)
		} else {
			g.leave()
		}
	}()
	work()
}

func (g gate) leave() { <-g.places }
