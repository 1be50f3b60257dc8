package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// DocumentEdit is what an editor of a text hands in.
type DocumentEdit struct {
	Kind      string
	ItemID    string // empty: for all items
	Name      string
	Body      string
	Numbering string
	Seen      int // counter that the editor was shown; 0: there was none yet
}

// SaveDocumentTemplate keeps a draft of the tenant in scope; what counts stays as
// it is. It returns Conflict (document_changed) when somebody was faster.
func (s *Service) SaveDocumentTemplate(ctx context.Context, in DocumentEdit) error {
	return s.edit(ctx, &in, func(context.Context, *db.Tx, *DocumentTemplate) error { return nil })
}

// PublishDocumentTemplate saves a text and lets it count from now on, for the
// tenant and every level below that has none of its own. What was issued stays as
// it was. It returns Invalid on field body while CheckDocument finds a mistake.
func (s *Service) PublishDocumentTemplate(ctx context.Context, in DocumentEdit) error {
	return s.edit(ctx, &in, func(ctx context.Context, tx *db.Tx, t *DocumentTemplate) error {
		if len(CheckDocument(in.Kind, in.Body)) > 0 {
			return fault.InvalidField("body", "document_mistakes")
		}
		var last int
		if err := tx.NewRaw(`select coalesce(max(number), 0) from document_versions where tenant_id = ? and template_id = ?`, t.TenantID, t.ID).Scan(ctx, &last); err != nil {
			return err
		}
		t.Published = last + 1
		a := tx.Scope.Actor
		v := DocumentVersion{TenantID: t.TenantID, TemplateID: t.ID, Number: t.Published, Name: t.Name, Body: t.Body, Numbering: t.Numbering, PublishedAt: tx.Now, PublishedBy: a.ID, PublishedName: a.Name}
		_, err := tx.NewInsert().Model(&v).Exec(ctx)
		return err
	})
}

// ResetDocumentTemplate lets the text of the levels above, or the one that comes
// with the system, count again. Its versions stay in the record.
func (s *Service) ResetDocumentTemplate(ctx context.Context, in DocumentEdit) error {
	in.Body, in.Name, in.Numbering = " ", "", ""
	return s.edit(ctx, &in, func(_ context.Context, _ *db.Tx, t *DocumentTemplate) error {
		t.Body, t.Published = "", 0
		return nil
	})
}

func (s *Service) edit(ctx context.Context, in *DocumentEdit, do func(context.Context, *db.Tx, *DocumentTemplate) error) error {
	if err := in.check(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.settles(ctx, tx, policies.ItemsSettings); err != nil {
			return err
		}
		t, err := s.draft(ctx, tx, in)
		if err != nil {
			return err
		}
		t.Name, t.Body, t.Numbering, t.ChangedAt, t.ChangedBy = in.Name, in.Body, in.Numbering, tx.Now, tx.Scope.Actor.Name
		if err := do(ctx, tx, t); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsSettings), Kind: "document_template", Object: t.ID, Detail: map[string]any{"kind": t.Kind, "item": in.ItemID, "published": t.Published}})
		res, err := tx.NewUpdate().Model(t).Column("name", "body", "numbering", "published", "changed_at", "changed_by").Set("version = version + 1").WherePK().Where("version = ?", t.Version).Exec(ctx)
		if err != nil {
			return fmt.Errorf("save template %s: %w", t.ID, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fault.New(fault.Conflict, "document_changed")
		}
		return nil
	})
}

func (in *DocumentEdit) check() error {
	if _, ok := kindOf(in.Kind); !ok {
		return fault.New(fault.NotFound, "document_kind_unknown")
	}
	in.Body = strings.ReplaceAll(in.Body, "\r", "")
	in.Name, in.Numbering = strings.TrimSpace(in.Name), strings.TrimSpace(in.Numbering)
	if in.ItemID != "" {
		in.Numbering = "" // the numbers of a kind run on, whatever the item
	}
	if in.Body == "" {
		return fault.InvalidField("body", "document_empty")
	}
	if utf8.RuneCountInString(in.Body) > maxDocument {
		return fault.InvalidField("body", "document_too_long")
	}
	if utf8.RuneCountInString(in.Name) > maxTitle {
		return fault.InvalidField("name", "too_long")
	}
	return CheckNumbering(in.Numbering)
}

