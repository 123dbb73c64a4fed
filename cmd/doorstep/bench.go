package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"

	"doorstep/internal/access"
	"doorstep/internal/bench"
	"doorstep/internal/client"
	"doorstep/internal/demo"
	"doorstep/internal/drill"
	"doorstep/internal/person"
	"doorstep/internal/postgres"
	"doorstep/internal/premise"
)

// BenchCommand measures. It works in a database of its own, which it makes anew.
type BenchCommand struct {
	All              BenchAllCommand     `cmd:"" default:"withargs" help:"Times of a node of this binary against floors of the same run."`
	DispatchPush     BenchPushCommand    `cmd:"" name:"dispatch_push" help:"Of those, only the time from an assignment to the briefing at the tablet."`
	Idle             BenchIdleCommand    `cmd:"" help:"The memory of connections on which nothing is said."`
	Storm            BenchStormCommand   `cmd:"" help:"How long tablets need to catch up that all come back at once when their node was restarted."`
	City             BenchCityCommand    `cmd:"" hidden:""`
	NewYear          BenchNewYearCommand `cmd:"" name:"new_year" help:"A busy day in short, with tablets in a real browser."`
	TypeaheadQuality BenchTypingCommand  `cmd:"" help:"How often a mistyped address is found."`
}

// BenchAllCommand measures a node of this binary, started in the same process,
// against floors taken in the same run.
type BenchAllCommand struct {
	benchWork `embed:""`
	Tablets   int `default:"200" help:"Connected tablets."`
	Nodes     int `default:"1" help:"Nodes of the service: with two, the call taker is on one and the tablets are on the other." enum:"1,2"`
}

// benchWork is what is measured on, and how often.
type benchWork struct {
	benchFlags `embed:""`
	RedisURL   string   `name:"redis-url" env:"DOORSTEP_REDIS_URL,REDIS_URL" help:"Redis between two nodes; without it PostgreSQL carries the nudges."`
	Rounds     int      `default:"1000" help:"Rounds of each measurement; dispatches have three times as many, look-ups five times."`
	Rows       int      `default:"200000" help:"Rows of the made-up history, when neither files nor a scale are given."`
	Scale      scale    `help:"Make an invented nation with so many incidents, such as 1M or 10M, instead of a history, and measure persons and neighbourhoods too." placeholder:"N"`
	Mapping    string   `type:"existingfile" help:"Mapping of the files to import instead of a made-up history."`
	Files      []string `arg:"" optional:"" type:"existingfile" help:"Calls for service to import instead of a made-up history."`
}

// benchFlags are what every measurement takes.
type benchFlags struct {
	DatabaseURL string `name:"database-url" env:"DOORSTEP_DATABASE_URL,DATABASE_URL" required:"" help:"PostgreSQL server to make the benchmark's database on."`
}

// benchDatabase is made anew by each run.
const benchDatabase = "doorstep_bench"

// benchPassword signs in the made-up tablets of the benchmark's own database.
const benchPassword = "bench-only"

// BenchPushCommand measures a dispatch alone, with few tablets and with many, on one
// node and between two.
type BenchPushCommand struct {
	benchWork `embed:""`
	Tablets   []int `default:"200,2000" help:"Connected tablets."`
	Nodes     []int `default:"1,2" help:"Nodes of the service: with two, the call taker is on one and the tablets are on the other." enum:"1,2"`
}

// Run prints one JSON object a line.
func (c BenchPushCommand) Run(ctx context.Context, d Deps) error {
	for _, nodes := range c.Nodes {
		for _, tablets := range c.Tablets {
			one := BenchAllCommand{benchWork: c.benchWork, Tablets: tablets, Nodes: nodes}
			if err := one.run(ctx, d, (*measurement).dispatchPush); err != nil {
				return err
			}
		}
	}
	return nil
}

// Run prints one JSON object a line.
func (c BenchAllCommand) Run(ctx context.Context, d Deps) error {
	return c.run(ctx, d, (*measurement).dispatchPush, (*measurement).answer, (*measurement).premiseHistory, (*measurement).personHistory,
		(*measurement).nearby, (*measurement).addressTypeahead, (*measurement).scriptEvaluate)
}

// step is one thing to measure.
type step func(*measurement, context.Context) error

