// Package definition reads what people write as data: question scripts, risk
// rules, later instruments. A definition is YAML (or JSON, which is YAML) with
// a published JSON Schema. Reading is strict, because a misspelt key in a rule
// is a flag that never rises: unknown and repeated keys are refused, and each
// error names the file and the line.
//
// The package does not know what any definition means.
package definition

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// maxBytes bounds one definition. The shipped script with three languages is a
// twentieth of it.
const maxBytes = 1 << 20

// maxDepth bounds brackets within brackets and dashes after dashes. The time
// that the YAML parser takes grows with the square of it.
const maxDepth = 200

// Schema is a compiled JSON Schema (draft 2020-12).
type Schema struct {
	compiled *jsonschema.Schema
}

// Compile reads a JSON Schema. It refers to nothing outside itself.
func Compile(schema []byte) (Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return Schema{}, fmt.Errorf("read schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.UseLoader(jsonschema.SchemeURLLoader{})
	const url = "doorstep:schema"
	if err := c.AddResource(url, doc); err != nil {
		return Schema{}, fmt.Errorf("read schema: %w", err)
	}
	compiled, err := c.Compile(url)
	if err != nil {
		return Schema{}, fmt.Errorf("compile schema: %w", err)
	}
	return Schema{compiled}, nil
}

// Problem is one thing that is wrong with a definition.
type Problem struct {
	Name   string // of the file
	Line   int    // from 1; 0 when no line is to blame
	Field  string // path in the document, such as questions[3].kind
	Detail string
}

func (p Problem) Error() string {
	where := p.Name
	if p.Line > 0 {
		where += ":" + strconv.Itoa(p.Line)
	}
	if p.Field != "" {
		where += ": " + p.Field
	}
	return where + ": " + p.Detail
}

// Problems takes an error of Read apart.
func Problems(err error) []Problem {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []Problem
		for _, one := range many.Unwrap() {
			all = append(all, Problems(one)...)
		}
		return all
	}
	var p Problem
	if !errors.As(err, &p) {
		p.Detail = err.Error()
	}
	return []Problem{p}
}

// Read checks data against the schema and decodes it into the value that into
// points to, by its json tags. The error joins Problems, in the order of lines;
// on an error into may hold a part of the definition and must not be used.
func Read(schema Schema, data []byte, name string, into any) error {
	if len(data) > maxBytes {
		return Problem{Name: name, Detail: fmt.Sprintf("longer than %d bytes", maxBytes)}
	}
	if line := tooDeep(data); line > 0 {
		return Problem{Name: name, Line: line, Detail: fmt.Sprintf("is nested more than %d deep", maxDepth)}
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return syntaxProblem(name, err)
	}
	if err := plain(name, file); err != nil {
		return err
	}
	var loose any
	if err := yaml.Unmarshal(data, &loose); err != nil {
		return syntaxProblem(name, err)
	}
	asJSON, err := json.Marshal(loose)
	if err != nil {
		return Problem{Name: name, Detail: "holds a value that JSON cannot carry"}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		return Problem{Name: name, Detail: "cannot be read as JSON"}
	}
	var invalid *jsonschema.ValidationError
	if err := schema.compiled.Validate(doc); errors.As(err, &invalid) {
		return joined(problems(name, file, invalid))
	} else if err != nil {
		return Problem{Name: name, Detail: err.Error()}
	}
	strict := json.NewDecoder(bytes.NewReader(asJSON))
	strict.DisallowUnknownFields()
	if err := strict.Decode(into); err != nil {
		return Problem{Name: name, Detail: err.Error()}
	}
	return nil
}

