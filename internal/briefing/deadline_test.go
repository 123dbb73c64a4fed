package briefing

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"doorstep/internal/fault"
)

var usual = Deadlines{Delivered: 10 * time.Second, Displayed: 30 * time.Second, Read: 60 * time.Second, Supervisor: 20 * time.Second}

// revision is one that was sent so many seconds after noon and came to its steps
// so many after noon.
func revision(n, sent int, reached ...int) Delivery {
	d := Delivery{Revision: n, SentAt: second(sent)}
	for i, at := range reached {
		*[]**time.Time{&d.DeliveredAt, &d.DisplayedAt, &d.ReadAt}[i] = new(second(at))
	}
	return d
}

func second(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }

func (d Delivery) late(step Step, levels ...Level) Delivery {
	for _, level := range levels {
		d.Late = append(d.Late, Escalation{Step: step, Level: level, At: noon})
	}
	return d
}

func (d Delivery) toldByRadio(at int) Delivery {
	d.ToldByRadioAt = new(second(at))
	return d
}

func TestWhoIsToldThatAStepIsLate(t *testing.T) {
	both := []Level{ToCallTaker, ToSupervisor}
	for name, c := range map[string]struct {
		sent      []Delivery
		takenOver bool
		at        int
		step      Step
		tell      []Level
		next      int // 0: nothing to wait for
	}{
		"nothing was sent":                                       {nil, false, 99, "", nil, 0},
		"on its way in time":                                     {[]Delivery{revision(1, 0)}, false, 9, "", nil, 10},
		"not delivered by its deadline":                          {[]Delivery{revision(1, 0)}, false, 10, Delivered, both[:1], 30},
		"the call taker was told":                                {[]Delivery{revision(1, 0).late(Delivered, ToCallTaker)}, false, 29, "", nil, 30},
		"still not delivered":                                    {[]Delivery{revision(1, 0).late(Delivered, ToCallTaker)}, false, 30, Delivered, both[1:], 0},
		"everybody was told":                                     {[]Delivery{revision(1, 0).late(Delivered, both...)}, false, 999, "", nil, 0},
		"nobody looked for long":                                 {[]Delivery{revision(1, 0)}, false, 999, Delivered, both, 0},
		"undelivered is not undisplayed too":                     {[]Delivery{revision(1, 0).late(Delivered, both...)}, false, 31, "", nil, 0},
		"delivered in time, not yet displayed":                   {[]Delivery{revision(1, 0, 1)}, false, 10, "", nil, 30},
		"delivered, not displayed by its deadline":               {[]Delivery{revision(1, 0, 1)}, false, 30, Displayed, both[:1], 50},
		"delivered late, and displayed late":                     {[]Delivery{revision(1, 0, 25).late(Delivered, ToCallTaker)}, false, 30, Displayed, both[:1], 50},
		"delivered just before, and displayed late":              {[]Delivery{revision(1, 0, 29)}, false, 30, "", nil, 31},
		"delivered long after, it has a moment to be displayed":  {[]Delivery{revision(1, 0, 300).late(Delivered, both...)}, false, 301, "", nil, 302},
		"and is late after it":                                   {[]Delivery{revision(1, 0, 300).late(Delivered, both...)}, false, 302, Displayed, both[:1], 322},
		"a newer revision gives no more of a moment":             {[]Delivery{revision(1, 0, 300), revision(2, 8, 301)}, false, 302, Displayed, both[:1], 322},
		"displayed long after, it has time to be read":           {[]Delivery{revision(1, 0, 300), revision(2, 8, 300, 301)}, false, 310, "", nil, 311},
		"a newer one on the screen gives no more time":           {[]Delivery{revision(1, 0, 1), revision(2, 1, 1, 55), revision(3, 2, 55, 58)}, false, 64, "", nil, 65},
		"and is late after that of the first on the screen":      {[]Delivery{revision(1, 0, 1), revision(2, 1, 1, 55), revision(3, 2, 55, 58)}, false, 65, Read, both[:1], 85},
		"displayed, not read by its deadline":                    {[]Delivery{revision(1, 0, 1, 2)}, false, 60, Read, both[:1], 80},
		"displayed, and nobody reads it":                         {[]Delivery{revision(1, 0, 1, 2).late(Read, ToCallTaker)}, false, 80, Read, both[1:], 0},
		"read":                                                   {[]Delivery{revision(1, 0, 1, 2, 3)}, false, 999, "", nil, 0},
		"read late is read":                                      {[]Delivery{revision(1, 0, 1, 2, 90).late(Read, both...)}, false, 999, "", nil, 0},
		"told by radio":                                          {[]Delivery{revision(1, 0).toldByRadio(5)}, false, 999, "", nil, 0},
		"told by radio after the call taker was told":            {[]Delivery{revision(1, 0).late(Delivered, ToCallTaker).toldByRadio(15)}, false, 999, "", nil, 0},
		"a newer revision after one that was told by radio":      {[]Delivery{revision(1, 0).toldByRadio(5), revision(2, 40)}, false, 49, "", nil, 50},
		"a newer revision gives no more time":                    {[]Delivery{revision(1, 0), revision(2, 8)}, false, 10, Delivered, both[:1], 30},
		"a newer revision does not tell the same again":          {[]Delivery{revision(1, 0).late(Delivered, ToCallTaker), revision(2, 8)}, false, 29, "", nil, 30},
		"a newer revision goes on to the supervisor":             {[]Delivery{revision(1, 0).late(Delivered, ToCallTaker), revision(2, 8)}, false, 30, Delivered, both[1:], 0},
		"a newer revision after one that was read has its time":  {[]Delivery{revision(1, 0, 1, 2, 3), revision(2, 40)}, false, 49, "", nil, 50},
		"the newest was read, one before it was not":             {[]Delivery{revision(1, 0, 1), revision(2, 8, 9, 10, 11)}, false, 999, "", nil, 0},
		"delivered before, the newest is not":                    {[]Delivery{revision(1, 0, 1, 2), revision(2, 20)}, false, 30, Delivered, both[:1], 50},
		"an older one that nobody read gives the newest no time": {[]Delivery{revision(1, 0, 1, 2), revision(2, 50, 51, 52)}, false, 60, Read, both[:1], 80},
		"taken over: the supervisor at the first deadline":       {[]Delivery{revision(1, 0)}, true, 10, Delivered, both[1:], 0},
		"taken over: not before it":                              {[]Delivery{revision(1, 0)}, true, 9, "", nil, 10},
		"taken over after the call taker was told":               {[]Delivery{revision(1, 0).late(Delivered, ToCallTaker)}, true, 12, Delivered, both[1:], 0},
	} {
		t.Run(name, func(t *testing.T) {
			late, next := usual.Escalate(c.sent, c.takenOver, second(c.at))
			var want []Escalation
			for _, level := range c.tell {
				want = append(want, Escalation{Step: c.step, Level: level, At: second(c.at)})
			}
			var again time.Time
			if c.next > 0 {
				again = second(c.next)
			}
			if !reflect.DeepEqual(late, want) || !next.Equal(again) {
				t.Errorf("told %v, looks again at %v; want %v and %v", late, next, want, again)
			}
		})
	}
}

