package instrument

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"time"

	"doorstep/internal/fault"
)

// Answer is the answer to one item: one of the words below, or the code of a
// choice. The zero Answer is NotAsked, so that silence is never read as "no".
type Answer string

// The answers that items take.
const (
	Yes      Answer = "yes"
	No       Answer = "no"
	Unknown  Answer = "unknown" // asked; the person could not say
	Refused  Answer = "refused" // asked; the person would not say
	NotAsked Answer = "not_asked"
)

// Missing reports whether nothing is known: that is never the same as No.
func (a Answer) Missing() bool {
	return a == "" || a == NotAsked || a == Unknown || a == Refused
}

// UnmarshalJSON reads the word; null is not asked.
func (a *Answer) UnmarshalJSON(raw []byte) error {
	var word *string
	if err := json.Unmarshal(raw, &word); err != nil {
		return fmt.Errorf("an answer is a word such as \"yes\", not %s", raw)
	}
	*a = NotAsked
	if word != nil {
		*a = Answer(*word)
	}
	return nil
}

// Sex is as the case records it; empty is not known.
type Sex string

// The sexes that an instrument can be limited to.
const (
	Female Sex = "female"
	Male   Sex = "male"
	Other  Sex = "other"
)

// Input is what is known of one case.
type Input struct {
	Answers map[string]Answer `json:"answers,omitempty"` // by item id
	Case    Case              `json:"case,omitzero"`
	Facts   Facts             `json:"facts,omitzero"`
	// Judgements are a professional's own, by the route they belong to. One
	// that is not here was not given; that is not a "no" either.
	Judgements map[string]Opinion `json:"judgements,omitempty"`
}

// Case is whom the assessment is about, as far as instruments depend on it.
type Case struct {
	Victim   Sex   `json:"victim,omitempty"`
	Suspect  Sex   `json:"suspect,omitempty"`
	Partners *bool `json:"partners,omitempty"` // present or former; nil: not known
}

// Facts come from records, not from answers.
type Facts struct {
	// AssessedAt is when the assessment is made: the package has no clock.
	AssessedAt time.Time `json:"assessed_at,omitzero"`
	// Callouts12m counts police callouts in the twelve months before; nil: nobody looked.
	Callouts12m *int `json:"callouts_12m,omitempty"`
	// MARAC is nil when nobody looked whether there was a conference.
	MARAC *MARAC `json:"marac,omitempty"`
}

// MARAC is what a search for conferences about the same two people found.
type MARAC struct {
	Last *time.Time `json:"last"` // nil: none on record
}

// Opinion is a professional's judgement on one route.
type Opinion struct {
	Holds  bool   `json:"holds"`
	Reason string `json:"reason"`
}

// Settings are the numbers that a centre chose, by their code.
type Settings map[string]int

