package instrument

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"doorstep/internal/definition"
	"doorstep/internal/script"
)

// checker finds what a schema cannot: parts that do not fit each other.
type checker struct {
	d    Definition
	data []byte
	name string
	file *ast.File // read at the first problem
	errs []error
}

// wrong notes a problem at a place such as items, 3, points.
func (c *checker) wrong(at []any, format string, args ...any) {
	path := (&yaml.PathBuilder{}).Root()
	field := ""
	for _, step := range at {
		switch s := step.(type) {
		case int:
			path = path.Index(uint(s))
			field += fmt.Sprintf("[%d]", s)
		case string:
			path = path.Child(s)
			if field != "" {
				field += "."
			}
			field += s
		}
	}
	c.errs = append(c.errs, definition.Problem{
		Name: c.name, Line: c.line(path.Build()), Field: field, Detail: fmt.Sprintf(format, args...),
	})
}

// line is where the value at a path begins; 0 when the path leads nowhere.
func (c *checker) line(path *yaml.Path) int {
	if c.file == nil {
		file, err := parser.ParseBytes(c.data, 0)
		if err != nil {
			return 0
		}
		c.file = file
	}
	node, err := path.FilterFile(c.file)
	if err != nil || node == nil || node.GetToken() == nil {
		return 0
	}
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Line
	}
	return node.GetToken().Position.Line
}

func (c *checker) check() {
	c.licence()
	c.settings()
	seen := map[string]bool{}
	for i, it := range c.d.Items {
		if seen[it.ID] {
			c.wrong([]any{"items", i, "id"}, "%s is there twice", it.ID)
		}
		seen[it.ID] = true
		c.item(i, it)
	}
	for i, a := range c.d.Scoring.Adjust {
		c.contextual([]any{"score", "adjust", i, "item"}, a.Item)
	}
	if c.d.Scoring.Prorate != nil {
		if len(c.d.Scoring.Adjust) > 0 || slices.ContainsFunc(c.d.Items, func(it Item) bool { return it.OnlyIf != nil }) {
			c.wrong([]any{"score", "prorate"}, "does not go with conditional points")
		}
	}
	c.unscored()
	c.levels()
	c.routes()
	c.measures()
}

// unscored keeps texts and weights out of a file that proves nothing.
func (c *checker) unscored() {
	d := c.d
	if d.Scoring.Method != NeedsFile {
		return
	}
	weighted := len(d.Scoring.Adjust) > 0 || d.Scoring.Prorate != nil ||
		slices.ContainsFunc(d.Items, func(it Item) bool { return it.Points != nil || it.OnlyIf != nil || it.Kind == Graded })
	if d.Licence.Texts != Withheld || weighted || len(d.Levels)+len(d.Routes)+len(d.Measures)+len(d.Vectors) > 0 {
		c.wrong([]any{"score", "method"}, "licensed is for a file without texts, weights, levels and vectors; one that has them says how it is scored")
	}
}

// licence holds the file to what it says of itself: withheld wording is not in
// it, and other wording is there in each language it names.
func (c *checker) licence() {
	texts := c.d.Licence.Texts
	if texts == Withheld && len(c.d.Languages) > 0 {
		c.wrong([]any{"languages"}, "must be empty while the texts are withheld")
	}
	if texts != Withheld && len(c.d.Languages) == 0 {
		c.wrong([]any{"languages"}, "must name the languages of the texts")
	}
	for i, it := range c.d.Items {
		c.wording([]any{"items", i}, it.Text)
		for j, ch := range it.Choices {
			c.wording([]any{"items", i, "choices", j}, ch.Text)
		}
	}
}

func (c *checker) wording(at []any, t script.Text) {
	for _, in := range []struct{ language, text string }{{"et", t.ET}, {"en", t.EN}, {"ru", t.RU}} {
		named := slices.Contains(c.d.Languages, in.language)
		if named && in.text == "" {
			c.wrong(at, "has no text in %s, which languages names", in.language)
		}
		if !named && in.text != "" {
			c.wrong(append(slices.Clone(at), "text", in.language), "is a text in a language that languages does not name")
		}
	}
}

func (c *checker) settings() {
	for i, s := range c.d.Settings {
		if slices.ContainsFunc(c.d.Settings[:i], func(o Setting) bool { return o.Code == s.Code }) {
			c.wrong([]any{"settings", i, "code"}, "%s is there twice", s.Code)
		}
		if s.Min > s.Max || s.Default != nil && (*s.Default < s.Min || *s.Default > s.Max) {
			c.wrong([]any{"settings", i}, "min, default and max are out of order")
		}
		if !c.uses(s.Code) {
			c.wrong([]any{"settings", i, "code"}, "nothing uses %s", s.Code)
		}
	}
}

func (c *checker) uses(setting string) bool {
	is := func(l *Limit) bool { return l != nil && l.Setting == setting }
	return slices.ContainsFunc(c.d.Levels, func(l Level) bool { return is(l.From) || is(l.FollowUp) }) ||
		slices.ContainsFunc(c.d.Routes, func(r Route) bool {
			return is(r.When.YesAtLeast) || is(r.When.ScoreAtLeast) || is(r.When.CalloutsAtLeast)
		})
}

