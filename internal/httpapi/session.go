package httpapi

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/pquerna/otp/totp"

	"doorstep/internal/access"
	"doorstep/internal/fault"
)

const cookieName = "doorstep_session"

// User is who is signed in.
type User struct {
	ID          string      `json:"id"`
	Username    string      `json:"username"`
	DisplayName string      `json:"display_name"`
	Role        access.Role `json:"role" enum:"call_taker,shift_supervisor,patrol_officer,district_officer,administrator"`
	Language    string      `json:"language" enum:"et,en,ru"`
	District    string      `json:"district_code,omitempty"`
	UnitID      string      `json:"unit_id,omitempty" doc:"the unit that is crewed on the present shift"`
	CallSign    string      `json:"call_sign,omitempty"`
	Topics      []string    `json:"topics" doc:"what the stream sends without asking"`
}

// Session is the answer to signing in.
type Session struct {
	User User `json:"user"`
}

type signIn struct {
	Body struct {
		Username string `json:"username" minLength:"1" maxLength:"100"`
		Password string `json:"password" minLength:"1" maxLength:"1000"`
		OTP      string `json:"otp,omitempty" maxLength:"10" doc:"one-time code, for accounts with a second factor"`
	}
}

type sessionAnswer struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      Session
}

type endSession struct {
	Token string `cookie:"doorstep_session" hidden:"true"`
}

type signedOut struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

func (s *Server) sessionRoutes(api huma.API) {
	in := op("sign-in", http.MethodPost, "/session", "Sign in", http.StatusOK, "session")
	in.Security = nil
	in.Middlewares = huma.Middlewares{s.fromClient}
	huma.Register(api, in, s.signIn)
	register(s, api, op("who-am-i", http.MethodGet, "/session", "Who is signed in", http.StatusOK, "session"),
		func(_ context.Context, a access.Actor, _ *struct{}) (*sessionAnswer, error) {
			return &sessionAnswer{Body: Session{User: user(a)}}, nil
		})
	register(s, api, op("sign-out", http.MethodDelete, "/session", "Sign out", http.StatusNoContent, "session"), s.signOut)
}

func user(a access.Actor) User {
	return User{ID: string(a.ID), Username: a.Username, DisplayName: a.DisplayName, Role: a.Role, Language: a.Language,
		District: a.DistrictCode, UnitID: a.UnitID, CallSign: a.CallSign, Topics: a.Topics()}
}

// nobody's hash is checked when there is no such account, so that the time of
// the answer does not tell whether there is one.
var nobody = sync.OnceValues(func() (string, error) { return argon2id.CreateHash("nobody", argon2id.DefaultParams) })

func (s *Server) signIn(ctx context.Context, in *signIn) (*sessionAnswer, error) {
	if err := s.mayTry(ctx, in.Body.Username); err != nil {
		return nil, err
	}
	refused := fault.New(fault.Unauthenticated, "the username, the password or the one-time code is wrong")
	c, err := s.Accounts.Credentials(ctx, in.Body.Username)
	known := err == nil
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, s.fail(ctx, err)
	}
	if !known {
		if c.PasswordHash, err = nobody(); err != nil {
			return nil, s.fail(ctx, err)
		}
	}
	match, err := s.matches(ctx, in.Body.Password, c.PasswordHash)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	if !known || !match || (c.TOTPSecret != "" && !totp.Validate(in.Body.OTP, c.TOTPSecret)) {
		return nil, s.fail(ctx, refused)
	}
	actor, err := s.Accounts.Actor(ctx, c.ID)
	if err != nil {
		return nil, s.fail(ctx, err)
	}
	cookie, err := s.begin(ctx, c.ID)
	if err != nil {
		return nil, s.fail(ctx, fault.Because(fault.Unavailable, err, "the session could not be kept"))
	}
	return &sessionAnswer{SetCookie: []http.Cookie{cookie}, Body: Session{User: user(actor)}}, nil
}

// matches checks as many passwords at once as there are processors: each takes much
// memory, by design.
func (s *Server) matches(ctx context.Context, password, hash string) (bool, error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
		return argon2id.ComparePasswordAndHash(password, hash)
	case <-ctx.Done():
		return false, fault.Because(fault.Unavailable, ctx.Err(), "too many sign in at once: try again")
	}
}

// begin keeps a session and makes its cookie.
func (s *Server) begin(ctx context.Context, id access.AccountID) (http.Cookie, error) {
	ctx, err := s.Sessions.Load(ctx, "")
	if err != nil {
		return http.Cookie{}, err
	}
	s.Sessions.Put(ctx, s.SessionAccount, string(id))
	token, expiry, err := s.Sessions.Commit(ctx)
	return s.cookie(token, expiry), err
}

