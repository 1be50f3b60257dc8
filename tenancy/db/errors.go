package db

import (
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"liandong/tenancy/fault"
)

// SQLSTATE codes that mean something to callers (PostgreSQL, appendix A).
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
	checkViolation      = "23514"
	notPrivileged       = "42501" // also a row that a WITH CHECK refused
	serialization       = "40001"
	deadlock            = "40P01"
)

// classify translates what the driver says into a fault, once, for everybody.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "not_found").Because(err)
	}
	switch code(err) {
	case uniqueViolation:
		return fault.New(fault.Conflict, "already_exists").Because(err)
	case foreignKeyViolation, checkViolation:
		return fault.New(fault.Invalid, "refers_to_nothing").Because(err)
	case notPrivileged:
		return fault.New(fault.Forbidden, "outside_tenant").Because(err)
	case serialization, deadlock:
		return fault.New(fault.Conflict, "lost_race").Because(err)
	}
	return err
}

func lostRace(err error) bool {
	c := code(err)
	return c == serialization || c == deadlock
}

func code(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// IsDuplicate reports whether err is a breach of the unique constraint named.
func IsDuplicate(err error, constraint string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == uniqueViolation && (constraint == "" || pg.ConstraintName == constraint)
}
