package cases

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// DocumentTemplate (文书模板) is the text of a kind of document as a tenant words it,
// for one item or for all.
type DocumentTemplate struct {
	bun.BaseModel `bun:"table:document_templates"`

	TenantID   tenancy.ID `bun:",pk"`
	ID         string     `bun:",pk"`
	Kind       string
	ItemTenant *tenancy.ID
	ItemID     *string // nil: for all items
	ItemName   string
	Name       string // title; empty: that of the kind
	Body       string // what is being edited
	Numbering  string // empty: as above
	Published  int    // number of the version that counts; 0: none
	ChangedAt  time.Time
	ChangedBy  string
	Version    int
}

// DocumentVersion is a text that was published; it never changes.
type DocumentVersion struct {
	bun.BaseModel `bun:"table:document_versions"`

	TenantID      tenancy.ID `bun:",pk"`
	TemplateID    string     `bun:",pk"`
	Number        int        `bun:",pk"`
	Name          string
	Body          string
	Numbering     string
	PublishedAt   time.Time
	PublishedBy   string
	PublishedName string
}

// Bounds of a text, in characters.
const (
	maxDocument  = 8000
	maxNumbering = 60
	maxTitle     = 40
)

var tokenPattern = regexp.MustCompile(`\{([^{}:]+)(?::([2-8]))?\}`)

// Mistake is one thing that is wrong with a text.
type Mistake struct {
	Line int    // from 1; 0: with the text as a whole
	Text string // catalogue key
	What string // the field that it is about
}

// CheckDocument lists everything that is wrong with a text of a kind: fields that
// nobody knows, fields out of place, and what the law wants it to say and it does not.
func CheckDocument(kind, body string) (out []Mistake) {
	k, ok := kindOf(kind)
	if !ok {
		return []Mistake{{Text: "document_kind_unknown", What: kind}}
	}
	if strings.TrimSpace(body) == "" {
		return []Mistake{{Text: "document_empty"}}
	}
	if utf8.RuneCountInString(body) > maxDocument {
		out = append(out, Mistake{Text: "document_too_long"})
	}
	used := map[string]bool{}
	for i, line := range strings.Split(body, "\n") {
		out = append(out, checkLine(i+1, strings.TrimSpace(line), used)...)
	}
	for _, need := range k.Needs {
		if !used[need] {
			out = append(out, Mistake{Text: "document_field_missing", What: need})
		}
	}
	return append(out, checkTables(body)...)
}

func checkLine(n int, line string, used map[string]bool) (out []Mistake) {
	stands := alonePattern.MatchString(line)
	for _, m := range fieldPattern.FindAllStringSubmatch(line, -1) {
		f, ok := fieldOf(m[1])
		used[m[1]] = true
		switch {
		case !ok:
			out = append(out, Mistake{n, "document_field_unknown", m[1]})
		case f.Block != "" && !stands:
			out = append(out, Mistake{n, "document_field_alone", m[1]})
		}
	}
	if strings.ContainsAny(fieldPattern.ReplaceAllString(line, ""), "{}") {
		out = append(out, Mistake{n, "document_braces", line})
	}
	return out
}

// checkTables wants every row of a table to be as wide as its first.
func checkTables(body string) (out []Mistake) {
	for _, b := range parseDocument(body) {
		for i, row := range b.Rows {
			if b.Kind == Table && len(row) != len(b.Rows[0]) {
				out = append(out, Mistake{b.line + i, "document_table_ragged", strings.Join(row, " ")})
			}
		}
	}
	return out
}

// CheckNumbering returns Invalid on field numbering for a rule that would give a
// number twice. An empty one is that of the levels above.
func CheckNumbering(rule string) error {
	if rule == "" {
		return nil
	}
	if utf8.RuneCountInString(rule) > maxNumbering {
		return fault.InvalidField("numbering", "too_long")
	}
	p := builtin()
	count := map[string]int{}
	for _, m := range tokenPattern.FindAllStringSubmatch(rule, -1) {
		count[m[1]]++
	}
	known := 0
	for _, name := range p.Tokens {
		known += count[name]
	}
	all := 0
	for _, n := range count {
		all += n
	}
	if known != all || strings.ContainsAny(tokenPattern.ReplaceAllString(rule, ""), "{}/\\%?#") {
		return fault.InvalidField("numbering", "document_numbering_token")
	}
	for _, need := range []string{"mark", "year", "serial"} {
		if count[p.Tokens[need]] != 1 {
			return fault.InvalidField("numbering", "document_numbering_needs")
		}
	}
	return nil
}

