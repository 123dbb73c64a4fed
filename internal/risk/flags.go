package risk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/script"
)

// maxIncidents bounds the incidents that a flag or a count lists, newest first.
// First and last seen speak of all of them, and so does the history beside the
// flag; a briefing has to fit through a bad network.
const maxIncidents = 5

// draft collects what is known of one flag.
type draft struct {
	def         *FlagDefinition
	rank        int // of its severity, the gravest first
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

// draft finds or begins what is known of a flag.
func (c *sitting) draft(code string) *draft {
	def := c.rules.defined[code]
	var d *draft
	if def != nil {
		d = &c.drafts[def.place]
	} else if i := slices.IndexFunc(c.unknown, func(u *draft) bool { return u.def.Code == code }); i >= 0 {
		d = c.unknown[i]
	} else {
		// Raised by other rules: shown by its code rather than lost.
		def = &FlagDefinition{Code: code, Severity: Caution, Text: script.Text{ET: code, EN: code, RU: code}, place: -1}
		d = &draft{}
		c.unknown = append(c.unknown, d)
	}
	if d.def == nil {
		d.def, d.rank = def, slices.Index(severities, def.Severity)
		c.raised = append(c.raised, d)
	}
	return d
}

// raise adds fresh reasons.
func (d *draft) raise(reasons ...Reason) {
	d.fresh = true
	for i := range reasons {
		if at := reasons[i].At; at != nil {
			d.seen(*at)
		}
	}
	d.reasons = append(d.reasons, reasons...)
}

// flags gathers every flag with its reasons, sorted by severity, then code.
func (c *sitting) flags(overrules []Overrule) []Flag {
	c.incidents = slices.Grow(c.incidents[:0], len(c.in.Facts.Recent))[:len(c.in.Facts.Recent)]
	c.drafts = slices.Grow(c.drafts[:0], len(c.rules.Flags))[:len(c.rules.Flags)]
	for i := range c.script.Questions {
		q := &c.script.Questions[i]
		given, ok := c.in.Answers[q.Code]
		if !ok {
			continue
		}
		for _, x := range q.Raises {
			if x.By(given.Value) {
				c.draft(x.Flag).raise(c.answered(q, &given, x.In, x.Is))
			}
		}
	}
	for i := range c.rules.Rules {
		rule := &c.rules.Rules[i]
		if !rule.When.Holds(&c.in) {
			continue
		}
		if c.reasons = c.evidence(c.reasons[:0], &rule.When); len(c.reasons) == 0 {
			c.reasons = append(c.reasons, Reason{Kind: ByRule, Rule: rule.Code, Text: rule.Reason})
		}
		c.draft(rule.Flag).raise(c.reasons...)
	}
	c.carry()

	slices.SortFunc(c.raised, func(a, b *draft) int {
		return cmp.Or(a.rank-b.rank, strings.Compare(a.def.Code, b.def.Code))
	})
	said := 0
	for _, d := range c.raised {
		d.reasons = distinct(d.reasons)
		said += len(d.reasons)
	}
	// One piece of memory for all reasons; full slices, so that whoever adds to
	// those of one flag does not write into the next.
	reasons := make([]Reason, 0, said)
	flags := make([]Flag, 0, len(c.raised))
	for _, d := range c.raised {
		from := len(reasons)
		reasons = append(reasons, d.reasons...)
		flags = append(flags, c.finish(d, reasons[from:len(reasons):len(reasons)], overrules))
	}
	return flags
}

// carry brings flags over from history.
func (c *sitting) carry() {
	for _, code := range c.in.Facts.Flags {
		if c.carried(code) {
			c.draft(code).raise(Reason{Kind: ByHistory, Flag: code, Text: c.rules.Labels.OnRecord})
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
			d := c.draft(code)
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

func (c *sitting) finish(d *draft, reasons []Reason, overrules []Overrule) Flag {
	def := d.def
	f := Flag{
		Code:     def.Code,
		Severity: def.Severity,
		Text:     def.Text,
		Source:   def.Source,
		Reasons:  reasons,
	}
	if !d.last.IsZero() {
		f.FirstSeen, f.LastSeen = c.at(d.first), c.at(d.last)
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
func (c *sitting) evidence(reasons []Reason, when *script.Condition) []Reason {
	switch {
	case when.All != nil:
		for i := range when.All {
			reasons = c.evidence(reasons, &when.All[i])
		}
	case when.Any != nil:
		for i := range when.Any {
			if when.Any[i].Holds(&c.in) {
				reasons = c.evidence(reasons, &when.Any[i])
			}
		}
	case when.Answer != "":
		q := c.script.Find(when.Answer)
		given, ok := c.in.Answers[when.Answer]
		if q != nil && ok {
			is, _ := when.Is.(string)
			reasons = append(reasons, c.answered(q, &given, when.In, is))
		}
	case when.History != "":
		reasons = c.recorded(reasons, when)
	case when.Flag != "":
		reasons = append(reasons, Reason{Kind: ByRule, Flag: when.Flag, Text: c.rules.defined[when.Flag].Text})
	}
	return reasons
}

// answered words an answer: of a list only what was looked for.
func (c *sitting) answered(q *script.Question, given *script.Given, in []string, is string) Reason {
	value := given.Value
	if q.Kind == script.MultiChoice {
		value = value.Among(append(slices.Clone(in), is)...)
	}
	label := c.script.Label(*q, value)
	return Reason{Kind: ByAnswer, Question: q.Code, Answer: label, At: c.at(given.At), Text: q.Text}
}

// incident words the past incident i.
func (c *sitting) incident(i int) Reason {
	if c.incidents[i].Kind == "" {
		past := &c.in.Facts.Recent[i]
		c.incidents[i] = Reason{
			Kind:       ByIncident,
			IncidentID: past.ID,
			At:         c.at(past.At),
			Text:       fill(c.rules.Labels.Incident, "{address}", past.Address),
		}
	}
	return c.incidents[i]
}

// recorded words a fact of history and lists the newest incidents behind it.
func (c *sitting) recorded(reasons []Reason, when *script.Condition) []Reason {
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
func (c *sitting) flagged(reasons []Reason, when *script.Condition) []Reason {
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