// draft is the template of the tenant in scope as the editor saw it, made when
// there is none.
func (s *Service) draft(ctx context.Context, tx *db.Tx, in *DocumentEdit) (*DocumentTemplate, error) {
	var ts []DocumentTemplate
	q := tx.NewSelect().Model(&ts).Where("tenant_id = ?", tx.Scope.Tenant).Where("kind = ?", in.Kind)
	if q = q.Where("item_id IS NULL"); in.ItemID != "" {
		q = tx.NewSelect().Model(&ts).Where("tenant_id = ?", tx.Scope.Tenant).Where("kind = ?", in.Kind).Where("item_id = ?", in.ItemID)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	if len(ts) == 1 {
		if ts[0].Version != in.Seen {
			return nil, fault.New(fault.Conflict, "document_changed")
		}
		return &ts[0], nil
	}
	t := DocumentTemplate{TenantID: tx.Scope.Tenant, ID: db.NewID(), Kind: in.Kind, Body: in.Body, ChangedAt: tx.Now, Version: 1}
	if in.ItemID != "" {
		o, err := s.asks.Items.Offer(ctx, tx, in.ItemID, "", nil)
		if err != nil {
			return nil, err
		}
		t.ItemTenant, t.ItemID, t.ItemName = &o.ItemTenant, &in.ItemID, o.Name
	}
	_, err := tx.NewInsert().Model(&t).Exec(ctx)
	if db.IsDuplicate(err, "") {
		return nil, fault.New(fault.Conflict, "document_changed")
	}
	return &t, err
}

// maxOrganWord bounds a 机关代字, in characters.
const maxOrganWord = 20

// SetOrganWord sets what the tenant in scope calls itself in numbers; an empty one
// goes back to its short name.
func (s *Service) SetOrganWord(ctx context.Context, organWord string) error {
	organWord = strings.TrimSpace(organWord)
	if utf8.RuneCountInString(organWord) > maxOrganWord || strings.ContainsAny(organWord, "{}/\\%?#") {
		return fault.InvalidField("word", "document_word")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.settles(ctx, tx, policies.ItemsSettings); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsSettings), Kind: "document_organ", Object: tx.Scope.Tenant.String(), Detail: map[string]any{"word": organWord}})
		_, err := tx.NewRaw(`insert into document_organs (tenant_id, word) values (?, ?) on conflict (tenant_id) do update set word = excluded.word`, tx.Scope.Tenant, organWord).Exec(ctx)
		return err
	})
}

// IssueDocument (出具文书) issues a document by hand, at the step where the case
// stands, by whoever handles that. title words a 告知书 that has none of its own.
func (s *Service) IssueDocument(ctx context.Context, id string, seen int, kind, title, opinion string) (Case, error) {
	k, ok := kindOf(kind)
	if !ok || !k.Hand {
		return Case{}, fault.InvalidField("kind", "document_kind_unknown")
	}
	if kind != "notice" {
		title = ""
	}
	title, opinion = strings.TrimSpace(title), strings.TrimSpace(opinion)
	bad := map[string]string{}
	if opinion == "" {
		bad["opinion"] = "case_opinion_missing"
	}
	if utf8.RuneCountInString(title) > maxTitle {
		bad["title"] = "too_long"
	}
	if err := fault.InvalidFields(bad); err != nil {
		return Case{}, err
	}
	return s.whereHandled(ctx, id, seen, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Submitted, Handling); err != nil {
			return err
		}
		return d.issue(ctx, kind, said{title: title, opinion: opinion})
	})
}

// whereHandled acts in the first open step that the actor handles.
func (s *Service) whereHandled(ctx context.Context, id string, seen int, do func(context.Context, *deed) error) (Case, error) {
	open, err := s.visitsOf(ctx, id)
	if err != nil {
		return Case{}, err
	}
	c, err := Case{}, error(fault.New(fault.Precondition, "case_not_now_completed"))
	for _, v := range open {
		if s.visit != 0 && v.Seq != s.visit {
			continue
		}
		if c, err = s.At(v.Seq).act(ctx, id, seen, handling(v.Kind), nil, do); fault.KindOf(err) != fault.Forbidden {
			break
		}
	}
	return c, err
}

