package live

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

func dialRedis(t *testing.T) redis.UniversalClient {
	t.Helper()
	url := os.Getenv("REDIS_URL")
	if url == "" {
		t.Fatal(`REDIS_URL is not set; run: eval "$(scripts/services env)"`)
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// listening waits until both hubs are told by Redis that they are subscribed.
func listening(t *testing.T, client redis.UniversalClient, hubs ...*desk) {
	t.Helper()
	end := time.Now().Add(patience)
	for {
		up := 0
		for _, h := range hubs {
			if h.RedisUp() {
				up++
			}
		}
		if up == len(hubs) {
			return
		}
		if time.Now().After(end) {
			t.Fatal("not subscribed")
		}
		_ = client.Ping(t.Context()).Err() // a round trip, to wait by
	}
}

func TestTwoServersThroughRedis(t *testing.T) {
	r := newRecord()
	client := dialRedis(t)
	with := func(c *Config) { c.Redis = client } // no sweep within the hour
	here, there := open(t, r, with), open(t, r, with)
	listening(t, client, here, there)
	near, far := meet(t, here, `{}`), meet(t, there, `{}`)
	for i := range int64(50) {
		here.Push(t.Context(), r.commit(unit))
		near.notices(unit, i+1, i+1)
	}
	far.notices(unit, 1, 50)
	there.Push(t.Context(), r.commit(unit))
	near.notices(unit, 51, 51)
	far.notices(unit, 51, 51)
	// On the other server a client resumes where it was.
	again := meet(t, there, `{"unit:A12":49}`)
	again.notices(unit, 50, 51)
}

func TestWithoutRedisTheSweepDelivers(t *testing.T) {
	r := newRecord()
	dead := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	t.Cleanup(func() { _ = dead.Close() })
	with := func(c *Config) { c.Redis, c.Tick = dead, 20*time.Millisecond }
	here, there := open(t, r, with), open(t, r, with)
	near, far := meet(t, here, `{}`), meet(t, there, `{}`)
	here.Push(t.Context(), r.commits(unit, 3)...)
	near.notices(unit, 1, 3)
	far.notices(unit, 1, 3)
	if here.RedisUp() {
		t.Error("Redis is said to be up")
	}
}

// Redis goes away in the middle and comes back; nothing is lost, and nudges
// travel again.
func TestRedisCutAndBack(t *testing.T) {
	r := newRecord()
	client := dialRedis(t)
	with := func(c *Config) { c.Redis, c.Tick = client, 50*time.Millisecond }
	here, there := open(t, r, with), open(t, r, with)
	listening(t, client, here, there)
	far := meet(t, there, `{}`)
	if err := client.ClientKillByFilter(t.Context(), "TYPE", "pubsub", "SKIPME", "yes").Err(); err != nil {
		t.Fatal(err)
	}
	here.Push(t.Context(), r.commits(unit, 3)...)
	far.notices(unit, 1, 3)
	listening(t, client, here, there)
	here.Push(t.Context(), r.commit(unit))
	far.notices(unit, 4, 4)
}

// A push takes no longer when nobody empties the queue to Redis.
func TestPushDoesNotWaitForRedis(t *testing.T) {
	dead := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	t.Cleanup(func() { _ = dead.Close() })
	h := New(Config{Redis: dead}) // does not run
	for seq := range int64(nudgesWaiting + 10) {
		h.Push(t.Context(), Notice{Topic: unit, Seq: seq + 1})
	}
	if s := h.Stats(); s.NudgesDropped != 10 {
		t.Errorf("%d dropped, want 10", s.NudgesDropped)
	}
}

// bus is a store that tells its listeners what it is notified of.
type bus struct {
	mu    sync.Mutex
	lines map[chan string]bool
}

func (b *bus) notify(_ context.Context, nudge string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for line := range b.lines {
		line <- nudge
	}
	return nil
}

func (b *bus) listen(ctx context.Context, ready func(), heard func(string), _ func(Notice, string)) error {
	line := make(chan string, 1000)
	b.mu.Lock()
	b.lines[line] = true
	b.mu.Unlock()
	ready()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case nudge := <-line:
			heard(nudge)
		}
	}
}

// Without Redis the store carries nudges, and a sweep within the hour is not
// needed.
func TestWithoutRedisTheStoreCarries(t *testing.T) {
	dead := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1})
	t.Cleanup(func() { _ = dead.Close() })
	for name, client := range map[string]redis.UniversalClient{"gone": dead, "none": nil} {
		t.Run(name, func(t *testing.T) {
			r, between := newRecord(), &bus{lines: map[chan string]bool{}}
			with := func(c *Config) { c.Redis, c.Notify, c.Listen = client, between.notify, between.listen }
			here, there := open(t, r, with), open(t, r, with)
			for _, d := range []*desk{here, there} {
				for way := d.relay.ways[len(d.relay.ways)-1]; !way.up.Load(); {
					runtime.Gosched()
				}
			}
			far := meet(t, there, `{}`)
			here.Push(t.Context(), r.commits(unit, 3)...)
			far.notices(unit, 1, 3)
			if got := here.RedisUp(); got != (client == nil) {
				t.Errorf("Redis is up: %t", got)
			}
		})
	}
}

// A nudge of the most topics is one that PostgreSQL takes.
func TestNudgeFitsANotification(t *testing.T) {
	r := newRelay(zerolog.Nop(), nil, byStore{})
	for _, span := range []string{"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"} {
		for i := range nudgesAtOnce {
			r.offer([]Notice{{Topic: fmt.Sprintf("incident:%036d", i), Seq: math.MaxInt32}}, span)
		}
		n := r.gather(<-r.waiting)
		data, err := json.Marshal(n)
		if err != nil || len(data) >= 8000 || len(n.Topics) < nudgesAtOnce/2 {
			t.Errorf("%d topics in %d bytes, %v", len(n.Topics), len(data), err)
		}
	}
}
