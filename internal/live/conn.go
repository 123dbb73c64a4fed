package live

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"doorstep/internal/access"
	"doorstep/internal/fault"
)

const (
	// maxFrame is the size at which an inbound frame is refused, in bytes.
	maxFrame = 64 << 10
	// A screen says a few things a minute; a tablet that was away says what it
	// kept, all at once. A frame counts once more for each KiB that it has.
	framesPerSecond = 50
	frameBurst      = 200
	// maxTopics bounds what one connection may listen to.
	maxTopics = 256
	// maxDrained bounds what is taken after a line has ended, in bytes.
	maxDrained = 1 << 20
	// farewell is how long a client has to answer a close.
	farewell = 2 * time.Second
)

// conn is one screen. Its reader is the only one that reads from the socket;
// everybody else offers frames, which one writer at a time sends, and asks for a
// close. Between frames there is no more of a connection than its reader.
type conn struct {
	hub      *Hub
	began    time.Time
	socket   *websocket.Conn
	actor    access.Actor
	from     string // address
	signedIn func(context.Context) (access.Actor, bool)
	limit    *rate.Limiter

	queue queue
	acks  acks

	once   sync.Once
	reason atomic.Int64  // the CloseCode, once gone is closed
	gone   chan struct{} // closed when the connection shall end
	deaf   chan struct{} // closed when the reader has ended
	closed chan struct{} // closed when the socket is

	sent    atomic.Int64
	greeted bool            // hello was heard; the reader's, as are subs
	subs    map[string]*sub // by name
}

func newConn(h *Hub, socket *websocket.Conn, a access.Actor, from string, signedIn func(context.Context) (access.Actor, bool)) *conn {
	return &conn{
		hub: h, began: time.Now(), socket: socket, actor: a, from: from, signedIn: signedIn,
		limit:  rate.NewLimiter(framesPerSecond, frameBurst),
		queue:  newQueue(),
		gone:   make(chan struct{}),
		deaf:   make(chan struct{}),
		closed: make(chan struct{}),
		subs:   map[string]*sub{},
	}
}

// serve runs the connection to its end. What goes wrong with it ends no other.
func (c *conn) serve() {
	if !c.hub.enter(c) {
		close(c.deaf)
		c.close(CloseRestarting)
		<-c.closed
		return
	}
	c.keepUp()
	c.read()
	c.leave()
}

func (c *conn) leave() {
	close(c.deaf)
	<-c.closed
	c.hub.leave(c)
	c.hub.Log.Info().Str("account", string(c.actor.ID)).Str("role", string(c.actor.Role)).
		Int("code", int(c.code())).Int64("sent", c.sent.Load()).Dur("lasted", time.Since(c.began)).Msg("stream closed")
}

// close asks for the end of the connection; the first reason counts.
func (c *conn) close(code CloseCode) {
	c.once.Do(func() {
		c.reason.Store(int64(code))
		close(c.gone)
		go c.bye()
	})
}

func (c *conn) code() CloseCode { return CloseCode(c.reason.Load()) }

func (c *conn) ended() bool {
	select {
	case <-c.gone:
		return true
	default:
		return false
	}
}

// read takes frames until the socket ends. After a close was asked for, it only
// drains, so that the close frame is not lost to a reset. Its stack is most of
// what an idle connection takes: what handles a frame is called from here, and
// is not here.
func (c *conn) read() {
	defer c.recovered()
	c.socket.SetPongHandler(func(string) error { return c.heard() })
	c.socket.SetPingHandler(c.pinged)
	c.socket.SetCloseHandler(func(int, string) error { c.close(CloseNormal); return nil })
	_ = c.socket.SetReadDeadline(time.Now().Add(c.hub.HelloWait)) // a dead socket fails at the read
	for c.one() {
	}
}

func (c *conn) recovered() {
	if p := recover(); p != nil {
		c.hub.Log.Error().Str("stack", string(debug.Stack())).Msgf("panic on a stream: %T", p)
		c.close(CloseRestarting)
	}
}

// one takes one message; false when the socket has ended.
func (c *conn) one() bool {
	kind, r, err := c.socket.NextReader()
	if err != nil {
		c.close(whyUnread(err))
		if c.code() == CloseProtocol {
			c.drain()
		}
		return false
	}
	if c.ended() {
		return true // the next call skips what is left of it
	}
	return c.handle(kind, r)
}

// handle reads a message, never more of it than a frame may have, and applies it.
func (c *conn) handle(kind int, r io.Reader) bool {
	data, err := io.ReadAll(io.LimitReader(r, maxFrame))
	if err != nil {
		c.close(whyUnread(err))
		return false
	}
	if !c.limit.AllowN(time.Now(), 1+len(data)>>10) {
		c.close(CloseTooFast)
		return true
	}
	_ = c.heard() // a dead socket fails at the read
	f, err := c.accept(kind, data)
	if err != nil {
		c.hub.Log.Debug().Str("account", string(c.actor.ID)).Msg("frame is not of the protocol")
		c.close(CloseProtocol)
		return true
	}
	c.greeted = true
	c.apply(context.Background(), f) // to the end, also when the line breaks
	_ = c.heard()                    // what it said was applied meanwhile, and its pong may be waiting
	return true
}

// errProtocol refuses a message before it is decoded.
var errProtocol = errors.New("not of the protocol")

// accept decodes a message; the first must be hello, and only the first.
func (c *conn) accept(kind int, data []byte) (heard, error) {
	if kind != websocket.TextMessage || len(data) == maxFrame {
		return nil, errProtocol
	}
	f, err := decode(data)
	if err != nil {
		return nil, err
	}
	if _, isHello := f.(hello); isHello == c.greeted {
		return nil, errProtocol
	}
	return f, nil
}