// check finds what cannot be used, in a stable order.
func (d Definition) check(in Input) error {
	var wrong []fault.Field
	for id, a := range in.Answers {
		it, ok := d.Item(id)
		switch {
		case !ok:
			wrong = append(wrong, fault.Field{Field: "answers." + id, Detail: "is no item of " + d.Code})
		case !it.takes(a):
			wrong = append(wrong, fault.Field{Field: "answers." + id, Detail: "is not an answer that the item takes"})
		}
	}
	for code, o := range in.Judgements {
		r, ok := d.route(code)
		switch {
		case !ok || !r.When.Judgement:
			wrong = append(wrong, fault.Field{Field: "judgements." + code, Detail: "is no judgement of " + d.Code})
		case o.Holds && o.Reason == "":
			wrong = append(wrong, fault.Field{Field: "judgements." + code + ".reason", Detail: "is needed"})
		}
	}
	if n := in.Facts.Callouts12m; n != nil && *n < 0 {
		wrong = append(wrong, fault.Field{Field: "facts.callouts_12m", Detail: "cannot be below 0"})
	}
	if m := in.Facts.MARAC; m != nil && m.Last != nil && in.Facts.AssessedAt.IsZero() {
		wrong = append(wrong, fault.Field{Field: "facts.assessed_at", Detail: "is needed to say how long ago the conference was"})
	}
	sexes := []Sex{"", Female, Male, Other}
	for _, s := range []struct {
		field string
		sex   Sex
	}{{"case.victim", in.Case.Victim}, {"case.suspect", in.Case.Suspect}} {
		if !slices.Contains(sexes, s.sex) {
			wrong = append(wrong, fault.Field{Field: s.field, Detail: "must be female, male or other"})
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	sort.Slice(wrong, func(i, j int) bool { return wrong[i].Field < wrong[j].Field })
	return fault.BadFields(wrong...)
}

func (it Item) takes(a Answer) bool {
	if a.Missing() {
		return true
	}
	if it.Kind == YesNo {
		return a == Yes || a == No
	}
	return slices.ContainsFunc(it.Choices, func(c Choice) bool { return Answer(c.Code) == a })
}

func (d Definition) route(code string) (Route, bool) {
	for _, r := range d.Routes {
		if r.Code == code {
			return r, true
		}
	}
	return Route{}, false
}

// Fit says whether a case is one that an instrument is made for.
type Fit string

// The fits.
const (
	Fits       Fit = "fits"
	FitUnknown Fit = "unknown"
	Outside    Fit = "outside"
)

// fit is Outside as soon as one thing is known to be otherwise.
func (p Population) fit(c Case) Fit {
	fit := Fits
	look := func(limited, known, same bool) {
		switch {
		case !limited || fit == Outside:
		case !known:
			fit = FitUnknown
		case !same:
			fit = Outside
		}
	}
	look(p.Victim != "", c.Victim != "", c.Victim == p.Victim)
	look(p.Suspect != "", c.Suspect != "", c.Suspect == p.Suspect)
	look(p.Partners, c.Partners != nil, c.Partners != nil && *c.Partners)
	return fit
}

// settled are the settings as they hold for one scoring.
type settled map[string]int

// settle joins the centre's numbers with the defaults.
func (d Definition) settle(centre Settings) (settled, []Used, error) {
	var wrong []fault.Field
	for code := range centre {
		if _, ok := d.setting(code); !ok {
			wrong = append(wrong, fault.Field{Field: "settings." + code, Detail: "is no setting of " + d.Code})
		}
	}
	values := settled{}
	used := []Used{}
	for _, s := range d.Settings {
		n, chosen := centre[s.Code]
		switch {
		case chosen && (n < s.Min || n > s.Max):
			wrong = append(wrong, fault.Field{Field: "settings." + s.Code, Detail: fmt.Sprintf("must be from %d to %d", s.Min, s.Max)})
			continue
		case !chosen && s.Default == nil:
			used = append(used, Used{Code: s.Code, Text: s.Text})
			continue
		case !chosen:
			n = *s.Default
		}
		values[s.Code] = n
		used = append(used, Used{Code: s.Code, Text: s.Text, Value: &n, ByCentre: chosen})
	}
	last := -1 << 31
	for _, l := range d.Levels {
		if l.From == nil {
			continue
		}
		n, known := values.number(*l.From)
		if known && n <= last {
			wrong = append(wrong, fault.Field{Field: "settings." + l.From.Setting, Detail: "puts the levels out of order"})
		}
		last = n
	}
	if len(wrong) > 0 {
		sort.Slice(wrong, func(i, j int) bool { return wrong[i].Field < wrong[j].Field })
		return nil, nil, fault.BadFields(wrong...)
	}
	return values, used, nil
}

// number is what a limit stands for; not known when the centre has to choose
// and has not.
func (s settled) number(l Limit) (n int, known bool) {
	if l.Setting == "" {
		return l.N, true
	}
	n, known = s[l.Setting]
	return n, known
}

// maxInput bounds one case.
const maxInput = 1 << 20

// ReadInput reads one case from JSON, and refuses what it does not know: a
// misspelt item would be a "yes" that never counts.
func ReadInput(from io.Reader) (Input, error) {
	dec := json.NewDecoder(io.LimitReader(from, maxInput))
	dec.DisallowUnknownFields()
	var in Input
	if err := dec.Decode(&in); err != nil {
		return Input{}, fault.Because(fault.Invalid, err, "the answers cannot be read")
	}
	if dec.More() {
		return Input{}, fault.New(fault.Invalid, "the answers are followed by something else")
	}
	return in, nil
}
