package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/access"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/trace"
)

// entry is what a dispatch says beside its frame, kept with the frame until it is
// entered.
type entry struct {
	control.Sent
	Answered *answerKept `json:",omitempty"`
}

// answerKept is the answer to a create, as keepAnswer keeps it.
type answerKept struct {
	Account access.AccountID
	Key     string
	Request []byte
	Status  int
	Answer  []byte
	At      time.Time
}

// Send is Change for the sending of a unit. Of a case that is ready it commits the
// frame alone, in one row, and calls sent with it; then it enters the rest as Change
// would have, in one round trip more. What the caller does next waits for that, and
// so does every writer that could miss what is not entered yet.
func (s *Store) Send(ctx context.Context, key control.Key, once *control.Once, decide func(control.Work) (control.Written, error), sent func(control.Notice)) (control.Kept, error) {
	f, ok := s.takeReady(key)
	if !ok {
		return s.Change(ctx, key, once, decide)
	}
	out, e, frame, err := s.commitFrame(ctx, f, once, decide)
	if changedSince(err) {
		return s.Change(ctx, key, once, decide)
	}
	if err != nil {
		return control.Kept{}, sorted(err, "send a unit")
	}
	sent(frame)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), enterWait) // whoever asked may be gone
	defer cancel()
	kept, err := s.enterReady(ctx, f, e)
	kept.Written = out
	return kept, sorted(err, "enter what was sent")
}

// enterWait bounds the entering of one dispatch.
const enterWait = 5 * time.Second

// insertFrame writes nothing when the case has changed since it was read, or the
// same request was answered. A number that another frame took breaks the primary key.
const insertFrame = `
insert into notice (topic, seq, type, at, body, briefing_id, revision, entry)
select $1, $2, 'briefing', $3, $4, $5, $6, $7
from incident where id = $8 and version = $9
  and not exists (select from idempotency_key where account_id = nullif($10, '')::uuid and key = $11)`

// commitFrame decides on a case that is ready, and commits the frame of its first
// delivery with what is to be entered.
func (s *Store) commitFrame(ctx context.Context, f *folder, once *control.Once, decide func(control.Work) (control.Written, error)) (out control.Written, e entry, frame control.Notice, err error) {
	if out, err = f.decide(decide); err != nil {
		return out, e, frame, err
	}
	told, err := announce(f, out, f.page)
	if err != nil {
		return out, e, frame, err
	}
	if told.numbers(&pgx.Batch{}, f.last) {
		return out, e, frame, errNotReady
	}
	first := &out.Deliveries[0]
	first.Seq = told[0].Seq
	e = entry{Sent: control.Sent{Assignment: *out.Assignment, Delivery: *first, Use: *out.Use}}
	var account, key string
	if once != nil {
		answer, err := once.Encode(out)
		if err != nil {
			return out, e, frame, fmt.Errorf("encode the answer: %w", err)
		}
		account, key = string(once.Account), once.Key
		e.Answered = &answerKept{once.Account, once.Key, once.Request, once.Status, answer, first.SentAt}
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return out, e, frame, fmt.Errorf("encode what is to be entered: %w", err)
	}
	began := time.Now()
	ctx, span := trace.Start(ctx, s.Tracer, "commit")
	defer span.End()
	tag, err := s.pool.Exec(ctx, insertFrame, told[0].Topic, first.Seq, told[0].At, told[0].head, first.BriefingID, first.Revision,
		raw, first.IncidentID, f.Incident.Version, account, key)
	s.seen.commit.Observe(time.Since(began).Seconds())
	if err == nil && tag.RowsAffected() == 0 {
		err = errNotReady
	}
	return out, e, told[0].Notice, err
}

// enterReady enters what was sent on the case as it was ready; if that has changed
// since, on the case as it is now.
func (s *Store) enterReady(ctx context.Context, f *folder, e entry) (kept control.Kept, err error) {
	ctx, span := trace.Start(ctx, s.Tracer, "enter")
	defer span.End()
	err = s.pool.AcquireFunc(ctx, func(held *pgxpool.Conn) error {
		defer rollBack(ctx, held)
		kept, err = e.enter(ctx, held, f)
		if changedSince(err) {
			rollBack(ctx, held)
			kept, err = enterFrame(ctx, held, e.Delivery.Topic, e.Delivery.Seq)
		}
		return err
	})
	return kept, err
}

