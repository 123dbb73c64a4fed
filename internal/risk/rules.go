package risk

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"doorstep/internal/definition"
	"doorstep/internal/script"
)

//go:embed rules.yaml
var shipped embed.FS

// Schema is the published JSON Schema of a set of rules.
//
//go:embed rules.schema.json
var Schema []byte

var schema = sync.OnceValues(func() (definition.Schema, error) { return definition.Compile(Schema) })

// Severity says how much a flag matters to a crew at the door.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical" // a life may be in danger
	High     Severity = "high"
	Caution  Severity = "caution"
	Info     Severity = "info"
)

var severities = []Severity{Critical, High, Caution, Info}

// Days is a span of whole days, written "365d".
type Days int

// UnmarshalJSON reads "365d".
func (d *Days) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, "d"))
	if err != nil {
		return fmt.Errorf("%q is not a number of days", s)
	}
	*d = Days(n)
	return nil
}

// MarshalJSON writes "365d".
func (d Days) MarshalJSON() ([]byte, error) { return json.Marshal(strconv.Itoa(int(d)) + "d") }

func (d Days) after(t time.Time) time.Time { return t.AddDate(0, 0, int(d)) }

// Rules are one version of what answers and history mean.
type Rules struct {
	Version        int              `json:"version"`
	Flags          []FlagDefinition `json:"flags"`
	Rules          []FlagRule       `json:"rules"`
	Classification []ClassRule      `json:"classification"`
	Priorities     []PriorityRule   `json:"priorities"`
	Approach       []ApproachRule   `json:"approach"`
	Labels         Labels           `json:"labels"`

	defined map[string]*FlagDefinition // by code
	weighed map[string]bool            // questions that some condition looks at
}

// FlagDefinition is what a flag means, whatever raised it.
type FlagDefinition struct {
	Code     string      `json:"code"`
	Severity Severity    `json:"severity"`
	Text     script.Text `json:"text"`
	// Advice names approach rules.
	Advice []string `json:"advice,omitempty"`
	// FadesAfter is how long a flag from history counts as fresh; afterwards it
	// is shown as old. Zero: the flag speaks of one call only, and is not
	// carried into later ones.
	FadesAfter Days `json:"fades_after,omitempty"`
	// Source is the study, law or instrument that the flag rests on.
	Source string `json:"source"`

	place int // among the flags of its rules; -1 of a flag that they do not define
}

// FlagRule raises a flag when its condition holds.
type FlagRule struct {
	Code   string           `json:"code"`
	Flag   string           `json:"flag"`
	When   script.Condition `json:"when"`
	Reason script.Text      `json:"reason"`
}

// ClassRule classifies a call. The first rule that holds decides.
type ClassRule struct {
	Code  string           `json:"code"`
	Class string           `json:"class"`
	When  script.Condition `json:"when,omitzero"`
	// Relationship is what the rule knows of the relationship when the
	// relationship question itself has no answer.
	Relationship string      `json:"relationship,omitempty"`
	Reason       script.Text `json:"reason"`
	Source       string      `json:"source"`
}

// PriorityRule asks for a priority. Of the rules that hold the most urgent
// decides.
type PriorityRule struct {
	Code   string           `json:"code"`
	Level  int              `json:"level"` // 1 immediate … 4
	When   script.Condition `json:"when,omitzero"`
	Reason script.Text      `json:"reason"`
}

// ApproachRule is advice to the crew: shown for the flags that name it, and
// when its condition holds.
type ApproachRule struct {
	Code   string           `json:"code"`
	Text   script.Text      `json:"text"`
	Why    script.Text      `json:"why"`
	When   script.Condition `json:"when,omitzero"`
	Source string           `json:"source"`

	askedBy []bool // by the place of the flag that asks for it
}

// Labels word the reasons that come from records.
type Labels struct {
	// Facts word a fact of history; {n} stands for the count.
	Facts map[string]script.Text `json:"facts"`
	// Incident words an earlier incident; {address} stands for its address.
	Incident script.Text `json:"incident"`
	// OnRecord words a flag that is on record without a date.
	OnRecord script.Text `json:"on_record"`
}

// Files holds the rules that come with the program, as rules.yaml.
func Files() fs.FS { return shipped }

// Shipped returns the rules that come with the program.
func Shipped() (Rules, error) {
	data, err := shipped.ReadFile("rules.yaml")
	if err != nil {
		return Rules{}, fmt.Errorf("read shipped rules: %w", err)
	}
	return Parse(data, "rules.yaml")
}

