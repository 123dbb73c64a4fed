package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"doorstep/internal/access"
	"doorstep/internal/briefing"
	"doorstep/internal/cases"
	"doorstep/internal/control"
	"doorstep/internal/httpapi"
	"doorstep/internal/instrument"
	"doorstep/internal/live"
	"doorstep/internal/postgres"
	"doorstep/internal/premise"
	"doorstep/internal/risk"
	"doorstep/internal/script"
	"doorstep/internal/unit"
)

// ServeCommand runs one node of the service. Any number run side by side.
type ServeCommand struct {
	Addr          string        `env:"DOORSTEP_ADDR" default:"127.0.0.1:8112" help:"Address to listen on, host:port."`
	DatabaseURL   string        `name:"database-url" env:"DOORSTEP_DATABASE_URL,DATABASE_URL" required:"" help:"PostgreSQL with PostGIS: the system of record. With a replica: postgres://user@one:5432,two:5432/doorstep?target_session_attrs=read-write."`
	RedisURL      string        `name:"redis-url" env:"DOORSTEP_REDIS_URL,REDIS_URL" help:"Redis that carries nudges between nodes, without it PostgreSQL does: redis://host:port, a cluster with addr=host:port for each further node, or Sentinels with master_name=NAME."`
	DatabaseConns int32         `name:"database-conns" env:"DOORSTEP_DATABASE_CONNS" default:"24" help:"Most connections to PostgreSQL, besides the two that listen and watch."`
	Origins       []string      `env:"DOORSTEP_ORIGINS" help:"Origins allowed on the stream besides the own host, as https://host."`
	SecureCookies bool          `name:"secure-cookies" env:"DOORSTEP_SECURE_COOKIES" help:"Send cookies over TLS only. Set it wherever people sign in over a network."`
	SessionIdle   time.Duration `name:"session-idle" env:"DOORSTEP_SESSION_IDLE" default:"12h" help:"A session ends this long after its last sign-in."`
	LogLevel      string        `name:"log-level" env:"DOORSTEP_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"Least severe log line to write."`
	Leave         time.Duration `env:"DOORSTEP_LEAVE" default:"1s" help:"How long a node that stops goes on taking requests while /readyz says so, for a balancer to send them elsewhere."`
	Traces        string        `name:"traces" env:"OTEL_EXPORTER_OTLP_ENDPOINT" help:"Where traces are sent by OTLP over HTTP, as http://collector:4318; without it there are none."`
	LimitFlags    `embed:""`
	Drain         time.Duration `env:"DOORSTEP_DRAIN" default:"10s" help:"How long requests in progress may take to end when the node stops."`
}

// Validate refuses settings that are doubtful.
func (c ServeCommand) Validate() error {
	if _, err := netip.ParseAddrPort(c.Addr); err != nil {
		if host, port, err := net.SplitHostPort(c.Addr); err != nil || port == "" || host == "*" {
			return fmt.Errorf("DOORSTEP_ADDR %q is not host:port", c.Addr)
		}
	}
	if c.DatabaseConns < 4 || c.DatabaseConns > 500 {
		return fmt.Errorf("DOORSTEP_DATABASE_CONNS is %d: give 4 to 500", c.DatabaseConns)
	}
	if c.SessionIdle < time.Minute || c.SessionIdle > 24*time.Hour {
		return fmt.Errorf("DOORSTEP_SESSION_IDLE is %s: give 1m to 24h", c.SessionIdle)
	}
	if c.Leave < 0 || c.Leave > time.Minute {
		return fmt.Errorf("DOORSTEP_LEAVE is %s: give 0s to 1m", c.Leave)
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if c.Drain < 0 || c.Drain > time.Minute {
		return fmt.Errorf("DOORSTEP_DRAIN is %s: give 0s to 1m", c.Drain)
	}
	return nil
}

// Run serves until the context ends, then stops in order: /readyz says so, no
// new requests, those in progress ended, the sockets told to come back
// elsewhere, the pool closed.
func (c ServeCommand) Run(ctx context.Context, d Deps) error {
	level, err := zerolog.ParseLevel(c.LogLevel)
	if err != nil {
		return fmt.Errorf("DOORSTEP_LOG_LEVEL: %w", err)
	}
	zerolog.TimeFieldFormat = time.RFC3339Nano
	log := zerolog.New(d.Err).Level(level).With().Timestamp().Logger()
	pool, err := postgres.Open(ctx, c.DatabaseURL, c.DatabaseConns)
	if err != nil {
		return fmt.Errorf("open PostgreSQL: %w", err)
	}
	defer pool.Close()
	if err := pool.Durable(ctx); err != nil {
		return err
	}
	node, err := c.node(ctx, pool, log)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Addr, err)
	}
	log.Info().Str("addr", listener.Addr().String()).Msg("serving")
	_, _ = fmt.Fprintf(d.Out, "doorstep serves at http://%s/\n", listener.Addr())
	return node.run(ctx, listener, c.Drain)
}

