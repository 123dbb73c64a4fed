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
	"doorstep/internal/briefing"
	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/incident"
	"doorstep/internal/trace"
	"doorstep/internal/unit"
)

// entry is what a dispatch says beside its frame. It is kept with the frame until it
// is entered, and is short: a row of more than two kilobytes is stored in pieces,
// which takes half as long again.
type entry struct {
	sent       control.Sent
	Assignment unit.Assignment
	By         access.AccountID
	Role       access.Role
	Answered   *answerKept `json:",omitempty"`
}

// answerKept is the answer to a create, as keepAnswer keeps it.
type answerKept struct {
	Key     string
	Request []byte
	Status  int
	Answer  json.RawMessage
}

func newEntry(out control.Written, once *control.Once) (e entry, err error) {
	e = entry{
		sent:       control.Sent{Assignment: *out.Assignment, Delivery: out.Deliveries[0], Use: *out.Use},
		Assignment: *out.Assignment, By: out.Use.Actor.ID, Role: out.Use.Actor.Role,
	}
	if once != nil {
		answer, err := once.Encode(out)
		if err != nil {
			return e, fmt.Errorf("encode the answer: %w", err)
		}
		e.Answered = &answerKept{once.Key, once.Request, once.Status, answer}
	}
	return e, nil
}

// readEntry reads what was kept with a frame.
func readEntry(raw []byte, topic string, seq int64, id briefing.ID, revision int) (e entry, err error) {
	if err := json.Unmarshal(raw, &e); err != nil {
		return e, fmt.Errorf("read what is to be entered: %w", err)
	}
	a := e.Assignment
	e.sent = control.Sent{
		Assignment: a,
		Delivery: briefing.Delivery{
			BriefingID: id, Revision: revision, IncidentID: a.IncidentID, UnitID: string(a.UnitID), CallSign: a.CallSign,
			Topic: topic, Seq: seq, SentAt: a.AssignedAt,
		},
		Use: access.Use{Actor: access.Actor{ID: e.By, Role: e.Role}, Purpose: access.ForBriefing, Incident: a.IncidentID, At: a.AssignedAt},
	}
	return e, nil
}

// Send is Change for the sending of a unit. Of a case that is ready it commits the
// frame alone, in one row, and calls sent with it; then it enters the rest as Change
// would have, in one round trip more. What the caller does next waits for that, and
// so does every writer that could miss what is not entered yet.
func (s *Store) Send(ctx context.Context, key control.Key, once *control.Once, decide func(control.Work) (control.Written, error), prepare func(control.Notice) func()) (control.Kept, error) {
	f, ok := s.takeReady(key)
	if !ok || once != nil && f.answered[answeredKey{once.Account, once.Key}] {
		return s.Change(ctx, key, once, decide)
	}
	out, e, err := s.sendFrame(ctx, f, once, decide, prepare)
	if changedSince(err) {
		return s.Change(ctx, key, once, decide)
	}
	if err != nil {
		return control.Kept{}, sorted(err, "send a unit")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), enterWait) // whoever asked may be gone
	defer cancel()
	kept, err := s.enterReady(ctx, f, e)
	kept.Written = out
	return kept, sorted(err, "enter what was sent")
}

const (
	// afterYou lets the frame go first: entering the rest takes the processors and the
	// database that bring it to its tablet. The call taker is answered so much later.
	afterYou = time.Millisecond
	// enterWait bounds the entering of one dispatch.
	enterWait = 5 * time.Second
	// aMoment is longer than a server takes that is just entering what it sent.
	aMoment = 5 * time.Millisecond
)

// insertFrame writes nothing when the case has changed since it was read: whatever
// changes what a unit is told, or who is sent, tells it on the incident's topic. A
// number that another frame took breaks the primary key.
const insertFrame = `
insert into notice (topic, seq, type, at, body, briefing_id, revision, entry)
select $1, $2, 'briefing', $3, $4, $5, $6, $7 from topic where name = $8 and last_seq = $9`

// insertAndTell tells the other servers as well, in the same commit.
const insertAndTell = `
with frame as (` + insertFrame + ` returning seq)
select pg_notify(server, $10) from frame, unnest($11::text[]) server`

// sendFrame commits the frame and returns when it is on its way.
func (s *Store) sendFrame(ctx context.Context, f *folder, once *control.Once, decide func(control.Work) (control.Written, error), prepare func(control.Notice) func()) (control.Written, entry, error) {
	defer s.sending.begin()()
	out, e, push, err := s.commitFrame(ctx, f, once, decide, prepare)
	if err == nil {
		push()
		time.Sleep(afterYou)
	}
	return out, e, err
}

