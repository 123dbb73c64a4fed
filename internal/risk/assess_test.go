package risk_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/risk"
	"doorstep/internal/script"
)

var (
	now      = time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC)
	voice    = script.Mode{Speech: script.Voice, Caller: script.Victim}
	searched = script.Facts{SearchedPremise: true, SearchedPersons: true}
)

// said gives answers from "question=word" and "question=word+word".
func said(words ...string) script.Answers {
	answers := script.Answers{}
	for i, w := range words {
		question, word, _ := strings.Cut(w, "=")
		v := script.Word(word)
		if question == "what_happened" || question == "injury_signs" || question == "weapon_kind" {
			v = script.WordList(strings.Split(word, "+")...)
		}
		answers[question] = script.Given{Value: v, At: now.Add(-time.Duration(len(words)-i) * time.Minute)}
	}
	return answers
}

func daysAgo(n int) time.Time { return now.AddDate(0, 0, -n) }

func past(id string, days int, class string, flags ...string) script.PastIncident {
	return script.PastIncident{ID: id, At: daysAgo(days), Class: class, Address: "Näite 1-2", Tie: script.TieDwelling, Flags: flags}
}

func codes(a risk.Assessment) []string {
	var all []string
	for _, f := range a.Flags {
		all = append(all, f.Code)
	}
	return all
}

func flag(t *testing.T, a risk.Assessment, code string) risk.Flag {
	t.Helper()
	i := slices.IndexFunc(a.Flags, func(f risk.Flag) bool { return f.Code == code })
	if i < 0 {
		t.Fatalf("flag %s is missing from %v", code, codes(a))
	}
	return a.Flags[i]
}

