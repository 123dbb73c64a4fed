package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

const (
	// A line longer than this is rejected; the largest real one holds a
	// snapshot of a whole board.
	maxLine = 1 << 20
	// So many lines may one quoted field run over.
	maxJoined = 64
)

// Row is one row of a file: its values in the order of the mapping's columns,
// or the reason why it cannot be read. It is valid until the next one.
type Row struct {
	Line   int64
	Values []string
	Reason string
}

// File is a file that is being read. Peak memory does not depend on its size.
type File struct {
	// SHA256 names the file by its content.
	SHA256 string
	// Encoding is what the text is written in, as the WHATWG names it: the
	// mapping's, or what the bytes say where the mapping says nothing.
	Encoding string

	size  int64
	taken atomic.Int64
	close func() error
	in    *bufio.Reader
	m     Mapping
	line  int64
	held  []string // lines that were read ahead
	at    []int    // CSV: the column of each value
	width int      // CSV: how many columns the head has
	rows  []Row    // JSON: the rest of this line's rows

	features *features // GeoJSON
}

// Open opens a file, gzip or not, and reads its head. A column that the mapping
// names and a CSV has not is refused here.
func Open(path string, m Mapping) (_ *File, err error) {
	raw, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = raw.Close() // it was only read
		}
	}()
	f := &File{m: m, close: raw.Close}
	if err = f.survey(raw); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if _, err = raw.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err = f.unpack(raw); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	switch m.written.Format {
	case "csv":
		if err = f.head(); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
	case "geojson":
		f.features = readFeatures(f.in)
	}
	return f, nil
}

// Close ends the reading.
func (f *File) Close() error { return f.close() }

// Done is the part of the file that was read, 0 to 1. Safe beside Next.
func (f *File) Done() float64 {
	if f.size == 0 {
		return 1
	}
	return float64(f.taken.Load()) / float64(f.size)
}

type counted struct {
	io.Reader
	taken *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.taken.Add(int64(n))
	return n, err
}

// survey reads the file once for its name and for what its letters are written in.
func (f *File) survey(raw io.Reader) error {
	sum := sha256.New()
	all := counted{io.TeeReader(raw, sum), &f.taken}
	var c census
	// A file that breaks off is surveyed as far as it goes: its reading names the
	// line.
	if text, err := gunzipped(all); err == nil {
		_ = c.take(text)
	}
	if _, err := io.Copy(io.Discard, all); err != nil {
		return err
	}
	f.size = f.taken.Swap(0)
	f.SHA256 = hex.EncodeToString(sum.Sum(nil))
	var err error
	f.Encoding, err = c.settle(f.m.written.Encoding)
	return err
}

// gunzipped finds gzip by its first bytes, whatever the name says.
func gunzipped(raw io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(raw, 64<<10)
	if magic, _ := buffered.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return gzip.NewReader(buffered)
	}
	return buffered, nil
}

func (f *File) unpack(raw io.Reader) error {
	in, err := gunzipped(counted{raw, &f.taken})
	if err != nil {
		return err
	}
	if f.Encoding != utf8Name {
		encoding, err := htmlindex.Get(f.Encoding)
		if err != nil {
			return err
		}
		in = encoding.NewDecoder().Reader(in)
	}
	f.in = bufio.NewReaderSize(in, 64<<10)
	if mark, _ := f.in.Peek(3); bytes.Equal(mark, []byte("\ufeff")) {
		_, _ = f.in.Discard(3) // just peeked
	}
	return nil
}

var errLong = errors.New("the line is longer than 1 MiB")

// next returns the next line without its end.
func (f *File) next() (string, error) {
	f.line++
	if len(f.held) > 0 {
		text := f.held[0]
		f.held = f.held[1:]
		return text, nil
	}
	var line []byte
	long := false
	for {
		part, err := f.in.ReadSlice('\n')
		if !long {
			line = append(line, part...)
		}
		if len(line) > maxLine {
			long, line = true, line[:0]
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (len(line) > 0 || long):
		case err != nil:
			return "", err
		}
		if long {
			return "", errLong
		}
		return strings.TrimRight(string(line), "\r\n"), nil
	}
}

func (f *File) head() error {
	text, err := f.next()
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty")
	}
	if err != nil {
		return err
	}
	names, open, reason := split(text, f.delimiter(), nil)
	if open || reason != "" {
		return errors.New("line 1: the head of the columns cannot be read")
	}
	f.width = len(names)
	for _, column := range f.m.columns {
		at := -1
		for i, name := range names {
			if strings.TrimSpace(name) == column {
				at = i
			}
		}
		if at < 0 {
			return fmt.Errorf("line 1: there is no column %q", column)
		}
		f.at = append(f.at, at)
	}
	return nil
}

func (f *File) delimiter() byte {
	if f.m.written.Delimiter == "" {
		return ','
	}
	return f.m.written.Delimiter[0]
}

