package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/briefing"
	"doorstep/internal/control"
)

// item is a notice on its way into a transaction. One that carries a briefing is
// kept as its head and the revision that follows it, not as the whole.
type item struct {
	control.Notice
	head     json.RawMessage
	briefing briefing.ID
	revision int
	before   bool // was committed and told before
}

// news are notices on their way into one transaction.
type news []item

// told returns the notices as they travel.
func (n news) told() []control.Notice {
	var out []control.Notice
	for _, one := range n {
		if !one.before {
			out = append(out, one.Notice)
		}
	}
	return out
}

// kept is told, but nothing where the transaction failed: what is told and was not
// kept takes the number of the next that is.
func (n news) kept(err error) ([]control.Notice, error) {
	if err != nil {
		return nil, err
	}
	return n.told(), nil
}

// add encodes a draft.
func (n *news) add(topic, kind string, at time.Time, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode a notice of type %s: %w", kind, err)
	}
	*n = append(*n, item{Notice: control.Notice{Topic: topic, Type: kind, At: at, Body: raw}})
	return nil
}

const takeNumbers = `
insert into topic (name, last_seq)
select name, n from unnest($1::text[], $2::bigint[]) t (name, n) order by name
on conflict (name) do update set last_seq = topic.last_seq + excluded.last_seq
returning name, last_seq`

// numbers gives the notices their numbers. On topics of which last holds the
// last number it does so at once; for others it queues the taking and returns
// true: they are there when b was sent. The rows of the topics
// stay locked until commit and are taken in the order of their names, so
// numbers follow commits without a gap and no two writers wait for each other.
func (n news) numbers(b *pgx.Batch, last map[string]int64) (queued bool) {
	count := map[string]int64{}
	for _, one := range n {
		if _, locked := last[one.Topic]; !locked {
			count[one.Topic]++
		}
	}
	if len(count) == 0 {
		n.number(last)
		return false
	}
	var names []string
	var counts []int64
	for name, c := range count {
		names, counts = append(names, name), append(counts, c)
	}
	b.Queue(takeNumbers, names, counts).Query(func(rows pgx.Rows) error {
		next := map[string]int64{}
		maps.Copy(next, last)
		var name string
		var taken int64
		_, err := pgx.ForEachRow(rows, []any{&name, &taken}, func() error {
			next[name] = taken - count[name]
			return nil
		})
		n.number(next)
		return err
	})
	return true
}

// number gives the notices the numbers after the last of their topics.
func (n news) number(last map[string]int64) {
	next := map[string]int64{}
	maps.Copy(next, last)
	for i := range n {
		next[n[i].Topic]++
		n[i].Seq = next[n[i].Topic]
	}
}

// raiseNumbers fails when a last number is not the one that was read.
const raiseNumbers = `
update topic set last_seq = t.next from unnest($1::text[], $2::bigint[], $3::bigint[]) t (name, last, next)
where topic.name = t.name and case when topic.last_seq = t.last then true else changed_since() end`

// raise queues the new last numbers of the topics of which last was read.
func (n news) raise(b *pgx.Batch, last map[string]int64) {
	next := map[string]int64{}
	for _, one := range n {
		if _, ok := last[one.Topic]; ok {
			next[one.Topic] = max(next[one.Topic], one.Seq)
		}
	}
	var names []string
	var from, to []int64
	for name, seq := range next {
		names, from, to = append(names, name), append(from, last[name]), append(to, seq)
	}
	if len(names) > 0 {
		b.Queue(raiseNumbers, names, from, to)
	}
}

const insertNotices = `
insert into notice (topic, seq, type, at, body, briefing_id, revision)
select topic, seq, type, at, body::json, nullif(briefing, '')::uuid, nullif(revision, 0)
from unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::int[])
    t (topic, seq, type, at, body, briefing, revision)`

// keep queues the writing of numbered notices.
func (n news) keep(b *pgx.Batch) {
	n = slices.DeleteFunc(slices.Clone(n), func(one item) bool { return one.before })
	if len(n) == 0 {
		return
	}
	topics, kinds, bodies, briefings := make([]string, len(n)), make([]string, len(n)), make([]string, len(n)), make([]string, len(n))
	seqs, times, revisions := make([]int64, len(n)), make([]time.Time, len(n)), make([]int, len(n))
	for i, one := range n {
		body := one.Body
		if one.head != nil {
			body = one.head
		}
		topics[i], seqs[i], kinds[i], times[i], bodies[i] = one.Topic, one.Seq, one.Type, one.At, string(body)
		briefings[i], revisions[i] = string(one.briefing), one.revision
	}
	b.Queue(insertNotices, topics, seqs, kinds, times, bodies, briefings, revisions)
}

// batches is a connection or a transaction.
type batches interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// tell numbers and writes notices inside a transaction; then may be its end.
func (n news) tell(ctx context.Context, db batches, then ...string) error {
	if len(n) == 0 {
		return nil
	}
	numbering := &pgx.Batch{}
	n.numbers(numbering, nil)
	if err := db.SendBatch(ctx, numbering).Close(); err != nil {
		return fmt.Errorf("number notices: %w", err)
	}
	writing := &pgx.Batch{}
	n.keep(writing)
	for _, sql := range then {
		writing.Queue(sql)
	}
	return db.SendBatch(ctx, writing).Close()
}

