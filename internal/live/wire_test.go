package live

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// wire is a network of one connection, without a socket, so that time can be
// held still. The server's end is a net.Conn; the other end is held by who reads
// when it wants. It takes so many bytes from the server before it is read.
type wire struct {
	mu       sync.Mutex
	change   *sync.Cond
	up, down bytes.Buffer
	room     int
	until    time.Time // for what is written
	cut      bool
	upgraded bool
}

func newWire(room int) *wire {
	w := &wire{room: room}
	w.change = sync.NewCond(&w.mu)
	return w
}

func (w *wire) Read(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.up.Len() == 0 && !w.cut {
		w.change.Wait()
	}
	if w.cut {
		return 0, io.EOF
	}
	return w.up.Read(p)
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.down.Len() >= w.room && !w.cut {
		left := time.Until(w.until)
		if left <= 0 {
			return 0, os.ErrDeadlineExceeded
		}
		wake := time.AfterFunc(left, w.change.Broadcast)
		w.change.Wait()
		wake.Stop()
	}
	if w.cut {
		return 0, io.ErrClosedPipe
	}
	return w.down.Write(p)
}

// Close cuts it, from either end; what was written before can be read.
func (w *wire) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	w.change.Broadcast()
	return nil
}

func (w *wire) LocalAddr() net.Addr             { return &net.TCPAddr{} }
func (w *wire) RemoteAddr() net.Addr            { return &net.TCPAddr{} }
func (w *wire) SetDeadline(time.Time) error     { return nil }
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline holds for the writes that follow.
func (w *wire) SetWriteDeadline(until time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = until
	return nil
}

// Header, WriteHeader and Hijack make it what a request to upgrade is answered on.
func (w *wire) Header() http.Header { return http.Header{} }
func (w *wire) WriteHeader(int)     { _ = w.Close() }
func (w *wire) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w, bufio.NewReadWriter(bufio.NewReaderSize(w, 16), bufio.NewWriterSize(w, 16)), nil
}

var upgrade = &http.Request{Method: http.MethodGet, Host: "centre", Header: http.Header{
	"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
	"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, "Sec-Websocket-Protocol": {Subprotocol},
}}

// say sends a text frame as a client does; a mask of zeros leaves it as it is.
func (w *wire) say(kind string, body any) {
	text, err := json.Marshal(map[string]any{"type": kind, "body": body})
	if err != nil {
		panic(err) // the bodies are ours
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.up.Write([]byte{0x81, 0x80 | 126, byte(len(text) >> 8), byte(len(text)), 0, 0, 0, 0})
	w.up.Write(text)
	w.change.Broadcast()
}

// hear takes at most so many messages that arrived whole; code is not 0 when the
// server said goodbye.
func (w *wire) hear(most int) (texts [][]byte, code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	defer w.change.Broadcast()
	if !w.upgraded {
		_, rest, ok := bytes.Cut(w.down.Bytes(), []byte("\r\n\r\n"))
		if !ok {
			return nil, 0
		}
		w.down.Next(w.down.Len() - len(rest))
		w.upgraded = true
	}
	for len(texts) < most {
		kind, data, size := parse(w.down.Bytes())
		if size == 0 {
			return texts, 0
		}
		switch kind {
		case websocket.TextMessage:
			texts = append(texts, bytes.Clone(data))
		case websocket.CloseMessage:
			return texts, int(binary.BigEndian.Uint16(data))
		}
		w.down.Next(size)
	}
	return texts, 0
}

// parse parses one unmasked frame; its size is 0 when it is not all there.
func parse(b []byte) (kind int, data []byte, size int) {
	if len(b) < 2 {
		return 0, nil, 0
	}
	head, long := 2, int(b[1])
	switch {
	case long == 126 && len(b) >= 4:
		head, long = 4, int(binary.BigEndian.Uint16(b[2:]))
	case long >= 126:
		return 0, nil, 0 // none of the tests is that long, or it is not there yet
	}
	if len(b) < head+long {
		return 0, nil, 0
	}
	return int(b[0] & 0x0f), b[head : head+long], head + long
}
