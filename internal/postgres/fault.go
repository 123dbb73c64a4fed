package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"doorstep/internal/fault"
)

// The codes of PostgreSQL that mean something to a caller; a class is the
// first two characters.
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
	checkViolation      = "23514"
	notNullViolation    = "23502"
	badText             = "22P02" // not a number, not a UUID
	badDate             = "22007"
	dateOutOfRange      = "22008"
	serialization       = "40001"
	deadlock            = "40P01"
	readOnly            = "25006" // the server is a replica, or is the primary no more
	idleTooLong         = "25P03" // in a transaction
	classConnection     = "08"
	classResources      = "53"
	classOperator       = "57" // shut down, or cancelled by a person
)

// refusals say what a broken constraint means in words of the trade.
var refusals = map[string]string{
	"assignment_once":        "the unit is on this incident already",
	"idempotency_key_pkey":   "the same request is being answered just now",
	"person_national_id":     "another record has this national id",
	"on_scene_record_pkey":   "the on-scene record was written just now",
	"briefing_incident":      "the incident has a briefing already",
	"feedback_once":          "this feedback was given already",
	"delivery_pkey":          "this revision is on its way already",
	"assignment_status_pkey": "this status was reported already",
}

// sorted gives an error of the database its kind. An error that has one keeps it.
func sorted(err error, doing string) error {
	var known *fault.Fault
	var pg *pgconn.PgError
	var network *net.OpError
	var connect *pgconn.ConnectError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return fault.New(fault.NotFound, "no such record")
	case errors.Is(err, context.Canceled): // who asked is gone, or the server is stopping
		return fault.Because(fault.Unavailable, fmt.Errorf("%s: %w", doing, err), "the request was given up")
	case errors.Is(err, context.DeadlineExceeded):
		return fault.Because(fault.Unavailable, fmt.Errorf("%s: %w", doing, err), "the database did not answer in time")
	case errors.As(err, &pg):
		return fmt.Errorf("%s: %w", doing, sortedCode(pg))
	case errors.As(err, &network), errors.As(err, &connect), pgconn.SafeToRetry(err),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return fault.Because(fault.Unavailable, fmt.Errorf("%s: %w", doing, err), "the database cannot be reached")
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// sortedCode never passes on what PostgreSQL says of the row itself: that is
// personal data.
func sortedCode(pg *pgconn.PgError) error {
	cause := fmt.Errorf("SQLSTATE %s, constraint %q, table %q: %s", pg.Code, pg.ConstraintName, pg.TableName, plain(pg))
	switch {
	case pg.Code == uniqueViolation:
		sentence := refusals[pg.ConstraintName]
		if sentence == "" {
			sentence = "this record exists already"
		}
		return fault.Because(fault.Conflict, cause, sentence)
	case pg.Code == foreignKeyViolation:
		return fault.Because(fault.NotFound, cause, "a record that is referred to does not exist")
	case pg.Code == badText:
		// The only text that is parsed as something else is an id.
		return fault.Because(fault.NotFound, cause, "no such record")
	case pg.Code == checkViolation, pg.Code == notNullViolation, pg.Code == badDate, pg.Code == dateOutOfRange:
		return fault.Because(fault.Invalid, cause, "a value is outside what can be kept")
	case pg.Code == serialization, pg.Code == deadlock:
		return fault.Because(fault.Unavailable, cause, "others worked on the same records: try again")
	}
	for _, class := range []string{classConnection, classResources, classOperator, readOnly, idleTooLong} {
		if strings.HasPrefix(pg.Code, class) {
			return fault.Because(fault.Unavailable, cause, "the database cannot be used now")
		}
	}
	return cause
}

// useless reports whether a connection leads to a server that is going, is not
// there yet, or was replaced by another: the next one finds that.
func useless(pg *pgconn.PgError) bool {
	switch pg.Code {
	case readOnly, "57P01", "57P02", "57P03": // shut down, crashed, starting
		return true
	}
	return strings.EqualFold(pg.Severity, "FATAL")
}

// plain is the message where it quotes no value.
func plain(pg *pgconn.PgError) string {
	if strings.HasPrefix(pg.Code, "22") {
		return "a value was refused"
	}
	return pg.Message
}

// broke reports whether an error is a second row under a unique constraint.
func broke(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == uniqueViolation && pg.ConstraintName == constraint
}
