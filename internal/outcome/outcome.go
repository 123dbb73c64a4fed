// Package outcome is what the crew wrote at the scene, what became of the case
// afterwards, and the feedback that carries it back to those who responded.
// It never rewrites what was known before.
package outcome

import (
	"strings"
	"time"
	"unicode/utf8"

	"doorstep/internal/access"
	"doorstep/internal/fault"
)

// Record is the DV information sheet in its short form. Parties are always
// heard separately, also when the crew does not see domestic violence; where
// they were not, the sheet says why (study: victims interrupted and humiliated
// when heard together).
type Record struct {
	Summary            string `json:"summary" maxLength:"8000" doc:"what happened, in the crew's words"`
	HeardSeparately    string `json:"heard_separately" enum:"yes,no,one_party_only"`
	NotSeparatelyWhy   string `json:"not_separately_why,omitempty" maxLength:"1000"`
	CrewClass          string `json:"crew_class" enum:"dv,suspected_dv,not_dv" doc:"the crew's view; the centre's class stays beside it"`
	DisagreementReason string `json:"disagreement_reason,omitempty" maxLength:"2000" doc:"needed when the crew's view differs from the centre's"`
	RiskLevel          string `json:"risk_level" enum:"low,medium,high"`
	RiskRationale      string `json:"risk_rationale,omitempty" maxLength:"2000"`
	ChildrenPresent    string `json:"children_present" enum:"yes,no,unknown"`
	Injuries           string `json:"injuries" enum:"yes,no,unknown"`
	VictimSupport      string `json:"victim_support" enum:"accepted,refused,unsafe_to_ask,not_reached" doc:"answer to the offer of victim support"`
	ContactCardGiven   bool   `json:"contact_card_given"`
	SafeContact        string `json:"safe_contact,omitempty" maxLength:"200" doc:"how and when the victim can safely be reached"`
}

// minSummary is the least a sheet may say, in characters. Partners complained
// of sheets too laconic to act on.
const minSummary = 30

// Check refuses a sheet that cannot be acted on, naming every field at fault.
// class is the centre's classification.
func (r Record) Check(class string) error {
	var bad []fault.Field
	need := func(ok bool, field, detail string) {
		if !ok {
			bad = append(bad, fault.Field{Field: field, Detail: detail})
		}
	}
	need(utf8.RuneCountInString(strings.TrimSpace(r.Summary)) >= minSummary, "summary", "say what happened in at least 30 characters")
	need(r.HeardSeparately != "no" || strings.TrimSpace(r.NotSeparatelyWhy) != "", "not_separately_why", "say why the parties were not heard separately")
	need(!r.Disagrees(class) || strings.TrimSpace(r.DisagreementReason) != "", "disagreement_reason", "say why this is not what the centre classified")
	need(r.VictimSupport != "accepted" || strings.TrimSpace(r.SafeContact) != "", "safe_contact", "say how the victim can safely be reached")
	if len(bad) > 0 {
		return fault.BadFields(bad...)
	}
	return nil
}

// Disagrees reports whether the crew sees less than the centre did. The
// centre's class stays; the district officer reviews the difference.
func (r Record) Disagrees(class string) bool {
	return r.CrewClass == "not_dv" && class != "not_dv"
}

// ID names an outcome.
type ID string

// Outcome is one thing that became of a case, written by the district officer.
type Outcome struct {
	ID         ID               `json:"id"`
	IncidentID string           `json:"incident_id"`
	Kind       string           `json:"kind" enum:"follow_up_visit,victim_support_contact,referral_made,protection_order,investigation_opened,investigation_terminated,no_contact,closed,other"`
	Class      string           `json:"class,omitempty" enum:"dv,suspected_dv,not_dv" doc:"what it turned out to be"`
	RiskLevel  string           `json:"risk_level,omitempty" enum:"low,medium,high"`
	Text       string           `json:"text" minLength:"1" maxLength:"4000" doc:"what became of it"`
	Advice     string           `json:"advice,omitempty" maxLength:"2000" doc:"to the crew: what was done well, what to do better"`
	HelpedBy   []string         `json:"helped_by" doc:"who helped: services, by their names"`
	FollowUpAt *time.Time       `json:"follow_up_at,omitempty" doc:"when to look again; absent when nothing more is due"`
	WrittenBy  access.AccountID `json:"written_by"`
	WrittenAt  time.Time        `json:"written_at"`
}

// Check refuses an outcome that cannot be understood or acted on.
func (o Outcome) Check(now time.Time) error {
	if strings.TrimSpace(o.Text) == "" {
		return fault.Bad("text", "say what became of it")
	}
	if o.FollowUpAt != nil && o.FollowUpAt.Before(now) {
		return fault.Bad("follow_up_at", "must lie in the future")
	}
	return nil
}

// Feedback is an outcome on its way to one person who responded. It holds the
// fact of help, never the content of support.
type Feedback struct {
	ID         string     `json:"id"`
	IncidentID string     `json:"incident_id"`
	Number     string     `json:"number"`
	Address    string     `json:"address"`
	ReceivedAt time.Time  `json:"received_at" doc:"when the call came in"`
	At         time.Time  `json:"at"`
	From       string     `json:"from" doc:"role of the writer"`
	Outcome    Outcome    `json:"outcome"`
	ReadAt     *time.Time `json:"read_at,omitempty"`
}

// FollowUp is a case that somebody has to look at again.
type FollowUp struct {
	IncidentID string     `json:"incident_id"`
	Number     string     `json:"number"`
	Address    string     `json:"address"`
	AddressID  string     `json:"address_id"`
	ReceivedAt time.Time  `json:"received_at"`
	Class      string     `json:"class"`
	RiskLevel  string     `json:"risk_level"`
	DueAt      *time.Time `json:"due_at,omitempty"`
	Overdue    bool       `json:"overdue"`
	Reason     string     `json:"reason" enum:"due,no_outcome,disagreement"`
	CrewClass  string     `json:"crew_class,omitempty"`
	CrewReason string     `json:"crew_reason,omitempty" doc:"why the crew disagreed with the centre"`
}