// commitFrame decides on a case that is ready, and commits the frame of its first
// delivery with what is to be entered, while what pushes it is prepared.
func (s *Store) commitFrame(ctx context.Context, f *folder, once *control.Once, decide func(control.Work) (control.Written, error), prepare func(control.Notice) func()) (out control.Written, e entry, push func(), err error) {
	if out, err = f.decide(decide); err != nil {
		return out, e, nil, err
	}
	told, err := frames(f, out, f.page)
	if err != nil {
		return out, e, nil, err
	}
	if told.numbers(&pgx.Batch{}, f.last) {
		return out, e, nil, errNotReady
	}
	first, frame := &out.Deliveries[0], told[0]
	first.Seq = frame.Seq
	prepared := make(chan func(), 1)
	go func() { prepared <- prepare(frame.Notice) }()
	if e, err = newEntry(out, once); err != nil {
		return out, e, nil, err
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return out, e, nil, fmt.Errorf("encode what is to be entered: %w", err)
	}
	began := time.Now()
	ctx, span := trace.Start(ctx, s.Tracer, "commit")
	defer span.End()
	sql, values := insertFrame, []any{
		frame.Topic, frame.Seq, frame.At, frame.head, frame.briefing, frame.revision,
		raw, "incident:" + first.IncidentID, f.last["incident:"+first.IncidentID],
	}
	if others := s.others.Load(); others != nil && len(*others) > 0 && f.hash != "" {
		n := word{Page: f.hash, Topic: frame.Topic, Seq: frame.Seq, Type: frame.Type, At: frame.At, Trace: trace.Carry(ctx, s.Tracer)}
		sql, values = insertAndTell, append(values, n.before(frame.head), *others)
	}
	tag, err := s.pool.Exec(ctx, sql, values...)
	s.seen.commit.Observe(time.Since(began).Seconds())
	if err == nil && tag.RowsAffected() == 0 {
		err = errNotReady
	}
	return out, e, <-prepared, err
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
			kept, err = enterFrame(ctx, held, e.sent.Delivery.Topic, e.sent.Delivery.Seq)
		}
		return err
	})
	return kept, err
}

func (e entry) enter(ctx context.Context, db *pgxpool.Conn, f *folder) (control.Kept, error) {
	out, err := f.decide(func(w control.Work) (control.Written, error) { return control.Enter(w, e.sent) })
	if err != nil {
		return control.Kept{}, err
	}
	return keep(ctx, db, f, out, nil, &e)
}

// claimEntry fails when somebody else has entered it.
const claimEntry = `
update notice set entry = null
where topic = $1 and seq = $2 and case when entry is not null then true else changed_since() end`

// claim queues that the entry is made. It comes after the case and the topic are
// locked, as wherever a frame is locked: a writer that has the topic, and does not
// see the frame yet, waits for the frame's row when it takes the same number.
func (e *entry) claim(b *pgx.Batch) { b.Queue(claimEntry, e.sent.Delivery.Topic, e.sent.Delivery.Seq) }

// keepAnswer queues the writing of the answer that was given when the unit was sent.
func (e *entry) keepAnswer(b *pgx.Batch) {
	if a := e.Answered; a != nil {
		b.Queue(insertAnswer+` on conflict do nothing`, e.By, a.Key, a.Request, a.Status, []byte(a.Answer), e.Assignment.AssignedAt, e.Assignment.IncidentID)
	}
}

const entryOfFrame = `select entry, briefing_id, revision from notice where topic = $1 and seq = $2 and entry is not null`

// enterFrame enters what is kept with a frame, under the locks of the case. It does
// nothing where that was done.
func enterFrame(ctx context.Context, db *pgxpool.Conn, topic string, seq int64) (control.Kept, error) {
	var raw []byte
	var id briefing.ID
	var revision int
	read := func(b *pgx.Batch, lock string) {
		b.Queue(entryOfFrame+lock, topic, seq).QueryRow(func(row pgx.Row) error { return row.Scan(&raw, &id, &revision) })
	}
	b := &pgx.Batch{}
	b.Queue("begin")
	read(b, "")
	if err := db.SendBatch(ctx, b).Close(); err != nil {
		return control.Kept{}, unless(err, pgx.ErrNoRows)
	}
	e, err := readEntry(raw, topic, seq, id, revision)
	if err != nil {
		return control.Kept{}, err
	}
	key := control.Key{Incident: incident.ID(e.Assignment.IncidentID), Unit: e.Assignment.UnitID}
	f, reading := newFolder(), &pgx.Batch{}
	f.readLocked(reading, key, func() {})
	read(reading, ` for update`) // it may have been entered meanwhile
	if err := db.SendBatch(ctx, reading).Close(); err != nil {
		if err = unless(err, pgx.ErrNoRows); err != nil {
			err = fmt.Errorf("load a case: %w", err)
		}
		return control.Kept{}, err
	}
	if err := f.missing(key); err != nil {
		return control.Kept{}, err
	}
	return e.enter(ctx, db, f)
}

func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

const entriesToMake = `select topic, seq from notice where entry is not null and at <= $1 order by at limit 100`

// EnterSent enters what was sent before a time and not entered since.
func (s *Store) EnterSent(ctx context.Context, before time.Time) (notices []control.Notice, err error) {
	s.sending.first(ctx)
	return s.enterSent(ctx, before)
}

func (s *Store) enterSent(ctx context.Context, before time.Time) (notices []control.Notice, err error) {
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

// afterEntering does something, and once more when it failed because of what is not
// entered yet: first a moment later, since whoever sent it is most likely at it, then
// after entering it. It returns what the entries told.
func (s *Store) afterEntering(ctx context.Context, do func() error) (told []control.Notice, err error) {
	for try := 0; ; try++ {
		err = do()
		if try == 4 || !errors.Is(err, errEntriesWait) && !broke(err, "notice_pkey") {
			return told, err
		}
		if try == 0 {
			time.Sleep(aMoment)
			continue
		}
		// All, by whatever clock they were sent; of one that fails the next try tells,
		// if it matters here.
		entered, _ := s.enterSent(ctx, time.Now().AddDate(1, 0, 0))
		told = append(told, entered...)
	}
}
