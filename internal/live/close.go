package live

import (
	"github.com/gorilla/websocket"

	"doorstep/internal/fault"
)

// CloseCode says why the server closed a connection, and with that what the
// client does next: after 44xx it comes back by itself, with jitter, and resumes
// from the last number it has; after 45xx it stays away until a person acts.
type CloseCode int

// The close codes. 1000 is the answer to a client that closes.
const (
	CloseNormal     CloseCode = websocket.CloseNormalClosure
	CloseBehind     CloseCode = 4400 // the client reads too slowly for its queue
	CloseRestarting CloseCode = 4401 // this server is stopping or cannot reach its store
	CloseIdle       CloseCode = 4402 // no pong, no frame, or no hello in time
	CloseTooFast    CloseCode = 4403 // it says more than a person and a tablet do
	CloseForeign    CloseCode = 4404 // it asked for a topic that the account may not hear
	CloseSignedOut  CloseCode = 4501 // the session has ended
	CloseForbidden  CloseCode = 4502 // the account may not be here; for clients to know, it is not sent yet
	CloseProtocol   CloseCode = 4503 // a frame that is not of doorstep.v1, or speaks of what was not sent
)

// said is the reason that travels with each code, for people who read a trace.
var said = map[CloseCode]string{
	CloseNormal:     "",
	CloseBehind:     "behind: come back and resume",
	CloseRestarting: "restarting: come back and resume",
	CloseIdle:       "idle: come back and resume",
	CloseTooFast:    "too fast: come back and say less at once",
	CloseForeign:    "not your topic: come back without it",
	CloseSignedOut:  "signed out",
	CloseForbidden:  "forbidden",
	CloseProtocol:   "not a frame of doorstep.v1",
}

// answer is what becomes of an error: the frame that tells it, or the code that
// closes the connection.
type answer struct {
	frame string
	code  CloseCode
}

// answers is the one table from the kind of an error to what the client hears.
var answers = map[fault.Kind]answer{
	fault.Invalid:         {frame: TypeRefused},
	fault.Forbidden:       {frame: TypeRefused},
	fault.NotFound:        {frame: TypeRefused},
	fault.Conflict:        {frame: TypeRefused},
	fault.Stale:           {frame: TypeRefused},
	fault.Unauthenticated: {code: CloseSignedOut},
	fault.Unavailable:     {frame: TypeRetry},
	fault.Internal:        {frame: TypeRetry},
}