// Parse reads rules from YAML or JSON, and refuses rules that name a flag or an
// advice that they do not define, or lack a rule of last resort. The error
// joins definition.Problems.
func Parse(data []byte, name string) (Rules, error) {
	sch, err := schema()
	if err != nil {
		return Rules{}, err
	}
	var r Rules
	if err := definition.Read(sch, data, name, &r); err != nil {
		return Rules{}, err
	}
	if err := r.check(name); err != nil {
		return Rules{}, err
	}
	r.defined = make(map[string]*FlagDefinition, len(r.Flags))
	for i := range r.Flags {
		r.Flags[i].place = i
		r.defined[r.Flags[i].Code] = &r.Flags[i]
	}
	for i := range r.Approach {
		a := &r.Approach[i]
		a.askedBy = make([]bool, len(r.Flags))
		for j := range r.Flags {
			a.askedBy[j] = slices.Contains(r.Flags[j].Advice, a.Code)
		}
	}
	r.weighed = map[string]bool{}
	for _, c := range r.conditions() {
		c.when.Leaves(func(leaf script.Condition, _ bool) {
			if leaf.Answer != "" {
				r.weighed[leaf.Answer] = true
			}
		})
	}
	return r, nil
}

// FlagCodes lists the flags that the rules define.
func (r Rules) FlagCodes() []string {
	codes := make([]string, len(r.Flags))
	for i, f := range r.Flags {
		codes[i] = f.Code
	}
	return codes
}

// placed is a condition and where it stands.
type placed struct {
	field string
	when  script.Condition
}

func (r Rules) conditions() []placed {
	var all []placed
	for i, x := range r.Rules {
		all = append(all, placed{fmt.Sprintf("rules[%d].when", i), x.When})
	}
	for i, x := range r.Classification {
		all = append(all, placed{fmt.Sprintf("classification[%d].when", i), x.When})
	}
	for i, x := range r.Priorities {
		all = append(all, placed{fmt.Sprintf("priorities[%d].when", i), x.When})
	}
	for i, x := range r.Approach {
		all = append(all, placed{fmt.Sprintf("approach[%d].when", i), x.When})
	}
	return all
}

// check finds names that lead nowhere.
func (r Rules) check(name string) error {
	var errs []error
	wrong := func(field, format string, args ...any) {
		errs = append(errs, definition.Problem{Name: name, Field: field, Detail: fmt.Sprintf(format, args...)})
	}
	flags, advice := map[string]bool{}, map[string]bool{}
	for i, a := range r.Approach {
		if advice[a.Code] {
			wrong(fmt.Sprintf("approach[%d].code", i), "%s is defined twice", a.Code)
		}
		advice[a.Code] = true
	}
	for i, f := range r.Flags {
		if flags[f.Code] {
			wrong(fmt.Sprintf("flags[%d].code", i), "%s is defined twice", f.Code)
		}
		flags[f.Code] = true
		for _, a := range f.Advice {
			if !advice[a] {
				wrong(fmt.Sprintf("flags[%d].advice", i), "approach %s is not defined", a)
			}
		}
	}
	for i, rule := range r.Rules {
		if !flags[rule.Flag] {
			wrong(fmt.Sprintf("rules[%d].flag", i), "flag %s is not defined", rule.Flag)
		}
	}
	for _, c := range r.conditions() {
		c.when.Leaves(func(leaf script.Condition, _ bool) {
			// Flags come first, then the class: nothing looks ahead.
			early := leaf.Flag != "" && strings.HasPrefix(c.field, "rules") ||
				leaf.Class != "" && !strings.HasPrefix(c.field, "priorities") && !strings.HasPrefix(c.field, "approach")
			if early {
				wrong(c.field, "looks at what is not decided yet")
			}
			if leaf.Flag != "" && !flags[leaf.Flag] {
				wrong(c.field, "flag %s is not defined", leaf.Flag)
			}
			if leaf.History != "" && r.Labels.Facts[leaf.History] == (script.Text{}) && leaf.History != script.FactFlags {
				wrong(c.field, "labels.facts does not word %s", leaf.History)
			}
		})
	}
	// Every call has a class and a priority, however little is known.
	if n := len(r.Classification); !r.Classification[n-1].When.Zero() {
		wrong(fmt.Sprintf("classification[%d]", n-1), "the last rule must hold always")
	}
	if !slices.ContainsFunc(r.Priorities, func(p PriorityRule) bool { return p.When.Zero() }) {
		wrong("priorities", "one rule must hold always")
	}
	return errors.Join(errs...)
}
