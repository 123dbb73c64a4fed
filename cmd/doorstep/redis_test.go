package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestRedisOfEveryKind speaks through one server, a cluster and Sentinel, as the
// address says.
func TestRedisOfEveryKind(t *testing.T) {
	single, clustered := startRedis(t, ""), startRedis(t, "cluster-enabled yes\n")
	node := redis.NewClient(&redis.Options{Addr: clustered})
	t.Cleanup(func() { _ = node.Close() })
	must(t, node.ClusterAddSlotsRange(t.Context(), 0, 16383).Err())
	host, port, err := net.SplitHostPort(single)
	must(t, err)
	sentinel := startRedis(t, fmt.Sprintf("sentinel monitor centre %s %s 1\n", host, port), "--sentinel")
	for name, url := range map[string]string{
		"single":   "redis://" + single,
		"cluster":  "redis://" + clustered + "?addr=" + clustered,
		"sentinel": "redis://" + sentinel + "?master_name=centre",
	} {
		t.Run(name, func(t *testing.T) {
			client, err := ServeCommand{RedisURL: url}.redis()
			must(t, err)
			t.Cleanup(func() { _ = client.Close() })
			eventually(t, "answers", func() bool { return client.Ping(t.Context()).Err() == nil })
			heard := client.Subscribe(t.Context(), "test")
			defer heard.Close()
			_, err = heard.Receive(t.Context())
			must(t, err)
			must(t, client.Publish(t.Context(), "test", name).Err())
			if got := (<-heard.Channel()).Payload; got != name {
				t.Errorf("heard %q, want %q", got, name)
			}
		})
	}
	for _, url := range []string{"http://host", "redis://host?addr=a&nonsense=1", "redis://host?master_name=m&nonsense=1", "redis://%zz"} {
		if _, err := (ServeCommand{RedisURL: url}).redis(); err == nil || strings.Contains(err.Error(), "host") {
			t.Errorf("%s: %v, want an error that does not repeat the address", url, err)
		}
	}
}

// startRedis starts a server of its own and returns its address.
func startRedis(t *testing.T, config string, args ...string) string {
	t.Helper()
	r := newRedis(t, config)
	r.start(t, args...)
	return r.addr
}

// ownRedis is a Redis that a test may kill and start again.
type ownRedis struct {
	binary, file, addr string
	process            *exec.Cmd
}

func newRedis(t *testing.T, config string) *ownRedis {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	must(t, err)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	addr := free.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	must(t, free.Close())
	dir := t.TempDir()
	file := filepath.Join(dir, "redis.conf")
	must(t, os.WriteFile(file, []byte("bind 127.0.0.1\nport "+port+"\ndir "+dir+"\nsave \"\"\n"+config), 0o600))
	return &ownRedis{binary: binary, file: file, addr: addr}
}

func (r *ownRedis) start(t *testing.T, args ...string) {
	t.Helper()
	r.process = exec.CommandContext(t.Context(), r.binary, append([]string{r.file}, args...)...)
	must(t, r.process.Start())
	t.Cleanup(r.kill)
	eventually(t, "listens on "+r.addr, func() bool {
		c, err := net.DialTimeout("tcp", r.addr, time.Second)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
}

// kill ends it without a farewell; killing twice is harmless.
func (r *ownRedis) kill() {
	_ = r.process.Process.Kill()
	_ = r.process.Wait()
}

// TestWithoutRedisTheOtherNodeHearsInTime kills the Redis between two nodes and
// starts it again, with a briefing in each of the three times.
func TestWithoutRedisTheOtherNodeHearsInTime(t *testing.T) {
	between := newRedis(t, "")
	between.start(t)
	at := newWorld(t)
	centre, field := startNode(t, at, "redis://"+between.addr), startNode(t, at, "redis://"+between.addr)
	taker, officer := signIn(t, centre, "calltaker1"), signIn(t, field, "patrol1")
	call := takeCall(t, taker, repeatAddress(t, centre))
	in := ask[named](t, taker, http.MethodPost, "/incidents", nil, map[string]string{"call_id": call.ID})
	unit := unitOf(t, officer)
	tablet := listen(t, officer, map[string]int64{"unit:" + unit: 0})
	says := func(status string) {
		t.Helper()
		eventually(t, "both nodes are "+status, func() bool {
			return ready(t, centre, http.StatusOK) == status && ready(t, field, http.StatusOK) == status
		})
	}
	says("ready")
	ask[assigned](t, taker, http.MethodPost, "/incidents/"+in.ID+"/assignments", nil, map[string]any{"unit_id": unit})
	next(t, tablet, "briefing")

	between.kill()
	revision := 1
	// The first goes out while the nodes find out that Redis is gone.
	for _, answer := range []string{"yes", "no", "unknown", "yes", "no"} {
		revision++
		began := time.Now()
		ask[wireCall](t, taker, http.MethodPut, "/calls/"+call.ID+"/answers/weapon", nil, map[string]any{"value": answer})
		if got := body[briefed](t, next(t, tablet, "briefing")); got.Revision != revision {
			t.Fatalf("revision %d came, want %d", got.Revision, revision)
		}
		if took := time.Since(began); took > 1500*time.Millisecond {
			t.Errorf("without Redis the other node heard after %s", took)
		}
	}
	says("degraded")
	between.start(t)
	says("ready")
	ask[wireCall](t, taker, http.MethodPut, "/calls/"+call.ID+"/answers/weapon", nil, map[string]any{"value": "yes"})
	if got := body[briefed](t, next(t, tablet, "briefing")); got.Revision != revision+1 {
		t.Fatalf("revision %d came, want %d", got.Revision, revision+1)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits for what another process does in its own time.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}
