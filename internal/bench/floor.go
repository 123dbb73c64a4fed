package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Floor is the least that a dispatch can be: a server that on one POST inserts
// one row, commits, and writes one frame to one of its bare connections.
type Floor struct {
	server  *httptest.Server
	pool    *pgxpool.Pool
	sockets []*websocket.Conn // the server's ends
	ends    []*websocket.Conn // the tablets' ends
	client  *http.Client
}

// NewFloor opens n bare connections; frames have the given size in bytes.
func NewFloor(ctx context.Context, pool *pgxpool.Pool, n, size int) (*Floor, error) {
	if _, err := pool.Exec(ctx, "create table if not exists bench_floor (id bigint generated always as identity primary key, body text not null)"); err != nil {
		return nil, fmt.Errorf("make the floor's table: %w", err)
	}
	f := &Floor{pool: pool, client: &http.Client{}}
	frame := []byte(strings.Repeat("x", size))
	joined := make(chan *websocket.Conn)
	mux := http.NewServeMux()
	upgrader := websocket.Upgrader{}
	mux.HandleFunc("GET /join", func(w http.ResponseWriter, r *http.Request) {
		if c, err := upgrader.Upgrade(w, r, nil); err == nil {
			joined <- c
		}
	})
	mux.HandleFunc("POST /push/{to}", func(w http.ResponseWriter, r *http.Request) {
		to, err := strconv.Atoi(r.PathValue("to"))
		if err == nil {
			_, err = pool.Exec(r.Context(), "insert into bench_floor (body) values ($1)", string(frame))
		}
		if err == nil {
			err = f.sockets[to].WriteMessage(websocket.TextMessage, frame)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	f.server = httptest.NewServer(mux)
	for range n {
		end, answer, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(f.server.URL, "http")+"/join", nil)
		if err != nil {
			return nil, fmt.Errorf("join the floor: %w", err)
		}
		_ = answer.Body.Close()
		f.ends, f.sockets = append(f.ends, end), append(f.sockets, <-joined)
	}
	return f, nil
}

// Push posts once and returns how long the frame took to the other end.
func (f *Floor) Push(ctx context.Context, to int) (time.Duration, error) {
	to %= len(f.ends)
	type arrival struct {
		at  time.Time
		err error
	}
	arrived := make(chan arrival, 1)
	go func() {
		_, _, err := f.ends[to].ReadMessage()
		arrived <- arrival{time.Now(), err}
	}()
	sent := time.Now()
	if err := post(ctx, f.client, f.server.URL+"/push/"+strconv.Itoa(to)); err != nil {
		return 0, err
	}
	a := <-arrived
	return a.at.Sub(sent), a.err
}

// Commit inserts one row and commits.
func (f *Floor) Commit(ctx context.Context) error {
	_, err := f.pool.Exec(ctx, "insert into bench_floor (body) values ('x')")
	return err
}

// Select asks for 1.
func (f *Floor) Select(ctx context.Context) error {
	var one int
	return f.pool.QueryRow(ctx, "select 1").Scan(&one)
}

// Close ends the server and its connections.
func (f *Floor) Close() {
	for _, c := range append(f.ends, f.sockets...) {
		_ = c.Close() // nobody waits for it
	}
	f.server.Close()
}

func post(ctx context.Context, client *http.Client, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, http.NoBody)
	if err != nil {
		return err
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", url, answer.Status)
	}
	return nil
}
