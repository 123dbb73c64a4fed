package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"doorstep/internal/control"
)

// nudge is the channel on which servers tell each other how far topics have come.
// Each has a channel of its own beside it, and the connection that listens has that
// for a name.
const nudge = "doorstep_nudge"

// greeting is what a server says when it begins to listen, with its own channel.
const greeting = "hello "

// notify writes nothing that must last, so its commit waits for no disk.
const notify = `
select pg_notify('` + nudge + `', $1) from (select set_config('synchronous_commit', 'off', true)) s`

// listening are the connections that listen, in all servers.
const listening = `array(
    select application_name from pg_stat_get_activity(null)
    where datid = (select oid from pg_database where datname = current_database()) and starts_with(application_name, '` + nudge + `'))`

func newChannel() string { return nudge + "_" + strings.ReplaceAll(uuid.NewString(), "-", "") }

// keepOthers notes which other servers listen, unless one has come since it was known.
func (s *Store) keepOthers(knew *[]string, listening []string) {
	others := slices.DeleteFunc(listening, func(name string) bool { return name == s.self })
	s.others.CompareAndSwap(knew, &others)
}

// alone reports whether no other server listened when last looked. Who has not looked
// yet does not know.
func (s *Store) alone() bool {
	others := s.others.Load()
	return others != nil && len(*others) == 0
}

// Notify tells all that Listen, in less than 8,000 bytes. A server that is alone says
// nothing: what is notified is written, and in the way of the next commit.
func (s *Store) Notify(ctx context.Context, payload string) error {
	if s.alone() {
		return nil
	}
	_, err := s.pool.Exec(ctx, notify, payload)
	return sorted(err, "notify")
}

// silence is how long nothing may be heard before the line is asked.
const silence = 5 * time.Second

// Listen hands on what Notify says, and what other servers told with a commit, on a
// connection beside the pool's, until that breaks or ctx is done. ready is called
// when it hears, sent with each frame that another server committed; that is without
// a body when it has to be asked for.
func (s *Store) Listen(ctx context.Context, ready func(), heard func(payload string), sent func(n control.Notice, span string)) error {
	lent, err := s.pool.Acquire(ctx)
	if err != nil {
		return sorted(err, "listen")
	}
	line := lent.Hijack()
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = line.Close(ctx) // broken or no longer wanted
	}()
	if _, err := line.Exec(ctx, "set application_name = "+s.self+"; listen "+nudge+"; listen "+s.self, pgx.QueryExecModeSimpleProtocol); err != nil {
		return sorted(err, "listen")
	}
	// Who thinks that it is alone hears of it here.
	if _, err := line.Exec(ctx, "select pg_notify('"+nudge+"', $1)", greeting+s.self); err != nil {
		return sorted(err, "listen")
	}
	ready()
	from := hearing{pages: s.pages}
	for {
		said, err := await(ctx, line)
		if err != nil {
			return sorted(err, "listen")
		}
		switch {
		case said == nil:
		case said.Channel == s.self:
			if n, span, is := from.add(said.Payload); is {
				sent(n, span)
			}
		case strings.HasPrefix(said.Payload, greeting):
			if said.Payload != greeting+s.self && s.alone() {
				s.others.Store(nil) // until it looks again
			}
		default:
			heard(said.Payload)
		}
	}
}

// await returns nil when nothing was said for a while and the line is alive.
func await(ctx context.Context, line *pgx.Conn) (*pgconn.Notification, error) {
	quiet, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	said, err := line.WaitForNotification(quiet)
	if err == nil || quiet.Err() == nil || ctx.Err() != nil {
		return said, err
	}
	asked, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	return nil, line.Ping(asked)
}

// A frame that sends a unit goes to the other servers with its commit: they hear of
// it the moment that it lasts, and have nothing to ask. What is told in a commit
// holds it up, so it is the head alone; the page, ten times as large, went ahead
// when the case was made ready.

const (
	partSize = 7500          // bytes of a page in one notification, which has less than 8,000
	pageMost = 16 * partSize // what is larger is asked for
	pagesFor = readyFor + time.Minute
)

// word is the head of what one server tells another; a line feed ends it.
type word struct {
	Page string `json:"page"` // its hash
	// Of a page: whether this part, which follows, is the last. Parts of one come in
	// order, and none of another one between them.
	Last bool `json:"last,omitempty"`
	// Of a frame, whose head follows.
	Topic string    `json:"topic,omitempty"`
	Seq   int64     `json:"seq,omitempty"`
	Type  string    `json:"type,omitempty"`
	At    time.Time `json:"at,omitzero"`
	Trace string    `json:"trace,omitempty"`
}

func (w word) before(body []byte) string {
	head, err := json.Marshal(w)
	if err != nil {
		panic(err) // strings, a number and a time
	}
	return string(append(append(head, '\n'), body...))
}

func pageHash(page []byte) string {
	sum := sha256.Sum256(page)
	return base64.RawStdEncoding.EncodeToString(sum[:])
}

// parts cuts a page into what is told of it.
func parts(hash string, page []byte) (out []string) {
	for last := false; !last; {
		cut := min(partSize, len(page))
		for cut < len(page) && !utf8.RuneStart(page[cut]) {
			cut--
		}
		last = cut == len(page)
		out = append(out, word{Page: hash, Last: last}.before(page[:cut]))
		page = page[cut:]
	}
	return out
}

const tellOthers = `
select pg_notify(server, said) from (select set_config('synchronous_commit', 'off', true)) s,
    unnest($1::text[]) with ordinality p (said, n), unnest($2::text[]) server order by n`

// tellPage gives the other servers the page of a case that is ready. Who does not get
// it asks for it.
func (s *Store) tellPage(ctx context.Context, f *folder) {
	others := s.others.Load()
	if others == nil || len(*others) == 0 || len(f.page) > pageMost {
		return
	}
	f.hash = pageHash(f.page)
	_, _ = s.pool.Exec(ctx, tellOthers, parts(f.hash, f.page), *others)
}

// hearing puts together what other servers tell.
type hearing struct {
	pages *expirable.LRU[string, []byte]
	page  []byte // of which the last part has not come
}

// add returns what was told when it is a frame, with the span that it belongs to; it
// is without a body when the page is not here.
func (h *hearing) add(said string) (n control.Notice, span string, is bool) {
	head, body, _ := strings.Cut(said, "\n")
	var w word
	if err := json.Unmarshal([]byte(head), &w); err != nil {
		return n, "", false
	}
	if w.Topic != "" {
		n = control.Notice{Topic: w.Topic, Seq: w.Seq, Type: w.Type, At: w.At}
		if page, ok := h.pages.Get(w.Page); ok {
			n.Body, _ = joined([]byte(body), page) // nil: it is asked for
		}
		return n, w.Trace, true
	}
	if h.page = append(h.page, body...); w.Last {
		if pageHash(h.page) == w.Page { // the first part may have come before the line
			h.pages.Add(w.Page, h.page)
		}
		h.page = nil
	}
	return n, "", false
}