func (c BenchAllCommand) run(ctx context.Context, d Deps, steps ...step) error {
	if (c.Mapping == "") != (len(c.Files) == 0) {
		return errors.New("give --mapping together with the files to import")
	}
	if c.Scale != 0 && len(c.Files) != 0 {
		return errors.New("give either --scale or files to import")
	}
	at, pool, err := c.town(ctx, d)
	if err != nil {
		return err
	}
	defer pool.Close()
	if c.Scale != 0 {
		err = c.nation(ctx, d, postgres.New(pool.Pool))
	} else {
		err = c.history(ctx, d, at)
	}
	if err != nil {
		return err
	}
	return c.measure(ctx, d, at, pool, steps)
}

// database makes the benchmark's database anew and returns its address.
func (c benchFlags) database(ctx context.Context) (string, error) {
	conn, err := pgx.Connect(ctx, c.DatabaseURL)
	if err != nil {
		return "", fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, statement := range []string{"drop database if exists " + benchDatabase + " with (force)", "create database " + benchDatabase} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return "", fmt.Errorf("make the benchmark's database: %w", err)
		}
	}
	at, err := url.Parse(c.DatabaseURL)
	if err != nil {
		return "", errors.New("the database address must be a URL") // the parser's words may hold the password
	}
	at.Path = "/" + benchDatabase
	return at.String(), nil
}

// town makes the benchmark's database anew with the demo's town in it, and returns
// its address and a pool.
func (c benchFlags) town(ctx context.Context, d Deps) (at string, pool *postgres.Pool, err error) {
	if at, err = c.database(ctx); err != nil {
		return "", nil, err
	}
	quiet := Deps{Getenv: d.Getenv, Out: io.Discard, Err: io.Discard}
	if err := (MigrateCommand{DatabaseURL: at}).Run(ctx, quiet); err != nil {
		return "", nil, err
	}
	if err := (DemoCommand{DatabaseURL: at}).Run(ctx, quiet); err != nil {
		return "", nil, err
	}
	pool, err = postgres.Open(ctx, at, 32)
	return at, pool, err
}

// nation makes an invented one and prints how large it is and how fast.
func (c BenchAllCommand) nation(ctx context.Context, d Deps, store *postgres.Store) error {
	n := demo.NewNation(demo.Seed, time.Now(), int(c.Scale))
	took, err := bench.Timed(func() error {
		_, err := store.LoadNation(ctx, n, d.Err)
		return err
	})
	if err != nil {
		return err
	}
	_, _, addresses, persons, incidents := n.Sizes()
	return json.NewEncoder(d.Out).Encode(map[string]any{
		"name": "nation", "incidents": incidents, "addresses": addresses, "persons": persons, "seed": demo.Seed, "seconds": took.Seconds(),
	})
}

