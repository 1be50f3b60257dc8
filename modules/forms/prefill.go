package forms

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
)

// lastSource takes a field's value from what the same person submitted last on this form.
const lastSource = "case.last"

// Prefill is what a form begins with: facts by the names of Sources. What does not
// fit a field (a name in a field of numbers) is left out.
func (c *Compiled) Prefill(facts map[string]any) Values {
	out, _ := c.fill(facts)
	return out
}

// Known is Prefill with where the values come from, in words, by field.
func (c *Compiled) Known(facts map[string]any) (Values, map[string]string) { return c.fill(facts) }

// fill is Prefill with where the values come from, as far as facts say.
func (c *Compiled) fill(facts map[string]any) (out Values, from map[string]string) {
	out, from = Values{}, map[string]string{}
	for _, n := range c.nodes {
		raw, ok := factFor(n.f, facts)
		if !ok || !n.f.Kind.Holds() || n.compute != nil {
			continue
		}
		said := ""
		if f, known := raw.(Fact); known {
			raw, said = f.Value, f.From
		}
		if n.f.Kind == Address {
			if s, isText := raw.(string); isText {
				raw = map[string]string{Detail: s}
			}
		}
		if v, b := normal(n.f, raw, ""); v != nil && (b == nil || n.f.Kind == Address) {
			out[n.f.ID] = v
			if said != "" {
				from[n.f.ID] = said
			}
		}
	}
	return out, from
}

// factFor is what is known for a field: by the source that it names, else by its data element.
func factFor(f *Field, facts map[string]any) (any, bool) {
	name := f.Prefill
	if name == lastSource {
		name += "." + f.ID
	}
	if raw, ok := facts[name]; ok && f.Prefill != "" {
		return raw, true
	}
	if f.Element == "" {
		return nil, false
	}
	raw, ok := facts[ElementFact(f.Element)]
	return raw, ok
}

func (c *Compiled) asksLast() bool {
	for _, n := range c.nodes {
		if n.f.Prefill == lastSource {
			return true
		}
	}
	return false
}

// addLast adds what the actor submitted last on this form at this tenant.
func (s *Service) addLast(ctx context.Context, st store, v *Version, facts map[string]any) error {
	var id []string
	var numbers []int
	err := st.tx.NewRaw(`select id from ?.? where tenant_id = ? and subject = ? order by filed_at desc limit 1`,
		bun.Ident(dataSchema), bun.Ident(tableName(v.FormID, 0)), st.tx.Scope.Tenant, st.tx.Scope.Actor.ID).Scan(ctx, &id)
	if err != nil || len(id) == 0 {
		return err
	}
	if err := st.tx.NewRaw(`select form_version from ?.? where tenant_id = ? and id = ?`, bun.Ident(dataSchema), bun.Ident(tableName(v.FormID, 0)), st.tx.Scope.Tenant, id[0]).Scan(ctx, &numbers); err != nil {
		return err
	}
	row, err := s.row(ctx, st, v.FormID, id[0])
	if err != nil {
		return fmt.Errorf("last row of form %s: %w", v.FormID, err)
	}
	for k, x := range row.Values {
		facts[lastSource+"."+k] = Fact{x, s.asks.word(lastSource)}
	}
	return nil
}

// decodeSealed opens a sealed cell.
func (s *Service) decodeSealed(cell string) (v any, err error) {
	plain, err := s.asks.Sealer.Open(SealData, cell)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(strings.NewReader(plain))
	err = d.Decode(&v)
	return v, err
}