func (c *checker) item(i int, it Item) {
	if it.Kind == Graded {
		for j, ch := range it.Choices {
			at := []any{"items", i, "choices", j, "code"}
			switch a := Answer(ch.Code); {
			case a.Missing() || a == Yes || a == No:
				c.wrong(at, "%s is a word with a meaning of its own", ch.Code)
			case slices.ContainsFunc(it.Choices[:j], func(o Choice) bool { return o.Code == ch.Code }):
				c.wrong(at, "%s is there twice", ch.Code)
			case j > 0 && ch.Points < it.Choices[j-1].Points:
				c.wrong(at, "%s counts less than the grade before it", ch.Code)
			}
		}
	}
	if it.OnlyIf != nil {
		c.contextual([]any{"items", i, "only_if", "item"}, it.OnlyIf.Item)
	}
}

// contextual wants a yes_no item that counts nothing itself.
func (c *checker) contextual(at []any, id string) {
	if it, ok := c.d.Item(id); !ok || !it.Context || it.Kind != YesNo {
		c.wrong(at, "%s is not a yes_no context item", id)
	}
}

func (c *checker) limit(at []any, l *Limit) {
	if l == nil || l.Setting == "" {
		return
	}
	if _, ok := c.d.setting(l.Setting); !ok {
		c.wrong(at, "setting %s is not defined", l.Setting)
	}
}

func (c *checker) levels() {
	last := -1 << 31
	for i, l := range c.d.Levels {
		at := []any{"levels", i}
		if slices.ContainsFunc(c.d.Levels[:i], func(o Level) bool { return o.Code == l.Code }) {
			c.wrong(append(at, "code"), "%s is there twice", l.Code)
		}
		c.limit(append(slices.Clone(at), "from"), l.From)
		c.limit(append(slices.Clone(at), "follow_up"), l.FollowUp)
		if l.From == nil {
			continue
		}
		from := l.From.N
		if s, ok := c.d.setting(l.From.Setting); ok {
			if s.Default == nil {
				c.wrong(append(slices.Clone(at), "from"), "setting %s has no default, so there would be no level", s.Code)
				continue
			}
			from = *s.Default
		}
		switch {
		case i == 0:
			c.wrong(append(slices.Clone(at), "from"), "the lowest level is for every score: it has no from")
		case c.d.Scoring.Method != Sum:
			c.wrong(append(slices.Clone(at), "from"), "bands go with the method sum only")
		case from <= last:
			c.wrong(append(slices.Clone(at), "from"), "levels must rise")
		}
		last = from
	}
	if c.d.Scoring.Method == Sum && len(c.d.Levels) == 0 {
		c.wrong([]any{"score", "method"}, "sum needs levels")
	}
}

func (c *checker) routes() {
	for i, r := range c.d.Routes {
		at := func(more ...any) []any { return append([]any{"routes", i}, more...) }
		if slices.ContainsFunc(c.d.Routes[:i], func(o Route) bool { return o.Code == r.Code }) {
			c.wrong(at("code"), "%s is there twice", r.Code)
		}
		if _, _, ok := c.d.Level(r.Level); r.Level != "" && (!ok || c.d.Scoring.Method != Sum) {
			c.wrong(at("level"), "%s is not a level that a score gives", r.Level)
		}
		if r.Referral != "" && !slices.ContainsFunc(c.d.Referrals, func(o Referral) bool { return o.Code == r.Referral }) {
			c.wrong(at("referral"), "referral %s is not defined", r.Referral)
		}
		c.limit(at("when", "yes_at_least"), r.When.YesAtLeast)
		c.limit(at("when", "score_at_least"), r.When.ScoreAtLeast)
		c.limit(at("when", "callouts_at_least"), r.When.CalloutsAtLeast)
		for j, id := range r.When.Of {
			if it, ok := c.d.Item(id); !ok || it.Kind != YesNo {
				c.wrong(at("when", "of", j), "%s is not a yes_no item", id)
			}
			if slices.Contains(r.When.Of[:j], id) {
				c.wrong(at("when", "of", j), "%s is there twice", id)
			}
		}
	}
	for i, ref := range c.d.Referrals {
		if !slices.ContainsFunc(c.d.Routes, func(r Route) bool { return r.Referral == ref.Code }) {
			c.wrong([]any{"referrals", i, "code"}, "no route leads to %s", ref.Code)
		}
	}
}

func (c *checker) measures() {
	for i, m := range c.d.Measures {
		if slices.ContainsFunc(c.d.Measures[:i], func(o Measure) bool { return o.Code == m.Code }) {
			c.wrong([]any{"measures", i, "code"}, "%s is there twice", m.Code)
		}
		if _, _, ok := c.d.Level(m.Level); m.Level != "" && !ok {
			c.wrong([]any{"measures", i, "level"}, "level %s is not defined", m.Level)
		}
		for j, id := range m.Items {
			if it, ok := c.d.Item(id); !ok || it.Kind != YesNo {
				c.wrong([]any{"measures", i, "items", j}, "%s is not a yes_no item", id)
			}
		}
	}
}