// history imports calls for service and prints how fast.
func (c BenchAllCommand) history(ctx context.Context, d Deps, at string) error {
	files, mapping := c.Files, c.Mapping
	if len(files) == 0 {
		dir, err := os.MkdirTemp("", "doorstep-bench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		files, mapping = []string{filepath.Join(dir, "calls.csv")}, filepath.Join(dir, "calls.yaml")
		if err := bench.WriteCalls(files[0], mapping, c.Rows); err != nil {
			return fmt.Errorf("make a history: %w", err)
		}
	}
	var out bytes.Buffer
	load := ImportCallsCommand{importFlags{DatabaseURL: at, Mapping: mapping, Files: files, JSON: true, Rejects: os.DevNull}}
	if err := load.Run(ctx, Deps{Getenv: d.Getenv, Out: &out, Err: io.Discard}); err != nil {
		return fmt.Errorf("import: %w", err)
	}
	lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	var did struct {
		Read     int     `json:"read"`
		Loaded   int     `json:"loaded"`
		Rejected int     `json:"rejected"`
		Seconds  float64 `json:"seconds"`
	}
	if err := json.Unmarshal(lines[len(lines)-1], &did); err != nil {
		return fmt.Errorf("read the import's last line: %w", err)
	}
	return json.NewEncoder(d.Out).Encode(map[string]any{
		"name": "import_rows_per_s", "rows_per_s": int(float64(did.Read) / did.Seconds), "n": did.Read,
		"loaded": did.Loaded, "rejected": did.Rejected, "seconds": did.Seconds,
	})
}

// settle brings the statistics up to date, so that plans are those of a
// database that has been running for a while.
func settle(ctx context.Context, pool *postgres.Pool) error {
	_, err := pool.Exec(ctx, "vacuum analyze")
	return err
}

// benchMemory is enough for a node and for what measures it in the same process, whose
// many connections hold more than the node's. With less, there would be more
// collections, and longer ones, than in a node.
const benchMemory = 4 * enoughMemory

func (c BenchAllCommand) measure(ctx context.Context, d Deps, at string, pool *postgres.Pool, steps []step) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	base, done, err := c.start(ctx, ServeCommand{DatabaseURL: at, RedisURL: c.between()}, pool)
	if err != nil {
		return err
	}
	store := postgres.New(pool.Pool)
	far, farDone := base, done
	if c.Nodes > 1 {
		if far, farDone, err = c.second(ctx, at); err != nil {
			return err
		}
	}
	spendMemory(d.Getenv, benchMemory)
	tablets, err := c.tablets(ctx, store, far)
	if err != nil {
		return err
	}
	if err := settle(ctx, pool); err != nil {
		return err
	}
	places, err := store.AddressesWithPast(ctx, 2000)
	if err != nil {
		return err
	}
	if len(places) == 0 {
		return errors.New("no history to measure on")
	}
	people, err := store.PersonsWithPast(ctx, 2000)
	if err != nil {
		return err
	}
	desk, err := client.SignIn(ctx, base, client.Credentials{Username: "calltaker1", Password: "doorstep-demo"})
	if err != nil {
		return fmt.Errorf("sign in the call taker: %w", err)
	}
	taker := drill.NewTaker(desk, base)
	size, err := frameSize(ctx, taker, tablets[0], places)
	if err != nil {
		return err
	}
	floor, err := bench.NewFloor(ctx, pool.Pool, c.Tablets, size)
	if err != nil {
		return err
	}
	defer floor.Close()
	m := measurement{desk: desk, taker: taker, tablets: tablets, places: places, people: people, floor: floor, store: store, rng: rand.New(rand.NewPCG(1, 2)), out: d.Out, rounds: c.Rounds, nodes: c.Nodes}
	for _, step := range steps {
		if err := step(&m, ctx); err != nil {
			return err
		}
	}
	stop()
	if c.Nodes > 1 {
		err = <-farDone
	}
	return errors.Join(err, <-done)
}

// between is what carries nudges: nothing needs to, to a single node.
func (c BenchAllCommand) between() string {
	if c.Nodes > 1 {
		return c.RedisURL
	}
	return ""
}

// second runs another node, with connections of its own.
func (c BenchAllCommand) second(ctx context.Context, at string) (base string, done <-chan error, err error) {
	pool, err := postgres.Open(ctx, at, 32)
	if err != nil {
		return "", nil, err
	}
	base, ended, err := c.start(ctx, ServeCommand{DatabaseURL: at, RedisURL: c.between()}, pool)
	if err != nil {
		pool.Close()
		return "", nil, err
	}
	closed := make(chan error, 1)
	go func() {
		err := <-ended
		pool.Close()
		closed <- err
	}()
	return base, closed, nil
}

// start runs a node in this process, on a free port.
func (benchFlags) start(ctx context.Context, serve ServeCommand, pool *postgres.Pool) (base string, done <-chan error, err error) {
	serve.SessionIdle = time.Hour
	node, err := serve.node(ctx, pool, zerolog.Nop())
	if err != nil {
		return "", nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- node.run(ctx, listener, time.Second) }()
	return "http://" + listener.Addr().String(), ended, nil
}

// crews makes n units with an officer each and signs the officers in.
func (benchFlags) crews(ctx context.Context, store *postgres.Store, base string, n int) ([]*client.Client, error) {
	if err := seedCrews(ctx, store, n); err != nil {
		return nil, err
	}
	return signInCrews(ctx, base, 1, n)
}

func seedCrews(ctx context.Context, store *postgres.Store, n int) error {
	hash, err := argon2id.CreateHash(benchPassword, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		return err
	}
	_, err = store.SeedTablets(ctx, n, hash)
	return err
}

