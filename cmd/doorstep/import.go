package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"doorstep/internal/intake"
	"doorstep/internal/postgres"
)

// ImportCommand loads what other centres and registers publish.
type ImportCommand struct {
	Calls     ImportCallsCommand     `cmd:"" help:"Load calls for service."`
	Addresses ImportAddressesCommand `cmd:"" help:"Load a gazetteer of addresses."`
	Persons   ImportPersonsCommand   `cmd:"" help:"Load persons, and their parts in calls that were loaded before."`
	Cautions  ImportCautionsCommand  `cmd:"" help:"Load protection orders, firearms, dogs and other dangers on record."`
	Districts ImportDistrictsCommand `cmd:"" help:"Load the areas of districts."`
}

// importFlags are what all kinds of import take.
type importFlags struct {
	Mapping     string   `required:"" help:"YAML file that says how the files are read." placeholder:"FILE"`
	Rejects     string   `help:"Where rows that cannot be used are listed (default: the first file's name with .rejects.csv, here)." placeholder:"FILE"`
	Marks       string   `help:"Where rows that were kept without a part are listed (default: the first file's name with .marks.csv, here)." placeholder:"FILE"`
	JSON        bool     `help:"End with one line of JSON on standard output."`
	DatabaseURL string   `env:"DOORSTEP_DATABASE_URL,DATABASE_URL" required:"" help:"PostgreSQL to load into." placeholder:"URL"`
	Files       []string `arg:"" help:"Files, gzip or not: CSV, JSON lines or GeoJSON, as the mapping says."`
}

// ImportCallsCommand loads calls for service.
type ImportCallsCommand struct {
	importFlags `embed:""`
}

// ImportAddressesCommand loads addresses.
type ImportAddressesCommand struct {
	importFlags `embed:""`
}

// ImportPersonsCommand loads persons.
type ImportPersonsCommand struct {
	importFlags `embed:""`
}

// ImportCautionsCommand loads cautions.
type ImportCautionsCommand struct {
	importFlags `embed:""`
}

// ImportDistrictsCommand loads districts.
type ImportDistrictsCommand struct {
	importFlags `embed:""`
}

// Run loads the files one after another. What was loaded before an error stays.
func (c ImportCallsCommand) Run(ctx context.Context, d Deps) error {
	now := time.Now()
	return load(ctx, d, c.importFlags, intake.Mapping.ForCalls, func(m *intake.Mapping, row intake.Row, mark intake.Marker) (intake.Call, string, string) {
		call, reason := m.Call(row.Values, now, mark)
		call.Line = row.Line
		return call, call.Ref, reason
	}, (*postgres.Importer).Calls, (*importRun).tally)
}

// Run loads the files one after another. What was loaded before an error stays.
func (c ImportAddressesCommand) Run(ctx context.Context, d Deps) error {
	return load(ctx, d, c.importFlags, intake.Mapping.ForAddresses, func(m *intake.Mapping, row intake.Row, mark intake.Marker) (intake.Address, string, string) {
		address, reason := m.Address(row.Values, mark)
		address.Line = row.Line
		return address, address.Ref, reason
	}, (*postgres.Importer).Addresses, nil)
}

// Run loads the files one after another. What was loaded before an error stays.
func (c ImportPersonsCommand) Run(ctx context.Context, d Deps) error {
	now := time.Now()
	return load(ctx, d, c.importFlags, intake.Mapping.ForPersons, func(m *intake.Mapping, row intake.Row, mark intake.Marker) (intake.Person, string, string) {
		person, reason := m.Person(row.Values, now, mark)
		person.Line = row.Line
		return person, person.Ref, reason
	}, (*postgres.Importer).Persons, nil)
}

