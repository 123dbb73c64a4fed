package risk

import (
	"slices"
	"strings"
	"sync"
	"time"

	"doorstep/internal/script"
)

// Assessment is what is known of the risk in one call, at one moment. It names
// the versions of the rules and the script that it rests on and the questions
// that nobody asked, so that an incomplete one looks incomplete.
type Assessment struct {
	RulesVersion   int            `json:"rules_version"`
	ScriptCode     string         `json:"script_code"`
	ScriptVersion  int            `json:"script_version"`
	Classification Classification `json:"classification"`
	// Flags are sorted by severity, then code.
	Flags    []Flag   `json:"flags"`
	Priority Priority `json:"priority"`
	Approach []Advice `json:"approach"`
	// NotAsked are visible questions without an answer that are mandatory or
	// that some rule looks at, in the order of the script.
	NotAsked []string `json:"not_asked"`
	// NotKnown are those of them that were asked, and the caller could not or
	// would not say.
	NotKnown []string `json:"not_known"`
}

// Classification says whether this is domestic violence, and by which rule.
type Classification struct {
	Code string `json:"code"` // dv, suspected_dv, not_dv
	// Relationship is the answer to the relationship question; empty when it
	// is not known.
	Relationship string      `json:"relationship"`
	Rule         string      `json:"rule"`
	Reason       script.Text `json:"reason"`
}

// Priority is how soon a unit must be there: 1 is immediate, 4 can wait.
type Priority struct {
	Level   int      `json:"level"`
	Reasons []Reason `json:"reasons"`
}

// Flag is a hazard to know before the door opens.
type Flag struct {
	Code     string      `json:"code"`
	Severity Severity    `json:"severity"`
	Text     script.Text `json:"text"`
	// Source is the study, law or instrument that the flag rests on.
	Source string `json:"source"`
	// Reasons hold at most five earlier incidents, the newest; FirstSeen and
	// LastSeen speak of all of them.
	Reasons   []Reason   `json:"reasons"`
	FirstSeen *time.Time `json:"first_seen,omitempty"`
	LastSeen  *time.Time `json:"last_seen,omitempty"`
	// Old flags were last seen longer ago than they stay fresh. They are shown
	// as old and never dropped.
	Old     bool       `json:"old"`
	Expires *time.Time `json:"expires,omitempty"`
	// Overruled is set while a person has set the flag aside. The flag and its
	// reasons stay; it no longer counts. News after the overruling ends it.
	Overruled *Overrule `json:"overruled,omitempty"`
}

// Counts reports whether the flag is fresh and not overruled.
func (f Flag) Counts() bool { return !f.Old && f.Overruled == nil }

