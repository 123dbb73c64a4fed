package instrument_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/fault"
	"doorstep/internal/instrument"
)

// answered gives the first yes items a yes and the rest a no.
func answered(d instrument.Definition, yes int) instrument.Input {
	in := instrument.Input{Answers: map[string]instrument.Answer{}}
	for i, it := range d.Items {
		in.Answers[it.ID] = instrument.No
		if i < yes {
			in.Answers[it.ID] = instrument.Yes
		}
	}
	return in
}

func score(t *testing.T, d instrument.Definition, in instrument.Input, centre instrument.Settings) instrument.Result {
	t.Helper()
	r, err := d.Score(in, centre)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func state(r instrument.Result, route string) instrument.State {
	i := slices.IndexFunc(r.Routes, func(m instrument.Met) bool { return m.Code == route })
	if i < 0 {
		return ""
	}
	return r.Routes[i].State
}

// The file's own vectors hold the rules; these hold the thresholds from outside
// the file, so that a vector cannot be changed together with its rule.
func TestThresholdsOfTheField(t *testing.T) {
	ric := shipped(t, "dash_ric")
	for yes, level := range map[int]string{0: "below_threshold", 13: "below_threshold", 14: "visible_high_risk", 24: "visible_high_risk"} {
		r := score(t, ric, answered(ric, yes), nil)
		if r.Proposed.Max.Code != level || !r.Proposed.Certain {
			t.Errorf("DASH RIC with %d yes: %+v", yes, r.Proposed)
		}
	}
	odara := shipped(t, "odara")
	norms := []string{"5 %", "10 %", "20 %", "27 %", "41 %", "59 %", "59 %", "70 %", "70 %", "70 %", "70 %", "70 %", "70 %", "70 %"}
	for yes, norm := range norms {
		r := score(t, odara, answered(odara, yes), nil)
		if !strings.HasSuffix(r.Proposed.Max.Text.EN, " norm "+norm) || !r.Proposed.Certain {
			t.Errorf("ODARA with %d: %+v, want %s", yes, r.Proposed, norm)
		}
	}
	dash := shipped(t, "dash_2009")
	for _, yes := range []int{0, 13, 14, 27} {
		if r := score(t, dash, answered(dash, yes), nil); r.Proposed != nil {
			t.Errorf("DASH 2009 with %d yes grades %+v: only a person does", yes, r.Proposed)
		}
	}
}

// Every set of yes answers, all 2048 of them, against the rule as it is written.
func TestLAPAgainstItsRule(t *testing.T) {
	lap := shipped(t, "lap")
	for set := range 1 << 11 {
		in := instrument.Input{Answers: map[string]instrument.Answer{}}
		first, rest := 0, 0
		for i, it := range lap.Items {
			in.Answers[it.ID] = instrument.No
			if set&(1<<i) == 0 {
				continue
			}
			in.Answers[it.ID] = instrument.Yes
			if i < 3 {
				first++
			} else {
				rest++
			}
		}
		want := "not_triggered"
		if first > 0 || rest >= 4 {
			want = "referral"
		}
		r := score(t, lap, in, nil)
		if r.Proposed.Max.Code != want || !r.Proposed.Certain {
			t.Fatalf("%011b: %+v, want %s", set, r.Proposed, want)
		}
		in.Judgements = map[string]instrument.Opinion{"belief": {Holds: true, Reason: "the look on her face"}}
		if r := score(t, lap, in, nil); r.Proposed.Min.Code != "referral" {
			t.Fatalf("%011b: the officer's belief refers no one", set)
		}
	}
}

func TestMissingIsNotNo(t *testing.T) {
	ric := shipped(t, "dash_ric")
	for _, missing := range []instrument.Answer{"", instrument.NotAsked, instrument.Unknown, instrument.Refused} {
		in := answered(ric, 13)
		in.Answers["20"] = missing
		r := score(t, ric, in, nil)
		why := missing
		if why == "" {
			why = instrument.NotAsked
		}
		if r.Score.Min != 13 || r.Score.Max != 14 || r.Proposed.Certain ||
			r.Proposed.Min.Code != "below_threshold" || r.Proposed.Max.Code != "visible_high_risk" ||
			!reflect.DeepEqual(r.Missing, []instrument.MissingItem{{Item: "20", Why: why}}) {
			t.Errorf("%q: %+v %+v %+v", missing, r.Score, r.Proposed, r.Missing)
		}
	}
}

func TestMARACRoutesEachSuffice(t *testing.T) {
	ric := shipped(t, "dash_ric")
	at := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	callouts := func(n int) *int { return &n }
	last := func(d time.Duration) *instrument.MARAC { when := at.Add(-d); return &instrument.MARAC{Last: &when} }
	quiet := instrument.Facts{AssessedAt: at, Callouts12m: callouts(0), MARAC: &instrument.MARAC{}}
	for name, c := range map[string]struct {
		change func(*instrument.Input)
		centre instrument.Settings
		want   instrument.State
		by     []string
	}{
		"none of them":             {func(*instrument.Input) {}, nil, instrument.NotJudged, []string{"judgement"}},
		"the professional says no": {func(in *instrument.Input) { in.Judgements = map[string]instrument.Opinion{"judgement": {}} }, nil, instrument.NotMet, []string{"judgement", "ticks", "escalation", "repeat"}},
		"judgement": {func(in *instrument.Input) {
			in.Judgements = map[string]instrument.Opinion{"judgement": {Holds: true, Reason: "r"}}
		}, nil, instrument.IsMet, []string{"judgement"}},
		"ticks at the centre's threshold":  {func(*instrument.Input) {}, instrument.Settings{"ticks": 5}, instrument.IsMet, []string{"ticks"}},
		"three callouts":                   {func(in *instrument.Input) { in.Facts.Callouts12m = callouts(3) }, nil, instrument.IsMet, []string{"escalation"}},
		"three callouts where four count":  {func(in *instrument.Input) { in.Facts.Callouts12m = callouts(3) }, instrument.Settings{"callouts": 4}, instrument.NotJudged, []string{"judgement"}},
		"nobody counted callouts":          {func(in *instrument.Input) { in.Facts.Callouts12m = nil }, nil, instrument.Open, []string{"escalation"}},
		"a conference last month":          {func(in *instrument.Input) { in.Facts.MARAC = last(30 * 24 * time.Hour) }, nil, instrument.IsMet, []string{"repeat"}},
		"a conference twelve months back":  {func(in *instrument.Input) { in.Facts.MARAC = last(365 * 24 * time.Hour) }, nil, instrument.IsMet, []string{"repeat"}},
		"a second more":                    {func(in *instrument.Input) { in.Facts.MARAC = last(365*24*time.Hour + time.Second) }, nil, instrument.NotJudged, []string{"judgement"}},
		"a conference that is yet to come": {func(in *instrument.Input) { in.Facts.MARAC = last(-time.Hour) }, nil, instrument.NotJudged, []string{"judgement"}},
		"nobody looked for a conference":   {func(in *instrument.Input) { in.Facts.MARAC = nil }, nil, instrument.Open, []string{"repeat"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := answered(ric, 5)
			in.Facts = quiet
			c.change(&in)
			r := score(t, ric, in, c.centre)
			if got := r.Referrals[0]; got.Code != "marac" || got.State != c.want || !slices.Equal(got.By, c.by) {
				t.Errorf("referral %+v, want %s by %v", got, c.want, c.by)
			}
		})
	}
}

func TestAThresholdIsShownAsTheCentres(t *testing.T) {
	ric := shipped(t, "dash_ric")
	for _, c := range []struct {
		centre   instrument.Settings
		value    int
		byCentre bool
		reason   string
	}{
		{nil, 14, false, "10 yes answers; the local threshold is 14."},
		{instrument.Settings{"ticks": 10}, 10, true, "10 yes answers; the local threshold is 10."},
	} {
		r := score(t, ric, answered(ric, 10), c.centre)
		if u := r.Settings[0]; u.Code != "ticks" || *u.Value != c.value || u.ByCentre != c.byCentre {
			t.Errorf("%v: shown as %+v", c.centre, u)
		}
		if r.Routes[1].Reason.EN != c.reason || r.Routes[1].Evidence != instrument.Local {
			t.Errorf("%v: the reason is %q (%s)", c.centre, r.Routes[1].Reason.EN, r.Routes[1].Evidence)
		}
	}
	// Nobody documented a number for 27 items: the centre has to choose.
	dash := shipped(t, "dash_2009")
	if got := state(score(t, dash, answered(dash, 27), nil), "ticks"); got != instrument.NotSet {
		t.Errorf("27 yes of 27 without a threshold: %s", got)
	}
}

func TestScoreRefuses(t *testing.T) {
	ric, sheet, kettle := shipped(t, "dash_ric"), shipped(t, "doorstep_sheet"), first(synthetic(t, "synthetic"))
	negative, when := -1, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	no := false
	for name, c := range map[string]struct {
		d      instrument.Definition
		in     instrument.Input
		centre instrument.Settings
		field  string
	}{
		"an item that is not there":    {ric, instrument.Input{Answers: map[string]instrument.Answer{"25": "yes"}}, nil, "answers.25"},
		"a word that is no answer":     {ric, instrument.Input{Answers: map[string]instrument.Answer{"1": "maybe"}}, nil, "answers.1"},
		"a grade for a yes_no item":    {sheet, instrument.Input{Answers: map[string]instrument.Answer{"weapon": "worse"}}, nil, "answers.weapon"},
		"yes for a graded item":        {sheet, instrument.Input{Answers: map[string]instrument.Answer{"direction": "yes"}}, nil, "answers.direction"},
		"a judgement on a count":       {ric, instrument.Input{Judgements: map[string]instrument.Opinion{"ticks": {Holds: true, Reason: "r"}}}, nil, "judgements.ticks"},
		"a judgement without a reason": {ric, instrument.Input{Judgements: map[string]instrument.Opinion{"judgement": {Holds: true}}}, nil, "judgements.judgement.reason"},
		"fewer than no callouts":       {ric, instrument.Input{Facts: instrument.Facts{Callouts12m: &negative}}, nil, "facts.callouts_12m"},
		"a conference and no time":     {ric, instrument.Input{Facts: instrument.Facts{MARAC: &instrument.MARAC{Last: &when}}}, nil, "facts.assessed_at"},
		"a sex nobody knows":           {ric, instrument.Input{Case: instrument.Case{Victim: "f"}}, nil, "case.victim"},
		"a setting that is not there":  {ric, instrument.Input{}, instrument.Settings{"tick": 3}, "settings.tick"},
		"a setting out of bounds":      {ric, instrument.Input{}, instrument.Settings{"ticks": 25}, "settings.ticks"},
		"levels out of order":          {sheet, instrument.Input{}, instrument.Settings{"medium_points": 9}, "settings.high_points"},
		"a man as the victim":          {kettle, instrument.Input{Case: instrument.Case{Victim: "male"}}, nil, "case"},
		"a woman as the suspect":       {kettle, instrument.Input{Case: instrument.Case{Victim: "female", Suspect: "female"}}, nil, "case"},
		"a brother":                    {kettle, instrument.Input{Case: instrument.Case{Partners: &no}}, nil, "case"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.d.Score(c.in, c.centre)
			f := fault.Of(err)
			if f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Field != c.field {
				t.Errorf("error %v", err)
			}
		})
	}
}