// Run loads the files one after another. What was loaded before an error stays.
func (c ImportCautionsCommand) Run(ctx context.Context, d Deps) error {
	now := time.Now()
	return load(ctx, d, c.importFlags, intake.Mapping.ForCautions, func(m *intake.Mapping, row intake.Row, mark intake.Marker) (intake.Caution, string, string) {
		caution, reason := m.Caution(row.Values, now, mark)
		caution.Line = row.Line
		return caution, caution.Ref, reason
	}, (*postgres.Importer).Cautions, nil)
}

// Run loads the files one after another. What was loaded before an error stays.
func (c ImportDistrictsCommand) Run(ctx context.Context, d Deps) error {
	return load(ctx, d, c.importFlags, intake.Mapping.ForDistricts, func(m *intake.Mapping, row intake.Row, _ intake.Marker) (intake.District, string, string) {
		district, reason := m.District(row.Values)
		district.Line = row.Line
		return district, district.Code, reason
	}, (*postgres.Importer).Districts, nil)
}

// importBatch bounds a transaction and the memory it takes.
const importBatch = 12_000

type importRun struct {
	mapping  intake.Mapping
	store    *postgres.Store
	rejects  listing
	marks    listing
	progress io.Writer
	started  time.Time
	told     time.Time
	read     int64
	loaded   int64
	present  int64
	rejected map[string]int64 // by reason
	marked   map[string]int64
}

