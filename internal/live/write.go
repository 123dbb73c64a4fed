package live

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"doorstep/internal/trace"
)

// offer hands the frame to the connection without waiting. A reader that cannot
// keep up is closed and told to resume: one slow tablet never holds up the rest,
// and none is left showing old news.
func (c *conn) offer(f frame) {
	first, ok := c.queue.add(f, c.hub.Queue, c.hub.QueueBytes)
	switch {
	case !ok:
		c.close(CloseBehind)
	case first:
		go c.write()
	}
}

// put waits for room and hands the frame over: for what holds up this
// connection only. It leaves half of the queue to what cannot wait.
func (c *conn) put(f frame) {
	for {
		frames, bytes := c.queue.waiting()
		if frames <= c.hub.Queue/2 && bytes <= c.hub.QueueBytes/2 {
			c.offer(f)
			return
		}
		select {
		case <-c.queue.taken:
		case <-c.gone:
			return
		}
	}
}

// write sends what waits until nothing does. Once the connection shall end it
// takes without sending.
func (c *conn) write() {
	for f, ok := c.queue.take(); ok; f, ok = c.queue.take() {
		if c.ended() {
			continue
		}
		if err := c.send(f); err != nil {
			c.close(CloseBehind) // it took nothing for the whole of WriteWait, or is cut
		}
	}
}

// closeAfter closes when what waits is written: it says why.
func (c *conn) closeAfter(code CloseCode) {
	for c.queue.busy() {
		select {
		case <-c.queue.taken:
		case <-c.gone:
			return
		}
	}
	c.close(code)
}

func (c *conn) send(f frame) error {
	_ = c.socket.SetWriteDeadline(time.Now().Add(c.hub.WriteWait)) // never fails
	c.sent.Add(1)
	if f.trace != "" {
		_, span := trace.Continue(c.hub.Tracer, f.trace, "frame")
		defer span.End()
	}
	return c.socket.WriteMessage(websocket.TextMessage, f.data)
}

// control may be called beside send: the socket puts it between two frames.
func (c *conn) control(kind int, data []byte) error {
	return c.socket.WriteControl(kind, data, time.Now().Add(c.hub.WriteWait))
}

// keepUp pings and beats until the connection shall end.
func (c *conn) keepUp() {
	c.every(c.hub.PingEvery, func() {
		if c.control(websocket.PingMessage, nil) != nil {
			c.close(CloseBehind)
		}
	})
	c.every(c.hub.BeatEvery, func() {
		c.offer(saying(TypeBeat, c.hub.Now(), nil))
		c.checkActor()
	})
}

// every does something again and again, for the first time not at the same moment
// for all who came back at once.
func (c *conn) every(d time.Duration, do func()) {
	var again func()
	again = func() {
		if c.ended() {
			return
		}
		// Before it is done: those who waited for one answer would go on together, all
		// in one moment, and in the way of a briefing.
		time.AfterFunc(d, again)
		do()
	}
	time.AfterFunc(d/2+rand.N(d/2+1), again)
}

// checkActor ends the line when the session did; when the shift, the unit or the
// district changed, the client comes back and hears what it may hear now.
func (c *conn) checkActor() {
	ctx, cancel := context.WithTimeout(context.Background(), c.hub.InboundWait)
	defer cancel()
	now, signedIn := c.signedIn(ctx)
	switch {
	case !signedIn:
		c.close(CloseSignedOut)
	case now.Role != c.actor.Role || !slices.Equal(now.Topics(), c.actor.Topics()):
		c.close(CloseRestarting)
	}
}

// bye says why, gives the client a moment to answer, and closes the socket.
// Closing at once would reset a connection with unread input, and the client
// would never learn why.
func (c *conn) bye() {
	defer close(c.closed)
	defer func() { _ = c.socket.Close() }() // nothing is left to lose
	code := c.code()
	if err := c.control(websocket.CloseMessage, websocket.FormatCloseMessage(int(code), said[code])); err != nil {
		return
	}
	select {
	case <-c.deaf:
	case <-time.After(farewell):
	}
}