// tooDeep returns the line on which data nests too deep, or 0. It reads brackets
// in texts as brackets too: no text holds so many.
func tooDeep(data []byte) int {
	brackets, line := 0, 0
	for text := range bytes.Lines(data) {
		line++
		dashes := 0
		for _, b := range text {
			switch b {
			case '[', '{':
				brackets++
			case ']', '}':
				brackets--
			case '-', '?', ':':
				dashes++
			case ' ', '\t':
			default:
				dashes = 0
			}
			if brackets > maxDepth || dashes > maxDepth {
				return line
			}
		}
	}
	return 0
}

// plain refuses what a definition does not need and a hostile one abuses:
// several documents, and anchors, which unfold a small file into a huge one.
func plain(name string, file *ast.File) error {
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return Problem{Name: name, Detail: "must be one document"}
	}
	var found anchors
	ast.Walk(&found, file.Docs[0].Body)
	if found.line > 0 {
		return Problem{Name: name, Line: found.line, Detail: "anchors, aliases and tags are not used in definitions"}
	}
	return nil
}

type anchors struct{ line int }

func (a *anchors) Visit(n ast.Node) ast.Visitor {
	switch n.Type() {
	case ast.AnchorType, ast.AliasType, ast.MergeKeyType, ast.TagType:
		a.line = n.GetToken().Position.Line
		return nil
	}
	return a
}

func syntaxProblem(name string, err error) error {
	p := Problem{Name: name, Detail: err.Error()}
	var located yaml.Error
	if errors.As(err, &located) {
		p.Detail = located.GetMessage()
		if t := located.GetToken(); t != nil && t.Position != nil {
			p.Line = t.Position.Line
		}
	}
	return p
}

// problems lists the innermost causes: the outer ones only repeat that
// something within them is wrong.
func problems(name string, file *ast.File, invalid *jsonschema.ValidationError) []Problem {
	if len(invalid.Causes) > 0 {
		var all []Problem
		for _, cause := range invalid.Causes {
			all = append(all, problems(name, file, cause)...)
		}
		return all
	}
	if unknown, ok := invalid.ErrorKind.(*kind.AdditionalProperties); ok {
		var all []Problem
		for _, key := range unknown.Properties {
			at := append(slices.Clone(invalid.InstanceLocation), key)
			all = append(all, Problem{Name: name, Line: line(file, at), Field: field(at), Detail: "is not a key that this may have"})
		}
		return all
	}
	english := message.NewPrinter(language.English)
	return []Problem{{
		Name:   name,
		Line:   line(file, invalid.InstanceLocation),
		Field:  field(invalid.InstanceLocation),
		Detail: invalid.ErrorKind.LocalizedString(english),
	}}
}

func joined(all []Problem) error {
	slices.SortStableFunc(all, func(a, b Problem) int { return a.Line - b.Line })
	errs := make([]error, 0, len(all))
	for _, p := range slices.Compact(all) {
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// field writes a location as people do: questions[3].kind.
func field(location []string) string {
	var b strings.Builder
	for _, step := range location {
		if _, err := strconv.Atoi(step); err == nil {
			b.WriteString("[" + step + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(step)
	}
	return b.String()
}

// line finds the line on which the value at a location begins.
func line(file *ast.File, location []string) int {
	node := file.Docs[0].Body
	found := node.GetToken().Position.Line
	for _, step := range location {
		node = child(node, step, &found)
		if node == nil {
			break
		}
	}
	return found
}

// child takes one step down and notes the line of the key or item it took.
func child(node ast.Node, step string, found *int) ast.Node {
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, pair := range n.Values {
			if pair.Key.GetToken().Value == step {
				*found = pair.Key.GetToken().Position.Line
				return pair.Value
			}
		}
	case *ast.MappingValueNode:
		if n.Key.GetToken().Value == step {
			*found = n.Key.GetToken().Position.Line
			return n.Value
		}
	case *ast.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Values) {
			*found = firstLine(n.Values[i])
			return n.Values[i]
		}
	}
	return nil
}

// firstLine is where a node begins: a mapping's own token is its first colon.
func firstLine(node ast.Node) int {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Line
	}
	return node.GetToken().Position.Line
}