// signInCrews signs in the officers from one number to another.
func signInCrews(ctx context.Context, base string, from, to int) ([]*client.Client, error) {
	var out []*client.Client
	for n := from; n <= to; n++ {
		who, err := client.SignIn(ctx, base, client.Credentials{Username: fmt.Sprintf("tablet%d", n), Password: benchPassword})
		if err != nil {
			return nil, fmt.Errorf("sign in tablet %d: %w", n, err)
		}
		out = append(out, who)
	}
	return out, nil
}

// tablet is one whose briefings are timed.
type tablet struct {
	*drill.Tablet
	briefings chan drill.Arrival
}

// tablets signs in the tablets and opens their lines; each is clear at once.
func (c BenchAllCommand) tablets(ctx context.Context, store *postgres.Store, base string) ([]tablet, error) {
	officers, err := c.crews(ctx, store, base, c.Tablets)
	if err != nil {
		return nil, err
	}
	return timed(ctx, officers, base)
}

func timed(ctx context.Context, officers []*client.Client, base string) (out []tablet, err error) {
	for n, officer := range officers {
		briefings := make(chan drill.Arrival, 16)
		t := drill.NewTablet(officer, drill.Habits{Clear: true, Arrived: func(a drill.Arrival) { briefings <- a }}, base)
		go func() { _ = t.Run(ctx, 0) }() // Live tells
		if err := t.Live(ctx); err != nil {
			return nil, fmt.Errorf("tablet %d: %w", n+1, err)
		}
		out = append(out, tablet{t, briefings})
	}
	return out, nil
}

// frameSize dispatches once to learn how large a briefing is, in bytes: the
// floor writes frames of the same size.
func frameSize(ctx context.Context, taker *drill.Taker, to tablet, places []premise.Address) (int, error) {
	in, err := taker.Raise(ctx, string(places[0].ID))
	if err != nil {
		return 0, err
	}
	if _, err := taker.Send(ctx, in.Incident, to.Unit); err != nil {
		return 0, err
	}
	return (<-to.briefings).Size, nil
}

// measurement is what the rounds share.
type measurement struct {
	desk    *client.Client
	taker   *drill.Taker
	tablets []tablet
	places  []premise.Address
	people  []person.ID
	floor   *bench.Floor
	store   *postgres.Store
	rng     *rand.Rand
	out     io.Writer
	rounds  int
	nodes   int
}

func (m *measurement) place() premise.Address { return m.places[m.rng.IntN(len(m.places))] }

// dispatchPush: assignment request sent to briefing frame at the tablet. As
// at the desk, the call taker has just been shown the units. What the tablet
// says afterwards is waited for, so that it does not disturb the floor.
func (m *measurement) dispatchPush(ctx context.Context) error {
	name := bench.Line{Name: "dispatch_push", Tablets: len(m.tablets), Nodes: m.nodes}
	return bench.CompareAs(m.out, name, coldRounds, m.rounds*3,
		func(round int) (time.Duration, error) { return m.dispatch(ctx, round) },
		func(round int) (time.Duration, error) {
			// What a dispatch finds when it comes: a database that took a call a moment
			// ago and has just looked for units.
			if _, _, err := m.prepare(ctx, round); err != nil {
				return 0, err
			}
			return m.floor.Push(ctx, round)
		})
}

// prepare takes a call and looks for the units that could be sent.
func (m *measurement) prepare(ctx context.Context, round int) (drill.Case, tablet, error) {
	in, err := m.taker.Raise(ctx, string(m.place().ID))
	if err != nil {
		return in, tablet{}, err
	}
	to, err := m.recommended(ctx, round, in.Incident)
	return in, to, err
}

// dispatch sends a unit to a new incident and returns how long its briefing took.
func (m *measurement) dispatch(ctx context.Context, round int) (time.Duration, error) {
	in, to, err := m.prepare(ctx, round)
	if err != nil {
		return 0, err
	}
	sent := time.Now()
	if err := m.desk.Call(ctx, http.MethodPost, "/incidents/"+in.Incident+"/assignments", nil, map[string]string{"unit_id": to.Unit}, nil); err != nil {
		return 0, err
	}
	arrived := <-to.briefings
	return arrived.At.Sub(sent), m.taker.Settled(ctx, in.Incident)
}

