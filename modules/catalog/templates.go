package catalog

import (
	"context"
	_ "embed" // templates.json
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// The texts that the catalogue tells people.
const (
	TellSubmitted = "submitted" // reviewers of the next step
	TellReturned  = "returned"  // the author
	TellHeld      = "held"      // who wrote and reviewed what could not come into force
	TellPublished = "published" // the rest: everybody, on the sites
	TellChanged   = "changed"
	TellSuspended = "suspended"
	TellResumed   = "resumed"
	TellCancelled = "cancelled"
	TellSplit     = "split"
	TellMerged    = "merged"
)

// maxTemplate bounds a text, in characters.
const maxTemplate = 500

// Template (通知模板) is one text with fields in braces that are filled in when it
// is told. It is that of the tenant or of the nearest one above it that has set
// one, else the one that comes with the system.
type Template struct {
	Key      string
	Name     string
	To       string      // who is told
	Fields   [][3]string // name in the text, key and example
	Standard string      // as it comes with the system
	Text     string

	TenantID  tenancy.ID // that set it; zero: nobody
	Owner     string
	Own       bool
	UpdatedAt time.Time
	UpdatedBy string
	Version   int
}

//go:embed templates.json
var templatesJSON []byte

// standards are the texts that come with the system.
var standards = sync.OnceValue(func() (out []Template) { //nolint:gochecknoglobals // read-only after the first use
	var rows []struct {
		Key, Name, To, Text string
		Fields              [][3]string
	}
	if err := json.Unmarshal(templatesJSON, &rows); err != nil {
		panic("catalog: the embedded templates: " + err.Error()) // they are part of the program
	}
	for _, r := range rows {
		out = append(out, Template{Key: r.Key, Name: r.Name, To: r.To, Fields: r.Fields, Standard: r.Text, Text: r.Text})
	}
	return out
})

type noticeTemplate struct {
	bun.BaseModel `bun:"table:notice_templates"`

	TenantID  tenancy.ID `bun:",pk"`
	Key       string     `bun:",pk"`
	Text      string
	UpdatedAt time.Time
	UpdatedBy string
	Version   int
}

// Templates lists every text as it counts at the tenant in scope.
func (s *Service) Templates(ctx context.Context) (out []Template, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		rows, err := store{tx}.templates(ctx)
		if err != nil {
			return err
		}
		out = nil
		var owners []tenancy.ID
		for _, t := range standards() {
			t = t.over(rows, tx.Scope.Tenant, tx.Scope.Ancestors)
			out, owners = append(out, t), append(owners, t.TenantID)
		}
		names, err := tree.In(tx).Names(ctx, owners)
		for i := range out {
			out[i].Owner = names[out[i].TenantID]
		}
		return err
	})
	return out, err
}

// over is the template as the rows of the tenants of a path, down to at, make it.
func (t Template) over(rows []noticeTemplate, at tenancy.ID, path []tenancy.ID) Template {
	to := slices.Index(path, at)
	best := -1
	for _, r := range rows {
		if i := slices.Index(path, r.TenantID); r.Key == t.Key && i > best && i <= to {
			best = i
			t.Text, t.TenantID, t.Own = r.Text, r.TenantID, r.TenantID == at
			t.UpdatedAt, t.UpdatedBy, t.Version = r.UpdatedAt, r.UpdatedBy, r.Version
		}
	}
	return t
}

// field is a field of a template.
var field = regexp.MustCompile(`\{([^{}]*)\}`)

// Fill puts values, by the keys of the fields, into a text. A value that ends like
// a sentence loses its full stop: the text has one of its own.
func (t Template) Fill(values map[string]string) string {
	return field.ReplaceAllStringFunc(t.Text, func(name string) string {
		i := slices.IndexFunc(t.Fields, func(f [3]string) bool { return "{"+f[0]+"}" == name })
		if i < 0 {
			return ""
		}
		return strings.TrimRight(strings.TrimSpace(values[t.Fields[i][1]]), ".\u3002")
	})
}

// Preview is the text with the examples in its fields.
func (t Template) Preview() string {
	values := map[string]string{}
	for _, f := range t.Fields {
		values[f[1]] = f[2]
	}
	return t.Fill(values)
}

// Check returns Invalid on field text for what cannot be told.
func (t Template) Check() error {
	if t.Text == "" {
		return fault.InvalidField("text", "required")
	}
	if utf8.RuneCountInString(t.Text) > maxTemplate {
		return fault.InvalidField("text", "item_template_too_long")
	}
	for _, m := range field.FindAllStringSubmatch(t.Text, -1) {
		if !slices.ContainsFunc(t.Fields, func(f [3]string) bool { return f[0] == m[1] }) {
			return fault.InvalidField("text", "item_template_field")
		}
	}
	if strings.ContainsAny(field.ReplaceAllString(t.Text, ""), "{}") {
		return fault.InvalidField("text", "item_template_field")
	}
	return nil
}

// SetTemplate sets the text of the actor's tenant, for it and every level below
// that has none of its own; an empty one goes back to that of the levels above.
// seen is the counter that the editor was shown, 0 when the tenant had none;
// Conflict (item_settings_changed) when somebody was faster.
func (s *Service) SetTemplate(ctx context.Context, key, text string, seen int) error {
	text = strings.TrimSpace(text)
	i := slices.IndexFunc(standards(), func(t Template) bool { return t.Key == key })
	if i < 0 {
		return notFound()
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsSettings, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		if t := standards()[i]; text != "" {
			if t.Text = text; t.Check() != nil {
				return t.Check()
			}
		}
		tx.Record(db.Audit{Action: string(policies.ItemsSettings), Kind: "notice_template", Object: key, Detail: map[string]any{"text": text}})
		return (store{tx}).saveTemplate(ctx, noticeTemplate{TenantID: tx.Scope.Tenant, Key: key, Text: text, UpdatedAt: tx.Now, UpdatedBy: tx.Scope.Actor.Name, Version: 1}, seen)
	})
}

func (s store) templates(ctx context.Context) (rows []noticeTemplate, err error) {
	if err = s.tx.NewSelect().Model(&rows).Where("tenant_id IN (?)", list(s.tx.Scope.Ancestors)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("templates of notices: %w", err)
	}
	return rows, nil
}

func (s store) saveTemplate(ctx context.Context, t noticeTemplate, seen int) error {
	if seen == 0 && t.Text == "" {
		return nil
	}
	if seen == 0 {
		_, err := s.tx.NewInsert().Model(&t).Exec(ctx)
		if db.IsDuplicate(err, "") {
			return fault.New(fault.Conflict, "item_settings_changed")
		}
		return err
	}
	if t.Text == "" {
		return once(s.tx.NewDelete().Model(&t).WherePK().Where("version = ?", seen).Exec(ctx))
	}
	return once(s.tx.NewUpdate().Model(&t).Column("text", "updated_at", "updated_by").Set("version = version + 1").WherePK().Where("version = ?", seen).Exec(ctx))
}

// tell is a text of the catalogue as a tenant on the scope's path words it.
func (s store) tell(ctx context.Context, key string, at tenancy.ID, values map[string]string) (string, error) {
	rows, err := s.templates(ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(standards(), func(t Template) bool { return t.Key == key })
	if i < 0 {
		return "", fmt.Errorf("catalog: no template %s", key)
	}
	return standards()[i].over(rows, at, s.tx.Scope.Ancestors).Fill(values), nil
}
