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
var acksTogether = gather.How{Most: 16, Wait: 5 * time.Second, Apart: 10 * time.Millisecond}

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
	told, _, err := s.advance(ctx, "acknowledge", u, now, deliveredUpTo, []string{string(u)}, []string{topic}, []int64{seq}, []time.Time{now})
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
// be entered.
func (s *Store) storedTogether(ctx context.Context, together []ack) (notices []control.Notice, waits []string, err error) {
	highest := map[string]ack{}
	for _, a := range together {
		if a.seq >= highest[a.topic].seq {
			highest[a.topic] = a
		}
	}
	var units, topics []string
	var seqs []int64
	var at []time.Time
	for topic, a := range highest {
		units, topics, seqs, at = append(units, string(a.unit)), append(topics, topic), append(seqs, a.seq), append(at, a.at)
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
		b.Queue(deliveredUpTo, units, topics, seqs, at).Query(func(rows pgx.Rows) (err error) {
			moved, err = pgx.CollectRows(rows, scanDelivery)
			return err
		})
		if err := held.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		slices.SortFunc(moved, func(a, b briefing.Delivery) int {
			return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Seq, b.Seq))
		})
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
