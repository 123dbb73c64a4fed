package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/control"
	"doorstep/internal/fault"
)

const firstAnswer = `select request, answer from idempotency_key where account_id = $1 and key = $2`

// answered returns the answer that was given to the same request before, nil
// if there was none.
func answered(ctx context.Context, db asker, once *control.Once) ([]byte, error) {
	if once == nil {
		return nil, nil
	}
	var request, answer []byte
	err := db.QueryRow(ctx, firstAnswer, once.Account, once.Key).Scan(&request, &answer)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for an earlier answer: %w", err)
	}
	if !bytes.Equal(request, once.Request) {
		return nil, fault.Bad("Idempotency-Key", "was used for another request")
	}
	return answer, nil
}

const insertAnswer = `
insert into idempotency_key (account_id, key, request, status, answer, at) values ($1, $2, $3, $4, $5, $6)`

// keepAnswer queues the writing of the answer to a create.
func keepAnswer(b *pgx.Batch, once *control.Once, w control.Written) error {
	if once == nil {
		return nil
	}
	answer, err := once.Encode(w)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	b.Queue(insertAnswer, once.Account, once.Key, once.Request, once.Status, answer, moment())
	return nil
}

// repeat turns the loss of a race for a key into the winner's answer.
func (s *Store) repeat(ctx context.Context, once *control.Once, kept control.Kept, err error) (control.Kept, error) {
	if once == nil || !broke(err, "idempotency_key_pkey") {
		return kept, err
	}
	answer, err := answered(ctx, s.pool, once)
	return control.Kept{Repeated: answer}, err
}
