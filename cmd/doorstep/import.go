package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"doorstep/internal/intake"
	"doorstep/internal/postgres"
)

// ImportCommand loads what other centres and registers publish.
type ImportCommand struct {
	Calls     ImportCallsCommand     `cmd:"" help:"Load calls for service from CSV or JSON lines."`
	Addresses ImportAddressesCommand `cmd:"" help:"Load a gazetteer of addresses."`
}

// importFlags are what both kinds of import take.
type importFlags struct {
	Mapping     string   `required:"" help:"YAML file that says how the files are read." placeholder:"FILE"`
	Rejects     string   `help:"Where rows that cannot be used are listed (default: the first file's name with .rejects.csv, here)." placeholder:"FILE"`
	JSON        bool     `help:"End with one line of JSON on standard output."`
	DatabaseURL string   `env:"DOORSTEP_DATABASE_URL,DATABASE_URL" required:"" help:"PostgreSQL to load into." placeholder:"URL"`
	Files       []string `arg:"" help:"Files, gzip or not."`
}

// ImportCallsCommand loads calls for service.
type ImportCallsCommand struct {
	importFlags `embed:""`
}

// ImportAddressesCommand loads addresses.
type ImportAddressesCommand struct {
	importFlags `embed:""`
}

// Run loads the files one after another. What was loaded before an error stays.
func (c ImportCallsCommand) Run(ctx context.Context, d Deps) error {
	return c.run(ctx, d, intake.Mapping.ForCalls, (*importRun).calls, (*importRun).tally)
}

// Run loads the files one after another. What was loaded before an error stays.
func (c ImportAddressesCommand) Run(ctx context.Context, d Deps) error {
	return c.run(ctx, d, intake.Mapping.ForAddresses, (*importRun).addresses, nil)
}

// importBatch bounds a transaction and the memory it takes.
const importBatch = 12_000

type importRun struct {
	mapping  intake.Mapping
	store    *postgres.Store
	rejects  rejects
	progress io.Writer
	started  time.Time
	told     time.Time
	read     int64
	loaded   int64
	present  int64
	rejected int64
	dropped  intake.Warnings
}

