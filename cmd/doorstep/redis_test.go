package main

import (
	"fmt"
	"net"
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
	cmd := exec.CommandContext(t.Context(), binary, append([]string{file}, args...)...)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	eventually(t, "listens on "+addr, func() bool {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return addr
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
