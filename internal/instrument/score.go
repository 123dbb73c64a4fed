package instrument

import (
	"strconv"

	"doorstep/internal/fault"
)

// Score computes what the instrument says. It is a pure function: same input
// and settings, same result. An answer to an item that is not there, a case the
// instrument is not made for, and an instrument that needs its holder's file
// are faults.
func (d Definition) Score(in Input, centre Settings) (Result, error) {
	if d.Scoring.Method == NeedsFile {
		return Result{}, fault.New(fault.Conflict, "%s version %d is not scored: its rule comes with the licence holder's own file", d.Code, d.Version)
	}
	if err := d.check(in); err != nil {
		return Result{}, err
	}
	set, used, err := d.settle(centre)
	if err != nil {
		return Result{}, err
	}
	fit := d.Population.fit(in.Case)
	if fit == Outside {
		return Result{}, fault.Bad("case", "is not one that %s is made for: %s", d.Code, d.Population.Text.EN)
	}
	r := Result{
		Tool: d.Code, Version: d.Version, Edition: d.Edition, Title: d.Title,
		Licence: d.Licence.Note, Validity: d.Validity, Fit: fit, Population: d.Population.Text,
		Score: d.score(in.Answers), Items: len(d.Items), Settings: used,
		Missing: []MissingItem{}, Routes: []Met{}, Referrals: []Led{},
	}
	for _, it := range d.Items {
		if a := in.Answers[it.ID]; a == "" {
			r.Missing = append(r.Missing, MissingItem{it.ID, NotAsked})
		} else if a.Missing() {
			r.Missing = append(r.Missing, MissingItem{it.ID, a})
		}
	}
	for _, rt := range d.Routes {
		r.Routes = append(r.Routes, d.follow(rt, in, r.Score, set))
	}
	for _, ref := range d.Referrals {
		r.Referrals = append(r.Referrals, lead(ref, r.Routes))
	}
	lowest, highest := -1, -1
	if d.Scoring.Method == Sum {
		lowest, highest = d.levels(r.Score, r.Routes, set)
		lo, hi := d.Levels[lowest], d.Levels[highest]
		r.Proposed = &Proposed{Min: Named{lo.Code, lo.Text}, Max: Named{hi.Code, hi.Text}, Certain: lowest == highest}
		if days, ok := d.followUp(hi, set); ok {
			r.FollowUp = &FollowUp{Days: days, Level: hi.Code}
		}
	}
	r.Measures = d.offer(highest, in.Answers)
	return r, nil
}

// score adds up. Items that depend on a context item are counted together with
// it, once for each answer that it may still have, so that the range is exact.
func (d Definition) score(answers map[string]Answer) Score {
	var s Score
	s.Min, s.Max = d.total(answers)
	_, s.OutOf = d.total(nil)
	s.Prorated = d.prorated(answers, s)
	return s
}

func (d Definition) total(answers map[string]Answer) (lo, hi int) {
	for _, it := range d.Items {
		if !it.Context && it.OnlyIf == nil {
			l, h := it.points(answers[it.ID])
			lo, hi = lo+l, hi+h
		}
		if it.Context && it.Kind == YesNo {
			l, h := d.beside(it, answers)
			lo, hi = lo+l, hi+h
		}
	}
	return lo, hi
}

// beside is what a context item adds, with the items that depend on it.
func (d Definition) beside(context Item, answers map[string]Answer) (lo, hi int) {
	possible := []Answer{answers[context.ID]}
	if possible[0].Missing() {
		possible = []Answer{Yes, No}
	}
	for i, a := range possible {
		l, h := 0, 0
		for _, adj := range d.Scoring.Adjust {
			if adj.Item == context.ID && adj.Is == a {
				l, h = l+adj.Add, h+adj.Add
			}
		}
		for _, it := range d.Items {
			if it.OnlyIf != nil && it.OnlyIf.Item == context.ID && it.OnlyIf.Is == a {
				il, ih := it.points(answers[it.ID])
				l, h = l+il, h+ih
			}
		}
		if i == 0 {
			lo, hi = l, h
			continue
		}
		lo, hi = min(lo, l), max(hi, h)
	}
	return lo, hi
}

// points is what an item can count, given its answer.
func (it Item) points(a Answer) (lo, hi int) {
	if it.Kind == Graded {
		for _, c := range it.Choices {
			if Answer(c.Code) == a {
				return c.Points, c.Points
			}
		}
		return it.Choices[0].Points, it.Choices[len(it.Choices)-1].Points
	}
	p := 1
	if it.Points != nil {
		p = *it.Points
	}
	switch {
	case a == Yes:
		return p, p
	case a == No:
		return 0, 0
	}
	return 0, p
}

// prorated scales the answered part up to the whole, rounded to the nearest
// point. Nil where the instrument does not know it, nothing is missing, or too
// much is.
func (d Definition) prorated(answers map[string]Answer, s Score) *int {
	if d.Scoring.Prorate == nil {
		return nil
	}
	missing, answered := 0, 0
	for _, it := range d.Items {
		if it.Context {
			continue
		}
		if answers[it.ID].Missing() {
			missing++
			continue
		}
		_, all := it.points(NotAsked)
		answered += all
	}
	if missing == 0 || missing > d.Scoring.Prorate.MaxMissing || answered == 0 {
		return nil
	}
	n := (2*s.Min*s.OutOf + answered) / (2 * answered)
	return &n
}

