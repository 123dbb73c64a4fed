package postgres

import (
	"context"
	"time"

	"doorstep/internal/access"
)

// Account is how somebody signs in.
type Account struct {
	ID           access.AccountID
	PasswordHash string
	TOTPSecret   string // empty without a second factor
}

const accountByUsername = `
select id, password_hash, coalesce(totp_secret, '') from account
where username = $1 and disabled_at is null`

// AccountByUsername reads an account; NotFound when there is none by that name
// or it is disabled.
func (s *Store) AccountByUsername(ctx context.Context, username string) (a Account, err error) {
	err = s.pool.QueryRow(ctx, accountByUsername, username).Scan(&a.ID, &a.PasswordHash, &a.TOTPSecret)
	return a, missing(err, "account")
}

// actorColumns are read by actorFields; $2 is now.
const actorColumns = `
a.id, a.role, a.username, a.display_name, a.language, coalesce(a.district_code, ''),
       coalesce(duty.id::text, ''), coalesce(duty.call_sign, '')
from account a
left join lateral (
    select u.id, u.call_sign from crew w
    join shift h on h.id = w.shift_id and h.starts <= $2 and h.ends > $2
    join unit u on u.id = h.unit_id
    where w.account_id = a.id order by h.starts desc limit 1) duty on true`

const actorByID = `select ` + actorColumns + ` where a.id = $1 and a.disabled_at is null`

// Actor reads who an account is now, with the unit that it crews on the present
// shift; NotFound when it is disabled.
func (s *Store) Actor(ctx context.Context, id access.AccountID, now time.Time) (access.Actor, error) {
	var a access.Actor
	err := s.pool.QueryRow(ctx, actorByID, id, now).Scan(actorFields(&a)...)
	return a, missing(err, "account")
}

func actorFields(a *access.Actor) []any {
	return []any{&a.ID, &a.Role, &a.Username, &a.DisplayName, &a.Language, &a.DistrictCode, &a.UnitID, &a.CallSign}
}