// Overrule is a person's decision that a flag does not hold.
type Overrule struct {
	Flag   string    `json:"flag"`
	By     string    `json:"by"` // display name
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// ReasonKind is where a reason comes from.
type ReasonKind string

// The kinds of reason.
const (
	ByAnswer   ReasonKind = "answer"
	ByIncident ReasonKind = "incident"
	ByHistory  ReasonKind = "history"
	ByOrder    ReasonKind = "order"
	ByRule     ReasonKind = "rule"
)

// Reason is one piece of evidence. Which fields are set depends on its kind.
type Reason struct {
	Kind       ReasonKind  `json:"kind"`
	Question   string      `json:"question,omitempty"`
	Answer     script.Text `json:"answer,omitzero"` // label
	IncidentID string      `json:"incident_id,omitempty"`
	Rule       string      `json:"rule,omitempty"`
	Flag       string      `json:"flag,omitempty"`
	At         *time.Time  `json:"at,omitempty"`
	Text       script.Text `json:"text"`
}

// Advice tells the crew how to approach.
type Advice struct {
	Code   string      `json:"code"`
	Text   script.Text `json:"text"`
	Why    script.Text `json:"why"`
	Source string      `json:"source"`
	// Because are the flags that ask for it; empty for what holds in every
	// call of the class.
	Because []string `json:"because"`
}

// relationshipQuestion is the question that scripts ask for the relationship
// of the suspect to the victim.
const relationshipQuestion = "relationship"

// Assess judges a call: flags from answers, history and rules; from them the
// class and the priority; from all of it the approach. It is a pure function:
// the same in gives the same out. Only answers to visible questions count.
// r must come from Parse or Shipped.
func (r Rules) Assess(s script.Script, answers script.Answers, facts script.Facts, mode script.Mode, now time.Time, overrules ...Overrule) Assessment {
	c := sittings.Get().(*sitting)
	defer c.leave()
	c.rules, c.script, c.now = &r, &s, now
	c.in.Facts, c.in.Mode = facts, mode
	visible := s.See(&c.in, answers)
	c.times = make([]time.Time, 0, 2*len(r.Flags)+len(facts.Recent))
	flags := c.flags(overrules)
	for i := range flags {
		if flags[i].Counts() {
			c.in.Flags = append(c.in.Flags, flags[i].Code)
		}
	}
	class := c.classify()
	c.in.Class = class.Code
	notAsked, notKnown := c.open(visible)
	return Assessment{
		RulesVersion:   r.Version,
		ScriptCode:     s.Code,
		ScriptVersion:  s.Version,
		Classification: class,
		Flags:          flags,
		Priority:       c.prioritise(),
		Approach:       c.approach(flags),
		NotAsked:       notAsked,
		NotKnown:       notKnown,
	}
}

// sitting is one assessment in the making. What it works with is used again by
// the next one: a call is judged at each answer, and memory that is made and
// dropped each time would have the collector run while somebody waits for the
// next question.
type sitting struct {
	rules  *Rules
	script *script.Script
	in     script.Situation
	now    time.Time
	// incidents are the past incidents as reasons, each worded when it is
	// first needed.
	incidents []Reason
	drafts    []draft  // of the flags that the rules define, in their order
	unknown   []*draft // of flags that they do not
	raised    []*draft // all of them that were raised
	reasons   []Reason // of one rule at a time
	times     []time.Time
}

var sittings = sync.Pool{New: func() any { return &sitting{in: script.Situation{Answers: script.Answers{}}} }}

// leave forgets the call and makes room for the next one.
func (c *sitting) leave() {
	clear(c.in.Answers)
	clear(c.incidents)
	clear(c.reasons[:cap(c.reasons)])
	for _, d := range c.raised {
		clear(d.reasons[:cap(d.reasons)])
		*d = draft{reasons: d.reasons[:0]}
	}
	c.in = script.Situation{Answers: c.in.Answers, Flags: c.in.Flags[:0]}
	c.rules, c.script, c.times = nil, nil, nil
	c.incidents, c.reasons, c.raised, c.unknown = c.incidents[:0], c.reasons[:0], c.raised[:0], nil
	sittings.Put(c)
}

// at keeps a moment that a part of the answer points to.
func (c *sitting) at(t time.Time) *time.Time {
	c.times = append(c.times, t)
	return &c.times[len(c.times)-1]
}

func (c *sitting) classify() Classification {
	relationship := ""
	if a := c.in.Answers[relationshipQuestion]; a.Value.Known() {
		relationship = a.Value.String()
	}
	for i := range c.rules.Classification {
		rule := &c.rules.Classification[i]
		if !rule.When.Holds(&c.in) {
			continue
		}
		if relationship == "" {
			relationship = rule.Relationship
		}
		return Classification{Code: rule.Class, Relationship: relationship, Rule: rule.Code, Reason: rule.Reason}
	}
	panic("risk: rules without a last resort: not made by Parse")
}

// prioritise takes the most urgent level that any rule asks for, with every
// rule that asks for it. A rule can only raise the urgency, so one more factor
// never lowers it.
func (c *sitting) prioritise() Priority {
	var p Priority
	reasons := c.reasons[:0]
	for i := range c.rules.Priorities {
		rule := &c.rules.Priorities[i]
		if p.Level != 0 && rule.Level > p.Level || !rule.When.Holds(&c.in) {
			continue
		}
		if rule.Level < p.Level {
			reasons = reasons[:0]
		}
		p.Level = rule.Level
		reasons = append(reasons, Reason{Kind: ByRule, Rule: rule.Code, Text: rule.Reason})
		reasons = c.evidence(reasons, &rule.When)
	}
	c.reasons = reasons
	p.Reasons = slices.Clone(distinct(reasons))
	return p
}

// approach lists the advice in the order of the rules, which is the order in
// which a crew needs it. An old flag still advises: a weapon of two years ago
// is a reason to send two units today.
func (c *sitting) approach(flags []Flag) []Advice {
	advice := make([]Advice, 0, len(c.rules.Approach))
	for i := range c.rules.Approach {
		a := &c.rules.Approach[i]
		because := []string{}
		for j, d := range c.raised { // in the order of the flags
			if flags[j].Overruled == nil && d.def.place >= 0 && a.askedBy[d.def.place] {
				because = append(because, flags[j].Code)
			}
		}
		always := !a.When.Zero() && a.When.Holds(&c.in)
		if len(because) > 0 || always {
			advice = append(advice, Advice{Code: a.Code, Text: a.Text, Why: a.Why, Source: a.Source, Because: because})
		}
	}
	return advice
}

// open lists what the assessment does not know.
func (c *sitting) open(visible []string) (notAsked, notKnown []string) {
	notAsked, notKnown = []string{}, []string{}
	seen := 0
	for i := range c.script.Questions {
		q := &c.script.Questions[i]
		if seen == len(visible) || q.Code != visible[seen] {
			continue
		}
		seen++
		if !q.Mandatory && len(q.Raises) == 0 && !c.rules.weighed[q.Code] {
			continue
		}
		switch v := c.in.Answers[q.Code].Value; {
		case !v.Asked():
			notAsked = append(notAsked, q.Code)
		case !v.Known():
			notKnown = append(notKnown, q.Code)
		}
	}
	return notAsked, notKnown
}

// fill puts a value in the place of a placeholder, in each language.
func fill(t script.Text, placeholder, value string) script.Text {
	put := func(text string) string {
		before, after, found := strings.Cut(text, placeholder)
		if !found {
			return text
		}
		return before + value + after
	}
	return script.Text{ET: put(t.ET), EN: put(t.EN), RU: put(t.RU)}
}

// distinct drops, in place, reasons that say the same again, keeping the first.
func distinct(reasons []Reason) []Reason {
	kept := reasons[:0]
next:
	for i := range reasons {
		for j := range kept {
			if reasons[i].same(&kept[j]) {
				continue next
			}
		}
		kept = append(kept, reasons[i])
	}
	return kept
}

func (r *Reason) same(o *Reason) bool {
	return r.Kind == o.Kind && r.Question == o.Question && r.IncidentID == o.IncidentID &&
		r.Rule == o.Rule && r.Flag == o.Flag && r.Text == o.Text
}