// load reads files and keeps their rows. read makes one of a row, with the
// source's id, or says why not; keep writes a batch.
func load[T any](ctx context.Context, d Deps, c importFlags, fits func(intake.Mapping) error,
	read func(*intake.Mapping, intake.Row, intake.Marker) (row T, ref, reason string),
	keep func(*postgres.Importer, context.Context, []T, int64) (postgres.Kept, error),
	tally func(*importRun, context.Context) error,
) (err error) {
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
	run := &importRun{
		mapping: m, store: postgres.New(pool.Pool), progress: d.Err, started: time.Now(),
		rejected: map[string]int64{}, marked: map[string]int64{},
		rejects: c.listing(c.Rejects, "rejects"), marks: c.listing(c.Marks, "marks"),
	}
	if epsg, within := m.Projection(); epsg != 0 {
		if err := run.store.CheckProjection(ctx, epsg, within); err != nil {
			return fmt.Errorf("%s: point: %w", c.Mapping, err)
		}
	}
	defer func() { err = errors.Join(err, run.rejects.close(), run.marks.close()) }()
	for _, path := range c.Files {
		if err := loadFile(ctx, run, path, read, keep); err != nil {
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

// listing is where a kind of rows is listed: as said, or here.
func (c importFlags) listing(path, kind string) listing {
	if path == "" {
		path = filepath.Base(c.Files[0]) + "." + kind + ".csv"
	}
	return listing{path: path}
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

// loadFile reads a file to its end, and on while the batch before is being kept:
// two cores, two batches in memory.
func loadFile[T any](ctx context.Context, r *importRun, path string,
	read func(*intake.Mapping, intake.Row, intake.Marker) (row T, ref, reason string),
	keep func(*postgres.Importer, context.Context, []T, int64) (postgres.Kept, error),
) (err error) {
	f, err := intake.Open(path, r.mapping)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r.rejects.file, r.marks.file = path, path
	_, _ = fmt.Fprintf(r.progress, "import: %s is read as %s\n", path, f.Encoding)
	i, after, err := r.store.Import(ctx, r.mapping.Source, f.SHA256, r.mapping.Hash)
	if err != nil {
		return err
	}
	defer i.Close()
	if after > 0 {
		_, _ = fmt.Fprintf(r.progress, "import: going on after line %d\n", after)
	}
	var batch []T
	last := int64(0)
	var writing chan error // of the batch that is being written
	var kept postgres.Kept
	settle := func() error {
		if writing == nil {
			return nil
		}
		err := <-writing
		writing = nil
		if err != nil {
			return err
		}
		return r.took(kept)
	}
	// The connection must be still before it is given back.
	defer func() { err = errors.Join(err, settle()) }()
	flush := func() error {
		if err := settle(); err != nil || len(batch) == 0 {
			return err
		}
		full, line := batch, last
		batch = make([]T, 0, importBatch)
		// Rows that an earlier run kept are read again only to be counted.
		if last <= after {
			r.present += int64(len(full))
			return nil
		}
		done := make(chan error, 1)
		writing = done
		go func() {
			var err error
			kept, err = keep(i, ctx, full, line)
			kept.Rows = int64(len(full))
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
		if row.Line != last && (len(batch) >= importBatch || (last <= after && row.Line > after)) {
			if err := flush(); err != nil {
				return err
			}
		}
		last = row.Line
		if err := take(r, &batch, row, read); err != nil {
			return err
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

// take adds a row to the batch, or lists why it cannot be used.
func take[T any](r *importRun, batch *[]T, row intake.Row, read func(*intake.Mapping, intake.Row, intake.Marker) (T, string, string)) error {
	r.read++
	if row.Reason != "" {
		return r.reject(intake.Note{Line: row.Line, Reason: row.Reason})
	}
	var marks []string
	one, ref, reason := read(&r.mapping, row, func(reason string) { marks = append(marks, reason) })
	if reason != "" {
		return r.reject(intake.Note{Line: row.Line, Ref: ref, Reason: reason})
	}
	*batch = append(*batch, one)
	for _, reason := range marks {
		if err := r.mark(intake.Note{Line: row.Line, Ref: ref, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

func (r *importRun) reject(n intake.Note) error {
	r.rejected[n.Reason]++
	return r.rejects.add(n)
}

func (r *importRun) mark(n intake.Note) error {
	r.marked[n.Reason]++
	return r.marks.add(n)
}

// took counts a batch that was kept.
func (r *importRun) took(k postgres.Kept) error {
	r.loaded += k.Loaded
	r.present += k.Rows - k.Loaded - int64(len(k.Refused))
	for _, n := range k.Refused {
		if err := r.reject(n); err != nil {
			return err
		}
	}
	for _, n := range k.Marked {
		if err := r.mark(n); err != nil {
			return err
		}
	}
	return nil
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
	rejected := int64(0)
	for _, n := range r.rejected {
		rejected += n
	}
	_, _ = fmt.Fprintf(d.Err, "import: read %d, loaded %d, present %d, rejected %d in %.1f s (%.0f rows/s)\n",
		r.read, r.loaded, r.present, rejected, seconds, float64(r.read)/seconds)
	for _, reason := range slices.Sorted(maps.Keys(r.rejected)) {
		_, _ = fmt.Fprintf(d.Err, "import: rejected: %s: %d\n", reason, r.rejected[reason])
	}
	for _, reason := range slices.Sorted(maps.Keys(r.marked)) {
		_, _ = fmt.Fprintf(d.Err, "import: kept, but marked: %s: %d\n", reason, r.marked[reason])
	}
	if len(r.marked) > 0 {
		_, _ = fmt.Fprintf(d.Err, "import: the marked rows are listed in %s\n", r.marks.path)
	}
	if rejected > 0 {
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
	}{r.read, r.loaded, r.present, rejected, seconds})
}

// listing lists rows that could not be used, or not whole: file, line, id and
// reason, never the row, which may hold personal data. The file is made with the
// first one.
type listing struct {
	path string
	file string
	to   *os.File
	csv  *csv.Writer
}

func (l *listing) add(n intake.Note) error {
	if l.to == nil {
		to, err := os.Create(l.path)
		if err != nil {
			return fmt.Errorf("list rows: %w", err)
		}
		l.to, l.csv = to, csv.NewWriter(to)
		if err := l.csv.Write([]string{"file", "line", "id", "reason"}); err != nil {
			return err
		}
	}
	return l.csv.Write([]string{l.file, strconv.FormatInt(n.Line, 10), n.Ref, n.Reason})
}

func (l *listing) close() error {
	if l.to == nil {
		return nil
	}
	l.csv.Flush()
	return errors.Join(l.csv.Error(), l.to.Close())
}
