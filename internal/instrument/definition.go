package instrument

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"doorstep/internal/script"
)

// Definition is one version of an instrument.
type Definition struct {
	Code    string `json:"code"`
	Version int    `json:"version"` // of this file, from 1
	// Edition names the instrument's own edition, as its holder does.
	Edition string      `json:"edition"`
	Title   script.Text `json:"title"`
	Licence Licence     `json:"licence"`
	Sources []Source    `json:"sources"`
	// Languages are those in which every item has its text. Empty: the texts
	// are not in this file.
	Languages []string `json:"languages"`
	// Users says who may use the instrument, and the training it needs.
	Users      script.Text `json:"users"`
	Population Population  `json:"population"`
	// Validity says what is known of how well the instrument predicts, and what
	// is not.
	Validity script.Text `json:"validity"`
	// Settings are the numbers that a centre chooses.
	Settings  []Setting  `json:"settings,omitempty"`
	Items     []Item     `json:"items"`
	Scoring   Scoring    `json:"score"`
	Levels    []Level    `json:"levels,omitempty"` // lowest first
	Routes    []Route    `json:"routes,omitempty"`
	Referrals []Referral `json:"referrals,omitempty"`
	Measures  []Measure  `json:"measures,omitempty"`
	// Vectors are inputs with their results. A file whose rule does not give
	// them is refused.
	Vectors []Vector `json:"vectors,omitempty"`
}

// Licence says whose the instrument is and whether its item texts are here.
type Licence struct {
	Name   string `json:"name"`
	Holder string `json:"holder"`
	// Texts says whether the file holds the wording of the items.
	Texts Texts       `json:"texts"`
	Note  script.Text `json:"note"` // shown with every result
}

// Texts says how a file stands to the wording of its items.
type Texts string

// The ways. Withheld wording is that of a holder who has not allowed it here.
const (
	Own      Texts = "own"
	Licensed Texts = "licensed"
	Withheld Texts = "withheld"
)

// Evidence says how well a rule or a number is documented. There is no word for
// an unverified one: what nobody checked cannot be written into a file.
type Evidence string

// The grades of evidence.
const (
	Verified Evidence = "verified" // in the public text that the source names
	Local    Evidence = "local"    // documented, and set by each region
	Ours     Evidence = "own"      // the program's own choice, validated by nobody
	Holder   Evidence = "holder"   // given by the licence holder to this centre
)

// Source is where a fact about the instrument comes from.
type Source struct {
	Name string `json:"name"`
	For  string `json:"for"` // what it documents
}

// Population says for whom the instrument is made. An empty sex is any.
type Population struct {
	Text    script.Text `json:"text"`
	Victim  Sex         `json:"victim,omitempty"`
	Suspect Sex         `json:"suspect,omitempty"`
	// Partners limits the instrument to present and former partners.
	Partners bool `json:"partners,omitempty"`
}

// Setting is a number that a centre chooses, such as a local threshold.
type Setting struct {
	Code string      `json:"code"`
	Text script.Text `json:"text"`
	Min  int         `json:"min"`
	Max  int         `json:"max"`
	// Default is nil where the centre has to choose.
	Default  *int     `json:"default,omitempty"`
	Evidence Evidence `json:"evidence"`
	Source   string   `json:"source"`
}

// Kind is what sort of answer an item takes.
type Kind string

// The kinds. Each also takes "unknown", "refused" and "not_asked".
const (
	YesNo  Kind = "yes_no"
	Graded Kind = "graded" // one code of the choices, least first
)

// Item is one thing that the instrument asks.
type Item struct {
	ID string `json:"id"`
	// Topic is our own name for it in a word or two: not the wording.
	Topic script.Text `json:"topic,omitzero"`
	// Text is the wording, in the languages of the file.
	Text script.Text `json:"text,omitzero"`
	Kind Kind        `json:"kind"`
	// Points count for a yes; nil is one.
	Points *int `json:"points,omitempty"`
	// Context items count nothing themselves: they are asked for their own sake,
	// or because other items depend on them.
	Context bool `json:"context,omitempty"`
	// OnlyIf lets the item count only beside an answer to a context item.
	OnlyIf  *OnlyIf  `json:"only_if,omitempty"`
	Choices []Choice `json:"choices,omitempty"`
}

// OnlyIf is a condition on the answer to a context item.
type OnlyIf struct {
	Item string `json:"item"`
	Is   Answer `json:"is"` // yes or no
}

// Choice is one grade of a graded item.
type Choice struct {
	Code   string      `json:"code"`
	Points int         `json:"points"`
	Text   script.Text `json:"text,omitzero"`
}

// Method is how answers become a level.
type Method string

// The methods.
const (
	Sum       Method = "sum"       // points give a band, routes can lift it
	Judgement Method = "judgement" // points are shown; only a person gives a level
	NeedsFile Method = "licensed"  // not scored without the holder's own file
)

