package httpapi

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestClientIsWhoAskedAndNotItsProxy(t *testing.T) {
	l := NewLimits(Rates{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::7/128")}})
	for name, tt := range map[string]struct {
		remote, forwarded, want string
	}{
		"a tablet":                               {"192.0.2.7:4711", "", "192.0.2.7"},
		"a tablet that says it is another":       {"192.0.2.7:4711", "198.51.100.1", "192.0.2.7"},
		"behind our proxy":                       {"10.0.0.7:4711", "192.0.2.7", "192.0.2.7"},
		"behind two of ours":                     {"[fd00::7]:4711", "192.0.2.7, 10.1.1.1", "192.0.2.7"},
		"behind ours, and it says it is another": {"10.0.0.7:4711", "198.51.100.1, 192.0.2.7", "192.0.2.7"},
		"behind ours, which said nothing":        {"10.0.0.7:4711", "", "10.0.0.7"},
		"behind ours, which said nonsense":       {"10.0.0.7:4711", "192.0.2.7, unknown", "10.0.0.7"},
		"IPv4 in the clothes of IPv6":            {"[::ffff:192.0.2.7]:4711", "", "192.0.2.7"},
		"one of a whole network":                 {"[2001:db8:1:2:3:4:5:6]:4711", "", "2001:db8:1:2::/64"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = tt.remote
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			if got := l.client(r); got != tt.want {
				t.Errorf("counted as %s, want %s", got, tt.want)
			}
		})
	}
}

func TestMeterTellsHowLongToWait(t *testing.T) {
	m := newMeter(0.5, 2)
	for range 2 {
		if wait := m.wait("station 1"); wait != 0 {
			t.Fatalf("waits %s within what may come at once", wait)
		}
	}
	if wait := m.wait("station 1"); wait <= time.Second || wait > 2*time.Second {
		t.Errorf("waits %s, want about 2s", wait)
	}
	if wait := m.wait("station 2"); wait != 0 {
		t.Errorf("another waits %s", wait)
	}
	for i := range meterMost {
		m.wait(strconv.Itoa(i))
	}
	if m.by.Len() > meterMost {
		t.Errorf("%d are counted", m.by.Len())
	}
	if wait := newMeter(0, 0).wait("station 1"); wait != 0 {
		t.Errorf("without a limit it waits %s", wait)
	}
}

// Who opens connections and says nothing has so many of them and no more, and
// they end in time; then others may be opened.
func TestSilentConnectionsAreFewAndEnd(t *testing.T) {
	const most = 5
	s := &Server{Limits: NewLimits(Rates{AddressConnections: most}), Seen: NewSeen()}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState, server.Config.ReadHeaderTimeout = s.ConnState, 3*time.Second
	server.Start()
	t.Cleanup(server.Close)
	began := time.Now()
	var reading sync.WaitGroup
	var atOnce atomic.Int64
	for range 3 * most {
		c, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_ = c.SetReadDeadline(began.Add(time.Second))
		reading.Go(func() {
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				atOnce.Add(1)
			}
		})
	}
	reading.Wait()
	if n := atOnce.Load(); n != 2*most {
		t.Errorf("%d of %d were closed at once, want %d", n, 3*most, 2*most)
	}
	for {
		res, err := http.Get(server.URL)
		if err == nil {
			_ = res.Body.Close()
			return
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("the silent ones do not end: %v", err)
		}
	}
}