func (c importFlags) run(ctx context.Context, d Deps, fits func(intake.Mapping) error, load func(*importRun, context.Context, *intake.File) error, tally func(*importRun, context.Context) error) (err error) {
	text, err := os.ReadFile(c.Mapping)
	if err != nil {
		return fmt.Errorf("read mapping: %w", err)
	}
	m, err := intake.ReadMapping(text, c.Mapping)
	if err != nil {
		return err
	}
	if err := fits(m); err != nil {
		return fmt.Errorf("%s: %w", c.Mapping, err)
	}
	pool, err := postgres.Open(ctx, c.DatabaseURL, 2)
	if err != nil {
		return err
	}
	defer pool.Close()
	path := c.Rejects
	if path == "" {
		path = filepath.Base(c.Files[0]) + ".rejects.csv"
	}
	run := &importRun{mapping: m, store: postgres.New(pool), rejects: rejects{path: path}, progress: d.Err, started: time.Now()}
	defer func() { err = errors.Join(err, run.rejects.close()) }()
	for _, path := range c.Files {
		if err := run.file(ctx, path, load); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	seconds := time.Since(run.started).Seconds()
	if tally != nil {
		if err := tally(run, ctx); err != nil {
			return err
		}
	}
	return run.report(d, seconds, c.JSON)
}

// tally tells what all calls of the source come to.
func (r *importRun) tally(ctx context.Context) error {
	t, err := r.store.Tally(ctx, r.mapping.Source)
	if err != nil || t.Calls == 0 {
		return err
	}
	part := func(n int64) float64 { return 100 * float64(n) / float64(t.Calls) }
	_, _ = fmt.Fprintf(r.progress, "import: %s has %d calls at %d addresses: %.1f %% matched to a gazetteer, %.1f %% kept as block, %.1f %% without an address\n",
		r.mapping.Source, t.Calls, t.Addresses, part(t.Matched), part(t.Blocks), part(t.Calls-t.Placed))
	_, _ = fmt.Fprintf(r.progress, "import: %d of them are DV, %d suspected DV; %d addresses have two DV calls or more\n", t.DV, t.Suspected, t.Repeats)
	return nil
}

func (r *importRun) file(ctx context.Context, path string, load func(*importRun, context.Context, *intake.File) error) error {
	f, err := intake.Open(path, r.mapping)
	if err != nil {
		return err
	}
	r.rejects.file = path
	err = load(r, ctx, f)
	return errors.Join(err, f.Close())
}

// calls reads on while the batch before is being kept: two cores, two batches
// in memory.
func (r *importRun) calls(ctx context.Context, f *intake.File) error {
	var batch []intake.Call
	now := time.Now()
	return r.load(ctx, f, func(values []string) (ref, reason string) {
		c, reason := r.mapping.Call(values, now, &r.dropped)
		if reason == "" {
			batch = append(batch, c)
		}
		return c.Ref, reason
	}, func() (int, keep) {
		full := batch
		batch = make([]intake.Call, 0, importBatch)
		return len(full), func(ctx context.Context, i *postgres.Importer, line int64) (int64, error) {
			return i.Calls(ctx, full, line)
		}
	})
}

func (r *importRun) addresses(ctx context.Context, f *intake.File) error {
	var batch []postgres.Entry
	return r.load(ctx, f, func(values []string) (string, string) {
		ref, address, spot, reason := r.mapping.Address(values, &r.dropped)
		if reason == "" {
			batch = append(batch, postgres.Entry{Ref: ref, Address: address, Spot: spot})
		}
		return ref, reason
	}, func() (int, keep) {
		full := batch
		batch = make([]postgres.Entry, 0, importBatch)
		return len(full), func(ctx context.Context, i *postgres.Importer, line int64) (int64, error) {
			return i.Addresses(ctx, full, line)
		}
	})
}

// keep writes a batch that ends with a line and returns how many rows were new.
type keep func(ctx context.Context, i *postgres.Importer, line int64) (loaded int64, err error)

// load reads a file to its end: take reads one row into the batch or says why
// not, hand gives the batch away.
func (r *importRun) load(ctx context.Context, f *intake.File, take func([]string) (ref, reason string), hand func() (int, keep)) (err error) {
	i, after, err := r.store.Import(ctx, r.mapping.Source, f.SHA256, r.mapping.Hash)
	if err != nil {
		return err
	}
	defer i.Close()
	if after > 0 {
		_, _ = fmt.Fprintf(r.progress, "import: going on after line %d\n", after)
	}
	var kept chan error // of the batch that is being written
	settle := func() error {
		if kept == nil {
			return nil
		}
		err := <-kept
		kept = nil
		return err
	}
	// The connection must be still before it is given back.
	defer func() { err = errors.Join(err, settle()) }()
	size, last := 0, int64(0)
	flush := func() error {
		if err := settle(); err != nil {
			return err
		}
		n, write := hand()
		size = 0
		if n == 0 {
			return nil
		}
		// Rows that an earlier run kept are read again only to be counted.
		if last <= after {
			r.present += int64(n)
			return nil
		}
		line, done := last, make(chan error, 1)
		kept = done
		go func() {
			loaded, err := write(ctx, i, line)
			if err == nil {
				r.loaded += loaded
				r.present += int64(n) - loaded
			}
			done <- err
		}()
		return nil
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		row, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		// A batch ends between lines, and where the last run ended.
		if row.Line != last && (size >= importBatch || (last <= after && row.Line > after)) {
			if err := flush(); err != nil {
				return err
			}
		}
		last = row.Line
		r.read++
		ref, reason := "", row.Reason
		if reason == "" {
			ref, reason = take(row.Values)
		}
		if reason == "" {
			size++
		} else {
			r.rejected++
			if err := r.rejects.add(row.Line, ref, reason); err != nil {
				return err
			}
		}
		if r.read%1024 == 0 {
			r.tell(f)
		}
	}
	if err := flush(); err != nil {
		return err
	}
	if err := settle(); err != nil {
		return err
	}
	return i.Done(ctx, last, time.Now())
}

// tell shows the progress once a second.
func (r *importRun) tell(f *intake.File) {
	now := time.Now()
	if now.Sub(r.told) < time.Second {
		return
	}
	r.told = now
	_, _ = fmt.Fprintf(r.progress, "import: %d rows, %.0f rows/s, %.0f %% of %s\n",
		r.read, float64(r.read)/now.Sub(r.started).Seconds(), 100*f.Done(), r.rejects.file)
}

func (r *importRun) report(d Deps, seconds float64, asJSON bool) error {
	_, _ = fmt.Fprintf(d.Err, "import: read %d, loaded %d, present %d, rejected %d in %.1f s (%.0f rows/s)\n",
		r.read, r.loaded, r.present, r.rejected, seconds, float64(r.read)/seconds)
	if r.dropped.Points+r.dropped.Times > 0 {
		_, _ = fmt.Fprintf(d.Err, "import: kept without their point: %d, without one of their times: %d\n", r.dropped.Points, r.dropped.Times)
	}
	if r.rejected > 0 {
		_, _ = fmt.Fprintf(d.Err, "import: the rejected rows are listed in %s\n", r.rejects.path)
	}
	if !asJSON {
		return nil
	}
	return json.NewEncoder(d.Out).Encode(struct {
		Read     int64   `json:"read"`
		Loaded   int64   `json:"loaded"`
		Present  int64   `json:"present"`
		Rejected int64   `json:"rejected"`
		Seconds  float64 `json:"seconds"`
	}{r.read, r.loaded, r.present, r.rejected, seconds})
}

// rejects lists rows that could not be used: file, line, id and reason, never
// the row, which may hold personal data. The file is made with the first one.
type rejects struct {
	path string
	file string
	to   *os.File
	csv  *csv.Writer
}

func (r *rejects) add(line int64, ref, reason string) error {
	if r.to == nil {
		to, err := os.Create(r.path)
		if err != nil {
			return fmt.Errorf("make the rejects file: %w", err)
		}
		r.to, r.csv = to, csv.NewWriter(to)
		if err := r.csv.Write([]string{"file", "line", "id", "reason"}); err != nil {
			return err
		}
	}
	return r.csv.Write([]string{r.file, strconv.FormatInt(line, 10), ref, reason})
}

func (r *rejects) close() error {
	if r.to == nil {
		return nil
	}
	r.csv.Flush()
	return errors.Join(r.csv.Error(), r.to.Close())
}
