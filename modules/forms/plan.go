package forms

import "slices"

// Plan is what the browser needs to run the same rules: fields in the order in
// which they are reckoned, expressions as the server compiled them.
type Plan struct {
	Order     []PlanField `json:"order"` // of dependencies
	Doc       []string    `json:"doc"`   // ids in document order
	Rules     []PlanRule  `json:"rules,omitempty"`
	Today     string      `json:"today"`
	Applicant string      `json:"applicant"`
	Step      string      `json:"step"`
}

// PlanField is one field of a Plan.
type PlanField struct {
	ID        string      `json:"id"`
	Kind      Kind        `json:"kind"`
	Label     string      `json:"label"`
	Parent    string      `json:"parent,omitempty"`
	Multiple  bool        `json:"multiple,omitempty"`
	Visible   string      `json:"visible,omitempty"`
	Required  bool        `json:"required,omitempty"`
	When      string      `json:"when,omitempty"`
	Compute   string      `json:"compute,omitempty"`
	Rules     []PlanRule  `json:"rules,omitempty"`
	Locked    bool        `json:"locked,omitempty"`
	Options   []string    `json:"options,omitempty"`
	MinLength int         `json:"minLength,omitempty"`
	MaxLength int         `json:"maxLength,omitempty"`
	Pattern   string      `json:"pattern,omitempty"`
	Min       *float64    `json:"min,omitempty"`
	Max       *float64    `json:"max,omitempty"`
	Places    int         `json:"places,omitempty"`
	After     string      `json:"after,omitempty"`
	Before    string      `json:"before,omitempty"`
	MinRows   int         `json:"minRows,omitempty"`
	MaxRows   int         `json:"maxRows,omitempty"`
	MaxFiles  int         `json:"maxFiles,omitempty"`
	Missing   string      `json:"missing,omitempty"` // catalogue key
	Cells     []PlanField `json:"cells,omitempty"`
	CellDoc   []string    `json:"cellDoc,omitempty"`
	Masked    string      `json:"masked,omitempty"` // what is shown instead of the value, which the browser does not know
	Waits     []string    `json:"waits,omitempty"`  // masked fields that it is reckoned from
	Known     *PlanKnown  `json:"known,omitempty"`  // what the server found while they stay masked
}

// PlanKnown is what the server found of a field that a browser cannot reckon.
type PlanKnown struct {
	Shown    bool `json:"shown"`
	Required bool `json:"required"`
	Value    any  `json:"value,omitempty"` // of a computed field; personal data masked
}

// PlanRule is one rule of a Plan.
type PlanRule struct {
	CEL     string `json:"cel"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`

	Waits []string `json:"waits,omitempty"`
}

// Plan describes the form to a browser, for somebody in ctx.
func (c *Compiled) Plan(ctx Context) Plan {
	e := &evaluation{c: c, ctx: ctx}
	p := Plan{Today: ctx.Today, Applicant: ctx.ApplicantKind, Step: ctx.Step}
	for _, n := range c.order {
		p.Order = append(p.Order, e.plan(n))
	}
	for _, n := range c.nodes {
		p.Doc = append(p.Doc, n.f.ID)
	}
	p.Rules = planRules(c.rules)
	return p
}

func (e *evaluation) plan(n *node) PlanField {
	f := n.f
	p := PlanField{
		ID: f.ID, Kind: f.Kind, Label: f.Label, Multiple: f.Multiple(), Visible: source(n.visible), Required: f.Required, When: source(n.required), Compute: source(n.compute),
		Rules: planRules(n.rules), Locked: f.Readonly || e.right(n) != Write, MinLength: f.MinLength, Pattern: f.Pattern, Min: f.Min, Max: f.Max, Places: f.places(),
		After: f.After, Before: f.Before, MinRows: f.MinRows, MaxFiles: f.MaxFiles, Missing: missing(f),
	}
	if n.parent != nil && n.parent != n.table {
		p.Parent = n.parent.f.ID
	}
	if f.Kind == Text || f.Kind == LongText {
		p.MaxLength = f.longest()
	}
	for _, o := range f.Options {
		p.Options = append(p.Options, o.Value)
	}
	if f.Kind == Table {
		p.MaxRows = f.most()
		for _, cell := range n.cells {
			p.Cells = append(p.Cells, e.plan(cell))
		}
		for i := range f.Fields {
			p.CellDoc = append(p.CellDoc, f.Fields[i].ID)
		}
	}
	return p
}

func source(e *expression) string {
	if e == nil {
		return ""
	}
	return e.source
}

func planRules(rules []rule) (out []PlanRule) {
	for _, r := range rules {
		out = append(out, PlanRule{CEL: r.expr.source, Message: r.message, Field: r.blames})
	}
	return out
}

// Hide tells a plan which fields a browser sees masked, by id, and what res found of
// those that are reckoned from them.
func (c *Compiled) Hide(p *Plan, masked map[string]string, res Result) {
	if len(masked) == 0 {
		return
	}
	memo := map[*node][]string{}
	for i := range p.Order {
		f := &p.Order[i]
		n := c.byID[f.ID]
		f.Masked = masked[f.ID]
		f.Waits = c.waits(n, masked, memo)
		if len(f.Waits) == 0 {
			continue
		}
		f.Known = &PlanKnown{Shown: res.Shown[f.ID], Required: res.Required[f.ID]}
		if n.compute != nil {
			f.Known.Value = mask(n.f, res.Values[f.ID])
		}
	}
	for i, r := range c.rules {
		p.Rules[i].Waits = c.behind(r.expr, masked, memo)
	}
}

// waits are the masked fields that n is reckoned from, by whatever way.
func (c *Compiled) waits(n *node, masked map[string]string, memo map[*node][]string) []string {
	if known, ok := memo[n]; ok {
		return known
	}
	memo[n] = nil
	var out []string
	if n.parent != nil {
		out = append(out, c.waits(n.parent, masked, memo)...)
	}
	for _, e := range []*expression{n.visible, n.required, n.compute} {
		out = append(out, c.behind(e, masked, memo)...)
	}
	for _, r := range n.rules {
		out = append(out, c.behind(r.expr, masked, memo)...)
	}
	for _, cell := range n.cells {
		out = append(out, c.waits(cell, masked, memo)...)
	}
	slices.Sort(out)
	memo[n] = slices.Compact(out)
	return memo[n]
}

func (c *Compiled) behind(e *expression, masked map[string]string, memo map[*node][]string) (out []string) {
	for _, d := range e.touches(c.byID) {
		if masked[d.f.ID] != "" {
			out = append(out, d.f.ID)
		} else {
			out = append(out, c.waits(d, masked, memo)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
