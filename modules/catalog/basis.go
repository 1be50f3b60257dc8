package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Basis is an item in scope whose version in force stands on a law (设定依据).
type Basis struct {
	TenantID   tenancy.ID
	TenantName string
	ItemID     string
	Name       string
	BasicCode  string
	List       string
	Body       Body `bun:"type:jsonb"`
}

// Articles lists what the item names of the law.
func (b Basis) Articles(law string) (out []string) {
	for _, l := range b.Body.LegalBasis {
		if (l.Law == law || l.Law == quoted(law)) && !slices.Contains(out, l.Article) {
			out = append(out, l.Article)
		}
	}
	return out
}

// StandingOn lists the published items in scope whose legal basis names a law, by
// its title without 《》.
func (s *Service) StandingOn(ctx context.Context, tx *db.Tx, law string) (out []Basis, err error) {
	plain, err := json.Marshal([]map[string]string{{"law": law}})
	if err != nil {
		return nil, err
	}
	marked, err := json.Marshal([]map[string]string{{"law": quoted(law)}})
	if err != nil {
		return nil, err
	}
	err = tx.NewRaw(`select i.tenant_id, t.name as tenant_name, i.id as item_id, i.name, i.basic_code, i.list, v.body
		from items i join item_versions v on v.tenant_id = i.tenant_id and v.id = i.live_id join tenants t on t.tenant_id = i.tenant_id
		where i.state = 'published' and (v.body->'legal_basis' @> ?::jsonb or v.body->'legal_basis' @> ?::jsonb) order by i.tenant_id, i.basic_code`,
		string(plain), string(marked)).Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("items standing on %s: %w", law, err)
	}
	return out, nil
}

func quoted(law string) string { return "\u300a" + law + "\u300b" }
