package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The columns of a feature beside its properties.
const (
	geometry  = "geometry"
	geometryX = "geometry.x"
	geometryY = "geometry.y"
)

// features reads GeoJSON (RFC 7946), a collection or one feature a line, one
// feature at a time.
type features struct {
	from  *lines
	json  *json.Decoder
	begun bool
	whole bool // features of a collection, else of lines
}

type feature struct {
	Properties map[string]any  `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

func readFeatures(in io.Reader) *features {
	from := &lines{in: in, number: 1}
	d := json.NewDecoder(from)
	d.UseNumber()
	return &features{from: from, json: d}
}

// next returns a feature and the line that it begins on, or io.EOF. What is none
// has neither properties nor a geometry.
func (f *features) next() (one feature, line int64, err error) {
	if !f.begun {
		f.begun = true
		if one, found, err := f.begin(); err != nil || found {
			return one, 1, err
		}
	}
	if f.whole && !f.json.More() {
		return one, 0, io.EOF
	}
	var text json.RawMessage
	if err := f.json.Decode(&text); err != nil {
		return one, 0, err
	}
	line = f.from.at(f.json.InputOffset() - int64(len(text)))
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if d.Decode(&one) != nil {
		one = feature{}
	}
	return one, line, nil
}

// begin finds out what the file is. The first object is the collection, or the
// first feature.
func (f *features) begin() (one feature, found bool, err error) {
	if t, err := f.json.Token(); err != nil || t != json.Delim('{') {
		return one, false, fmt.Errorf("it is no GeoJSON: %w", orNoObject(err))
	}
	for f.json.More() {
		key, err := f.json.Token()
		if err != nil {
			return one, false, err
		}
		switch key {
		case "features":
			t, err := f.json.Token()
			if err != nil || t != json.Delim('[') {
				return one, false, fmt.Errorf("its features are no array: %w", orNoObject(err))
			}
			f.whole = true
			return one, false, nil
		case "properties":
			err = f.json.Decode(&one.Properties)
		case "geometry":
			err = f.json.Decode(&one.Geometry)
		default:
			var other json.RawMessage
			err = f.json.Decode(&other)
		}
		if err != nil {
			return one, false, err
		}
	}
	_, err = f.json.Token()
	return one, true, err
}

var errNoObject = errors.New("it does not begin with an object")

func orNoObject(err error) error {
	if err != nil {
		return err
	}
	return errNoObject
}

// values of the columns that are asked for.
func (f feature) values(columns []string) []string {
	values := make([]string, len(columns))
	var point struct {
		Type        string        `json:"type"`
		Coordinates []json.Number `json:"coordinates"`
	}
	if len(f.Geometry) < 1<<10 && json.Unmarshal(f.Geometry, &point) != nil || point.Type != "Point" || len(point.Coordinates) < 2 {
		point.Coordinates = []json.Number{"", ""}
	}
	for i, column := range columns {
		switch column {
		case geometry:
			if !bytes.Equal(f.Geometry, []byte("null")) {
				values[i] = string(f.Geometry)
			}
		case geometryX:
			values[i] = point.Coordinates[0].String()
		case geometryY:
			values[i] = point.Coordinates[1].String()
		default:
			values[i] = plain(f.Properties[column])
		}
	}
	return values
}

// lines knows on which line a reader's byte is, for bytes that come after those
// asked for before.
type lines struct {
	in     io.Reader
	read   int64
	number int64   // of the line that the last answer was on
	ends   []int64 // of the lines after it, as far as they were read
}

func (l *lines) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			l.ends = append(l.ends, l.read+int64(i))
		}
	}
	l.read += int64(n)
	return n, err
}

func (l *lines) at(offset int64) int64 {
	for len(l.ends) > 0 && l.ends[0] < offset {
		l.number++
		l.ends = l.ends[1:]
	}
	return l.number
}