func first(d instrument.Definition, _ string) instrument.Definition { return d }

// The Danger Assessment's limits are in its file, although it gives no score.
func TestDangerAssessmentIsForWomenAndMalePartners(t *testing.T) {
	da := shipped(t, "danger_assessment")
	if da.Population.Victim != instrument.Female || da.Population.Suspect != instrument.Male || !da.Population.Partners {
		t.Errorf("population %+v", da.Population)
	}
	if len(da.Levels) > 0 || len(da.Routes) > 0 || slices.ContainsFunc(da.Items, func(it instrument.Item) bool { return it.Points != nil || it.OnlyIf != nil }) {
		t.Error("holds weights or bands, which nobody verified")
	}
	if _, err := da.Score(instrument.Input{}, nil); !fault.Is(err, fault.Conflict) {
		t.Errorf("is scored: %v", err)
	}
}

func TestFitIsShown(t *testing.T) {
	kettle, yes := first(synthetic(t, "synthetic")), true
	for want, c := range map[instrument.Fit]instrument.Case{
		instrument.Fits:       {Victim: "female", Suspect: "male", Partners: &yes},
		instrument.FitUnknown: {Victim: "female", Suspect: "male"},
	} {
		if r := score(t, kettle, instrument.Input{Case: c}, nil); r.Fit != want {
			t.Errorf("%+v: %s", c, r.Fit)
		}
	}
	if r := score(t, shipped(t, "doorstep_sheet"), instrument.Input{Case: instrument.Case{Victim: "male"}}, nil); r.Fit != instrument.Fits {
		t.Errorf("the sheet is for everybody, not %s", r.Fit)
	}
}