// recommended is a tablet of one of the units that the call taker is shown.
func (m *measurement) recommended(ctx context.Context, round int, incident string) (tablet, error) {
	ids, err := m.taker.Units(ctx, incident)
	if err != nil {
		return tablet{}, err
	}
	var near []tablet
	for _, t := range m.tablets {
		if slices.Contains(ids, t.Unit) {
			near = append(near, t)
		}
	}
	if len(near) == 0 {
		return tablet{}, errors.New("no tablet's unit is recommended")
	}
	return near[round%len(near)], nil
}

// answer: answer sent to assessment received.
func (m *measurement) answer(ctx context.Context) error {
	in, err := m.taker.Raise(ctx, string(m.place().ID))
	if err != nil {
		return err
	}
	words := []string{"yes", "no", "unknown"}
	return bench.Compare(m.out, "answer", coldRounds, m.rounds, func(round int) (time.Duration, error) {
		return bench.Timed(func() error {
			return m.desk.Call(ctx, http.MethodPut, "/calls/"+in.Call+"/answers/"+benchQuestion, nil, map[string]string{"value": words[round%3]}, nil)
		})
	}, func(int) (time.Duration, error) { return bench.Timed(func() error { return m.floor.Commit(ctx) }) })
}

// coldRounds come before those that count.
const coldRounds = 40

// benchQuestion is asked in every call.
const benchQuestion = "injured"

// asker is who the measured look-ups are recorded for.
var asker = access.Actor{ID: "00000000-0000-7000-8000-000000000001", Role: access.CallTaker}

func (m *measurement) lookUp(ctx context.Context, name string, look func(use access.Use) error) error {
	return bench.Compare(m.out, name, coldRounds, m.rounds*5, func(int) (time.Duration, error) {
		use := access.Use{Actor: asker, Purpose: access.ForBriefing, At: time.Now()}
		return bench.Timed(func() error { return look(use) })
	}, func(int) (time.Duration, error) { return bench.Timed(func() error { return m.floor.Select(ctx) }) })
}

// premiseHistory: the whole of what a briefing needs, of an address and of the
// two persons of a call.
func (m *measurement) premiseHistory(ctx context.Context) error {
	return m.lookUp(ctx, "premise_history", func(use access.Use) error {
		_, err := m.store.History(ctx, use, m.place().ID, []person.ID{m.somebody(), m.somebody()}, "")
		return err
	})
}

func (m *measurement) somebody() person.ID { return m.people[m.rng.IntN(len(m.people))] }

// personHistory: the past of a person at all addresses.
func (m *measurement) personHistory(ctx context.Context) error {
	return m.lookUp(ctx, "person_history", func(use access.Use) error {
		_, err := m.store.History(ctx, use, "", []person.ID{m.somebody()}, "")
		return err
	})
}

// nearby: the newest 50 incidents within 50 m.
func (m *measurement) nearby(ctx context.Context) error {
	return m.lookUp(ctx, "nearby", func(use access.Use) error {
		at := m.place().Point
		if at == nil {
			return nil
		}
		_, err := m.store.Nearby(ctx, use, *at, premise.NearbyMetres, "")
		return err
	})
}

// scriptEvaluate: one full evaluation with 40 answers and 50 history entries.
func (m *measurement) scriptEvaluate(context.Context) error {
	return bench.Evaluate(m.out, m.rounds*2)
}

// addressTypeahead: one key press, at any point of typing an address, every
// fifth with a typing error.
func (m *measurement) addressTypeahead(ctx context.Context) error {
	return bench.Compare(m.out, "address_typeahead", coldRounds, m.rounds*5, func(round int) (time.Duration, error) {
		typed := []rune(m.place().Label)
		typed = typed[:min(len(typed), 3+m.rng.IntN(max(1, len(typed)-2)))]
		if i := len(typed) / 2; round%5 == 0 && i > 0 {
			typed[i], typed[i-1] = typed[i-1], typed[i]
		}
		return bench.Timed(func() error {
			_, err := m.store.FindAddresses(ctx, premise.Search{Text: string(typed), Limit: 8})
			return err
		})
	}, func(int) (time.Duration, error) { return bench.Timed(func() error { return m.floor.Select(ctx) }) })
}