// Next returns the next row, or io.EOF after the last. A row that cannot be
// read has a reason, and the rows after it can be. Any other error ends the
// file: it names the last line that was whole.
func (f *File) Next() (Row, error) {
	for {
		if len(f.rows) > 0 {
			row := f.rows[0]
			f.rows = f.rows[1:]
			return row, nil
		}
		if f.features != nil {
			return f.feature()
		}
		text, err := f.next()
		if errors.Is(err, errLong) {
			return Row{Line: f.line, Reason: err.Error()}, nil
		}
		if errors.Is(err, io.EOF) {
			return Row{}, io.EOF
		}
		if err != nil {
			return Row{}, fmt.Errorf("after line %d: %w", f.line-1, err)
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
			return Row{Line: f.line, Reason: "not text in the file's encoding"}, nil
		}
		if f.m.written.Format == "csv" {
			return f.csv(text)
		}
		f.json(text)
	}
}

func (f *File) feature() (Row, error) {
	one, line, err := f.features.next()
	switch {
	case errors.Is(err, io.EOF):
		return Row{}, io.EOF
	case err != nil:
		return Row{}, fmt.Errorf("after line %d: %w", f.line, err)
	}
	f.line = line
	if one.Properties == nil && one.Geometry == nil {
		return Row{Line: line, Reason: "not a feature"}, nil
	}
	return Row{Line: line, Values: one.values(f.m.columns)}, nil
}

// csv splits a row, which a quoted field may carry over several lines. A quote
// that never closes costs its own line, not the file.
func (f *File) csv(text string) (Row, error) {
	line := f.line
	fields, open, reason := split(text, f.delimiter(), make([]string, 0, f.width))
	if open {
		var joined []string
		all := text
		for open && reason == "" && len(joined) < maxJoined && len(all) < maxLine {
			more, err := f.next()
			if errors.Is(err, io.EOF) {
				f.line--
				break
			}
			if err != nil {
				return Row{}, fmt.Errorf("after line %d: %w", f.line-1, err)
			}
			joined = append(joined, more)
			all += "\n" + more
			fields, open, reason = split(all, f.delimiter(), fields[:0])
		}
		if open || reason != "" || len(fields) != f.width {
			f.held = append(joined, f.held...)
			f.line = line
			return Row{Line: line, Reason: "a quote is not closed"}, nil
		}
	}
	if reason != "" {
		return Row{Line: line, Reason: reason}, nil
	}
	if len(fields) != f.width {
		return Row{Line: line, Reason: fmt.Sprintf("%d fields where the head has %d", len(fields), f.width)}, nil
	}
	values := make([]string, len(f.at))
	for i, at := range f.at {
		values[i] = fields[at]
	}
	return Row{Line: line, Values: values}, nil
}

// split cuts a CSV record (RFC 4180) into fields. open means that a quote is
// not closed at the end.
func split(text string, delimiter byte, fields []string) (_ []string, open bool, reason string) {
	for {
		if len(text) == 0 || text[0] != '"' {
			end := strings.IndexByte(text, delimiter)
			if end < 0 {
				return append(fields, text), false, ""
			}
			fields = append(fields, text[:end])
			text = text[end+1:]
			continue
		}
		field, rest, closed := quoted(text[1:])
		if !closed {
			return fields, true, ""
		}
		fields = append(fields, field)
		if rest == "" {
			return fields, false, ""
		}
		if rest[0] != delimiter {
			return fields, false, "text after a closing quote"
		}
		text = rest[1:]
	}
}

func quoted(text string) (field, rest string, closed bool) {
	end := strings.IndexByte(text, '"')
	if end < 0 {
		return "", "", false
	}
	if end+1 >= len(text) || text[end+1] != '"' {
		return text[:end], text[end+1:], true
	}
	var b strings.Builder
	for {
		b.WriteString(text[:end])
		text = text[end+1:]
		if text == "" || text[0] != '"' {
			return b.String(), text, true
		}
		b.WriteByte('"')
		text = text[1:]
		if end = strings.IndexByte(text, '"'); end < 0 {
			return "", "", false
		}
	}
}

// json adds the rows of a line.
func (f *File) json(text string) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil || d.More() {
		f.rows = append(f.rows[:0], Row{Line: f.line, Reason: "not one JSON object"})
		return
	}
	records := []any{object}
	if f.m.written.Records != "" {
		var ok bool
		if records, ok = object[f.m.written.Records].([]any); !ok {
			f.rows = append(f.rows[:0], Row{Line: f.line, Reason: "there is no array " + f.m.written.Records})
			return
		}
	}
	f.rows = f.rows[:0]
	for _, record := range records {
		fields, ok := record.(map[string]any)
		if !ok {
			f.rows = append(f.rows, Row{Line: f.line, Reason: "not an object"})
			continue
		}
		values := make([]string, len(f.m.columns))
		for i, column := range f.m.columns {
			values[i] = plain(fields[column])
		}
		f.rows = append(f.rows, Row{Line: f.line, Values: values})
	}
}

func plain(v any) string {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "\x00", "") // PostgreSQL keeps no such character
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	default:
		return ""
	}
}