// node is one running server.
type node struct {
	room *control.Room
	hub  *live.Hub
	pool *postgres.Pool
	http *http.Server
	log  zerolog.Logger
	// flush sends what is left of traces.
	flush func(context.Context) error

	leave    time.Duration
	stopping atomic.Bool
}

// A node lives on a few tens of megabytes, and a collection in the middle of a
// dispatch costs more than memory does: the heap may grow by spareMemory
// percent before it is collected, and is collected sooner only as the whole
// process nears enoughMemory bytes. With much more to spare, what thousands of
// connections hold lies scattered among what their opening left behind: 20 KiB
// of memory for each instead of 14. GOGC and GOMEMLIMIT, where set, win.
const (
	spareMemory  = 400
	enoughMemory = 768 << 20
)

// spendMemory makes collections rare, in a process that holds so many bytes at most.
func spendMemory(getenv func(string) string, enough int64) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(spareMemory)
	}
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(enough)
	}
}

// node builds every part and passes it by hand.
func (c ServeCommand) node(ctx context.Context, pool *postgres.Pool, log zerolog.Logger) (*node, error) {
	spendMemory(os.Getenv, enoughMemory)
	tracer, flush, err := c.tracer(ctx, log)
	if err != nil {
		return nil, err
	}
	store := postgres.New(pool.Pool)
	store.Tracer = tracer
	room, err := newRoom(ctx, store, log)
	if err != nil {
		return nil, err
	}
	relay, err := c.redis()
	if err != nil {
		return nil, err
	}
	hub := live.New(live.Config{
		Log: log, After: notices(store), Last: store.LastSeqs, Changed: store.Changed, MayHear: room.MayHear,
		Inbound: inbound(room), Redis: relay, Notify: store.Notify, Listen: hears(store), Origins: c.Origins, Tracer: tracer,
		AccountConns: c.SessionStreams, AddressConns: c.AddressStreams,
	})
	room.Push = func(ctx context.Context, told ...control.Notice) { hub.Push(ctx, frames(told)...) }
	room.Prepare = func(ctx context.Context, n control.Notice) func() { return hub.Prepare(ctx, live.Notice(n)) }
	sessions := scs.New()
	sessions.Store = pgxstore.New(pool.Pool)
	sessions.Lifetime = c.SessionIdle
	sessions.Codec, sessions.HashTokenInStore = postgres.SessionCodec{}, true
	seen := httpapi.NewSeen()
	n := &node{room: room, hub: hub, pool: pool, log: log, leave: c.Leave, flush: flush}
	api := &httpapi.Server{
		Room: room, Accounts: accounts{store}, Sessions: sessions, SessionAccount: postgres.SessionAccount, Find: find(store), Stream: hub,
		Ready: n.ready, AsyncAPI: live.AsyncAPI, Schemas: schemas(), Pages: pages(),
		Metrics: metrics(pool.Pool, slices.Concat(store.Collectors(), seen.Collectors(), []prometheus.Collector{hub})...), Log: log,
		Secure: c.SecureCookies, Limits: httpapi.NewLimits(c.rates()), Seen: seen, Tracer: tracer,
	}
	n.http = &http.Server{
		Handler: n.closing(api.Handler()), ConnState: api.ConnState, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	return n, nil
}

// newRoom loads what is shipped as data and refuses to start on a mistake in it.
func newRoom(ctx context.Context, store control.Store, log zerolog.Logger) (*control.Room, error) {
	rules, err := risk.Shipped()
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	contacts, err := briefing.Contacts()
	if err != nil {
		return nil, err
	}
	sources, err := script.Sources()
	if err != nil {
		return nil, fmt.Errorf("scripts: %w", err)
	}
	room := &control.Room{
		Store: store, Scripts: &script.Library{}, Rules: rules, Contacts: contacts,
		Now:   func() time.Time { return time.Now().UTC() },
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	}
	differing, err := room.ShipScripts(ctx, sources)
	if err != nil {
		return nil, fmt.Errorf("scripts: %w", err)
	}
	for _, v := range differing {
		log.Warn().Str("script", v.Code).Int("version", v.Version).Msg("the database has this version in other words than the program: those of the database stay, since calls are pinned to them")
	}
	if err := room.RefreshScripts(ctx); err != nil {
		return nil, err
	}
	return room, nil
}

// schemas are those that editors complete by.
func schemas() map[string][]byte {
	return map[string][]byte{
		"script.schema.json": script.Schema, "rules.schema.json": risk.Schema,
		"cases.schema.json": cases.Schema, "instrument.schema.json": instrument.Schema,
	}
}

// redis is nil where there is none. The address tells what is there: redis://host
// is one server, with addr=host:port for each further one a cluster, and with
// master_name=NAME the host is a Sentinel, addr further ones.
func (c ServeCommand) redis() (redis.UniversalClient, error) {
	if c.RedisURL == "" {
		return nil, nil
	}
	redis.SetLogger(quiet{})
	refused := errors.New("DOORSTEP_REDIS_URL is not an address of Redis") // the parser's words may hold the password
	at, err := url.Parse(c.RedisURL)
	if err != nil {
		return nil, refused
	}
	switch said := at.Query(); {
	case said.Has("master_name"):
		options, err := redis.ParseFailoverURL(c.RedisURL)
		if err != nil {
			return nil, refused
		}
		return redis.NewFailoverClient(options), nil
	case said.Has("addr"):
		options, err := redis.ParseClusterURL(c.RedisURL)
		if err != nil {
			return nil, refused
		}
		return redis.NewClusterClient(options), nil
	default:
		options, err := redis.ParseURL(c.RedisURL)
		if err != nil {
			return nil, refused
		}
		return redis.NewClient(options), nil
	}
}

// quiet drops what the Redis client prints by itself: the hub logs when the
// relay is lost and when it is back.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

const (
	deadlineTick = time.Second      // how often late deliveries are looked for, and what a node that died left over
	onceWait     = 30 * time.Second // how long one such look may take
	scriptTick   = 5 * time.Second  // and scripts that another node put in force
)

func (n *node) run(ctx context.Context, listener net.Listener, drain time.Duration) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, work := errgroup.WithContext(work)
	group.Go(func() error { return ignore(n.hub.Run(work), context.Canceled) })
	group.Go(func() error { n.pool.Watch(work, n.saveFails); return nil })
	group.Go(func() error { n.every(work, deadlineTick, "deadlines not checked", n.room.Escalate); return nil })
	group.Go(func() error {
		n.every(work, deadlineTick, "what was sent is not entered", n.room.EnterSent)
		return nil
	})
	group.Go(func() error { n.every(work, scriptTick, "scripts not refreshed", n.room.RefreshScripts); return nil })
	group.Go(func() error { return ignore(n.http.Serve(listener), http.ErrServerClosed) })
	group.Go(func() error {
		select {
		case <-ctx.Done():
			n.goes(work)
		case <-work.Done():
		}
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		err := n.http.Shutdown(ending)
		stop()
		flushing, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second) // the drain may have used up its time
		defer done()
		if failed := n.flush(flushing); failed != nil {
			n.log.Warn().Err(failed).Msg("the last traces are not sent") // nobody waits for them
		}
		return err
	})
	return group.Wait()
}