func (s *Server) cookie(token string, expiry time.Time) http.Cookie {
	return http.Cookie{Name: cookieName, Value: token, Path: "/", Expires: expiry, HttpOnly: true,
		Secure: s.Secure, SameSite: http.SameSiteStrictMode}
}

func (s *Server) signOut(ctx context.Context, a access.Actor, in *endSession) (*signedOut, error) {
	ctx, err := s.Sessions.Load(ctx, in.Token)
	if err == nil {
		err = s.Sessions.Destroy(ctx)
	}
	if err != nil {
		return nil, fault.Because(fault.Unavailable, err, "the session could not be ended")
	}
	s.recent.Remove(in.Token)
	s.Stream.SignOut(a.ID)
	return &signedOut{SetCookie: []http.Cookie{s.cookie("", time.Unix(1, 0))}}, nil
}

// What is known of a session is believed for recentFor: a call taker who presses
// "send" has been asked about a moment ago. It is also how long a session that
// ended on another server, a disabled account or a change of shift may go
// unnoticed.
const (
	recentFor  = 5 * time.Second
	recentMost = 10_000
)

// actor finds who is behind a request's cookie.
func (s *Server) actor(ctx context.Context, token string) (access.Actor, error) {
	return s.actorBy(ctx, token, s.alone)
}

func (s *Server) actorBy(ctx context.Context, token string, ask func(context.Context, string) (signedIn, error)) (access.Actor, error) {
	signIn := fault.New(fault.Unauthenticated, "sign in first")
	if token == "" {
		return access.Actor{}, signIn
	}
	if a, ok := s.recent.Get(token); ok {
		return a, nil
	}
	found, err := ask(ctx, token)
	if ctx.Err() != nil {
		err = fault.Because(fault.Unavailable, ctx.Err(), "the request was given up")
	}
	if err == nil && !found.is {
		err = signIn
	}
	if err == nil {
		s.recent.Add(token, found.actor)
	}
	return found.actor, err
}

// signedIn is who is behind a token, if anybody.
type signedIn struct {
	actor access.Actor
	is    bool
}

func (s *Server) signedIn(ctx context.Context, tokens []string) ([]signedIn, error) {
	actors, err := s.Accounts.SignedIn(ctx, tokens)
	found := make([]signedIn, len(tokens))
	for i, token := range tokens {
		found[i].actor, found[i].is = actors[token]
	}
	return found, err
}

// alone asks about one.
func (s *Server) alone(ctx context.Context, token string) (signedIn, error) {
	found, err := s.signedIn(ctx, []string{token})
	return found[0], err
}

// A city that comes back at once is asked about together, and leaves the database to
// the calls.
const (
	arrivalsAtOnce = 16
	arrivalsWait   = 5 * time.Second
	arrivalsTurn   = 20 * time.Millisecond
	// Of thousands who have a line open, hundreds are looked after each second; none of
	// them waits for it. What takes long at once is in the way of a briefing.
	beatsAtOnce = 500
	beatsLinger = 100 * time.Millisecond
)

type actorKey struct{}

// register adds a call that needs a signed-in actor.
func register[I, O any](s *Server, api huma.API, o huma.Operation, handle func(context.Context, access.Actor, *I) (*O, error)) {
	o.Middlewares = append(o.Middlewares, func(c huma.Context, next func(huma.Context)) {
		token := ""
		if cookie, err := huma.ReadCookie(c, cookieName); err == nil {
			token = cookie.Value
		}
		a, err := s.actor(c.Context(), token)
		if err != nil {
			r, w := humago.Unwrap(c)
			_ = s.fail(r.Context(), err)
			write(w, problem(err))
			return
		}
		next(huma.WithValue(c, actorKey{}, a))
	})
	huma.Register(api, o, func(ctx context.Context, in *I) (*O, error) {
		a, ok := ctx.Value(actorKey{}).(access.Actor)
		if !ok {
			return nil, s.fail(ctx, fault.New(fault.Unauthenticated, "sign in first"))
		}
		out, err := handle(ctx, a, in)
		if err != nil {
			return nil, s.fail(ctx, err)
		}
		return out, nil
	})
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	token := ""
	if cookie, err := r.Cookie(cookieName); err == nil {
		token = cookie.Value
	}
	a, err := s.actorBy(r.Context(), token, s.arrives.Ask)
	if err != nil {
		write(w, problem(err))
		return
	}
	from := s.Limits.client(r)
	wait := s.Limits.sessionStream.wait(string(a.ID))
	if wait == 0 {
		wait = s.Limits.addressStream.wait(from)
	}
	if wait > 0 {
		write(w, s.tooMany(ofStreams, wait))
		return
	}
	s.Stream.Serve(w, r, a, from, func(ctx context.Context) (access.Actor, bool) {
		now, err := s.actorBy(ctx, token, s.beats.Ask)
		if fault.Is(err, fault.Unavailable) {
			return a, true // a database that is away signs nobody out
		}
		return now, err == nil
	})
}
