package risk_test

import (
	"strings"
	"testing"

	"doorstep/internal/script"
)

// The truth table of the relationship, after Directive (EU) 2024/1385: within
// the family or domestic unit, or between former or current partners, whether
// or not they share a home.
func TestRelationshipDecidesTheClass(t *testing.T) {
	s, rules := shipped(t)
	for relationship, want := range map[string]struct{ violence, quarrel, nothing string }{
		"partner":        {"dv", "suspected_dv", "suspected_dv"},
		"ex_partner":     {"dv", "suspected_dv", "suspected_dv"},
		"dating":         {"dv", "suspected_dv", "suspected_dv"},
		"parent":         {"dv", "suspected_dv", "suspected_dv"},
		"child":          {"dv", "suspected_dv", "suspected_dv"},
		"sibling":        {"dv", "suspected_dv", "suspected_dv"},
		"in_law":         {"dv", "suspected_dv", "suspected_dv"},
		"other_relative": {"dv", "suspected_dv", "suspected_dv"},
		"household":      {"dv", "suspected_dv", "suspected_dv"},
		"acquaintance":   {"not_dv", "not_dv", "not_dv"},
		"stranger":       {"not_dv", "not_dv", "not_dv"},
		"unknown":        {"suspected_dv", "suspected_dv", "suspected_dv"},
		"refused":        {"suspected_dv", "suspected_dv", "suspected_dv"},
	} {
		for _, home := range []string{"yes", "no", "unknown"} {
			for happened, class := range map[string]string{"hit": want.violence, "controlled": want.violence, "quarrel": want.quarrel, "no_violence": want.nothing} {
				t.Run(relationship+", lives together "+home+", "+happened, func(t *testing.T) {
					got := rules.Assess(s, said("relationship="+relationship, "lives_together="+home, "what_happened="+happened), searched, voice, now).Classification
					// Control points back into a relationship, whatever it is called.
					if happened == "controlled" && want.violence == "not_dv" {
						class = "suspected_dv"
					}
					// A noise with nobody known and nothing on record; refusing to say is not that.
					if happened == "no_violence" && relationship == "unknown" && home != "yes" {
						class = "not_dv"
					}
					if got.Code != class {
						t.Errorf("%s by %s, want %s", got.Code, got.Rule, class)
					}
					known := relationship != "unknown" && relationship != "refused"
					if known != (got.Relationship == relationship) {
						t.Errorf("names the relationship %q", got.Relationship)
					}
				})
			}
		}
	}
}

func TestTheReasonCannotBeMisread(t *testing.T) {
	s, rules := shipped(t)
	for relationship, want := range map[string]string{
		"ex_partner": "Domestic violence: former partner. Living apart does not change that.",
		"sibling":    "Domestic violence: a brother or sister is family, also when living apart.",
		"household":  "Domestic violence: member of the same household. Kinship is not required.",
		"stranger":   "Not domestic violence: not a partner, family or household member.",
	} {
		got := rules.Assess(s, said("relationship="+relationship, "what_happened=hit"), searched, voice, now).Classification.Reason
		if got.EN != want {
			t.Errorf("%s: %q, want %q", relationship, got.EN, want)
		}
		begins := map[bool]string{true: "Lähisuhtevägivald: ", false: "Ei ole lähisuhtevägivald: "}[relationship != "stranger"]
		if !strings.HasPrefix(got.ET, begins) {
			t.Errorf("%s: %q does not begin with %q", relationship, got.ET, begins)
		}
	}
}

