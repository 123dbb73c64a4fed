package drill

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"doorstep/internal/client"
)

const unitTopic, userTopic = "unit:u", "user:a"

// server signs anybody in and hands each line that says hello to the test.
type server struct {
	t     *testing.T
	at    string
	lines chan *peer
}

// peer is the server's end of a line.
type peer struct {
	*websocket.Conn
	t      *testing.T
	resume map[string]int64
}

func newServer(t *testing.T) *server {
	s := &server{t: t, lines: make(chan *peer, 8)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/session", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"user":{"id":"a","unit_id":"u"}}`)
	})
	mux.HandleFunc("/api/v1/stream", func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{Subprotocols: []string{"doorstep.v1"}}
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		p := &peer{Conn: c, t: t}
		p.resume = p.next("hello").Resume
		s.lines <- p
	})
	far := httptest.NewServer(mux)
	t.Cleanup(far.Close)
	s.at = far.URL
	return s
}

// tablet runs one until the test ends.
func (s *server) tablet(habits Habits) *Tablet {
	s.t.Helper()
	who, err := client.SignIn(s.t.Context(), s.at, client.Credentials{})
	if err != nil {
		s.t.Fatal(err)
	}
	habits.Wait = func(int) time.Duration { return time.Millisecond }
	tablet := NewTablet(who, habits, s.at)
	s.run(tablet)
	return tablet
}

func (s *server) run(device interface {
	Run(context.Context, int) error
}) {
	ctx, stop := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = device.Run(ctx, 0) }()
	s.t.Cleanup(func() { stop(); <-ended })
}

type heardBody struct {
	Resume map[string]int64 `json:"resume"`
	Topic  string           `json:"topic"`
	Seq    int64            `json:"seq"`
	Ref    string           `json:"client_id"`
}

// next reads up to the next frame of a type.
func (p *peer) next(kind string) heardBody {
	_ = p.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		var f struct {
			Type string    `json:"type"`
			Body heardBody `json:"body"`
		}
		if err := p.ReadJSON(&f); err != nil {
			p.t.Errorf("waiting for %s: %v", kind, err)
			return heardBody{}
		}
		if f.Type == kind {
			return f.Body
		}
	}
}

func (p *peer) say(format string, args ...any) {
	if err := p.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		p.t.Error(err)
	}
}

func (p *peer) welcome(seq int64) {
	p.say(`{"type":"welcome","body":{"topics":{"unit:u":%d,"user:a":0}}}`, seq)
}

func (p *peer) brief(topic string, seq int64) {
	p.say(`{"type":"briefing","topic":%q,"seq":%d,"body":{"briefing_id":"b","revision":%d,"assignment":{"id":"x"}}}`, topic, seq, seq)
}

func stored(tablet *Tablet) (seqs []int64) {
	for _, k := range tablet.Stored() {
		seqs = append(seqs, k.Seq)
	}
	return seqs
}

func breaches(tablet *Tablet) (kinds []Breach) {
	for _, trouble := range tablet.Troubles() {
		kinds = append(kinds, trouble.Kind)
	}
	return kinds
}

func TestATabletStoresOnceInOrderAndThenAcknowledges(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{})
	line := <-s.lines
	line.welcome(0)
	for _, seq := range []int64{1, 2, 1, 2, 3} {
		line.brief(unitTopic, seq)
	}
	for line.next("ack").Seq != 3 {
	}
	if got := stored(tablet); !slices.Equal(got, []int64{1, 2, 3}) {
		t.Errorf("stored %v", got)
	}
	if c, kinds := tablet.Counts(), breaches(tablet); c.Repeats != 2 || len(kinds) != 0 {
		t.Errorf("%d repeats, breaches %v", c.Repeats, kinds)
	}
}

func TestATabletThatLooksLaterFindsTheSame(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{Later: true})
	line := <-s.lines
	line.welcome(0)
	line.brief(unitTopic, 1)
	line.say(`{"type":"briefing","topic":%q,"seq":2,"body":{"briefing_id":"b" "revision":2}}`, unitTopic)
	line.say(`{"type":"briefing","topic":%q,"seq":3,"body":{"briefing_id":"b","revision":3}}`, unitTopic)
	line.brief(unitTopic, 4)
	if err := tablet.Has(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	if line.next("ack").Seq == 0 {
		t.Error("it did not acknowledge")
	}
	if got, kinds := stored(tablet), breaches(tablet); !slices.Equal(got, []int64{1, 4}) || !slices.Equal(kinds, []Breach{Unread, Unread}) {
		t.Errorf("stored %v, breaches %v", got, kinds)
	}
	kept, at := tablet.Stored()[0], s.tablet(Habits{})
	line = <-s.lines
	line.welcome(0)
	line.brief(unitTopic, 1)
	if err := at.Has(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	once := at.Stored()[0]
	if once.At = kept.At; once != kept {
		t.Errorf("kept %+v, at once %+v", kept, once)
	}
}

func TestATabletNotesAGapAndComesBackForIt(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{})
	line := <-s.lines
	line.welcome(0)
	line.brief(unitTopic, 1)
	line.brief(unitTopic, 3)
	line = <-s.lines
	if line.resume[unitTopic] != 1 {
		t.Errorf("resumed after %d", line.resume[unitTopic])
	}
	line.welcome(3)
	line.brief(unitTopic, 2)
	line.brief(unitTopic, 3)
	if err := tablet.UpTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if got, kinds := stored(tablet), breaches(tablet); !slices.Equal(got, []int64{1, 2, 3}) || !slices.Equal(kinds, []Breach{Gap}) {
		t.Errorf("stored %v, breaches %v", got, kinds)
	}
}