const noticesAfter = `
select place.n, told.* from unnest($1::text[], $2::bigint[]) with ordinality place (topic, after, n)
cross join lateral (
    select topic, seq, type, at, body, coalesce(briefing_id::text, ''), coalesce(revision, 0)
    from notice where topic = place.topic and seq > place.after order by seq limit $3) told
order by place.n, told.seq`

// Notices returns for each topic what was told on it after a number, in order, at most
// limit.
func (s *Store) Notices(ctx context.Context, topics []string, after []int64, limit int) ([][]control.Notice, error) {
	if len(topics) > 1 { // they come back together
		s.sending.first(ctx)
	}
	rows, err := s.pool.Query(ctx, noticesAfter, topics, after, limit)
	if err != nil {
		return nil, sorted(err, "read notices")
	}
	var places []int
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i item, err error) {
		var place int
		err = row.Scan(&place, &i.Topic, &i.Seq, &i.Type, &i.At, &i.Body, &i.briefing, &i.revision)
		places = append(places, place-1)
		return i, err
	})
	if err != nil {
		return nil, sorted(err, "read notices")
	}
	pages, err := s.pagesOf(ctx, found)
	if err != nil {
		return nil, sorted(err, "read briefings")
	}
	told := make([][]control.Notice, len(topics))
	for i, one := range found {
		if page, is := pages[one.pageKey()]; is {
			if one.Body, err = joined(one.Body, page); err != nil {
				return nil, err
			}
		}
		told[places[i]] = append(told[places[i]], one.Notice)
	}
	return told, nil
}

// pageKey names the page of a frame. Units that are told a revision at once share it;
// where the database was set back, a revision that is made anew has another time.
type pageKey struct {
	briefing briefing.ID
	revision int
	at       time.Time
}

func (i item) pageKey() pageKey { return pageKey{i.briefing, i.revision, i.At.UTC()} }

const revisionBodies = `
select r.briefing_id, r.revision, r.body
from unnest($1::uuid[], $2::int[]) a (briefing_id, revision) join briefing_revision r using (briefing_id, revision)`

// pagesOf returns the pages of the frames: a crowd that comes back is told the same.
func (s *Store) pagesOf(ctx context.Context, frames []item) (map[pageKey][]byte, error) {
	pages := map[pageKey][]byte{}
	var lacking []pageKey
	var ids []string
	var revisions []int
	for _, f := range frames {
		if f.revision == 0 {
			continue
		}
		page, ok := s.toldPages.Get(f.pageKey())
		if !ok {
			lacking, ids, revisions = append(lacking, f.pageKey()), append(ids, string(f.briefing)), append(revisions, f.revision)
		}
		pages[f.pageKey()] = page
	}
	if len(lacking) == 0 {
		return pages, nil
	}
	rows, err := s.pool.Query(ctx, revisionBodies, ids, revisions)
	if err != nil {
		return nil, err
	}
	var id briefing.ID
	var revision int
	var page []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &revision, &page}, func() error {
		for _, l := range lacking {
			if l.briefing == id && l.revision == revision {
				pages[l] = page
				s.toldPages.Add(l, page)
			}
		}
		page = nil
		return nil
	})
	return pages, err
}

// lastNumbers looks past the topic at frames that were sent and not entered yet.
const lastNumbers = `
select name, greatest(last_seq, (select max(seq) from notice where topic = name and entry is not null))
from topic where name = any($1)`

// LastSeqs returns the newest number of each topic; 0 for one on which nothing
// was told yet.
func (s *Store) LastSeqs(ctx context.Context, topics []string) (map[string]int64, error) {
	last := make(map[string]int64, len(topics))
	for _, name := range topics {
		last[name] = 0
	}
	rows, err := s.pool.Query(ctx, lastNumbers, topics)
	if err != nil {
		return nil, sorted(err, "read topics")
	}
	var name string
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&name, &seq}, func() error {
		last[name] = seq
		return nil
	})
	return last, sorted(err, "read topics")
}

// noticesSince looks at the transactions that had not ended at the mark. Numbers
// of a cluster that this database was moved from may be ahead of this one's.
const noticesSince = `
select m.mark, ` + listening + `, coalesce(n.topic, ''), coalesce(n.seq, 0)
from (select pg_snapshot_xmin(pg_current_snapshot())::text mark) m
left join (
    select topic, max(seq) seq from notice
    where written >= nullif($1, '')::xid8 and written < pg_snapshot_xmax(pg_current_snapshot()) group by topic) n on true`

// Changed returns the newest number of each topic on which something was told
// since a mark, and the mark of now; with an empty mark the mark alone. It may
// tell of a topic again, and leaves none out.
func (s *Store) Changed(ctx context.Context, since string) (last map[string]int64, mark string, err error) {
	s.sending.first(ctx)
	knew := s.others.Load()
	last = map[string]int64{}
	var name string
	var seq int64
	var listening []string
	rows, err := s.pool.Query(ctx, noticesSince, since)
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&mark, &listening, &name, &seq}, func() error {
			if seq > 0 {
				last[name] = seq
			}
			return nil
		})
	}
	if err != nil {
		s.others.Store(nil) // whoever was there, it does not know now
		return nil, "", sorted(err, "read what was told")
	}
	s.keepOthers(knew, listening)
	return last, mark, nil
}
