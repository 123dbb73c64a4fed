package postgres

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/gather"
	"doorstep/internal/unit"
)

// said is what a unit's device says of what it was sent: that everything on its topic
// up to a number is stored, or that a revision was on the screen or confirmed.
type said struct {
	unit     unit.ID
	seq      int64
	briefing briefing.ID
	revision int
	by       access.AccountID
	at       time.Time
}

func (s said) topic() string { return "unit:" + string(s.unit) }

// of reports whether a delivery is the one that this is about.
func (s said) of(d briefing.Delivery) bool {
	return d.UnitID == string(s.unit) && d.BriefingID == s.briefing && d.Revision == s.revision
}

// kept is what became of it.
type kept struct {
	told    []control.Notice
	changed bool
	alone   bool // it has to be kept by itself
}

// What devices say is kept many in one transaction. One by one, a city of tablets that
// comes back takes the database from those who send units. There are no rests: what a
// call taker sees of the devices must not be old.
var saidTogether = gather.How{Most: 32, Wait: 5 * time.Second, Apart: 10 * time.Millisecond}

// way is how one step is kept, of any number of units.
type way struct {
	doing   string
	update  string
	columns func(all []said) []any
	at      func(d briefing.Delivery) *time.Time
	single  bool // it is about one revision, which must have been sent
}

var (
	stored = way{
		doing: "acknowledge", update: deliveredUpTo, at: func(d briefing.Delivery) *time.Time { return d.DeliveredAt },
		columns: func(all []said) []any {
			highest := map[unit.ID]said{}
			for _, s := range all {
				if s.seq >= highest[s.unit].seq {
					highest[s.unit] = s
				}
			}
			var units, topics []string
			var seqs []int64
			var at []time.Time
			for _, s := range highest {
				units, topics, seqs, at = append(units, string(s.unit)), append(topics, s.topic()), append(seqs, s.seq), append(at, s.at)
			}
			return []any{units, topics, seqs, at}
		},
	}
	shown = way{
		doing: "displayed", update: displayedAt, at: func(d briefing.Delivery) *time.Time { return d.DisplayedAt }, single: true,
		columns: func(all []said) []any { return append(revisions(all), times(all)) },
	}
	confirmed = way{
		doing: "read", update: readAt, at: func(d briefing.Delivery) *time.Time { return d.ReadAt }, single: true,
		columns: func(all []said) []any {
			by := make([]string, len(all))
			for i, s := range all {
				by[i] = string(s.by)
			}
			return append(revisions(all), times(all), by)
		},
	}
)

// revisions are the columns that name them.
func revisions(all []said) []any {
	units, briefings, numbers := make([]string, len(all)), make([]string, len(all)), make([]int, len(all))
	for i, s := range all {
		units[i], briefings[i], numbers[i] = string(s.unit), string(s.briefing), s.revision
	}
	return []any{units, briefings, numbers}
}

func times(all []said) []time.Time {
	at := make([]time.Time, len(all))
	for i, s := range all {
		at[i] = s.at
	}
	return at
}

// Acknowledge keeps that a unit's device has stored everything on the unit's topic up
// to seq.
func (s *Store) Acknowledge(ctx context.Context, u unit.ID, seq int64, now time.Time) ([]control.Notice, error) {
	k, err := s.keep(ctx, s.stored, stored, said{unit: u, seq: seq, at: now})
	return k.told, err
}

// Displayed keeps that a revision was on the unit's screen.
func (s *Store) Displayed(ctx context.Context, u unit.ID, id briefing.ID, revision int, now time.Time) ([]control.Notice, error) {
	return s.keepSingle(ctx, s.shown, shown, said{unit: u, briefing: id, revision: revision, at: now})
}

// Read keeps that a person on board confirmed a revision.
func (s *Store) Read(ctx context.Context, u unit.ID, by access.AccountID, id briefing.ID, revision int, now time.Time) ([]control.Notice, error) {
	return s.keepSingle(ctx, s.confirmed, confirmed, said{unit: u, briefing: id, revision: revision, by: by, at: now})
}

