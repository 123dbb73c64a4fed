package instrument

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"sync"

	"doorstep/internal/definition"
)

//go:embed instruments/*.yaml
var shipped embed.FS

// Schema is the published JSON Schema of an instrument.
//
//go:embed instrument.schema.json
var Schema []byte

var schema = sync.OnceValues(func() (definition.Schema, error) { return definition.Compile(Schema) })

// maxFile bounds what is read of one file; package definition refuses less.
const maxFile = 2 << 20

// Files are the instruments that come with the program, as instruments/*.yaml.
func Files() fs.FS { return shipped }

// Shipped returns the instruments that come with the program, by file name.
func Shipped() ([]Definition, error) { return Load(shipped, "instruments") }

// Load reads every .yaml, .yml and .json file of a directory. The error lists what is
// wrong in all of them; then nothing is returned.
func Load(files fs.FS, dir string) ([]Definition, error) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return nil, fmt.Errorf("list instruments: %w", err)
	}
	var all []Definition
	var errs []error
	from := map[string]string{}
	for _, e := range entries {
		if e.IsDir() || !slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(e.Name())) {
			continue
		}
		name := path.Join(dir, e.Name())
		d, err := loadFile(files, name)
		switch earlier := from[d.Code]; {
		case err != nil:
			errs = append(errs, err)
		case earlier != "":
			errs = append(errs, definition.Problem{Name: name, Field: "code", Detail: d.Code + " is in " + earlier + " already"})
		default:
			from[d.Code] = name
			all = append(all, d)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return all, nil
}

func loadFile(files fs.FS, name string) (Definition, error) {
	f, err := files.Open(name)
	if err != nil {
		return Definition{}, fmt.Errorf("open instrument: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	return Read(f, name)
}

// Read reads one instrument; name is for the errors.
func Read(from io.Reader, name string) (Definition, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxFile))
	if err != nil {
		return Definition{}, fmt.Errorf("read instrument: %w", err)
	}
	return Parse(data, name)
}

// Parse reads an instrument from YAML or JSON. It refuses one whose parts do
// not fit, one that gives texts, weights or bands without test vectors, and one
// whose own vectors come out otherwise. The error joins definition.Problems
// with file and line.
func Parse(data []byte, name string) (Definition, error) {
	sch, err := schema()
	if err != nil {
		return Definition{}, err
	}
	var d Definition
	if err := definition.Read(sch, data, name, &d); err != nil {
		return Definition{}, err
	}
	c := checker{d: d, data: data, name: name}
	c.check()
	if len(c.errs) == 0 {
		c.vectors()
	}
	if err := errors.Join(c.errs...); err != nil {
		return Definition{}, err
	}
	return d, nil
}

// Replace puts a centre's own files in the place of the shipped ones with the
// same code, and adds the others.
func Replace(shipped, own []Definition) []Definition {
	all := slices.Clone(shipped)
	for _, d := range own {
		if i := slices.IndexFunc(all, func(s Definition) bool { return s.Code == d.Code }); i >= 0 {
			all[i] = d
			continue
		}
		all = append(all, d)
	}
	return all
}