func TestFlagsFromAnswersAndHistory(t *testing.T) {
	s, rules := shipped(t)
	with := func(change func(*script.Facts)) script.Facts {
		f := searched
		change(&f)
		return f
	}
	for name, c := range map[string]struct {
		answers script.Answers
		facts   script.Facts
		mode    script.Mode
		flag    string
		kind    risk.ReasonKind
	}{
		"strangled now":                    {said("what_happened=strangled"), searched, voice, "strangulation", risk.ByAnswer},
		"strangled once, long ago":         {said("strangled_ever=yes"), searched, voice, "strangulation", risk.ByAnswer},
		"neck hurts":                       {said("injured=yes", "injury_signs=neck"), searched, voice, "strangulation", risk.ByAnswer},
		"threatened to kill":               {said("threat_to_kill=yes"), searched, voice, "threat_to_kill", risk.ByAnswer},
		"fear of being killed":             {said("fear_of_death=yes"), searched, voice, "fear_of_death", risk.ByAnswer},
		"knife":                            {said("weapon=yes", "weapon_kind=blade"), searched, voice, "weapon", risk.ByAnswer},
		"gun in hand":                      {said("weapon=yes", "weapon_kind=firearm"), searched, voice, "firearm", risk.ByAnswer},
		"gun within reach":                 {said("firearm_access=yes"), searched, voice, "firearm", risk.ByAnswer},
		"gun on record":                    {nil, with(func(f *script.Facts) { f.FirearmOnRecord = true }), voice, "firearm", risk.ByHistory},
		"separated within a year":          {said("relationship=ex_partner", "separation=within_year"), searched, voice, "separation", risk.ByAnswer},
		"means to leave":                   {said("relationship=partner", "separation=planned"), searched, voice, "separation", risk.ByAnswer},
		"pregnant":                         {said("pregnancy=yes"), searched, voice, "pregnancy", risk.ByAnswer},
		"stalked":                          {said("stalking=yes"), searched, voice, "stalking", risk.ByAnswer},
		"followed tonight":                 {said("what_happened=followed"), searched, voice, "stalking", risk.ByAnswer},
		"three incidents in a year":        {nil, with(func(f *script.Facts) { f.DVIncidents12m = 3 }), voice, "repeat_incidents", risk.ByHistory},
		"two incidents in a month":         {nil, with(func(f *script.Facts) { f.DVIncidents30d = 2 }), voice, "escalation", risk.ByHistory},
		"getting worse":                    {said("earlier_violence=yes", "getting_worse=yes"), searched, voice, "escalation", risk.ByAnswer},
		"order on record":                  {nil, with(func(f *script.Facts) { f.ProtectionOrder = true }), voice, "protection_order", risk.ByOrder},
		"order, and he is there":           {said("suspect_present=yes"), with(func(f *script.Facts) { f.ProtectionOrder = true }), voice, "order_breach", risk.ByOrder},
		"order broken, the caller says":    {said("protection_order=yes", "order_broken=yes"), searched, voice, "order_breach", risk.ByAnswer},
		"a child was hurt before":          {said("child_violence=yes"), searched, voice, "child_violence", risk.ByAnswer},
		"a child is hurt now":              {said("children_present=yes", "children_hurt=yes"), searched, voice, "child_in_danger", risk.ByAnswer},
		"an animal was hurt":               {said("animal_violence=yes"), searched, voice, "animal_violence", risk.ByAnswer},
		"suicide threatened":               {said("suicide_threat=yes"), searched, voice, "suicide_threat", risk.ByAnswer},
		"children there":                   {said("children_present=yes"), searched, voice, "children_present", risk.ByAnswer},
		"a child calls":                    {nil, searched, script.Mode{Speech: script.Voice, Caller: script.Child}, "children_present", risk.ByRule},
		"he is there":                      {said("suspect_present=yes"), searched, voice, "suspect_present", risk.ByAnswer},
		"drunk":                            {said("intoxicated=yes"), searched, voice, "intoxicated", risk.ByAnswer},
		"fought police":                    {said("police_danger=yes"), searched, voice, "officer_safety", risk.ByAnswer},
		"danger to officers on record":     {nil, with(func(f *script.Facts) { f.Flags = []string{"officer_safety"} }), voice, "officer_safety", risk.ByHistory},
		"first time, says the victim":      {said("earlier_violence=no"), with(func(f *script.Facts) { f.DVIncidentsEver = 3 }), voice, "contradiction", risk.ByAnswer},
		"DV of the persons elsewhere":      {nil, with(func(f *script.Facts) { f.PersonDVIncidentsEver = 1 }), voice, "person_history", risk.ByHistory},
		"overheard":                        {said("can_speak=yes_no_only"), searched, voice, "caller_cannot_speak", risk.ByAnswer},
		"call taker switched to covert":    {nil, searched, script.Mode{Speech: script.Covert}, "caller_cannot_speak", risk.ByRule},
		"nobody looked into the history":   {nil, script.Facts{}, voice, "history_not_searched", risk.ByRule},
		"needs an interpreter":             {said("language=uk"), searched, voice, "interpreter_needed", risk.ByAnswer},
		"must not be called back":          {said("safe_callback=no"), searched, voice, "no_callback", risk.ByAnswer},
		"the caller may be the suspect":    {nil, searched, script.Mode{Speech: script.Voice, Caller: script.Suspect}, "caller_is_suspect", risk.ByRule},
		"weapon in an earlier incident":    {nil, with(func(f *script.Facts) { f.Recent = []script.PastIncident{past("1", 20, "dv", "weapon")} }), voice, "weapon", risk.ByIncident},
		"a flag that older rules defined":  {nil, with(func(f *script.Facts) { f.Flags = []string{"booby_trap"} }), voice, "booby_trap", risk.ByHistory},
		"control, jealousy":                {said("control=yes"), searched, voice, "coercive_control", risk.ByAnswer},
		"kept from leaving":                {said("what_happened=locked_in"), searched, voice, "locked_in", risk.ByAnswer},
		"sexual violence":                  {said("what_happened=sexual"), searched, voice, "sexual_violence", risk.ByAnswer},
		"seriously hurt":                   {said("injured=yes", "injury_signs=head+heavy_bleeding"), searched, voice, "serious_injury", risk.ByAnswer},
		"nowhere to go":                    {said("suspect_present=yes", "safe_place=no"), searched, voice, "no_safe_place", risk.ByAnswer},
		"someone cannot get out unaided":   {said("needs_help=yes"), searched, voice, "vulnerable_person", risk.ByAnswer},
		"drink, drugs or mental suffering": {said("substance_problem=yes"), searched, voice, "substance_problem", risk.ByAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			f := flag(t, rules.Assess(s, c.answers, c.facts, c.mode, now), c.flag)
			if len(f.Reasons) == 0 || f.Reasons[0].Kind != c.kind {
				t.Errorf("reasons %+v, want the first to be of kind %s", f.Reasons, c.kind)
			}
			for _, r := range f.Reasons {
				if r.Text.ET == "" || r.Text.EN == "" || r.Text.RU == "" {
					t.Errorf("a reason without words: %+v", r)
				}
			}
			if f.Old {
				t.Error("is shown as old")
			}
		})
	}
}

