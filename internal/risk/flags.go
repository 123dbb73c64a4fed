package risk

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"doorstep/internal/script"
)

// maxIncidents bounds the incidents that a flag or a count lists, newest first.
// First and last seen speak of all of them, and so does the history beside the
// flag; a briefing has to fit through a bad network.
const maxIncidents = 5

// draft collects what is known of one flag.
type draft struct {
	reasons     []Reason
	first, last time.Time
	incidents   int
	// fresh: raised by this call or by a standing record, so that it cannot be
	// old whatever the dates of its other reasons.
	fresh bool
}

func (d *draft) seen(at time.Time) {
	if d.first.IsZero() || at.Before(d.first) {
		d.first = at
	}
	if at.After(d.last) {
		d.last = at
	}
}

// drafts are the flags in the making, by code.
type drafts map[string]*draft

func (all drafts) of(code string) *draft {
	d := all[code]
	if d == nil {
		d = &draft{}
		all[code] = d
	}
	return d
}

// raise adds fresh reasons.
func (all drafts) raise(code string, reasons ...Reason) {
	d := all.of(code)
	d.fresh = true
	for _, r := range reasons {
		if r.At != nil {
			d.seen(*r.At)
		}
	}
	d.reasons = append(d.reasons, reasons...)
}

// flags gathers every flag with its reasons, sorted by severity, then code.
func (c *sitting) flags(overrules []Overrule) []Flag {
	all := drafts{}
	for _, q := range c.script.Questions {
		given, ok := c.in.Answers[q.Code]
		if !ok {
			continue
		}
		for _, x := range q.Raises {
			if x.By(given.Value) {
				all.raise(x.Flag, c.answered(q, given, x.In, x.Is))
			}
		}
	}
	for _, rule := range c.rules.Rules {
		if !rule.When.Holds(&c.in) {
			continue
		}
		reasons := c.evidence(nil, rule.When)
		if len(reasons) == 0 {
			reasons = []Reason{{Kind: ByRule, Rule: rule.Code, Text: rule.Reason}}
		}
		all.raise(rule.Flag, reasons...)
	}
	c.carry(all)

	flags := make([]Flag, 0, len(all))
	for code, d := range all {
		flags = append(flags, c.finish(code, d, overrules))
	}
	slices.SortFunc(flags, func(a, b Flag) int {
		return cmp.Or(slices.Index(severities, a.Severity)-slices.Index(severities, b.Severity), cmp.Compare(a.Code, b.Code))
	})
	return flags
}

// carry brings flags over from history.
func (c *sitting) carry(all drafts) {
	for _, code := range c.in.Facts.Flags {
		if c.carried(code) {
			all.raise(code, Reason{Kind: ByHistory, Flag: code, Text: c.rules.Labels.OnRecord})
		}
	}
	for i := range c.in.Facts.Recent {
		past := &c.in.Facts.Recent[i]
		if !past.Theirs() {
			continue
		}
		for _, code := range past.Flags {
			if !c.carried(code) {
				continue
			}
			d := all.of(code)
			d.seen(past.At)
			if d.incidents++; d.incidents <= maxIncidents {
				d.reasons = append(d.reasons, c.incident(i))
			}
		}
	}
}

// carried reports whether a flag outlives its call. One that these rules do not
// define was raised by other rules, and is carried rather than lost.
func (c *sitting) carried(code string) bool {
	def := c.rules.defined[code]
	return def == nil || def.FadesAfter > 0
}

func (c *sitting) finish(code string, d *draft, overrules []Overrule) Flag {
	def := c.rules.defined[code]
	if def == nil {
		def = &FlagDefinition{Severity: Caution, Text: script.Text{ET: code, EN: code, RU: code}}
	}
	f := Flag{
		Code:     code,
		Severity: def.Severity,
		Text:     def.Text,
		Source:   def.Source,
		Reasons:  distinct(d.reasons),
	}
	if !d.last.IsZero() {
		f.FirstSeen, f.LastSeen = &d.first, &d.last
	}
	if f.LastSeen != nil && def.FadesAfter > 0 {
		expires := def.FadesAfter.after(d.last)
		f.Expires = &expires
		f.Old = !d.fresh && !expires.After(c.now)
	}
	f.Overruled = overruled(f, overrules)
	return f
}