func TestDeadlinesThatNobodyCouldKeepAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Deadlines)
		fields []string
	}{
		"the usual ones":              {func(*Deadlines) {}, nil},
		"nothing at all":              {func(d *Deadlines) { *d = Deadlines{} }, []string{"delivered_s", "displayed_s", "read_s", "supervisor_s"}},
		"displayed with delivered":    {func(d *Deadlines) { d.Displayed = d.Delivered }, []string{"displayed_s"}},
		"read before displayed":       {func(d *Deadlines) { d.Read = 20 * time.Second }, []string{"read_s"}},
		"less than a second":          {func(d *Deadlines) { d.Delivered = time.Millisecond }, []string{"delivered_s"}},
		"more than an hour":           {func(d *Deadlines) { d.Read = 2 * time.Hour }, []string{"read_s"}},
		"the supervisor at no time":   {func(d *Deadlines) { d.Supervisor = 0 }, []string{"supervisor_s"}},
		"delivered after all of them": {func(d *Deadlines) { d.Delivered = 50 * time.Minute }, []string{"displayed_s"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := usual
			c.change(&d)
			var fields []string
			if err := d.Check(); err != nil {
				for _, f := range fault.Of(err).Fields {
					fields = append(fields, f.Field)
				}
			}
			if !slices.Equal(fields, c.fields) {
				t.Errorf("refused %v, want %v", fields, c.fields)
			}
		})
	}
}
