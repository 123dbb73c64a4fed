package live

import "context"

// gate lets as many through at once as it has places.
type gate chan struct{}

// pass does the work when it is its turn, in the order of coming; an error says that
// its turn did not come.
func (g gate) pass(ctx context.Context, work func()) error {
	select {
	case g <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g }() // also of a panic
	work()
	return nil
}
