// Package client is a signed-in client of a running service, for the commands
// that work through one and for measuring and testing it.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// Client is one signed-in client.
type Client struct {
	AccountID string
	UnitID    string // of an officer on shift
	base      string
	http      *http.Client
}

// Refusal is an answer that is not a success.
type Refusal struct {
	Status     int
	Path       string
	RetryAfter string // seconds, where the service says so
	Body       []byte // problem+json
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s answered %d: %s", r.Path, r.Status, r.Body)
}

// Problem is what a refusal says.
type Problem struct {
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Field  string `json:"field"`
		Detail string `json:"detail"`
	} `json:"errors"`
}

// Problem reads what a refusal says; it is empty for an answer that is not of
// this service.
func (r *Refusal) Problem() Problem {
	var p Problem
	_ = json.Unmarshal(r.Body, &p)
	return p
}

// Credentials are how an account proves itself; OTP is empty without a second
// factor.
type Credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
	OTP      string `json:"otp,omitempty"`
}

// SignIn signs in to the service at base, as http://host:port.
func SignIn(ctx context.Context, base string, who Credentials) (*Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	c := &Client{base: strings.TrimSuffix(base, "/"), http: &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 4}}}
	var session struct {
		User struct {
			ID     string `json:"id"`
			UnitID string `json:"unit_id"`
		} `json:"user"`
	}
	err = c.Call(ctx, http.MethodPost, "/session", nil, who, &session)
	c.AccountID, c.UnitID = session.User.ID, session.User.UnitID
	return c, err
}

// At is the same session at another node of the service.
func (c *Client) At(base string) *Client {
	at := *c
	at.base = strings.TrimSuffix(base, "/")
	return &at
}

// Call sends one request, a create with a key of its own, and decodes the
// answer into out.
func (c *Client) Call(ctx context.Context, method, path string, header http.Header, body, out any) error {
	var sent io.Reader = http.NoBody
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, sent)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", uuid.NewString())
	}
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return &Refusal{Status: answer.StatusCode, Path: path, RetryAfter: answer.Header.Get("Retry-After"), Body: text}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// Rest lets go of the connections that no request uses.
func (c *Client) Rest() { c.http.CloseIdleConnections() }

// Dial opens the stream; nothing is said on it yet. A node that refuses it is a
// Refusal.
func (c *Client) Dial(ctx context.Context) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Jar: c.http.Jar, Subprotocols: []string{"doorstep.v1"}}
	socket, answer, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(c.base, "http")+"/api/v1/stream", nil)
	if err != nil {
		if answer != nil {
			text, _ := io.ReadAll(answer.Body) // what the dialer has kept of it
			err = &Refusal{Status: answer.StatusCode, Path: "/stream", Body: text}
		}
		return nil, fmt.Errorf("open the stream: %w", err)
	}
	return socket, nil
}