// Scoring is the rule that turns answers into points.
type Scoring struct {
	Method   Method   `json:"method"`
	Evidence Evidence `json:"evidence"`
	Source   string   `json:"source"`
	// Adjust adds to the score, or takes from it, for an answer to a context item.
	Adjust []Adjustment `json:"adjust,omitempty"`
	// Prorate lets a score be estimated when few answers are missing. It is
	// shown beside the range and never decides.
	Prorate *Prorate `json:"prorate,omitempty"`
}

// Adjustment is conditional: Add counts when Item is answered Is.
type Adjustment struct {
	Item string `json:"item"`
	Is   Answer `json:"is"` // yes or no
	Add  int    `json:"add"`
}

// Prorate bounds the estimate.
type Prorate struct {
	MaxMissing int `json:"max_missing"`
}

// Limit is a number, or the code of a setting that holds it.
type Limit struct {
	N       int
	Setting string
}

// UnmarshalJSON reads 14 or {"setting": "ticks"}.
func (l *Limit) UnmarshalJSON(raw []byte) error {
	if err := json.Unmarshal(raw, &l.N); err == nil {
		return nil
	}
	var named struct {
		Setting string `json:"setting"`
	}
	if err := json.Unmarshal(raw, &named); err != nil {
		return fmt.Errorf("%s is neither a number nor a setting", raw)
	}
	l.Setting = named.Setting
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (l Limit) MarshalJSON() ([]byte, error) {
	if l.Setting == "" {
		return json.Marshal(l.N)
	}
	return json.Marshal(map[string]string{"setting": l.Setting})
}

// Level is one level of the instrument.
type Level struct {
	Code string      `json:"code"`
	Text script.Text `json:"text"`
	// From is the least score of the band. The lowest level has none; another
	// without one is reached by routes only.
	From *Limit `json:"from,omitempty"`
	// FollowUp is in how many days somebody looks again.
	FollowUp *Limit   `json:"follow_up,omitempty"`
	Evidence Evidence `json:"evidence"`
	Source   string   `json:"source"`
}

// Route is a reason of its own to reach a level or a referral, whatever the
// score says.
type Route struct {
	Code string `json:"code"`
	// Text words the reason; {count} stands for what was counted and {limit} for
	// what it is held against.
	Text     script.Text `json:"text"`
	When     When        `json:"when"`
	Level    string      `json:"level,omitempty"`
	Referral string      `json:"referral,omitempty"`
	Evidence Evidence    `json:"evidence"`
	Source   string      `json:"source"`
}

// When is what meets a route. Exactly one of its tests is set.
type When struct {
	// YesAtLeast counts the yes answers among Of.
	YesAtLeast *Limit   `json:"yes_at_least,omitempty"`
	Of         []string `json:"of,omitempty"`
	// ScoreAtLeast looks at the score.
	ScoreAtLeast *Limit `json:"score_at_least,omitempty"`
	// CalloutsAtLeast looks at the police callouts of the last twelve months.
	CalloutsAtLeast *Limit `json:"callouts_at_least,omitempty"`
	// MARACWithinMonths looks at the last conference about the same two people.
	MARACWithinMonths int `json:"marac_within_months,omitempty"`
	// Judgement is met when the professional says so, with a reason.
	Judgement bool `json:"judgement,omitempty"`
}

// Referral is somewhere that routes lead to, such as MARAC.
type Referral struct {
	Code string      `json:"code"`
	Text script.Text `json:"text"`
}

// Measure is something to do about a risk: offered, never ordered.
type Measure struct {
	Code string      `json:"code"`
	Text script.Text `json:"text"`
	// Level offers it from this level up, Items for a yes to any of them.
	Level  string   `json:"level,omitempty"`
	Items  []string `json:"items,omitempty"`
	Source string   `json:"source"`
}

// Item finds an item by its id.
func (d Definition) Item(id string) (Item, bool) {
	for _, it := range d.Items {
		if it.ID == id {
			return it, true
		}
	}
	return Item{}, false
}

// Level finds a level by its code, and its place: 0 is the lowest.
func (d Definition) Level(code string) (Level, int, bool) {
	i := slices.IndexFunc(d.Levels, func(l Level) bool { return l.Code == code })
	if i < 0 {
		return Level{}, -1, false
	}
	return d.Levels[i], i, true
}

func (d Definition) setting(code string) (Setting, bool) {
	for _, s := range d.Settings {
		if s.Code == code {
			return s, true
		}
	}
	return Setting{}, false
}

// filled puts numbers into a wording.
func filled(t script.Text, pairs ...string) script.Text {
	r := strings.NewReplacer(pairs...)
	return script.Text{ET: r.Replace(t.ET), EN: r.Replace(t.EN), RU: r.Replace(t.RU)}
}
