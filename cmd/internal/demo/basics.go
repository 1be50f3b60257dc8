package demo

import (
	"context"
	_ "embed" // the entries below
	"encoding/json"
	"fmt"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/tenancy"
)

//go:embed basics.json
var basics []byte

// basicList is what the league's basic list (目录清单) holds beside the items that
// it implements itself, and what the levels below have made of it.
type basicList struct {
	Entries []catalog.Body `json:"entries"`
	Claims  []claim        `json:"claims"`
}

// claim (认领) is one entry taken by one tenant.
type claim struct {
	At    string          `json:"at"` // 12-digit code
	Code  string          `json:"code"`
	Until string          `json:"until"` // the state that it has reached
	Body  json.RawMessage `json:"body"`  // what the tenant completes
	Flow  []Step          `json:"flow"`
}

// claimAll enters the rest of the basic list and lets counties and townships
// claim from it.
func (st *Stage) claimAll(ctx context.Context) error {
	list, err := decode[basicList]("basics.json", basics)
	if err != nil {
		return err
	}
	st.Clock.Set(st.longAgo().AddDate(0, 0, 11))
	for _, e := range list.Entries {
		if err := st.enter(ctx, st.League(), e); err != nil {
			return fmt.Errorf("entry %s: %w", e.Name, err)
		}
	}
	for i, c := range list.Claims {
		st.Clock.Set(st.longAgo().AddDate(0, 0, 14+i))
		if err := st.claim(ctx, c); err != nil {
			return fmt.Errorf("claim of %s in %s: %w", c.Code, c.At, err)
		}
	}
	return nil
}

// claim takes an entry on from where it stands with the tenant.
func (st *Stage) claim(ctx context.Context, c claim) error {
	at := label(c.At)
	editor, err := st.AsRole(ctx, at, policies.ItemEditor)
	if err != nil {
		return err
	}
	if _, err := st.Catalog.Claim(editor, []string{st.entries[c.Code]}); err != nil {
		return err
	}
	known, err := st.kept(ctx, at)
	if err != nil {
		return err
	}
	row := known[c.Code]
	if row.State != catalog.StateDraft || row.OpenState != catalog.StateDraft && c.Until == catalog.StateReviewing {
		return nil
	}
	sheet, err := st.Catalog.Show(editor, row.ID)
	if err != nil {
		return err
	}
	v := sheet.Version
	if v.State == catalog.StateDraft && v.FlowID == nil && c.Body != nil {
		if v, err = st.complete(editor, v, c); err != nil {
			return err
		}
	}
	if c.Until == catalog.StateDraft {
		return nil
	}
	return st.carry(ctx, at, v, c.Until == catalog.StatePublished)
}

// complete fills in what the entry leaves to the tenant.
func (st *Stage) complete(editor context.Context, v catalog.Version, c claim) (catalog.Version, error) {
	b := v.Body
	if err := json.Unmarshal(c.Body, &b); err != nil {
		return v, err
	}
	steps := Item{Flow: c.Flow}.Steps()
	return st.Catalog.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b, Flow: flows.Linear(b.Name, steps)})
}

// carry sends a draft to review and, if wanted, through it.
func (st *Stage) carry(ctx context.Context, owner tenancy.ID, v catalog.Version, through bool) error {
	editor, err := st.AsRole(ctx, owner, policies.ItemEditor)
	if err != nil {
		return err
	}
	if v.State == catalog.StateDraft {
		if v, err = st.Catalog.Submit(editor, v.ID); err != nil {
			return err
		}
	}
	if v.State != catalog.StateReviewing || !through {
		return nil
	}
	reviewer, err := st.AsRole(ctx, owner, policies.ItemReviewer)
	if err != nil {
		return err
	}
	_, err = st.Catalog.Publish(reviewer, v.ID, "依据现行有效，内容齐全，同意")
	return err
}