func TestClassOfHardCalls(t *testing.T) {
	s, rules := shipped(t)
	history := searched
	history.DVIncidentsEver = 2
	ordered := searched
	ordered.ProtectionOrder = true
	elsewhere := searched
	elsewhere.PersonDVIncidentsEver = 1
	covert := script.Mode{Speech: script.Covert, Caller: script.Victim}
	for name, c := range map[string]struct {
		answers     script.Answers
		facts       script.Facts
		mode        script.Mode
		class, rule string
		level       int
	}{
		"nothing is known":                              {nil, searched, voice, "suspected_dv", "relationship_not_known", 2},
		"nothing was searched":                          {nil, script.Facts{}, voice, "suspected_dv", "relationship_not_known", 2},
		"silent, no history":                            {said("can_speak=silent", "suspect_present=no"), searched, voice, "suspected_dv", "cannot_speak", 2},
		"silent, DV at the address (IOPC)":              {said("can_speak=silent", "suspect_present=no"), history, voice, "suspected_dv", "cannot_speak_with_history", 1},
		"abandoned, DV at the address (IOPC)":           {said("can_speak=cut_off", "suspect_present=no"), history, voice, "suspected_dv", "cannot_speak_with_history", 1},
		"abandoned, DV of the persons elsewhere (Nõo)":  {said("can_speak=cut_off", "suspect_present=no"), elsewhere, voice, "suspected_dv", "cannot_speak_with_history", 1},
		"covert, DV at the address":                     {said("suspect_present=no"), history, covert, "suspected_dv", "cannot_speak_with_history", 1},
		"covert, an order on record":                    {said("suspect_present=no"), ordered, covert, "suspected_dv", "cannot_speak_with_history", 1},
		"covert, history never searched":                {nil, script.Facts{}, covert, "suspected_dv", "cannot_speak", 1},
		"covert yes to partner, hit":                    {said("is_partner=yes", "what_happened=hit"), searched, covert, "dv", "covert_partner", 1},
		"covert yes to family, hit":                     {said("is_partner=no", "is_family=yes", "what_happened=hit"), searched, covert, "dv", "covert_family", 1},
		"overheard, calls him a stranger":               {said("can_speak=yes_no_only", "is_partner=no", "is_family=no", "relationship=stranger"), searched, voice, "not_dv", "cannot_speak_of_an_outsider", 1},
		"overheard, calls him a stranger, DV on record": {said("can_speak=yes_no_only", "is_partner=no", "is_family=no", "relationship=stranger"), history, voice, "suspected_dv", "cannot_speak_with_history", 1},
		"overheard, says stranger and is controlled":    {said("can_speak=yes_no_only", "is_partner=no", "is_family=no", "relationship=stranger", "control=yes"), searched, voice, "suspected_dv", "cannot_speak", 1},
		"nobody known, the premise never searched":      {said("relationship=unknown", "what_happened=no_violence", "suspect_present=no"), script.Facts{}, voice, "suspected_dv", "relationship_not_known", 3},
		"named an acquaintance, order on record":        {said("relationship=acquaintance", "what_happened=followed"), ordered, voice, "suspected_dv", "named_acquaintance_against_records", 2},
		"neighbour hears cries":                         {said("what_happened=cries_heard"), searched, script.Mode{Speech: script.Voice, Caller: script.ThirdParty}, "suspected_dv", "relationship_not_known", 1},
		"brother hit him and left":                      {said("relationship=sibling", "what_happened=hit", "suspect_present=no"), searched, voice, "dv", "sibling", 3},
		"former partner breaks things, there":           {said("relationship=ex_partner", "what_happened=damaged", "suspect_present=yes"), searched, voice, "dv", "former_partner", 2},
		"former partner with an order is there":         {said("relationship=ex_partner", "what_happened=damaged", "suspect_present=yes"), ordered, voice, "dv", "former_partner", 1},
		"stranger, nothing happened, gone":              {said("relationship=stranger", "what_happened=no_violence", "suspect_present=no"), searched, voice, "not_dv", "not_domestic", 4},
		"stranger with a knife, there":                  {said("relationship=stranger", "weapon=yes", "suspect_present=yes"), searched, voice, "not_dv", "not_domestic", 1},
		"husband, only words, gone":                     {said("relationship=partner", "what_happened=quarrel", "suspect_present=no"), searched, voice, "suspected_dv", "domestic_relation", 3},
		"strangled in the past, gone":                   {said("relationship=partner", "strangled_ever=yes", "suspect_present=no"), searched, voice, "dv", "partner", 2},
		"separated from a jealous man who is elsewhere": {said("relationship=ex_partner", "separation=within_year", "control=yes", "suspect_present=no"), searched, voice, "dv", "former_partner", 2},
		"a child is in danger":                          {said("children_present=yes", "children_hurt=yes", "suspect_present=no"), searched, voice, "suspected_dv", "relationship_not_known", 1},
		"hit, and nobody knows where he is":             {said("relationship=partner", "what_happened=hit", "suspect_present=unknown"), searched, voice, "dv", "partner", 1},
	} {
		t.Run(name, func(t *testing.T) {
			a := rules.Assess(s, c.answers, c.facts, c.mode, now)
			if a.Classification.Code != c.class || a.Classification.Rule != c.rule {
				t.Errorf("class %s by %s, want %s by %s", a.Classification.Code, a.Classification.Rule, c.class, c.rule)
			}
			if a.Priority.Level != c.level || len(a.Priority.Reasons) == 0 {
				t.Errorf("priority %+v, want %d", a.Priority, c.level)
			}
		})
	}
}