// visitsOf are the steps at which a case stands.
func (s *Service) visitsOf(ctx context.Context, id string) (vs []*StepRecord, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := store{tx}.get(ctx, id)
		if err == nil {
			vs, err = store{tx}.visits(ctx, &c)
		}
		return err
	})
	return vs, err
}

// handling is the act that whoever handles a kind of step may do.
func handling(kind string) policies.Action {
	switch kind {
	case "accept":
		return policies.CasesAccept
	case "decide":
		return policies.CasesDecide
	case "deliver":
		return policies.CasesDeliver
	}
	return policies.CasesHandle
}

// provided returns an Invalid fault while an opinion or papers are missing that the flow wants
// of the open step.
func (d *deed) provided(ctx context.Context, opinion string) error {
	r, err := d.rules(ctx)
	if err != nil {
		return err
	}
	if r.Opinion && strings.TrimSpace(opinion) == "" {
		return fault.InvalidField("opinion", "case_opinion_missing")
	}
	if d.papers < len(r.Attachments) {
		return fault.InvalidField("papers", "case_attachments_missing").With(strings.Join(r.Attachments, "、"))
	}
	return nil
}

// documented returns a Precondition fault (case_document_owed) while a document is
// missing that the flow wants of the open step. Of documents that stand for each
// other, such as 准予 and 不予, the one of this act is enough.
func (d *deed) documented(ctx context.Context) error {
	r, err := d.rules(ctx)
	if err != nil || len(r.Documents) == 0 {
		return err
	}
	ds, err := d.st.documents(ctx, d.c)
	if err != nil {
		return err
	}
	for _, name := range r.Documents {
		if !slices.ContainsFunc(ds, func(x Document) bool { return answers(name, x) }) {
			return fault.New(fault.Precondition, "case_document_owed").With(documentName(name))
		}
	}
	return nil
}

// rules are those of the open step.
func (d *deed) rules(ctx context.Context) (Rules, error) {
	if d.visit == nil || d.visit.Work != workStep {
		return Rules{}, nil
	}
	if d.asksOf == nil {
		r, err := d.asks.Flows.Rules(ctx, d.tx, d.c.flow(), d.visit.StepID)
		if err != nil {
			return Rules{}, err
		}
		d.asksOf = &r
	}
	return *d.asksOf, nil
}

// permits returns a Precondition fault (case_act_not_in_step) when the flow does not list an act
// among those of the open step.
func (d *deed) permits(ctx context.Context, a policies.Action) error {
	code, listed := actCodes()[a]
	if !listed {
		return nil
	}
	r, err := d.rules(ctx)
	if err != nil || len(r.Acts) == 0 || slices.Contains(r.Acts, code) {
		return err
	}
	return fault.New(fault.Precondition, "case_act_not_in_step")
}

// actCodes are the acts that a step may be narrowed to, as flows spell them.
func actCodes() map[policies.Action]string {
	return map[policies.Action]string{
		policies.CasesAccept: "accept", policies.CasesReject: "refuse", policies.CasesHandle: "pass", policies.CasesSupplement: "supplement",
		policies.CasesSendback: "sendback", policies.CasesDecide: "decide", policies.CasesDeliver: "deliver", policies.CasesRefer: "refer",
		policies.CasesConsult: "consult", policies.CasesSpecial: "special", policies.CasesExtend: "extend", policies.CasesSuspend: "suspend", policies.CasesVoid: "void",
	}
}

// answers reports whether a document is the one that a flow names, or stands for it.
func answers(name string, x Document) bool {
	if name == x.Kind || name == x.Title {
		return true
	}
	k, ok := kindOf(x.Kind)
	if ok && k.Title == name {
		return true
	}
	for _, group := range builtin().Instead {
		if !slices.Contains(group, x.Kind) {
			continue
		}
		for _, key := range group {
			if other, _ := kindOf(key); key == name || other.Title == name {
				return true
			}
		}
	}
	return false
}

// documentName is a kind in words.
func documentName(name string) string {
	if k, ok := kindOf(name); ok {
		return k.Title
	}
	return name
}
