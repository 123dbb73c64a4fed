package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/gorilla/websocket"

	"doorstep/internal/client"
	"doorstep/internal/postgres"
)

// BenchIdleCommand measures what a signed-in connection costs on which nothing is
// said but beats.
type BenchIdleCommand struct {
	benchFlags  `embed:""`
	Connections int `default:"5000" help:"Connected tablets."`
}

// memory of this process, in bytes.
type memory struct{ heap, stacks, resident uint64 }

// Run prints one JSON object. The far ends of the connections are in this process
// too, as bare sockets: what those take is counted as well.
func (c BenchIdleCommand) Run(ctx context.Context, d Deps) error {
	at, pool, err := c.town(ctx, d)
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	base, done, err := c.start(ctx, ServeCommand{DatabaseURL: at}, pool)
	if err != nil {
		return err
	}
	desks, err := c.crews(ctx, postgres.New(pool.Pool), base, c.Connections)
	if err != nil {
		return err
	}
	for _, desk := range desks {
		desk.Rest()
	}
	before, err := held()
	if err != nil {
		return err
	}
	ends := make([]net.Conn, len(desks))
	for i, desk := range desks {
		if ends[i], err = bare(ctx, desk); err != nil {
			return fmt.Errorf("connection %d: %w", i+1, err)
		}
	}
	after, err := held()
	if err != nil {
		return err
	}
	runtime.KeepAlive(desks)
	each := func(before, after uint64) float64 {
		return float64(int64(after)-int64(before)) / float64(c.Connections) / 1024
	}
	err = json.NewEncoder(d.Out).Encode(map[string]any{
		"name": "idle", "connections": c.Connections, "kib_per_connection": each(before.resident, after.resident),
		"heap_kib": each(before.heap, after.heap), "stack_kib": each(before.stacks, after.stacks),
	})
	for _, end := range ends {
		_ = end.Close() // nobody waits for it
	}
	if err != nil {
		return err
	}
	stop()
	return <-done
}

// bare opens a line, says hello, and keeps the socket alone.
func bare(ctx context.Context, desk *client.Client) (net.Conn, error) {
	line, err := desk.Dial(ctx)
	if err != nil {
		return nil, err
	}
	if err := line.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","body":{"resume":{}}}`)); err != nil {
		return nil, err
	}
	_, _, err = line.ReadMessage() // the welcome
	return line.NetConn(), err
}

// calm is long enough for the lines to have said what they say at first.
const calm = 2 * time.Second

// held is what is in use after a moment of calm, when what can be collected and
// given back was.
func held() (memory, error) {
	time.Sleep(calm)
	debug.FreeOSMemory()
	debug.FreeOSMemory() // a stack shrinks by half each time
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return memory{}, fmt.Errorf("read the memory of this process: %w", err)
	}
	var size, resident uint64
	_, err = fmt.Sscan(string(raw), &size, &resident)
	return memory{heap: m.HeapAlloc, stacks: m.StackInuse, resident: resident * uint64(os.Getpagesize())}, err
}