func TestATabletNotesWhatIsNotForItAndNumbersThatGoBack(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{})
	line := <-s.lines
	line.welcome(0)
	line.brief("unit:other", 1)
	line.brief(unitTopic, 1)
	if err := tablet.Has(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	tablet.Cut()
	line = <-s.lines
	line.welcome(0)
	if err := tablet.Live(t.Context()); err != nil {
		t.Fatal(err)
	}
	if kinds := breaches(tablet); !slices.Equal(kinds, []Breach{Foreign, Back}) {
		t.Errorf("breaches %v", kinds)
	}
}

func TestAFrozenTabletStoresNothing(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{})
	line := <-s.lines
	line.welcome(0)
	tablet.Freeze()
	line.brief(unitTopic, 1)
	line.say(`{"type":"beat"}`)
	if got := stored(tablet); len(got) != 0 {
		t.Errorf("stored %v", got)
	}
	tablet.Thaw()
	if line.next("ack").Seq != 1 {
		t.Error("thawed, it acknowledged something else")
	}
}

func TestWhatATabletSaysItSaysAgainUntilItIsHeard(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{Clear: true})
	line := <-s.lines
	line.welcome(0)
	line.brief(unitTopic, 1)
	first := line.next("status").Ref
	tablet.Cut()
	line = <-s.lines
	line.welcome(1)
	if again := line.next("status").Ref; again != first {
		t.Errorf("said %s, then %s", first, again)
	}
	line.say(`{"type":"retry","body":{"of":"status","ref":%q}}`, first)
	if again := line.next("status").Ref; again != first {
		t.Errorf("told to say %s again, it said %s", first, again)
	}
	line.say(`{"type":"beat"}`)
	line.say(`{"type":"beat"}`)
	line.brief(unitTopic, 2)
	line.next("ack") // so the beats were heard
	tablet.Cut()
	line = <-s.lines
	line.welcome(2)
	line.brief(unitTopic, 3)
	_ = line.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, raw, err := line.ReadMessage(); err != nil || !strings.Contains(string(raw), `"ack"`) {
		t.Errorf("after two beats it said %s, %v", raw, err)
	}
}

func TestAnAcknowledgementThatWasNotKeptIsRepeatedOnTheLine(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{})
	line := <-s.lines
	line.welcome(0)
	line.brief(unitTopic, 1)
	line.next("ack")
	line.say(`{"type":"retry","body":{"of":"ack","ref":%q}}`, unitTopic)
	if again := line.next("ack").Seq; again != 1 || tablet.Counts().Opened != 1 {
		t.Errorf("acknowledged %d on line %d", again, tablet.Counts().Opened)
	}
}

func TestNothingIsSaidWhileNothingCanBeSaved(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{})
	line := <-s.lines
	line.welcome(0)
	line.say(`{"type":"state","body":{"saving":false,"since":"2026-03-01T14:02:00Z"}}`)
	line.brief(unitTopic, 1)
	line.brief(unitTopic, 2)
	if err := tablet.UpTo(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	line.say(`{"type":"state","body":{"saving":true}}`)
	if first := line.next("ack").Seq; first != 2 {
		t.Errorf("it acknowledged %d while nothing could be saved", first)
	}
	if kinds := breaches(tablet); len(kinds) != 0 {
		t.Errorf("breaches %v", kinds)
	}
}

func TestWhatIsNotWatchedAnyMoreIsNotTakenFromAWelcomeThatWasUnderWay(t *testing.T) {
	s := newServer(t)
	who, err := client.SignIn(t.Context(), s.at, client.Credentials{})
	if err != nil {
		t.Fatal(err)
	}
	screen := NewScreen(who, s.at)
	screen.Watch("left")
	screen.Watch("stays")
	s.run(screen)
	line := <-s.lines
	screen.Unwatch("left")
	line.next("unwatch")
	line.say(`{"type":"welcome","body":{"topics":{"user:a":0,"incident:left":0,"incident:stays":0}}}`)
	line.say(`{"type":"resync","body":{"topic":"incident:left","seq":0}}`)
	for _, incident := range []string{"left", "stays"} {
		line.say(`{"type":"delivery","topic":"incident:%[1]s","seq":1,"body":{"incident_id":%[1]q,"unit_id":"u","seq":1}}`, incident)
	}
	if first := line.next("ack").Topic; first != "incident:stays" {
		t.Errorf("it acknowledged %s", first)
	}
	if got := screen.Troubles(); len(got) != 0 {
		t.Errorf("noted %v", got)
	}
}

func TestALineNotesWhatIsRefused(t *testing.T) {
	s := newServer(t)
	tablet := s.tablet(Habits{})
	line := <-s.lines
	line.say(`{"type":"refused","body":{"of":"ack","ref":"unit:u","detail":"this topic is not heard here"}}`)
	line.welcome(0)
	if err := tablet.Live(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := tablet.Troubles(); len(got) != 1 || got[0].Kind != Refused || !strings.Contains(got[0].Detail, "not heard here") {
		t.Errorf("noted %v", got)
	}
}

func TestCloseCodesInstruct(t *testing.T) {
	for code, comesBack := range map[int]bool{4400: true, 4401: true, 4402: true, 1001: true, 4501: false, 4502: false, 4503: false} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			s := newServer(t)
			tablet := s.tablet(Habits{})
			line := <-s.lines
			line.welcome(0)
			if err := tablet.Live(t.Context()); err != nil {
				t.Fatal(err)
			}
			_ = line.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
			if comesBack {
				<-s.lines
				return
			}
			if err := tablet.Has(t.Context(), 1); err == nil || !slices.Equal(breaches(tablet), []Breach{Away}) {
				t.Errorf("%v, breaches %v", err, breaches(tablet))
			}
		})
	}
}
