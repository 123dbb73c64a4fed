package instrument

import (
	"fmt"
	"strings"

	"doorstep/internal/script"
)

// Result is what an instrument says about one case. It always names the tool,
// its version and the answers that are missing. It is a proposal: see Decide.
type Result struct {
	Tool     string      `json:"tool"`
	Version  int         `json:"version"`
	Edition  string      `json:"edition"`
	Title    script.Text `json:"title"`
	Licence  script.Text `json:"licence"`
	Validity script.Text `json:"validity"`
	// Fit says whether the instrument is made for this case; a case known to be
	// outside is not scored.
	Fit        Fit         `json:"fit"`
	Population script.Text `json:"population"`
	Score      Score       `json:"score"`
	// Proposed is nil where only a person gives a level.
	Proposed *Proposed `json:"proposed"`
	// Missing are the items without an answer, in the order of the instrument.
	Missing []MissingItem `json:"missing"`
	Items   int           `json:"items"` // how many there are
	Routes  []Met         `json:"routes"`
	// Referrals say where the routes lead.
	Referrals []Led     `json:"referrals"`
	FollowUp  *FollowUp `json:"follow_up,omitempty"`
	Measures  []Offered `json:"measures"`
	Settings  []Used    `json:"settings"`
}

// Score is the range of points: Min as if every missing answer counted nothing,
// Max as if it counted all it can.
type Score struct {
	Min   int `json:"min"`
	Max   int `json:"max"`
	OutOf int `json:"out_of"`
	// Prorated is an estimate, where the instrument knows one.
	Prorated *int `json:"prorated,omitempty"`
}

// Proposed is the range of levels: what the answers establish, and what they
// still allow.
type Proposed struct {
	Min     Named `json:"min"`
	Max     Named `json:"max"`
	Certain bool  `json:"certain"` // both are the same
}

// Named is a code with its wording.
type Named struct {
	Code string      `json:"code"`
	Text script.Text `json:"text"`
}

// MissingItem is an item without an answer, and why.
type MissingItem struct {
	Item string `json:"item"`
	Why  Answer `json:"why"` // not_asked, unknown or refused
}

// State says how a route stands.
type State string

// The states, strongest first.
const (
	IsMet     State = "met"
	Open      State = "open"       // missing answers or facts could meet it
	NotJudged State = "not_judged" // the professional has not said
	NotSet    State = "not_set"    // the centre has not chosen the number
	NotMet    State = "not_met"
)

var states = []State{IsMet, Open, NotJudged, NotSet, NotMet}

// Met is how one route stands, and why.
type Met struct {
	Code     string      `json:"code"`
	State    State       `json:"state"`
	Reason   script.Text `json:"reason"`
	Said     string      `json:"said,omitempty"` // the professional's own words
	Level    string      `json:"level,omitempty"`
	Referral string      `json:"referral,omitempty"`
	Evidence Evidence    `json:"evidence"`
	Source   string      `json:"source"`
}

// Led is how a referral stands, by the strongest of its routes.
type Led struct {
	Named
	State State    `json:"state"`
	By    []string `json:"by"` // the routes in that state
}

// FollowUp is when somebody looks again, by the highest level still possible.
type FollowUp struct {
	Days  int    `json:"days"`
	Level string `json:"level"`
}

// Offered is a measure and what it is offered for: levels and items.
type Offered struct {
	Named
	For []string `json:"for"`
}

// Used is a setting as it held; Value is nil where the centre has not chosen.
type Used struct {
	Code     string      `json:"code"`
	Text     script.Text `json:"text"`
	Value    *int        `json:"value"`
	ByCentre bool        `json:"by_centre"` // else it is the file's default
}

// Headline is the result in one sentence, with tool, version and what is
// missing: no level is shown without them.
func (r Result) Headline() script.Text {
	var missing []string
	for _, m := range r.Missing {
		missing = append(missing, m.Item)
	}
	list := strings.Join(missing, ", ")
	say := func(title, version, level, without, none string) string {
		s := fmt.Sprintf("%s, %s %d: %s", title, version, r.Version, level)
		if len(missing) == 0 {
			return s + "; " + none
		}
		return s + "; " + fmt.Sprintf(without, len(missing), r.Items) + ": " + list
	}
	et, en, ru := r.level()
	return script.Text{
		ET: say(r.Title.ET, "versioon", et, "vastuseta %d/%d", "kõik vastused olemas"),
		EN: say(r.Title.EN, "version", en, "no answer to %d of %d", "every item answered"),
		RU: say(r.Title.RU, "версия", ru, "нет ответа: %d из %d", "есть все ответы"),
	}
}

func (r Result) level() (et, en, ru string) {
	points := span(r.Score.Min, r.Score.Max)
	switch p := r.Proposed; {
	case p == nil:
		return "punkte " + points + ", taseme annab inimene",
			"points " + points + ", a person gives the level",
			"баллов " + points + ", уровень определяет человек"
	case p.Certain:
		return "punkte " + points + ", " + p.Max.Text.ET,
			"points " + points + ", " + p.Max.Text.EN,
			"баллов " + points + ", " + p.Max.Text.RU
	default:
		return fmt.Sprintf("punkte %s, pole kindel: %s kuni %s", points, p.Min.Text.ET, p.Max.Text.ET),
			fmt.Sprintf("points %s, not certain: from %s to %s", points, p.Min.Text.EN, p.Max.Text.EN),
			fmt.Sprintf("баллов %s, точно не известно: от «%s» до «%s»", points, p.Min.Text.RU, p.Max.Text.RU)
	}
}

// span writes a range as people do: 13, or 10–14.
func span(lo, hi int) string {
	if lo == hi {
		return fmt.Sprint(lo)
	}
	return fmt.Sprintf("%d–%d", lo, hi)
}
