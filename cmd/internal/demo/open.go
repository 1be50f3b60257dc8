package demo

import (
	"context"
	"fmt"

	"liandong/modules/cases"
	"liandong/policies"
)

// openShops lets two people open a restaurant as one thing: one application waits at the
// window, the other is accepted, so that the jobs of the platform begin its parts.
func (st *Stage) openShops(ctx context.Context) error {
	known, err := st.kept(ctx, st.League())
	if err != nil {
		return err
	}
	st.Clock.Set(st.Now)
	theme := offered{id: known[shopCode].ID}
	theme.Body = known[shopCode].Body
	theme.Name = shopForm // its sample answers fill the one form in
	county := st.byCode["152502000000"]
	for i, who := range st.citizens[:2] {
		p := plot{key: fmt.Sprintf("demo-joint-%d", i), item: theme, origin: county, who: who, choices: []string{"s1b", "s2a"}}
		st.apply(&p)
		her, err := st.As(ctx, who, county.ID)
		if err != nil {
			return err
		}
		c, err := st.file(her, &p)
		if err != nil {
			return fmt.Errorf("open a restaurant: %w", err)
		}
		if i > 0 || c.Status != cases.Submitted {
			continue
		}
		clerk, err := st.AsRole(ctx, county.ID, policies.Clerk)
		if err != nil {
			return err
		}
		if _, err := st.Services.Cases.Accept(clerk, c.ID, c.Version, "材料齐全，统一受理，转各部门办理"); err != nil {
			return fmt.Errorf("accept a restaurant: %w", err)
		}
	}
	_, err = st.Services.Cases.Fold(ctx)
	return err
}