func TestUnknownIsNeverNoAndNeverYes(t *testing.T) {
	s, rules := shipped(t)
	none := rules.Assess(s, nil, searched, voice, now)
	for _, q := range s.Questions {
		for _, silent := range []string{script.Unknown, script.Refused} {
			answers := said(q.Code + "=" + silent)
			answers[q.Code] = script.Given{Value: script.Word(silent), At: now}
			a := rules.Assess(s, answers, searched, voice, now)
			if !reflect.DeepEqual(codes(a), codes(none)) {
				t.Errorf("%s to %s gives flags %v, not asked gives %v", silent, q.Code, codes(a), codes(none))
			}
			if a.Priority.Level != none.Priority.Level || a.Classification.Code != none.Classification.Code {
				t.Errorf("%s to %s changes priority or class", silent, q.Code)
			}
		}
	}
}

func TestIncompleteLooksIncomplete(t *testing.T) {
	s, rules := shipped(t)
	a := rules.Assess(s, said("injured=no", "weapon=unknown", "suspect_present=refused"), searched, voice, now)
	for _, q := range []string{"address_confirmed", "children_present", "strangled_ever", "dogs"} {
		if !slices.Contains(a.NotAsked, q) {
			t.Errorf("%s is missing from not asked %v", q, a.NotAsked)
		}
	}
	for _, q := range []string{"injured", "weapon", "weapon_kind", "floor"} {
		if slices.Contains(a.NotAsked, q) {
			t.Errorf("%s was answered, is hidden or does not matter, and is listed as not asked", q)
		}
	}
	if want := []string{"weapon", "suspect_present"}; !slices.Equal(a.NotKnown, want) {
		t.Errorf("not known %v, want %v", a.NotKnown, want)
	}
	if a.ScriptCode != "dv" || a.ScriptVersion != s.Version || a.RulesVersion != rules.Version {
		t.Errorf("an assessment names its versions: %s %d %d", a.ScriptCode, a.ScriptVersion, a.RulesVersion)
	}
}

func TestAnswersOnADeadBranchRaiseNothing(t *testing.T) {
	s, rules := shipped(t)
	a := rules.Assess(s, said("injured=no", "injury_signs=heavy_bleeding", "weapon=no", "weapon_kind=firearm"), searched, voice, now)
	for _, dead := range []string{"serious_injury", "firearm"} {
		if slices.Contains(codes(a), dead) {
			t.Errorf("%s was raised by an answer to a hidden question", dead)
		}
	}
}

