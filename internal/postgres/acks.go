package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/gather"
	"doorstep/internal/unit"
)

// ack says that a unit's device has stored everything on its topic up to seq.
type ack struct {
	unit  unit.ID
	topic string
	seq   int64
	at    time.Time
}

// keptAck: alone, it has to be kept by itself.
type keptAck struct {
	told  []control.Notice
	alone bool
}

// Acknowledgements are kept many in one transaction. One by one, a city of tablets
// that comes back takes the database from those who send units. There are no rests: what
// a call taker sees of the devices must not be old.
var acksTogether = gather.How{Most: 32, Wait: 5 * time.Second}

// Acknowledge keeps that a unit's device has stored everything on its topic up to
// seq, together with what other devices say at the moment.
func (s *Store) Acknowledge(ctx context.Context, u unit.ID, topic string, seq int64, now time.Time) ([]control.Notice, error) {
	kept, err := s.acks.Ask(ctx, ack{u, topic, seq, now})
	if err != nil {
		return nil, sorted(err, "acknowledge")
	}
	if !kept.alone {
		return kept.told, nil
	}
	told, _, err := s.advance(ctx, "acknowledge", u, now, deliveredUpTo, topic, seq, now)
	return told, err
}

// keepTogether keeps acknowledgements. What that tells goes back to the first of them,
// so that it is told in order; a fault of one is not the others'.
func (s *Store) keepTogether(ctx context.Context, together []ack) ([]keptAck, error) {
	told, waits, err := s.storedTogether(ctx, together)
	kept := make([]keptAck, len(together))
	for i, a := range together {
		kept[i].alone = err != nil || slices.Contains(waits, a.topic)
		if !kept[i].alone {
			kept[i].told, told = told, nil
		}
	}
	return kept, nil
}

// entriesWaitOn are the topics of units that are just being sent: what their devices
// say may be about what is not entered yet.
const entriesWaitOn = `select distinct topic from notice where entry is not null and topic = any($1)`

// storedTogether returns what changed is told, and on which topics something waits to
// be entered. Rows are locked in the order of their topics, as where they are
// escalated.
func (s *Store) storedTogether(ctx context.Context, together []ack) (notices []control.Notice, waits []string, err error) {
	inOrder := slices.Clone(together)
	slices.SortStableFunc(inOrder, func(a, b ack) int { return cmp.Compare(a.topic, b.topic) })
	topics := make([]string, len(inOrder))
	for i, a := range inOrder {
		topics[i] = a.topic
	}
	var moved []briefing.Delivery
	var told news
	err = s.pool.AcquireFunc(ctx, func(held *pgxpool.Conn) error {
		defer rollBack(ctx, held)
		b := &pgx.Batch{}
		b.Queue("begin")
		b.Queue(entriesWaitOn, topics).Query(func(rows pgx.Rows) (err error) {
			waits, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		for _, a := range inOrder {
			b.Queue(deliveredUpTo, a.unit, a.topic, a.seq, a.at).Query(func(rows pgx.Rows) error {
				more, err := pgx.CollectRows(rows, scanDelivery)
				moved = append(moved, more...)
				return err
			})
		}
		if err := held.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		for _, d := range moved {
			if err := told.moved(d, *d.DeliveredAt); err != nil {
				return err
			}
		}
		return told.tell(ctx, held, "commit")
	})
	if err != nil {
		return nil, waits, err
	}
	for _, d := range moved {
		s.seen.moved(d, *d.DeliveredAt)
	}
	return told.told(), waits, nil
}
