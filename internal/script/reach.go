package script

import (
	"maps"
	"slices"
)

// maxTrials bounds the search for a way to one question. Conditions look at a
// handful of answers, so that real scripts stay far below it.
const maxTrials = 200_000

// trial is one imagined call.
type trial struct {
	answers Answers
	facts   Facts
	mode    Mode
}

// variable is one thing that may be this way or that: each of its ways changes
// a trial accordingly.
type variable []func(*trial)

// reachable looks for a call in which the condition holds, by trying every
// combination of the answers, facts and modes that it depends on. It walks the
// script as a call does, so that it proves what calls will do.
func (l *linter) reachable(where, detail string, when Condition) {
	if when.Zero() {
		return
	}
	questions, variables := l.dependsOn(when)
	trials := 1
	for _, v := range variables {
		if trials *= len(v); trials > maxTrials {
			l.find(where, "depends on too much to be proved reachable")
			return
		}
	}
	part := Script{Questions: questions}
	for n := range trials {
		t := trial{answers: Answers{}}
		for _, v := range variables {
			v[n%len(v)](&t)
			n /= len(v)
		}
		live, _ := part.Live(t.answers, t.facts, t.mode)
		if when.Holds(&Situation{Answers: live, Facts: t.facts, Mode: t.mode}) {
			return
		}
	}
	l.find(where, "%s", detail)
}

// dependsOn follows a condition back to all that it hangs on: the questions, in
// order, and the variables to try.
func (l *linter) dependsOn(when Condition) ([]Question, []variable) {
	needed := map[string][]Condition{} // by what a leaf looks at
	open := []Condition{when}
	for len(open) > 0 {
		c := open[0]
		open = open[1:]
		c.Leaves(func(leaf Condition, _ bool) {
			about := leaf.about()
			if q, ok := l.script.Question(leaf.Answer); ok && needed[about] == nil {
				open = append(open, q.When)
			}
			needed[about] = append(needed[about], leaf)
		})
	}
	var questions []Question
	var variables []variable
	for _, q := range l.script.Questions {
		if leaves := needed["answer "+q.Code]; leaves != nil {
			questions = append(questions, q)
			variables = append(variables, q.ways(leaves))
		}
	}
	for _, about := range slices.Sorted(maps.Keys(needed)) {
		switch leaves := needed[about]; {
		case about == "mode":
			variables = append(variables, modeWays())
		case about == "caller":
			variables = append(variables, callerWays())
		case leaves[0].History != "":
			variables = append(variables, historyWays(leaves))
		}
	}
	return questions, variables
}

// about names what a leaf looks at.
func (c Condition) about() string {
	switch {
	case c.Answer != "":
		return "answer " + c.Answer
	case c.History != "":
		return "history " + c.History
	case c.Mode != "":
		return "mode"
	}
	return "caller"
}

// named lists the words that the leaves compare with, once each.
func named(leaves []Condition) []string {
	var words []string
	for _, leaf := range leaves {
		words = append(words, leaf.In...)
		if is, ok := leaf.Is.(string); ok {
			words = append(words, is)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// ways are the answers to q that the leaves can tell apart.
func (q Question) ways(leaves []Condition) variable {
	ways := variable{func(*trial) {}}
	add := func(v Value) {
		ways = append(ways, func(t *trial) { t.answers[q.Code] = Given{Value: v} })
	}
	add(Word(Unknown))
	add(Word(Refused))
	switch q.Kind {
	case YesNo:
		add(Word(Yes))
		add(Word(No))
	case Choice:
		for _, code := range q.codes() {
			add(Word(code))
		}
	case MultiChoice:
		for _, some := range subsets(named(leaves)) {
			add(WordList(some...))
		}
		add(WordList(q.codes()...))
	case Number:
		for _, leaf := range leaves {
			if leaf.AtLeast != nil && (q.Max == nil || *leaf.AtLeast <= *q.Max) {
				add(Num(*leaf.AtLeast))
			}
		}
		if q.Min != nil {
			add(Num(*q.Min))
		}
	default:
		add(Word("said"))
	}
	return ways
}

// subsets lists every non-empty choice of a few words, and of many only the
// single ones.
func subsets(words []string) [][]string {
	var all [][]string
	if len(words) > 6 {
		for _, w := range words {
			all = append(all, []string{w})
		}
		return all
	}
	for bits := 1; bits < 1<<len(words); bits++ {
		var some []string
		for i, w := range words {
			if bits&(1<<i) != 0 {
				some = append(some, w)
			}
		}
		all = append(all, some)
	}
	return all
}

func modeWays() variable {
	ways := variable{func(*trial) {}}
	for _, speech := range []Speech{Voice, Typed, Covert} {
		ways = append(ways, func(t *trial) { t.mode.Speech = speech })
	}
	return ways
}

func callerWays() variable {
	ways := variable{func(*trial) {}}
	for _, caller := range []Caller{Victim, ThirdParty, Child, Suspect} {
		ways = append(ways, func(t *trial) { t.mode.Caller = caller })
	}
	return ways
}

// historyWays are: not searched, searched and none, and each count asked for.
func historyWays(leaves []Condition) variable {
	fact := leaves[0].History
	searched := func(f *Facts) { f.SearchedPremise, f.SearchedPersons = true, true }
	ways := variable{func(*trial) {}}
	if fact == FactFlags {
		for _, some := range subsets(named(leaves)) {
			ways = append(ways, func(t *trial) { searched(&t.facts); t.facts.Flags = some })
		}
		return ways
	}
	counts := []int{0, 1}
	for _, leaf := range leaves {
		if leaf.AtLeast != nil {
			counts = append(counts, int(*leaf.AtLeast))
		}
	}
	for _, n := range counts {
		ways = append(ways, func(t *trial) { searched(&t.facts); t.facts.put(fact, n) })
	}
	return ways
}

// put sets a fact by its name.
func (f *Facts) put(name string, n int) {
	switch name {
	case FactSearchedPremise:
		f.SearchedPremise = n > 0
	case FactSearchedPersons:
		f.SearchedPersons = n > 0
	case FactIncidents12m:
		f.Incidents12m = n
	case FactDVIncidents30d:
		f.DVIncidents30d = n
	case FactDVIncidents12m:
		f.DVIncidents12m = n
	case FactDVIncidentsEver:
		f.DVIncidentsEver = n
	case FactPersonDVIncidentsEver:
		f.PersonDVIncidentsEver = n
	case FactProtectionOrder:
		f.ProtectionOrder = n > 0
	case FactFirearmOnRecord:
		f.FirearmOnRecord = n > 0
	}
}
