package cases

import (
	"context"
	"fmt"
	"regexp"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy/db"
)

// NumbersIn are the numbers of cases that words mention: a division, a day and a serial.
func NumbersIn(words string) []string {
	return regexp.MustCompile(`\d{20,30}`).FindAllString(words, -1)
}

// Numbered finds, by their numbers, the cases among some that the actor may see; the
// others are left out.
func (s *Service) Numbered(ctx context.Context, nos []string) (byNo map[string]Case, err error) {
	byNo = map[string]Case{}
	if len(nos) == 0 {
		return byNo, nil
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		clear(byNo)
		var found []Case
		if err := tx.NewSelect().Model(&found).Where(`no COLLATE "C" IN (?)`, bun.List(nos)).Scan(ctx); err != nil {
			return fmt.Errorf("cases by number: %w", err)
		}
		for _, c := range found {
			if s.authz.Allow(ctx, policies.CasesView, c.resource(tx.Scope.Actor, "")) == nil {
				byNo[c.No] = c
			}
		}
		return nil
	})
	return byNo, err
}