func TestOldFlagsAreShownAsOld(t *testing.T) {
	s, rules := shipped(t)
	facts := searched
	facts.Recent = []script.PastIncident{past("new", 100, "dv", "stalking"), past("old", 400, "dv", "stalking", "escalation")}
	a := rules.Assess(s, nil, facts, voice, now)

	stalking := flag(t, a, "stalking")
	if stalking.Old || !stalking.LastSeen.Equal(daysAgo(100)) || !stalking.FirstSeen.Equal(daysAgo(400)) || !stalking.Expires.Equal(daysAgo(100).AddDate(0, 0, 365)) {
		t.Errorf("stalking of a hundred days ago: %+v", stalking)
	}
	escalation := flag(t, a, "escalation")
	if !escalation.Old || escalation.Counts() {
		t.Errorf("escalation of four hundred days ago is not old: %+v", escalation)
	}
	if slices.ContainsFunc(a.Priority.Reasons, func(r risk.Reason) bool { return r.Flag == "escalation" }) {
		t.Error("an old flag lifted the priority")
	}
	if !slices.ContainsFunc(a.Approach, func(x risk.Advice) bool { return slices.Contains(x.Because, "escalation") }) {
		t.Error("an old flag no longer advises the crew")
	}

	again := rules.Assess(s, said("earlier_violence=yes", "getting_worse=yes"), facts, voice, now)
	if f := flag(t, again, "escalation"); f.Old || len(f.Reasons) != 2 {
		t.Errorf("an old flag named again tonight is fresh: %+v", f)
	}
}

func TestFlagsOfOneCallAreNotCarried(t *testing.T) {
	s, rules := shipped(t)
	facts := searched
	facts.Flags = []string{"suspect_present"}
	facts.Recent = []script.PastIncident{past("1", 1, "dv", "children_present", "suspect_present", "caller_cannot_speak")}
	if got := codes(rules.Assess(s, nil, facts, voice, now)); len(got) != 0 {
		t.Errorf("who was there yesterday is shown as there today: %v", got)
	}
}

func TestHistoryOfOthersRaisesNothing(t *testing.T) {
	s, rules := shipped(t)
	for _, tie := range []script.Tie{script.TieBlock, script.TieEarlierResident} {
		facts := searched
		p := past("1", 10, "dv", "firearm", "strangulation")
		p.Tie = tie
		facts.Recent = []script.PastIncident{p}
		if got := codes(rules.Assess(s, nil, facts, voice, now)); len(got) != 0 {
			t.Errorf("an incident tied by %s raised %v", tie, got)
		}
	}
}

func TestReasonsNameDatedIncidents(t *testing.T) {
	s, rules := shipped(t)
	facts := searched
	facts.DVIncidents12m, facts.DVIncidentsEver = 6, 7
	last := daysAgo(3)
	facts.LastDVAt = &last
	facts.Recent = []script.PastIncident{
		past("a", 3, "dv"), past("b", 40, "suspected_dv"), past("x", 50, "not_dv"),
		past("c", 90, "dv"), past("d", 200, "dv"), past("e", 300, "dv"), past("f", 310, "dv"), past("g", 500, "dv"),
	}
	f := flag(t, rules.Assess(s, nil, facts, voice, now), "repeat_incidents")
	var ids []string
	for _, r := range f.Reasons {
		if r.Kind == risk.ByIncident {
			ids = append(ids, r.IncidentID)
		}
	}
	if !slices.Equal(ids, []string{"a", "b", "c", "d", "e"}) {
		t.Errorf("incidents %v, want the five newest of DV", ids)
	}
	if got := f.Reasons[0].Text.EN; got != "DV incidents at the address in 12 months: 6" {
		t.Errorf("the count reads %q", got)
	}
	if f.LastSeen == nil || !f.LastSeen.Equal(last) {
		t.Errorf("last seen %v, want %v", f.LastSeen, last)
	}
}

