package forms

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
}

// PlanRule is one rule of a Plan.
type PlanRule struct {
	CEL     string `json:"cel"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
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
		out = append(out, PlanRule{r.expr.source, r.message, r.blames})
	}
	return out
}