// overruled finds the latest overruling that nothing newer contradicts.
func overruled(f Flag, overrules []Overrule) *Overrule {
	var last *Overrule
	for _, o := range overrules {
		if o.Flag != f.Code || f.LastSeen != nil && f.LastSeen.After(o.At) {
			continue
		}
		if last == nil || o.At.After(last.At) {
			last = &o
		}
	}
	return last
}

// evidence adds what made a condition that holds hold. What is merely absent
// ("not") is no evidence.
func (c *sitting) evidence(reasons []Reason, when script.Condition) []Reason {
	switch {
	case when.All != nil:
		for _, sub := range when.All {
			reasons = c.evidence(reasons, sub)
		}
	case when.Any != nil:
		for _, sub := range when.Any {
			if sub.Holds(&c.in) {
				reasons = c.evidence(reasons, sub)
			}
		}
	case when.Answer != "":
		q, known := c.script.Question(when.Answer)
		given, ok := c.in.Answers[when.Answer]
		if known && ok {
			is, _ := when.Is.(string)
			reasons = append(reasons, c.answered(q, given, when.In, is))
		}
	case when.History != "":
		reasons = c.recorded(reasons, when)
	case when.Flag != "":
		reasons = append(reasons, Reason{Kind: ByRule, Flag: when.Flag, Text: c.rules.defined[when.Flag].Text})
	}
	return reasons
}

// answered words an answer: of a list only what was looked for.
func (c *sitting) answered(q script.Question, given script.Given, in []string, is string) Reason {
	value := given.Value
	if q.Kind == script.MultiChoice {
		value = value.Among(append(slices.Clone(in), is)...)
	}
	label := c.script.Label(q, value)
	return Reason{Kind: ByAnswer, Question: q.Code, Answer: label, At: &given.At, Text: q.Text}
}

// incident words the past incident i.
func (c *sitting) incident(i int) Reason {
	past := &c.in.Facts.Recent[i]
	at := past.At
	return Reason{
		Kind:       ByIncident,
		IncidentID: past.ID,
		At:         &at,
		Text:       fill(c.rules.Labels.Incident, "{address}", past.Address),
	}
}

// recorded words a fact of history and lists the newest incidents behind it.
func (c *sitting) recorded(reasons []Reason, when script.Condition) []Reason {
	facts := &c.in.Facts
	if when.History == script.FactFlags {
		return c.flagged(reasons, when)
	}
	n, _ := facts.Count(when.History)
	reason := Reason{Kind: ByHistory, Text: fill(c.rules.Labels.Facts[when.History], "{n}", strconv.Itoa(n))}
	switch when.History {
	case script.FactProtectionOrder:
		reason.Kind = ByOrder
	case script.FactDVIncidents30d, script.FactDVIncidents12m, script.FactDVIncidentsEver:
		reason.At = facts.LastDVAt
	}
	reasons = append(reasons, reason)
	listed := 0
	for i := range facts.Recent {
		if listed == maxIncidents {
			break
		}
		if c.counted(when.History, &facts.Recent[i]) {
			reasons = append(reasons, c.incident(i))
			listed++
		}
	}
	return reasons
}

// flagged names the flags on record that a condition asked for.
func (c *sitting) flagged(reasons []Reason, when script.Condition) []Reason {
	codes := when.In
	if is, ok := when.Is.(string); ok {
		codes = []string{is}
	}
	for _, code := range codes {
		if c.in.Facts.Flagged(code) {
			reasons = append(reasons, Reason{Kind: ByHistory, Flag: code, Text: c.rules.Labels.OnRecord})
		}
	}
	return reasons
}

// counted reports whether a past incident is among those that a fact counts.
func (c *sitting) counted(fact string, past *script.PastIncident) bool {
	here := past.Tie == script.TieDwelling || past.Tie == ""
	switch fact {
	case script.FactIncidents12m:
		return here && past.At.After(c.now.AddDate(-1, 0, 0))
	case script.FactDVIncidents12m:
		return here && past.DV() && past.At.After(c.now.AddDate(-1, 0, 0))
	case script.FactDVIncidents30d:
		return here && past.DV() && past.At.After(c.now.Add(-30*24*time.Hour))
	case script.FactDVIncidentsEver:
		return here && past.DV()
	case script.FactPersonDVIncidentsEver:
		return past.Tie == script.TiePerson && past.DV()
	}
	return false
}