// PreviewDocument is a text of a kind with the examples in its fields.
func PreviewDocument(kind, name, body, numbering, organ string, now time.Time) Content {
	k, _ := kindOf(kind)
	if name == "" {
		name = k.Title
	}
	samples := map[string]string{"title": name}
	for _, f := range builtin().Fields {
		if _, own := samples[f.Key]; !own {
			samples[f.Key] = f.Sample
		}
	}
	no := numbered(numbering, shortName(organ), k.Mark, chinaDay(now).Year(), 18)
	samples["organ"], samples["doc_no"], samples["doc_on"] = organ, no, hanDay(&now)
	return Content{Title: name, No: no, Organ: organ, Date: now, Law: k.Law, Blocks: merge(body, func(key string) string { return samples[key] })}
}

// text is what counts for a document.
type text struct {
	TemplateID *string
	Number     int
	Name       string
	Body       string
	Numbering  string
}

// candidate is a published text of a tenant on the path.
type candidate struct {
	TenantID   tenancy.ID
	ItemID     *string
	TemplateID string
	Number     int
	Name       string
	Body       string
	Numbering  string
}

// template is the text of a kind that counts for a case at an organ: one for its
// item before one for all, of the organ before those above it; the numbering is
// that of the nearest text for all that has one.
func (s store) template(ctx context.Context, kind string, c *Case, organ tenancy.ID) (text, error) {
	path, err := s.path(ctx, organ, c.TenantID)
	if err != nil {
		return text{}, err
	}
	cs, err := s.candidates(ctx, path, kind)
	if err != nil {
		return text{}, err
	}
	return choose(cs, path, kind, c.ItemID), nil
}

func (s store) candidates(ctx context.Context, path []tenancy.ID, kind string) (cs []candidate, err error) {
	err = s.tx.NewSelect().TableExpr("document_templates AS t").
		ColumnExpr("t.tenant_id, t.item_id, t.id AS template_id, v.number, v.name, v.body, v.numbering").
		Join("JOIN document_versions AS v ON v.tenant_id = t.tenant_id AND v.template_id = t.id AND v.number = t.published").
		Where("t.tenant_id IN (?)", bun.List(path)).Where("t.kind = ?", kind).Scan(ctx, &cs)
	if err != nil {
		return nil, fmt.Errorf("templates of %s: %w", kind, err)
	}
	return cs, nil
}

func choose(cs []candidate, path []tenancy.ID, kind, itemID string) text {
	k, _ := kindOf(kind)
	out := text{Body: k.Body}
	rank := func(c candidate) int { return slices.Index(path, c.TenantID) }
	slices.SortStableFunc(cs, func(a, b candidate) int { return rank(b) - rank(a) }) // the nearest last
	for _, own := range []bool{false, true} {                                        // its item's last
		for _, c := range cs {
			if (c.ItemID != nil) != own || own && *c.ItemID != itemID {
				continue
			}
			out.TemplateID, out.Number, out.Name, out.Body = &c.TemplateID, c.Number, c.Name, c.Body
			if c.Numbering != "" && !own {
				out.Numbering = c.Numbering
			}
		}
	}
	return out
}

// ShownTemplate is one text as it counts at the tenant in scope.
type ShownTemplate struct {
	Kind      DocumentKind
	Own       *DocumentTemplate // of the tenant in scope
	ItemID    string
	ItemName  string
	Name      string
	Body      string
	Numbering string
	Owner     string // who wrote what counts; "" : it came with the system
	OwnCounts bool
	Number    int // version
}

