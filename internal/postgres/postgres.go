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
	"doorstep/internal/incident"
)

var _ control.Store = (*Store)(nil)

// Store is the record.
type Store struct {
	pool  *pgxpool.Pool
	ready *expirable.LRU[incident.ID, *folder]
	towns *expirable.LRU[string, towns]
}

// New keeps the record through a pool made by Open.
func New(pool *pgxpool.Pool) *Store {
	return &Store{
		pool:  pool,
		ready: expirable.NewLRU[incident.ID, *folder](readyMost, nil, readyFor),
		towns: expirable.NewLRU[string, towns](1, nil, townsFor),
	}
}

// statementCache is how many prepared statements a connection holds: more than
// this package has.
const statementCache = 256

// Open connects to the database; conns bounds the connections, 0 leaves it to
// the address. Times come back in UTC.
func Open(ctx context.Context, url string, conns int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The parser's words may hold the password.
		return nil, fault.New(fault.Unavailable, "DOORSTEP_DATABASE_URL is not an address of PostgreSQL")
	}
	if conns > 0 {
		config.MaxConns = conns
	}
	config.MaxConnIdleTime = 5 * time.Minute
	config.ConnConfig.ConnectTimeout = 5 * time.Second
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	config.ConnConfig.StatementCacheCapacity = statementCache
	config.ConnConfig.RuntimeParams["application_name"] = "doorstep"
	// A plan for these values would be made over all partitions, at each call.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	config.ConnConfig.RuntimeParams["pg_trgm.word_similarity_threshold"] = likeness
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
	var opened atomic.Pointer[pgxpool.Pool]
	usual := config.ConnConfig.OnPgError
	config.ConnConfig.OnPgError = func(conn *pgconn.PgConn, e *pgconn.PgError) bool {
		if e.Code != readOnly {
			return usual(conn, e)
		}
		// The server is the primary no more. All connections are opened anew, to the one
		// that is: what the others read may be old.
		if pool := opened.Load(); pool != nil {
			pool.Reset()
		}
		return false
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, sorted(err, "open the pool")
	}
	opened.Store(pool)
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, sorted(err, "reach the database")
	}
	return pool, nil
}

// within runs work in one transaction.
func (s *Store) within(ctx context.Context, doing string, work func(pgx.Tx) error) error {
	return sorted(pgx.BeginFunc(ctx, s.pool, work), doing)
}

// moment is the time of a notice that nobody gave one, as exact as the
// database keeps it.
func moment() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