// goes has a balancer send no more, before requests are refused.
func (n *node) goes(ctx context.Context) {
	n.stopping.Store(true)
	select {
	case <-ctx.Done():
	case <-time.After(n.leave):
	}
}

// closing has a client of a node that stops open its next connection elsewhere.
func (n *node) closing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.stopping.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// saveFails tells the screens since when nothing can be saved, or that it can again.
func (n *node) saveFails(since time.Time) {
	if since.IsZero() {
		n.log.Info().Msg("the database can be written again")
	} else {
		n.log.Error().Time("since", since).Msg("the database is away: nothing can be saved")
	}
	n.hub.SaveFails(since)
}

// ready says whether the node can take calls. What it knows of the database is
// a second old at most, and asking costs nothing.
func (n *node) ready(context.Context) httpapi.Readiness {
	r := httpapi.Readiness{Status: "ready", Database: "up", Redis: "up"}
	switch {
	case n.hub.Redis == nil:
		r.Redis = "not_used"
	case !n.hub.RedisUp():
		r.Redis, r.Status = "down", "degraded"
	}
	if !n.pool.Away().IsZero() {
		r.Database, r.Status = "down", "unavailable"
	}
	if n.stopping.Load() {
		r.Status = "stopping"
	}
	return r
}

// every does something again and again until the context ends, as far as there
// is a database to do it with.
func (n *node) every(ctx context.Context, wait time.Duration, failed string, do func(context.Context) error) {
	tick := time.NewTicker(wait)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !n.pool.Away().IsZero() {
				continue
			}
			once, cancel := context.WithTimeout(ctx, onceWait)
			err := do(once)
			cancel()
			if err != nil && ctx.Err() == nil {
				n.log.Error().Err(err).Msg(failed)
			}
		}
	}
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// inbound hands what a screen said to the control room.
func inbound(room *control.Room) func(context.Context, access.Actor, live.Inbound) error {
	return func(ctx context.Context, a access.Actor, f live.Inbound) error {
		switch f := f.(type) {
		case live.Ack:
			return room.Acknowledge(ctx, a, f.Topic, f.Seq)
		case live.Displayed:
			return room.Displayed(ctx, a, briefing.ID(f.BriefingID), f.Revision)
		case live.Read:
			return room.Read(ctx, a, briefing.ID(f.BriefingID), f.Revision)
		case live.Status:
			return room.ReportStatus(ctx, a, unit.AssignmentID(f.AssignmentID),
				control.StatusReport{ClientID: f.ClientID, Status: unit.Status(f.Status), At: f.At})
		case live.Position:
			return room.ReportPosition(ctx, a, premise.Point(f.Point), f.At)
		default:
			return fmt.Errorf("a frame of type %T has no desk", f)
		}
	}
}

