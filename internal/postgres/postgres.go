// Package postgres keeps the record in PostgreSQL. Each method is one
// transaction; what a case becomes is decided by others and handed in.
package postgres

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/control"
	"doorstep/internal/fault"
	"doorstep/internal/gather"
	"doorstep/internal/incident"
	"doorstep/internal/trace"
)

var _ control.Store = (*Store)(nil)

// Store is the record.
type Store struct {
	Tracer trace.Tracer // nil where nobody wants to know

	pool                     *pgxpool.Pool
	ready                    *expirable.LRU[incident.ID, *folder]
	towns                    *expirable.LRU[string, towns]
	seen                     seen
	sending                  sending
	stored, shown, confirmed *gather.Gather[said, kept] // by step

	self   string                   // the channel of this server
	others atomic.Pointer[[]string] // those of other servers when last looked; nil before
	pages  *expirable.LRU[string, []byte]

	toldPages *expirable.LRU[pageKey, []byte]
}

// New keeps the record through the connections of a pool made by Open.
func New(pool *pgxpool.Pool) *Store {
	s := &Store{
		pool:  pool,
		ready: expirable.NewLRU[incident.ID, *folder](readyMost, nil, readyFor),
		towns: expirable.NewLRU[string, towns](1, nil, townsFor),
		seen:  newSeen(),
		self:  newChannel(),
		pages: expirable.NewLRU[string, []byte](readyMost, nil, pagesFor),

		toldPages: expirable.NewLRU[pageKey, []byte](toldMost, nil, toldFor),
	}
	s.stored = gather.New(saidTogether, s.keepTogether(stored))
	s.shown = gather.New(saidTogether, s.keepTogether(shown))
	s.confirmed = gather.New(saidTogether, s.keepTogether(confirmed))
	return s
}

// statementCache is how many prepared statements a connection holds: more than
// this package has.
const statementCache = 256

// What was told of late is kept for those who come back after an outage.
const (
	toldMost = 500
	toldFor  = time.Minute
)

// connectWait bounds the way to one host: with several in the address, one that
// is silent must not use up the time of a request.
const connectWait = 3 * time.Second

// idleInTransaction is far longer than a transaction of ours waits for us.
const idleInTransaction = "20s"

// Open connects to the database; conns bounds the connections, 0 leaves it to
// the address. Of several hosts in the address it is the one that can be
// written, where target_session_attrs=read-write says so. Times come back in UTC.
func Open(ctx context.Context, url string, conns int32) (*Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The parser's words may hold the password.
		return nil, fault.New(fault.Unavailable, "DOORSTEP_DATABASE_URL is not an address of PostgreSQL")
	}
	if conns > 0 {
		config.MaxConns = conns
	}
	config.MaxConnIdleTime = 5 * time.Minute
	config.ConnConfig.ConnectTimeout = connectWait
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	config.ConnConfig.StatementCacheCapacity = statementCache
	config.ConnConfig.RuntimeParams["application_name"] = "doorstep"
	// A node that is frozen or cut off in a transaction must not hold its locks: others wait for them.
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = idleInTransaction
	// A plan for these values would be made over all partitions, at each call.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	config.ConnConfig.RuntimeParams["pg_trgm.word_similarity_threshold"] = likeness
	var opened atomic.Pointer[pgxpool.Pool]
	config.ConnConfig.OnPgError = func(_ *pgconn.PgConn, err *pgconn.PgError) bool {
		if pool := opened.Load(); pool != nil && err.Code == readOnly {
			pool.Reset() // what the other connections read may be old
		}
		return !useless(err)
	}
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	p := &Pool{own: config.ConnConfig.Copy(), lines: map[*line]struct{}{}}
	config.ConnConfig.DialFunc = p.dialing(config.ConnConfig.DialFunc)
	if p.Pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, sorted(err, "open the pool")
	}
	opened.Store(p.Pool)
	if err := p.Ping(ctx); err != nil {
		p.Close()
		return nil, sorted(err, "reach the database")
	}
	return p, nil
}

// Durable refuses a server that confirms a commit before it is on a disk: what
// was confirmed is told, and must survive.
func (p *Pool) Durable(ctx context.Context) error {
	var waits, syncs string
	err := p.QueryRow(ctx, "select current_setting('synchronous_commit'), current_setting('fsync')").Scan(&waits, &syncs)
	if err != nil {
		return sorted(err, "read the settings of the database")
	}
	if waits == "off" || syncs == "off" {
		return fault.New(fault.Unavailable, "PostgreSQL confirms commits that are not on a disk: set synchronous_commit and fsync to on")
	}
	return nil
}

// within runs work in one transaction.
func (s *Store) within(ctx context.Context, doing string, work func(pgx.Tx) error) error {
	return sorted(pgx.BeginFunc(ctx, s.pool, work), doing)
}

// moment is the time of a notice that nobody gave one, as exact as the
// database keeps it.
func moment() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
