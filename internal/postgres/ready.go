package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/unit"
)

// A case is ready when a call taker was shown which units could be sent: what
// the sending needs was read then. It is written without being locked and read
// again; should it have changed meanwhile, the write fails as a whole and the
// long way is taken.
const (
	readyFor  = time.Minute
	readyMost = 500
)

// MakeReady reads what sending one of the units to an incident needs.
func (s *Store) MakeReady(ctx context.Context, id incident.ID, units []unit.ID) error {
	key := control.Key{Incident: id}
	q, _ := queriesFor(key)
	f, b := newFolder(), &pgx.Batch{}
	f.read(b, key, units, "")
	b.Queue(`insert into topic (name, last_seq) select name, 0 from (`+q.topics+`) t (name) order by name on conflict do nothing`, id, units)
	f.readTopics(b, key, units, "")
	b.Queue(answeredSendings, id).Query(func(rows pgx.Rows) error {
		var k answeredKey
		_, err := pgx.ForEachRow(rows, []any{&k.account, &k.key}, func() error {
			f.answered[k] = true
			return nil
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return sorted(err, "make a case ready")
	}
	if err := f.missing(key); err != nil {
		return err
	}
	s.tellPage(ctx, f)
	s.ready.Add(id, f)
	return nil
}

// answeredKey names a request that has its answer.
type answeredKey struct {
	account access.AccountID
	key     string
}

const answeredSendings = `select account_id, key from idempotency_key where sent_to = $1`

// takeReady returns the case if it is ready for the unit of the key. It is
// ready once: sending changes it.
func (s *Store) takeReady(key control.Key) (*folder, bool) {
	if key.Unit == "" {
		return nil, false
	}
	f, ok := s.ready.Get(key.Incident)
	if !ok || f.signs[key.Unit] == "" {
		return nil, false
	}
	s.ready.Remove(key.Incident)
	mine := *f
	mine.ready = true
	mine.CallSign = f.signs[key.Unit]
	return &mine, true
}

// errNotReady sends a decision the long way: it needs more than was read.
var errNotReady = fault.New(fault.Conflict, "the case was not ready for this")

// changedSince reports whether a case that was ready may have changed since it
// was read: the decision refused, or the database did.
func changedSince(err error) bool {
	var refused *fault.Fault
	var pg *pgconn.PgError
	return errors.As(err, &refused) || errors.As(err, &pg)
}