func (e entry) enter(ctx context.Context, db *pgxpool.Conn, f *folder) (control.Kept, error) {
	out, err := f.decide(func(w control.Work) (control.Written, error) { return control.Enter(w, e.Sent) })
	if err != nil {
		return control.Kept{}, err
	}
	return keep(ctx, db, f, out, nil, &e)
}

// claimEntry fails when somebody else has entered it.
const claimEntry = `
update notice set entry = null
where topic = $1 and seq = $2 and case when entry is not null then true else changed_since() end`

// claim queues that the entry is made. It comes before all else, as where the frame
// is locked to be read, so that no two that enter wait for each other.
func (e *entry) claim(b *pgx.Batch) { b.Queue(claimEntry, e.Delivery.Topic, e.Delivery.Seq) }

// keepAnswer queues the writing of the answer that was given when the unit was sent.
func (e *entry) keepAnswer(b *pgx.Batch) {
	if a := e.Answered; a != nil {
		b.Queue(insertAnswer+` on conflict do nothing`, a.Account, a.Key, a.Request, a.Status, a.Answer, a.At)
	}
}

const entryOfFrame = `select entry from notice where topic = $1 and seq = $2 and entry is not null for update`

// enterFrame enters what is kept with a frame, under the locks of the case. It does
// nothing where that was done.
func enterFrame(ctx context.Context, db *pgxpool.Conn, topic string, seq int64) (control.Kept, error) {
	var raw []byte
	b := &pgx.Batch{}
	b.Queue("begin")
	b.Queue(entryOfFrame, topic, seq).QueryRow(func(row pgx.Row) error { return row.Scan(&raw) })
	if err := db.SendBatch(ctx, b).Close(); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			err = nil
		}
		return control.Kept{}, err
	}
	var e entry
	if err := json.Unmarshal(raw, &e); err != nil {
		return control.Kept{}, fmt.Errorf("read what is to be entered: %w", err)
	}
	key := control.Key{Incident: incident.ID(e.Assignment.IncidentID), Unit: e.Assignment.UnitID}
	f, reading := newFolder(), &pgx.Batch{}
	f.readLocked(reading, key, func() {})
	if err := db.SendBatch(ctx, reading).Close(); err != nil {
		return control.Kept{}, fmt.Errorf("load a case: %w", err)
	}
	if err := f.missing(key); err != nil {
		return control.Kept{}, err
	}
	return e.enter(ctx, db, f)
}

const entriesToMake = `select topic, seq from notice where entry is not null and at <= $1 order by at limit 100`

// EnterSent enters what was sent before a time and not entered since.
func (s *Store) EnterSent(ctx context.Context, before time.Time) (notices []control.Notice, err error) {
	rows, err := s.pool.Query(ctx, entriesToMake, before)
	if err != nil {
		return nil, sorted(err, "find what was sent")
	}
	type frame struct {
		Topic string
		Seq   int64
	}
	frames, err := pgx.CollectRows(rows, pgx.RowToStructByPos[frame])
	if err != nil {
		return nil, sorted(err, "find what was sent")
	}
	for _, each := range frames {
		failed := s.pool.AcquireFunc(ctx, func(held *pgxpool.Conn) error {
			defer rollBack(ctx, held)
			kept, err := enterFrame(ctx, held, each.Topic, each.Seq)
			notices = append(notices, kept.Notices...)
			return err
		})
		err = errors.Join(err, sorted(failed, "enter what was sent"))
	}
	return notices, err
}

// entryWaits is asked by who writes what an entry that is not made yet would change.
const entryWaits = `select exists (select from notice where entry is not null and topic = $1)`

var errEntriesWait = fault.New(fault.Unavailable, "a unit is just being sent: try again")

// afterEntering does something, and once more after entering what was sent when
// that is why it failed. It returns what the entries told.
func (s *Store) afterEntering(ctx context.Context, do func() error) (told []control.Notice, err error) {
	for try := 0; ; try++ {
		err = do()
		if try == 3 || !errors.Is(err, errEntriesWait) && !broke(err, "notice_pkey") {
			return told, err
		}
		// All, by whatever clock they were sent; of one that fails the next try tells,
		// if it matters here.
		entered, _ := s.EnterSent(ctx, time.Now().AddDate(1, 0, 0))
		told = append(told, entered...)
	}
}