func TestNoLevelWithoutToolVersionAndMissing(t *testing.T) {
	ric := shipped(t, "dash_ric")
	in := answered(ric, 13)
	in.Answers["7"], in.Answers["20"] = instrument.Unknown, instrument.NotAsked
	r := score(t, ric, in, nil)
	h := r.Headline()
	for language, c := range map[string]struct{ got, want string }{
		"et": {h.ET, "DASH riskikontroll (24 küsimust), versioon 1: punkte 12–14, pole kindel: Alla kohaliku läve (see ei tähenda väikest riski) kuni Nähtav kõrge risk (kohalik lävi); vastuseta 2/24: 7, 20"},
		"en": {h.EN, "DASH risk checklist (24 items), version 1: points 12–14, not certain: from Below the local threshold (this is not low risk) to Visible high risk (local threshold); no answer to 2 of 24: 7, 20"},
		"ru": {h.RU, "Контрольный список риска DASH (24 пункта), версия 1: баллов 12–14, точно не известно: от «Ниже местного порога (это не значит низкий риск)» до «Видимый высокий риск (местный порог)»; нет ответа: 2 из 24: 7, 20"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s", language, c.got)
		}
	}
	if got := score(t, ric, answered(ric, 14), nil).Headline().EN; !strings.HasSuffix(got, "points 14, Visible high risk (local threshold); every item answered") {
		t.Error(got)
	}
	dash := shipped(t, "dash_2009")
	if got := score(t, dash, answered(dash, 20), nil).Headline().EN; !strings.Contains(got, "points 20, a person gives the level") {
		t.Error(got)
	}
	raw, err := json.Marshal(score(t, ric, instrument.Input{}, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"tool":"dash_ric"`, `"version":1`, `"missing":[{"item":"1","why":"not_asked"}`, `"licence":{`, `"certain":false`} {
		if !strings.Contains(string(raw), key) {
			t.Errorf("the result as JSON lacks %s", key)
		}
	}
}

func TestTheSheetSaysWhatToDoAndWhen(t *testing.T) {
	sheet := shipped(t, "doorstep_sheet")
	offered := func(r instrument.Result) (codes []string) {
		for _, m := range r.Measures {
			codes = append(codes, m.Code)
		}
		return codes
	}
	calm := instrument.Input{Answers: map[string]instrument.Answer{"how_often": "first_time", "direction": "same"}}
	for _, it := range sheet.Items {
		if it.Kind == instrument.YesNo {
			calm.Answers[it.ID] = instrument.No
		}
	}
	zero := 0
	calm.Facts.Callouts12m = &zero
	r := score(t, sheet, calm, nil)
	if r.FollowUp.Days != 30 || !slices.Equal(offered(r), []string{"crisis_line", "safe_word", "consent"}) {
		t.Errorf("low: %+v %v", r.FollowUp, offered(r))
	}
	if r := score(t, sheet, calm, instrument.Settings{"low_days": 14}); r.FollowUp.Days != 14 {
		t.Errorf("a centre's own interval: %+v", r.FollowUp)
	}
	// One answer missing leaves the highest level possible, and the careful interval.
	calm.Answers["strangled"] = instrument.Refused
	r = score(t, sheet, calm, nil)
	if *r.FollowUp != (instrument.FollowUp{Days: 1, Level: "high"}) || !slices.Contains(offered(r), "marac") || slices.Contains(offered(r), "medical") {
		t.Errorf("not known: %+v %v", r.FollowUp, offered(r))
	}
	calm.Answers["strangled"] = instrument.Yes
	if r = score(t, sheet, calm, nil); !slices.Contains(offered(r), "medical") {
		t.Errorf("strangled: %v", offered(r))
	}
	for _, text := range []string{sheet.Licence.Note.ET, sheet.Validity.ET, sheet.Licence.Note.EN, sheet.Validity.EN, sheet.Licence.Note.RU, sheet.Validity.RU} {
		if !strings.Contains(strings.ToLower(text), "valid") && !strings.Contains(strings.ToLower(text), "валидир") {
			t.Errorf("%q does not say that it is not validated", text)
		}
	}
}

func TestReadInput(t *testing.T) {
	in, err := instrument.ReadInput(strings.NewReader(`{"answers":{"1":"yes","2":null},"facts":{"callouts_12m":3,"assessed_at":"2026-11-23T03:00:00Z","marac":{"last":null}}}`))
	if err != nil || in.Answers["1"] != instrument.Yes || in.Answers["2"] != instrument.NotAsked || *in.Facts.Callouts12m != 3 || in.Facts.MARAC.Last != nil {
		t.Errorf("%+v, %v", in, err)
	}
	for name, raw := range map[string]string{
		"a misspelt field":   `{"answer":{}}`,
		"a truth value":      `{"answers":{"1":true}}`,
		"two cases":          `{} {}`,
		"nothing":            ``,
		"a date, not a time": `{"facts":{"assessed_at":"2026-11-23"}}`,
	} {
		if _, err := instrument.ReadInput(strings.NewReader(raw)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
