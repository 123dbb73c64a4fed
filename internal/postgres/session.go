package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"doorstep/internal/access"
)

// SessionCodec keeps what a session holds as JSON, so that SignedIn can read
// whose it is in the same query. It fits scs.Codec.
type SessionCodec struct{}

type sessionData struct {
	Deadline time.Time      `json:"deadline"`
	Values   map[string]any `json:"values"`
}

// Encode makes the data of a session.
func (SessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(sessionData{Deadline: deadline, Values: values})
}

// Decode reads the data of a session.
func (SessionCodec) Decode(raw []byte) (time.Time, map[string]any, error) {
	var s sessionData
	err := json.Unmarshal(raw, &s)
	return s.Deadline, s.Values, err
}

// SessionAccount is the value of a session that says whose it is.
const SessionAccount = "account"

const signedIn = actorColumns + ` where a.id = (
    select (convert_from(data, 'UTF8')::jsonb #>> '{values,` + SessionAccount + `}')::uuid from sessions
    where token = $1 and expiry > $2) and a.disabled_at is null`

// SignedIn reads who is behind the token of a session, which is stored hashed
// as scs does it; NotFound when the session ended or its account is disabled.
func (s *Store) SignedIn(ctx context.Context, token string, now time.Time) (access.Actor, error) {
	hash := sha256.Sum256([]byte(token))
	return scanActor(s.pool.QueryRow(ctx, signedIn, base64.RawURLEncoding.EncodeToString(hash[:]), now))
}
