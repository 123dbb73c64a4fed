package postgres

import "context"

// MigrateTo lets the tests stop at an earlier version of the schema.
var MigrateTo = migrateTo

// Sending is what lets a unit be sent first.
type Sending struct{ sending }

// Begin and First are the two sides of it.
func (s *Sending) Begin() (end func())       { return s.begin() }
func (s *Sending) First(ctx context.Context) { s.first(ctx) }

// Patience is how long the other one waits.
const Patience = patience

// BeginSending says that a unit is being sent, and SendingNow how many are.
func BeginSending(s *Store) (end func()) { return s.sending.begin() }

// SendingNow counts them.
func SendingNow(s *Store) int { return s.sending.many }
