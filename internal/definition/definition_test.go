package definition_test

import (
	"strings"
	"testing"

	"doorstep/internal/definition"
)

const schema = `{
  "type": "object", "additionalProperties": false, "required": ["name"],
  "properties": {
    "name": {"type": "string"},
    "items": {"type": "array", "items": {
      "type": "object", "additionalProperties": false, "required": ["code"],
      "properties": {"code": {"type": "string"}, "n": {"type": "integer"}}
    }}
  }
}`

type doc struct {
	Name  string `json:"name"`
	Items []struct {
		Code string `json:"code"`
		N    int    `json:"n"`
	} `json:"items"`
}

func read(t *testing.T, data string) (doc, error) {
	t.Helper()
	s, err := definition.Compile([]byte(schema))
	if err != nil {
		t.Fatal(err)
	}
	var d doc
	err = definition.Read(s, []byte(data), "test.yaml", &d)
	return d, err
}

func TestReadTakesYAMLAndJSON(t *testing.T) {
	for _, data := range []string{
		"name: yes\nitems:\n  - {code: a, n: 2}\n",
		`{"name": "yes", "items": [{"code": "a", "n": 2}]}`,
	} {
		d, err := read(t, data)
		if err != nil {
			t.Fatal(err)
		}
		// YAML 1.2: yes is a word, not a truth value.
		if d.Name != "yes" || len(d.Items) != 1 || d.Items[0].N != 2 {
			t.Errorf("read %+v", d)
		}
	}
}

func TestReadNamesTheLine(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"unknown key":          {"name: x\nitems:\n  - code: a\n  - code: b\n    cdoe: c\n", "test.yaml:5: items[1].cdoe: is not a key"},
		"wrong type":           {"name: x\nitems:\n  - code: a\n    n: many\n", "test.yaml:4: items[0].n: got string, want integer"},
		"missing key":          {"name: x\nitems:\n  - n: 1\n", "test.yaml:3: items[0]: missing property 'code'"},
		"key given twice":      {"name: x\nname: y\n", "test.yaml:2: "},
		"not YAML":             {"name: [x\nitems: {\n", "test.yaml:"},
		"an anchor":            {"name: &a x\nitems: []\n", "test.yaml:1: anchors"},
		"an alias":             {"items: &a []\nname: x\n", "test.yaml:1: anchors"},
		"two documents":        {"name: x\n---\nname: y\n", "test.yaml: must be one document"},
		"nothing":              {"", "test.yaml: must be one document"},
		"only a comment":       {"# nothing\n", "test.yaml: must be one document"},
		"a list at the root":   {"- name: x\n", "test.yaml:1: got array, want object"},
		"brackets without end": {"name: x\nitems: " + strings.Repeat("[", 100_000), "test.yaml:2: is nested more than"},
		"dashes without end":   {strings.Repeat("- ", 100_000), "test.yaml:1: is nested more than"},
		"too long":             {"name: " + strings.Repeat("x", 1<<20), "test.yaml: longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, c.data)
			if err == nil {
				t.Fatal("was read")
			}
			if !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("error %q, want %q…", err, c.want)
			}
		})
	}
}

func TestReadListsEveryProblemByLine(t *testing.T) {
	_, err := read(t, "items:\n  - code: 1\n  - code: b\n    n: x\nname: 7\n")
	if err == nil {
		t.Fatal("was read")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "test.yaml:2") || !strings.HasPrefix(lines[1], "test.yaml:4") || !strings.HasPrefix(lines[2], "test.yaml:5") {
		t.Errorf("problems:\n%s", err)
	}
}

func TestCompileRefusesABrokenSchema(t *testing.T) {
	for _, broken := range []string{"", "{", `{"type": 5}`, `{"$ref": "http://example.com/x"}`} {
		if _, err := definition.Compile([]byte(broken)); err == nil {
			t.Errorf("%q was compiled", broken)
		}
	}
}
