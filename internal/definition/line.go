package definition

import (
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Line finds the line, from 1, on which a place in a definition begins. A place
// is written as Problem.Field is, questions[3].when, or with the code of an
// item of a list, questions.weapon.when. Of a place that is not there it is the
// line of the last step that is, and 0 of a text that is not YAML.
func Line(data []byte, place string) int {
	file, err := parser.ParseBytes(data, 0)
	if err != nil || len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return 0
	}
	node := file.Docs[0].Body
	found := firstLine(node)
	for _, step := range strings.FieldsFunc(place, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		if list, ok := node.(*ast.SequenceNode); ok {
			step = indexOf(list, step)
		}
		if node = child(node, step, &found); node == nil {
			break
		}
	}
	return found
}

// indexOf is the index of the item with a code; an index stays what it is.
func indexOf(list *ast.SequenceNode, code string) string {
	for i, item := range list.Values {
		var at int
		if c, ok := child(item, "code", &at).(ast.ScalarNode); ok && c.GetToken().Value == code {
			return strconv.Itoa(i)
		}
	}
	return code
}
