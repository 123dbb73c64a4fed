package postgres

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"doorstep/internal/control"
	"doorstep/internal/fault"
)

const firstAnswer = `select request, answer from idempotency_key where account_id = $1 and key = $2`

// answered queues the look for the answer that was given to the same request
// before.
func answered(b *pgx.Batch, once *control.Once, repeated *[]byte) {
	if once == nil {
		return
	}
	b.Queue(firstAnswer, once.Account, once.Key).Query(func(rows pgx.Rows) error {
		var request, answer []byte
		_, err := pgx.ForEachRow(rows, []any{&request, &answer}, func() error {
			if !bytes.Equal(request, once.Request) {
				return fault.Bad("Idempotency-Key", "was used for another request")
			}
			*repeated = slices.Clone(answer)
			return nil
		})
		return err
	})
}

// insertAnswer keeps the incident that a unit was sent to, null for other answers.
const insertAnswer = `
insert into idempotency_key (account_id, key, request, status, answer, at, sent_to) values ($1, $2, $3, $4, $5, $6, $7)`

// keepAnswer queues the writing of the answer to a create.
func keepAnswer(b *pgx.Batch, once *control.Once, w control.Written) error {
	if once == nil {
		return nil
	}
	answer, err := once.Encode(w)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	var sentTo *string
	if w.Assignment != nil {
		sentTo = &w.Assignment.IncidentID
	}
	b.Queue(insertAnswer, once.Account, once.Key, once.Request, once.Status, answer, moment(), sentTo)
	return nil
}

// repeat turns the loss of a race for a key into the winner's answer.
func (s *Store) repeat(ctx context.Context, once *control.Once, kept control.Kept, err error) (control.Kept, error) {
	if once == nil || !broke(err, "idempotency_key_pkey") {
		return kept, err
	}
	b := &pgx.Batch{}
	kept = control.Kept{}
	answered(b, once, &kept.Repeated)
	err = s.pool.SendBatch(ctx, b).Close()
	return kept, err
}
