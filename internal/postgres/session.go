package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

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

const signedIn = `select t.token, ` + actorColumns + `
join sessions t on a.id = (convert_from(t.data, 'UTF8')::jsonb #>> '{values,` + SessionAccount + `}')::uuid
where t.token = any($1) and t.expiry > $2 and a.disabled_at is null`

// SignedIn reads who is behind the tokens of sessions, which are stored hashed as scs
// does it; without those whose session ended or whose account is disabled.
func (s *Store) SignedIn(ctx context.Context, tokens []string, now time.Time) (map[string]access.Actor, error) {
	hashes, tokenOf := make([]string, len(tokens)), map[string]string{}
	for i, token := range tokens {
		hash := sha256.Sum256([]byte(token))
		hashes[i] = base64.RawURLEncoding.EncodeToString(hash[:])
		tokenOf[hashes[i]] = token
	}
	if len(tokens) > 1 { // who is alone may be sending a unit
		s.sending.first(ctx)
	}
	rows, err := s.pool.Query(ctx, signedIn, hashes, now)
	if err != nil {
		return nil, sorted(err, "read sessions")
	}
	actors := map[string]access.Actor{}
	var hash string
	var a access.Actor
	_, err = pgx.ForEachRow(rows, append([]any{&hash}, actorFields(&a)...), func() error {
		actors[tokenOf[hash]] = a
		return nil
	})
	return actors, sorted(err, "read sessions")
}
