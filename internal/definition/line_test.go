package definition_test

import (
	"testing"

	"doorstep/internal/definition"
)

func TestLineFindsAPlace(t *testing.T) {
	const doc = "name: x\nitems:\n  - code: a\n    n: 1\n  - { code: b, n: 2 }\n  - code: \"c\"\n    n:\n      deep: 3\n"
	for place, want := range map[string]int{
		"":                1,
		"name":            1,
		"items":           2,
		"items[0]":        3,
		"items[0].n":      4,
		"items.b.n":       5,
		"items.c":         6,
		"items.c.n":       7,
		"items[2].n.deep": 8,
		"items.c.gone":    6, // the last step that is there
		"items.gone":      2,
		"items[7].n":      2,
	} {
		if got := definition.Line([]byte(doc), place); got != want {
			t.Errorf("%q is on line %d, want %d", place, got, want)
		}
	}
	if got := definition.Line([]byte("name: [x\n"), "name"); got != 0 {
		t.Errorf("a broken text has a line %d", got)
	}
}
