package live

import (
	"context"
	"time"

	"github.com/gorilla/websocket"
)

// offer hands the frame to the connection without waiting. A reader that cannot
// keep up is closed and told to resume: one slow tablet never holds up the rest,
// and none is left showing old news.
func (c *conn) offer(f frame) {
	if !c.queue.add(f, c.hub.Queue, c.hub.QueueBytes) {
		c.close(CloseBehind)
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

// write sends what is queued, pings and beats until the connection shall end;
// then it says why, gives the client a moment to answer, and closes the socket.
func (c *conn) write() {
	defer func() { _ = c.socket.Close() }() // nothing is left to lose
	ping := time.NewTicker(c.hub.PingEvery)
	defer ping.Stop()
	beat := time.NewTicker(c.hub.BeatEvery)
	defer beat.Stop()
	for !c.ended() {
		var err error
		select {
		case <-c.gone:
		case <-c.queue.filled:
			if f, ok := c.queue.take(); ok {
				err = c.send(f)
			}
		case data := <-c.pongs:
			err = c.control(websocket.PongMessage, data)
		case <-ping.C:
			err = c.control(websocket.PingMessage, nil)
		case <-beat.C:
			err = c.send(saying(TypeBeat, c.hub.Now(), nil))
			c.check()
		}
		if err != nil {
			c.close(CloseBehind) // it took nothing for the whole of WriteWait, or is cut
			return
		}
	}
	c.bye()
}

func (c *conn) send(f frame) error {
	_ = c.socket.SetWriteDeadline(time.Now().Add(c.hub.WriteWait)) // never fails
	c.sent.Add(1)
	return c.socket.WritePreparedMessage(f.message)
}

func (c *conn) control(kind int, data []byte) error {
	return c.socket.WriteControl(kind, data, time.Now().Add(c.hub.WriteWait))
}

// bye says why and waits until the client has answered. Closing at once would
// reset a connection with unread input, and the client would never learn why.
func (c *conn) bye() {
	code := c.code()
	if err := c.control(websocket.CloseMessage, websocket.FormatCloseMessage(int(code), said[code])); err != nil {
		return
	}
	select {
	case <-c.deaf:
	case <-time.After(farewell):
	}
}

// check closes the connection when the session has ended. It is asked beside
// the writer, which must not wait for the store.
func (c *conn) check() {
	if !c.checking.CompareAndSwap(false, true) {
		return // the last question is not answered yet
	}
	c.hub.open.Go(func() {
		defer c.checking.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), c.hub.InboundWait)
		defer cancel()
		if !c.signedIn(ctx) {
			c.close(CloseSignedOut)
		}
	})
}
