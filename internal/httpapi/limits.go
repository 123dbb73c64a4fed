package httpapi

import (
	"context"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Rates are how much one session and one address may ask of this server; 0 is no
// limit. Of requests ten times as many as in a second may come at once; streams
// may all be opened at once, and again within a minute.
type Rates struct {
	SessionRequests    int // in a second
	AddressRequests    int
	SessionStreams     int
	AddressStreams     int
	AddressConnections int // open, and not taken over as a stream
	// Proxies are believed when they say for whom they ask.
	Proxies []netip.Prefix
}

// Limits keeps one client from taking what the others need.
type Limits struct {
	rates                                          Rates
	tries                                          *meter
	session, address, sessionStream, addressStream *meter

	mu   sync.Mutex
	open map[string]int // connections that are no streams, by address
}

// NewLimits makes limits of which everything is left. Guessing of passwords is
// always slowed down, by address of the client and by username. By both: a whole
// shift signs in from one address.
func NewLimits(r Rates) *Limits {
	return &Limits{
		rates: r, open: map[string]int{},
		tries:         newMeter(0.5, 10),
		session:       newMeter(float64(r.SessionRequests), 10*r.SessionRequests),
		address:       newMeter(float64(r.AddressRequests), 10*r.AddressRequests),
		sessionStream: newMeter(float64(r.SessionStreams)/60, r.SessionStreams),
		addressStream: newMeter(float64(r.AddressStreams)/60, r.AddressStreams),
	}
}

// meterMost bounds the memory of one meter; who did not ask for the longest time
// starts anew.
const meterMost = 20_000

// meter counts by a key; one that is nil lets everything pass.
type meter struct {
	perSecond rate.Limit
	atOnce    int
	by        *lru.Cache[string, *rate.Limiter]
}

func newMeter(perSecond float64, atOnce int) *meter {
	if atOnce <= 0 {
		return nil
	}
	by, err := lru.New[string, *rate.Limiter](meterMost)
	if err != nil {
		panic(err) // it fails on sizes below one only
	}
	return &meter{rate.Limit(perSecond), atOnce, by}
}

// wait takes one, or returns how long it is until there is one.
func (m *meter) wait(key string) time.Duration {
	if m == nil {
		return 0
	}
	limiter, ok := m.by.Get(key)
	if !ok {
		limiter = rate.NewLimiter(m.perSecond, m.atOnce)
		if other, there, _ := m.by.PeekOrAdd(key, limiter); there {
			limiter = other
		}
	}
	taken := limiter.Reserve()
	wait := taken.Delay()
	if wait > 0 {
		taken.Cancel()
	}
	return wait
}

// limited refuses a request too many before anything is done for it. Pages and
// operations are files and counters; a stream has limits of its own.
func (s *Server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != streamPath {
			wait := time.Duration(0)
			if cookie, err := r.Cookie(cookieName); err == nil && cookie.Value != "" {
				wait = s.Limits.session.wait(cookie.Value)
			}
			if wait == 0 {
				wait = s.Limits.address.wait(s.Limits.client(r))
			}
			if wait > 0 {
				write(w, s.tooMany(ofRequests, wait))
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// tooMany counts and is the refusal of one try too many.
func (s *Server) tooMany(of string, wait time.Duration) *Problem {
	s.Seen.limited.WithLabelValues(of).Inc()
	return &Problem{
		Status: http.StatusTooManyRequests, Title: http.StatusText(http.StatusTooManyRequests), Detail: "too many tries: wait a little",
		retryAfter: strconv.Itoa(int(math.Ceil(wait.Seconds()))),
	}
}

// client is the address that limits count by: that of the other end, or, where
// that is a proxy of ours, the last one in its list that is not. A whole network
// of IPv6 is one client, for it is given to one.
func (l *Limits) client(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	addr := at.Addr().Unmap()
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(said) - 1; i >= 0 && l.trusts(addr); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(said[i]))
		if err != nil {
			break
		}
		addr = before.Unmap()
	}
	return countedAs(addr)
}

func (l *Limits) trusts(addr netip.Addr) bool {
	for _, p := range l.rates.Proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func countedAs(addr netip.Addr) string {
	if addr.Is6() {
		if network, err := addr.Prefix(64); err == nil {
			return network.String()
		}
	}
	return addr.String()
}

// ConnState closes a connection too many of one address: who opens them and says
// nothing takes no more than that. It is the hook of an http.Server.
func (s *Server) ConnState(c net.Conn, state http.ConnState) {
	l := s.Limits
	at, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok || l.rates.AddressConnections <= 0 || state == http.StateActive || state == http.StateIdle {
		return
	}
	addr := at.AddrPort().Addr().Unmap()
	if l.trusts(addr) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := countedAs(addr)
	if state != http.StateNew {
		if l.open[key]--; l.open[key] <= 0 {
			delete(l.open, key)
		}
		return
	}
	l.open[key]++
	if l.open[key] > l.rates.AddressConnections {
		s.Seen.limited.WithLabelValues(ofConnections).Inc()
		_ = c.Close() // its state becomes closed, and it is counted off
	}
}

type clientKey struct{}

// fromClient hands on where a request came from.
func (s *Server) fromClient(c huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(c)
	next(huma.WithValue(c, clientKey{}, s.Limits.client(r)))
}

// mayTry refuses a client that tries a username too often: ten times, then once in
// two seconds.
func (s *Server) mayTry(ctx context.Context, username string) error {
	from, _ := ctx.Value(clientKey{}).(string)
	wait := s.Limits.tries.wait(from + " " + username)
	if wait == 0 {
		return nil
	}
	return s.tooMany(ofTries, wait)
}
