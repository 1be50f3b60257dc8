package wire

import (
	"context"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/calendar/book"
	"liandong/tenancy/db"
)

// days answers pages out of the working calendars.
type days struct{ db *db.DB }

func (d days) Calendar(ctx context.Context, tenant tenancy.ID) (c calendar.Calendar, err error) {
	err = d.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err = book.Book{}.Of(ctx, tx, tenant)
		return err
	})
	return c, err
}