// levels are the lowest level that the answers establish and the highest that
// they still allow, as places in d.Levels.
func (d Definition) levels(s Score, routes []Met, set settled) (lowest, highest int) {
	lowest, highest = d.band(s.Min, set), d.band(s.Max, set)
	for _, r := range routes {
		_, at, ok := d.Level(r.Level)
		if !ok {
			continue
		}
		if r.State == IsMet {
			lowest = max(lowest, at)
		}
		if r.State == IsMet || r.State == Open {
			highest = max(highest, at)
		}
	}
	return lowest, highest
}

func (d Definition) band(points int, set settled) int {
	at := 0
	for i, l := range d.Levels {
		if l.From == nil {
			continue
		}
		if from, known := set.number(*l.From); known && points >= from {
			at = i
		}
	}
	return at
}

func (d Definition) followUp(l Level, set settled) (days int, ok bool) {
	if l.FollowUp == nil {
		return 0, false
	}
	return set.number(*l.FollowUp)
}

// follow looks at one route.
func (d Definition) follow(rt Route, in Input, s Score, set settled) Met {
	m := Met{Code: rt.Code, Level: rt.Level, Referral: rt.Referral, Evidence: rt.Evidence, Source: rt.Source}
	count, limit := "?", "?"
	switch w := rt.When; {
	case w.Judgement:
		m.State = NotJudged
		if o, given := in.Judgements[rt.Code]; given {
			m.State, m.Said = NotMet, o.Reason
			if o.Holds {
				m.State = IsMet
			}
		}
	case w.MARACWithinMonths > 0:
		m.State = repeat(in.Facts, w.MARACWithinMonths)
		limit = strconv.Itoa(w.MARACWithinMonths)
	case w.CalloutsAtLeast != nil:
		lo, hi := 0, unbounded
		if n := in.Facts.Callouts12m; n != nil {
			lo, hi = *n, *n
			count = strconv.Itoa(*n)
		}
		m.State, limit = against(lo, hi, *w.CalloutsAtLeast, set)
	case w.ScoreAtLeast != nil:
		count = span(s.Min, s.Max)
		m.State, limit = against(s.Min, s.Max, *w.ScoreAtLeast, set)
	default:
		lo, hi := 0, 0
		for _, id := range w.Of {
			switch a := in.Answers[id]; {
			case a == Yes:
				lo, hi = lo+1, hi+1
			case a.Missing():
				hi++
			}
		}
		count = span(lo, hi)
		m.State, limit = against(lo, hi, *w.YesAtLeast, set)
	}
	m.Reason = filled(rt.Text, "{count}", count, "{limit}", limit)
	return m
}

// unbounded is more than anybody counts: nobody looked.
const unbounded = 1 << 30

// against holds a range against a limit.
func against(lo, hi int, limit Limit, set settled) (State, string) {
	n, known := set.number(limit)
	switch {
	case !known:
		return NotSet, "?"
	case lo >= n:
		return IsMet, strconv.Itoa(n)
	case hi >= n:
		return Open, strconv.Itoa(n)
	}
	return NotMet, strconv.Itoa(n)
}

// repeat reports whether the last conference was at most so many months before.
// The day of the anniversary still counts.
func repeat(f Facts, months int) State {
	switch {
	case f.MARAC == nil:
		return Open
	case f.MARAC.Last == nil || f.MARAC.Last.After(f.AssessedAt):
		return NotMet
	case f.AssessedAt.After(f.MARAC.Last.AddDate(0, months, 0)):
		return NotMet
	}
	return IsMet
}

// lead is the strongest state among the routes that lead to a referral.
func lead(ref Referral, routes []Met) Led {
	for _, state := range states {
		var by []string
		for _, r := range routes {
			if r.Referral == ref.Code && r.State == state {
				by = append(by, r.Code)
			}
		}
		if len(by) > 0 {
			return Led{Named(ref), state, by}
		}
	}
	return Led{Named(ref), NotMet, []string{}}
}

// Offer lists the measures for a level, such as the one that a person chose,
// and for the answers.
func (d Definition) Offer(level string, answers map[string]Answer) []Offered {
	_, at, _ := d.Level(level)
	return d.offer(at, answers)
}

func (d Definition) offer(upTo int, answers map[string]Answer) []Offered {
	offered := []Offered{}
	for _, m := range d.Measures {
		var reasons []string
		if _, at, ok := d.Level(m.Level); ok && upTo >= at {
			reasons = append(reasons, m.Level)
		}
		for _, id := range m.Items {
			if answers[id] == Yes {
				reasons = append(reasons, id)
			}
		}
		if len(reasons) > 0 {
			offered = append(offered, Offered{Named{m.Code, m.Text}, reasons})
		}
	}
	return offered
}