// keep has it kept together with what other devices say at the moment.
func (s *Store) keep(ctx context.Context, with *gather.Gather[said, kept], w way, one said) (kept, error) {
	k, err := with.Ask(ctx, one)
	if err != nil {
		return kept{}, sorted(err, w.doing)
	}
	if k.alone {
		k.told, k.changed, err = s.advance(ctx, w.doing, one.unit, one.at, w.update, w.columns([]said{one})...)
	}
	return k, err
}

func (s *Store) keepSingle(ctx context.Context, with *gather.Gather[said, kept], w way, one said) ([]control.Notice, error) {
	if uuid.Validate(string(one.briefing)) != nil || one.revision > math.MaxInt32 {
		return nil, errNotSent // nor may it spoil what others say
	}
	k, err := s.keep(ctx, with, w, one)
	if err != nil || k.changed || !k.alone {
		return k.told, err
	}
	return k.told, s.wasSent(ctx, one.unit, one.briefing, one.revision)
}

// keepTogether keeps all. What that tells goes back to the first that changed
// something, so that it is told in order; a fault of one is not the others'.
func (s *Store) keepTogether(w way) func(ctx context.Context, all []said) ([]kept, error) {
	return func(ctx context.Context, all []said) ([]kept, error) {
		s.sending.first(ctx)
		moved, told, alone, err := s.movedTogether(ctx, w, all)
		out := make([]kept, len(all))
		for i, one := range all {
			k := &out[i]
			if k.alone = err != nil || alone(one); k.alone {
				continue
			}
			if k.changed = !w.single && len(moved) > 0 || slices.ContainsFunc(moved, one.of); k.changed {
				k.told, told = told, nil
			}
		}
		return out, nil
	}
}

const (
	// entriesWaitOn are the topics of units that are just being sent: what their devices
	// say may be about what is not entered yet.
	entriesWaitOn = `select distinct topic from notice where entry is not null and topic = any($1)`
	// sentOf are those of the revisions that were sent.
	sentOf = `
select d.unit_id, d.briefing_id, d.revision
from unnest($1::uuid[], $2::uuid[], $3::int[]) a (unit_id, briefing_id, revision) join delivery d using (unit_id, briefing_id, revision)`
)

// movedTogether returns what came further and what that tells, and tells whom it could
// not answer: on whose topic something waits to be entered, or what was not sent.
func (s *Store) movedTogether(ctx context.Context, w way, all []said) (moved []briefing.Delivery, notices []control.Notice, alone func(said) bool, err error) {
	var topics, waits []string
	for _, one := range all {
		topics = append(topics, one.topic())
	}
	var sent []briefing.Delivery
	columns := w.columns(all)
	var told news
	err = s.pool.AcquireFunc(ctx, func(held *pgxpool.Conn) error {
		defer rollBack(ctx, held)
		b := &pgx.Batch{}
		b.Queue("begin")
		b.Queue(entriesWaitOn, topics).Query(func(rows pgx.Rows) (err error) {
			waits, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		if w.single {
			b.Queue(sentOf, columns[:3]...).Query(func(rows pgx.Rows) (err error) {
				sent, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d briefing.Delivery, err error) {
					return d, row.Scan(&d.UnitID, &d.BriefingID, &d.Revision)
				})
				return err
			})
		}
		b.Queue(w.update, columns...).Query(func(rows pgx.Rows) (err error) {
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
			if err := told.moved(d, *w.at(d)); err != nil {
				return err
			}
		}
		return told.tell(ctx, held, "commit")
	})
	alone = func(one said) bool {
		return slices.Contains(waits, one.topic()) || w.single && !slices.ContainsFunc(sent, one.of)
	}
	if err != nil {
		return nil, nil, alone, err
	}
	for _, d := range moved {
		s.seen.moved(d, *w.at(d))
	}
	return moved, told.told(), alone, nil
}
