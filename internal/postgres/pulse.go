package postgres

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"doorstep/internal/fault"
)

const (
	pulseEvery = time.Second            // between questions to a server that answers
	pulseWait  = 3 * time.Second        // for its answer
	pulseAgain = 250 * time.Millisecond // between tries to reach one that is away
)

// Pool is the connections to the record, and whether it can be written.
//
// That is asked on a line of its own, so that a statement that takes long is no
// alarm. While it cannot, every request is refused at once instead of finding
// out by waiting, and what hangs on the server that is gone is let go.
type Pool struct {
	*pgxpool.Pool

	own   *pgx.ConnConfig // of the line that asks
	since atomic.Pointer[time.Time]

	mu    sync.Mutex
	lines map[*line]struct{} // open ones, the pool's and those taken out of it
}

// errAway refuses what would need the record.
var errAway = fault.New(fault.Unavailable, "nothing can be saved at the moment, the database is away: try again in a few seconds")

// Away is since when nothing can be written; zero when it can.
func (p *Pool) Away() time.Time {
	if since := p.since.Load(); since != nil {
		return *since
	}
	return time.Time{}
}

// Watch keeps asking until ctx ends, and tells each change: since when nothing
// can be written, or the zero time.
func (p *Pool) Watch(ctx context.Context, told func(since time.Time)) {
	before := ""
	for ctx.Err() == nil {
		own, err := p.reach(ctx)
		if err != nil {
			p.lost(ctx, told)
			wait(ctx, pulseAgain)
			continue
		}
		at := own.PgConn().Conn().RemoteAddr().String()
		if at != before { // what hangs on a server that was replaced would wait for nothing
			p.cut(func(l *line) bool { return l.RemoteAddr().String() == before })
		}
		before = at
		p.found(told)
		follow(ctx, own) // where it breaks, a new line tells whether only the line did
		hangUp(ctx, own)
	}
}

// reach opens a line to a server that can be written.
func (p *Pool) reach(ctx context.Context) (*pgx.Conn, error) {
	own, err := pgx.ConnectConfig(ctx, p.own)
	if err != nil {
		return nil, err
	}
	if err := writable(ctx, own); err != nil {
		hangUp(ctx, own)
		return nil, err
	}
	return own, nil
}

// follow returns when the line breaks, is silent too long, or leads to a server
// that can only be read.
func follow(ctx context.Context, own *pgx.Conn) {
	for {
		quiet, cancel := context.WithTimeout(ctx, pulseEvery)
		_, err := own.WaitForNotification(quiet) // hears at once of a server that goes
		over := quiet.Err() == nil && err != nil || ctx.Err() != nil
		cancel()
		if over || writable(ctx, own) != nil {
			return
		}
	}
}

func writable(ctx context.Context, own *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, pulseWait)
	defer cancel()
	var readOnly bool
	err := own.QueryRow(ctx, "select current_setting('transaction_read_only')::boolean").Scan(&readOnly)
	if err == nil && readOnly {
		return errAway
	}
	return err
}

func (p *Pool) lost(ctx context.Context, told func(time.Time)) {
	if p.since.Load() != nil || ctx.Err() != nil {
		return
	}
	now := time.Now().UTC()
	p.since.Store(&now)
	p.cut(func(*line) bool { return true })
	p.Reset()
	told(now)
}

func (p *Pool) found(told func(time.Time)) {
	if p.since.Swap(nil) != nil {
		told(time.Time{})
	}
}

func hangUp(ctx context.Context, own *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pulseAgain)
	defer cancel()
	_ = own.Close(ctx) // broken or no longer wanted
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// line is one connection to the server.
type line struct {
	net.Conn
	pool *Pool
}

// Close forgets the line too.
func (l *line) Close() error {
	l.pool.mu.Lock()
	delete(l.pool.lines, l)
	l.pool.mu.Unlock()
	return l.Conn.Close()
}

// dialing has all lines go through the pool's hands.
func (p *Pool) dialing(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, at string) (net.Conn, error) {
		if p.since.Load() != nil {
			return nil, errAway
		}
		conn, err := dial(ctx, network, at)
		if err != nil {
			return nil, err
		}
		l := &line{Conn: conn, pool: p}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.lines[l] = struct{}{}
		return l, nil
	}
}

// cut breaks lines under whoever waits on them.
func (p *Pool) cut(which func(*line) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.lines {
		if which(l) {
			_ = l.Conn.Close() // broken is what it shall be
		}
	}
}
