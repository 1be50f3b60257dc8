package web

import (
	"context"
	"strings"

	"liandong/modules/forms"
)

// Place is a division (区划) to choose.
type Place struct{ Code, Name string }

// Divisions answers questions about the tree of divisions.
type Divisions interface {
	// Below lists the divisions of the next level; "" asks for the provinces.
	Below(ctx context.Context, code string) ([]Place, error)
	// Way lists the divisions from the province down to code.
	Way(ctx context.Context, code string) ([]Place, error)
}

// places are the selects of an address: one per level that was reached, and the next.
type places struct {
	chosen string
	list   []Place
}

func (v *View) levels(ctx context.Context, code string) (out []places) {
	if v.Divisions == nil {
		return nil
	}
	var way []Place
	if code != "" {
		way, _ = v.Divisions.Way(ctx, code) // an unknown code begins anew
	}
	above := ""
	for i := 0; i <= len(way) && i < 5; i++ {
		list, err := v.Divisions.Below(ctx, above)
		if err != nil || len(list) == 0 {
			break
		}
		p := places{list: list}
		if i < len(way) {
			p.chosen = way[i].Code
			above = p.chosen
		}
		out = append(out, p)
	}
	return out
}

// NameDivisions writes the full name of every division chosen into values.
func NameDivisions(ctx context.Context, d Divisions, c *forms.Compiled, values forms.Values) {
	if d == nil {
		return
	}
	c.Schema.Walk(func(f *forms.Field, _ []*forms.Field) bool {
		m, ok := values[f.ID].(map[string]any)
		if !ok || f.Kind != forms.Address || show(m[forms.Division]) == "" {
			return true
		}
		way, err := d.Way(ctx, show(m[forms.Division]))
		if err != nil {
			return true
		}
		names := make([]string, len(way))
		for i, p := range way {
			names[i] = p.Name
		}
		m[forms.Named] = strings.Join(names, "")
		return true
	})
}