// heard renews the time that the line may be silent. Until it has said hello, a
// client has the time for that and no more, however often it pongs.
func (c *conn) heard() error {
	if !c.greeted {
		return nil
	}
	return c.socket.SetReadDeadline(time.Now().Add(c.hub.PongWait))
}

// pinged answers; who pings for sport is cut off.
func (c *conn) pinged(data string) error {
	if !c.limit.Allow() {
		c.close(CloseTooFast)
		return nil
	}
	if c.control(websocket.PongMessage, []byte(data)) != nil {
		c.close(CloseBehind)
	}
	return c.heard()
}

// drain takes what is still coming, for a moment: unread, it would reset the line,
// and the client would never learn why.
func (c *conn) drain() {
	line := c.socket.NetConn()
	_ = line.SetReadDeadline(time.Now().Add(farewell)) // a dead socket fails at the read
	_, _ = io.Copy(io.Discard, io.LimitReader(line, maxDrained))
}

// whyUnread tells a line that fell silent from one that was closed or cut, and
// both from bytes that are not websocket, which the library has answered.
func whyUnread(err error) CloseCode {
	var closed *websocket.CloseError
	var cut net.Error
	switch {
	case timedOut(err):
		return CloseIdle
	case errors.As(err, &closed), errors.As(err, &cut), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe):
		return CloseNormal
	default:
		return CloseProtocol
	}
}

func (c *conn) apply(ctx context.Context, f heard) {
	switch f := f.(type) {
	case hello:
		c.hub.tellState(c)
		extra := f.Topics
		if extra == nil {
			extra = named(f.Resume)
		}
		if len(f.Resume) > 0 {
			c.hub.resumed.Add(1)
		}
		c.listen(ctx, "hello", c.actor.Topics(), extra, f.Resume)
	case watch:
		c.listen(ctx, "watch", nil, f.Topics, f.Resume)
	case unwatch:
		c.unwatch(f.Topics)
	case Ack:
		c.acknowledge(ctx, f)
	case Inbound:
		c.acks.wait()
		c.inbound(ctx, f)
	}
}

// inbound has what the screen said applied, and answers only if it was not.
func (c *conn) inbound(ctx context.Context, f Inbound) {
	ctx, cancel := context.WithTimeout(ctx, c.hub.InboundWait)
	defer cancel()
	c.answer(f.kind(), f.ref(), c.hub.Inbound(ctx, c.actor, f))
}

// acknowledge has an acknowledgement applied beside the reading, when it is its turn:
// those that come meanwhile are one, up to the highest number. Of a replay, it mostly
// is the last.
func (c *conn) acknowledge(ctx context.Context, ack Ack) {
	pos, ok := c.plausible(ctx, ack)
	if !ok || !c.acks.add(ack, ack.Seq < pos) {
		return
	}
	c.hub.open.Go(func() {
		defer c.recovered()
		whole := false
		defer func() {
			if !whole { // a panic: the reader may be waiting. Else they are the next one's already
				c.acks.end()
			}
		}()
		for more := true; more; more = c.acks.more() {
			c.acks.hold()
			c.nextAck(ctx)
		}
		whole = true
	})
}

func (c *conn) nextAck(ctx context.Context) {
	waiting, cancel := context.WithTimeout(ctx, c.hub.InboundWait)
	defer cancel()
	err := c.hub.acks.pass(waiting, func() {
		if next, ok := c.acks.take(); ok {
			c.inbound(ctx, next)
		}
	})
	if err == nil {
		return
	}
	if next, ok := c.acks.take(); ok {
		c.answer(next.kind(), next.ref(), fault.Because(fault.Unavailable, err, "too many have something to say at once"))
	}
}

// plausible refuses the acknowledgement of what was not sent: delivered is a
// fact that a call taker relies on. What is beyond all that was committed is not
// of the protocol, unless the store was set back from where the client stood. pos is
// the last number that was sent.
func (c *conn) plausible(ctx context.Context, ack Ack) (pos int64, ok bool) {
	s := c.subs[ack.Topic]
	if s == nil {
		err := c.mayHear(ctx, ack.Topic, 0)
		if err == nil {
			err = fault.New(fault.Conflict, "this topic is not heard here")
		}
		c.refuse(ack.kind(), ack.Topic, err)
		return 0, false
	}
	pos, last := s.standing()
	switch {
	case ack.Seq <= pos:
		return pos, true
	case ack.Seq <= s.claimed:
		c.put(c.resync(ack.Topic, pos))
	case ack.Seq <= last: // told on another line, or just now
		c.answer(ack.kind(), ack.Topic, fault.Bad("seq", "was not sent yet"))
	default:
		c.close(CloseProtocol)
	}
	return pos, false
}

// refuse answers for a topic that is not heard, and sends away who may not hear it.
func (c *conn) refuse(of, topic string, err error) {
	c.answer(of, topic, err)
	if fault.Is(err, fault.Forbidden) {
		c.closeAfter(CloseForeign)
	}
}

// answer tells the client what became of an error, by the table.
func (c *conn) answer(of, ref string, err error) {
	if err == nil {
		return
	}
	f := fault.Of(err)
	does := answers[f.Kind]
	if does.frame != TypeRefused {
		c.hub.Log.Error().Err(err).Str("account", string(c.actor.ID)).Str("frame", of).Msg("frame not applied")
	}
	if does.code != 0 {
		c.close(does.code)
		return
	}
	detail := f.Sentence
	for _, field := range f.Fields {
		detail += "; " + field.Field + " " + field.Detail
	}
	c.put(saying(does.frame, c.hub.Now(), refusedBody{Of: of, Ref: ref, Detail: detail}))
}