// DocumentTemplates lists every kind as it counts at the tenant in scope, then what
// the tenant words differently for single items. word is its own 机关代字.
func (s *Service) DocumentTemplates(ctx context.Context) (out []ShownTemplate, organWord string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		out = nil
		place, err := s.settles(ctx, tx, policies.ItemsView)
		if err != nil {
			return err
		}
		if organWord, err = st.organWord(ctx, tx.Scope.Tenant, place.Name); err != nil {
			return err
		}
		var own []DocumentTemplate
		if err := tx.NewSelect().Model(&own).Where("tenant_id = ?", tx.Scope.Tenant).Order("kind", "item_name").Scan(ctx); err != nil {
			return err
		}
		for _, k := range builtin().Kinds {
			t, err := st.shown(ctx, k, nil, own)
			if err != nil {
				return err
			}
			out = append(out, t)
		}
		for i := range own {
			if k, ok := kindOf(own[i].Kind); ok && own[i].ItemID != nil {
				t, err := st.shown(ctx, k, own[i].ItemID, own)
				if err != nil {
					return err
				}
				out = append(out, t)
			}
		}
		return nil
	})
	return out, organWord, err
}

// DocumentTemplate is one of them, with every version that the tenant published.
func (s *Service) DocumentTemplate(ctx context.Context, kind, itemID string) (t ShownTemplate, vs []DocumentVersion, err error) {
	k, ok := kindOf(kind)
	if !ok {
		return t, nil, fault.New(fault.NotFound, "document_kind_unknown")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.settles(ctx, tx, policies.ItemsView); err != nil {
			return err
		}
		var own []DocumentTemplate
		if err := tx.NewSelect().Model(&own).Where("tenant_id = ?", tx.Scope.Tenant).Where("kind = ?", kind).Scan(ctx); err != nil {
			return err
		}
		var item *string
		if itemID != "" {
			item = &itemID
		}
		if t, err = (store{tx}).shown(ctx, k, item, own); err != nil {
			return err
		}
		if itemID != "" && t.ItemName == "" {
			o, err := s.asks.Items.Offer(ctx, tx, itemID, "", nil)
			if err != nil {
				return err
			}
			t.ItemName = o.Name
		}
		if t.Own == nil {
			return nil
		}
		return tx.NewSelect().Model(&vs).Where("tenant_id = ?", tx.Scope.Tenant).Where("template_id = ?", t.Own.ID).Order("number DESC").Scan(ctx)
	})
	return t, vs, err
}

// settles is the place of the tenant in scope, if the actor may do a.
func (s *Service) settles(ctx context.Context, tx *db.Tx, a policies.Action) (Place, error) {
	if err := s.authz.Allow(ctx, a, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
		return Place{}, err
	}
	return s.asks.Tree.Place(ctx, tx, tx.Scope.Tenant)
}

// shown is a kind, for an item or for all, as it counts at the tenant in scope.
func (s store) shown(ctx context.Context, k DocumentKind, item *string, own []DocumentTemplate) (t ShownTemplate, err error) {
	path, err := s.path(ctx, s.tx.Scope.Tenant, s.tx.Scope.Tenant)
	if err != nil {
		return t, err
	}
	cs, err := s.candidates(ctx, path, k.Key)
	if err != nil {
		return t, err
	}
	t.Kind = k
	if item != nil {
		t.ItemID = *item
	}
	what := choose(cs, path, k.Key, t.ItemID)
	t.Name, t.Body, t.Numbering, t.Number = what.Name, what.Body, what.Numbering, what.Number
	for _, c := range cs {
		if what.TemplateID != nil && c.TemplateID == *what.TemplateID {
			names, err := tree.In(s.tx).Names(ctx, []tenancy.ID{c.TenantID})
			if err != nil {
				return t, err
			}
			t.Owner, t.OwnCounts = names[c.TenantID], c.TenantID == s.tx.Scope.Tenant && (c.ItemID == nil) == (item == nil)
		}
	}
	for i := range own {
		if own[i].Kind == k.Key && (own[i].ItemID == nil && item == nil || own[i].ItemID != nil && item != nil && *own[i].ItemID == *item) {
			t.Own, t.ItemName = &own[i], own[i].ItemName
		}
	}
	return t, nil
}
