package live

// gate lets as many through at once as it has places.
type gate chan struct{}

// pass does the work when it is its turn, in the order of coming.
func (g gate) pass(work func()) {
	g <- struct{}{}
	defer func() { <-g }() // also of a panic
	work()
}