func TestAReasonNamesOnlyTheAnswerThatRaisedIt(t *testing.T) {
	s, rules := shipped(t)
	a := rules.Assess(s, said("what_happened=hit+followed+sexual"), searched, voice, now)
	for code, want := range map[string]string{
		"stalking":     "Following, constant contact",
		"violence_now": "Hitting, pushing; Sexual violence",
		"abuse_named":  "Hitting, pushing; Sexual violence; Following, constant contact",
	} {
		r := flag(t, a, code).Reasons[0]
		if r.Answer.EN != want || r.Text.EN != "What happened?" || !r.At.Equal(now.Add(-time.Minute)) {
			t.Errorf("%s because of %q to %q at %v, want %q", code, r.Answer.EN, r.Text.EN, r.At, want)
		}
	}
}

func TestOverruledFlagStaysUntilNews(t *testing.T) {
	s, rules := shipped(t)
	facts := searched
	facts.Recent = []script.PastIncident{past("1", 30, "dv", "weapon")}
	set := risk.Overrule{Flag: "weapon", By: "0190a000-0000-7000-8000-000000000001", At: daysAgo(20), Reason: "Mänguasi"}
	earlier := set
	earlier.At = daysAgo(25)

	f := flag(t, rules.Assess(s, said("suspect_present=yes"), facts, voice, now, set, earlier), "weapon")
	if f.Overruled == nil || *f.Overruled != set || len(f.Reasons) != 1 {
		t.Errorf("the latest overruling shows beside the reasons: %+v", f)
	}
	a := rules.Assess(s, said("suspect_present=yes"), facts, voice, now, set)
	b := rules.Assess(s, said("suspect_present=yes"), facts, voice, now)
	if a.Priority.Level <= b.Priority.Level {
		t.Errorf("priority %d with the weapon set aside, %d with it", a.Priority.Level, b.Priority.Level)
	}
	if slices.ContainsFunc(a.Approach, func(x risk.Advice) bool { return x.Code == "two_units" }) {
		t.Error("a flag that was set aside still asks for two units")
	}

	if f := flag(t, rules.Assess(s, said("weapon=yes"), facts, voice, now, set), "weapon"); f.Overruled != nil {
		t.Errorf("a knife named tonight is silenced by an overruling of three weeks ago: %+v", f)
	}
}

func TestFlagsStandByGravityThenName(t *testing.T) {
	s, rules := shipped(t)
	a := rules.Assess(s, said("weapon=yes", "intoxicated=yes", "strangled_ever=yes", "language=uk", "stalking=yes", "suspect_present=yes"), searched, voice, now)
	want := []string{"strangulation", "weapon", "stalking", "suspect_present", "abuse_named", "intoxicated", "interpreter_needed"}
	if got := codes(a); !slices.Equal(got, want) {
		t.Errorf("flags %v, want %v", got, want)
	}
}

func TestApproachSaysWhy(t *testing.T) {
	s, rules := shipped(t)
	a := rules.Assess(s, said("relationship=sibling", "what_happened=hit+strangled", "weapon=yes", "language=sign", "can_speak=silent", "children_present=yes"), searched, voice, now)
	because := map[string][]string{}
	for _, x := range a.Approach {
		because[x.Code] = x.Because
		if x.Text.ET == "" || x.Text.RU == "" || x.Why.EN == "" || x.Source == "" {
			t.Errorf("%s lacks words, a why or a source", x.Code)
		}
	}
	for advice, flags := range map[string][]string{
		"two_units":             {"weapon"},
		"strangulation_signs":   {"strangulation"},
		"silent_approach":       {"caller_cannot_speak"},
		"check_children":        {"children_present"},
		"no_family_interpreter": {"interpreter_needed"},
		"separate_parties":      {},
		"keep_the_class":        {},
		"mixed_crew":            {},
		"crisis_contact":        {},
		"information_sheet":     {},
	} {
		if got, ok := because[advice]; !ok || !slices.Equal(got, flags) {
			t.Errorf("%s because of %v (there: %v), want %v", advice, got, ok, flags)
		}
	}
}