func notices(store *postgres.Store) func(context.Context, []live.Place, int) ([][]live.Notice, error) {
	return func(ctx context.Context, of []live.Place, limit int) ([][]live.Notice, error) {
		topics, after := make([]string, len(of)), make([]int64, len(of))
		for i, at := range of {
			topics[i], after[i] = at.Topic, at.Seq
		}
		told, err := store.Notices(ctx, topics, after, limit)
		pages := make([][]live.Notice, len(told))
		for i, page := range told {
			pages[i] = frames(page)
		}
		return pages, err
	}
}

func hears(store *postgres.Store) func(context.Context, func(), func(string), func(live.Notice, string)) error {
	return func(ctx context.Context, ready func(), heard func(string), told func(live.Notice, string)) error {
		return store.Listen(ctx, ready, heard, func(n control.Notice, span string) { told(live.Notice(n), span) })
	}
}

func frames(told []control.Notice) []live.Notice {
	out := make([]live.Notice, 0, len(told))
	for _, n := range told {
		out = append(out, live.Notice(n))
	}
	return out
}

// accounts fits the store to what sign-in asks for.
type accounts struct{ store *postgres.Store }

func (a accounts) Credentials(ctx context.Context, username string) (httpapi.Credentials, error) {
	found, err := a.store.AccountByUsername(ctx, username)
	return httpapi.Credentials{ID: found.ID, PasswordHash: found.PasswordHash, TOTPSecret: found.TOTPSecret}, err
}

func (a accounts) Actor(ctx context.Context, id access.AccountID) (access.Actor, error) {
	return a.store.Actor(ctx, id, time.Now())
}

func (a accounts) SignedIn(ctx context.Context, tokens []string) (map[string]access.Actor, error) {
	return a.store.SignedIn(ctx, tokens, time.Now())
}

func find(store *postgres.Store) func(context.Context, premise.Search) ([]httpapi.FoundAddress, error) {
	return func(ctx context.Context, q premise.Search) ([]httpapi.FoundAddress, error) {
		found, err := store.FindAddresses(ctx, q)
		out := make([]httpapi.FoundAddress, 0, len(found))
		for _, f := range found {
			out = append(out, httpapi.Found(f))
		}
		return out, err
	}
}
