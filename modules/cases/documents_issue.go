package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// said is what an act adds to what the case itself tells.
type said struct {
	organ     tenancy.ID // who issues; zero: where the case stands
	ref       string     // empty: the version of the case, which every act raises
	title     string     // empty: that of the kind
	opinion   string
	basis     string // of acceptance, as a key of the words
	notice    *Notice
	tolerated []string
	turn      *Procedure
	handover  Handover
	seq       int // visit to a step; zero: the one that is open
}

// issue writes a document of a kind in the transaction of the act.
func (d *deed) issue(ctx context.Context, kind string, in said) error {
	k, ok := kindOf(kind)
	if !ok {
		return fmt.Errorf("cases: no kind of document %s", kind)
	}
	c, a := d.c, d.tx.Scope.Actor
	if in.organ == 0 {
		in.organ = c.AtTenant
	}
	if in.ref == "" {
		in.ref = fmt.Sprintf("v%d", c.Version)
	}
	if in.seq == 0 {
		in.seq = c.StepSeq
	}
	organ, err := d.office(ctx, in.organ)
	if err != nil {
		return err
	}
	text, err := d.st.template(ctx, kind, c, in.organ)
	if err != nil {
		return err
	}
	doc := Document{
		TenantID: c.TenantID, ID: db.NewID(), CaseID: c.ID, Kind: kind, Ref: in.ref, Title: k.Title, OrganTenant: in.organ, OrganName: organ.Name,
		TemplateID: text.TemplateID, TemplateNumber: text.Number, StepSeq: in.seq, IssuedAt: d.tx.Now, IssuedBy: a.ID, IssuedName: a.Name,
	}
	if kind == docGrant {
		if err := d.term.stamp(&doc); err != nil {
			return err
		}
		in.opinion = doc.granted(in.opinion)
	}
	if in.title != "" {
		doc.Title = in.title
	} else if text.Name != "" {
		doc.Title = text.Name
	}
	if err := d.st.number(ctx, &doc, k, text.Numbering); err != nil {
		return err
	}
	doc.CheckCode = strings.ToUpper(d.asks.Sealer.Blind(SealDocument, doc.ID)[:checkLength])
	v := &values{deed: d, doc: &doc, in: in}
	content := Content{Title: doc.Title, No: doc.No, Organ: doc.OrganName, Date: doc.IssuedAt, Law: k.Law}
	content.Blocks = merge(text.Body, func(key string) string { return v.get(ctx, key) })
	if v.err != nil {
		return v.err
	}
	plain, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("document %s of case %s: %w", kind, c.ID, err)
	}
	doc.Sealed = d.asks.Sealer.Seal(SealDocument, string(plain))
	if _, err := d.tx.NewInsert().Model(&doc).Exec(ctx); err != nil {
		return fmt.Errorf("document %s of case %s: %w", kind, c.ID, err)
	}
	d.st.mark(&doc)
	return nil
}

// checkLength is how many of its 64 hexadecimal digits a check code keeps: 80 bits.
const checkLength = 20

// Mark (文书核验) is what everybody may know of a document who holds it: nothing
// about the applicant.
type Mark struct {
	bun.BaseModel `bun:"table:document_marks"`

	TenantID  tenancy.ID `bun:",pk"`
	CheckHash string     `bun:",pk"` // SHA-256 of the check code
	Kind      string
	Title     string
	No        string
	OrganName string
	IssuedAt  time.Time
}

func (s store) mark(d *Document) {
	s.tx.Later(`insert into document_marks (tenant_id, check_hash, kind, title, no, organ_name, issued_at) values (?, ?, ?, ?, ?, ?, ?)`,
		d.TenantID, checkHash(d.CheckCode), d.Kind, d.Title, d.No, d.OrganName, d.IssuedAt)
}

func checkHash(code string) string {
	sum := sha256.Sum256([]byte(strings.ToUpper(strings.ReplaceAll(code, " ", ""))))
	return hex.EncodeToString(sum[:])
}

// VerifyDocument (文书核验) is the mark of a genuine document of the tenant in scope;
// ok is false when there is none with that number and check code.
func (s *Service) VerifyDocument(ctx context.Context, no, check string) (m Mark, ok bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var ms []Mark
		err := tx.NewSelect().Model(&ms).Where("tenant_id = ?", tx.Scope.Tenant).Where("check_hash = ?", checkHash(check)).Scan(ctx)
		if err != nil {
			return fmt.Errorf("verify a document: %w", err)
		}
		if len(ms) == 1 && ms[0].No == strings.TrimSpace(no) {
			m, ok = ms[0], true
		}
		return nil
	})
	return m, ok, err
}

// number takes the next number of the organ for a kind and a year: the counter is
// locked until the transaction ends, so that numbers have no gaps and none is given twice.
func (s store) number(ctx context.Context, d *Document, k DocumentKind, rule string) error {
	d.Year = chinaDay(s.tx.Now).Year()
	err := s.tx.NewRaw(`insert into document_numbers (tenant_id, kind, year, last) values (?, ?, ?, 1)
		on conflict (tenant_id, kind, year) do update set last = document_numbers.last + 1 returning last`, d.OrganTenant, d.Kind, d.Year).Scan(ctx, &d.Serial)
	if err != nil {
		return fmt.Errorf("number of a document: %w", err)
	}
	organ, err := s.organWord(ctx, d.OrganTenant, d.OrganName)
	d.No = numbered(rule, organ, k.Mark, d.Year, d.Serial)
	return err
}

// organWord (机关代字) is what an organ calls itself in numbers.
func (s store) organWord(ctx context.Context, organ tenancy.ID, name string) (string, error) {
	var own []string
	if err := s.tx.NewRaw(`select word from document_organs where tenant_id = ?`, organ).Scan(ctx, &own); err != nil {
		return "", fmt.Errorf("organ word: %w", err)
	}
	if len(own) > 0 && own[0] != "" {
		return own[0], nil
	}
	return shortName(name), nil
}

// shortName leaves the kind of office out of a name.
func shortName(name string) string {
	for _, o := range builtin().Offices {
		if s := strings.TrimSuffix(name, o); s != "" && s != name {
			return s
		}
	}
	return name
}

// numbered fills in a rule for numbers.
func numbered(rule, organ, mark string, year, serial int) string {
	if rule == "" {
		rule = builtin().Numbering
	}
	tokens := map[string]string{"organ": organ, "mark": mark, "year": fmt.Sprint(year)}
	return tokenPattern.ReplaceAllStringFunc(rule, func(m string) string {
		t := tokenPattern.FindStringSubmatch(m)
		for key, name := range builtin().Tokens {
			switch {
			case name != t[1]:
			case key == "serial" && t[2] != "":
				return fmt.Sprintf("%0*d", int(t[2][0]-'0'), serial)
			case key == "serial":
				return fmt.Sprint(serial)
			default:
				return tokens[key]
			}
		}
		return m
	})
}

// office is what people call a tenant: mostly one on the way up from where the case was born.
func (d *deed) office(ctx context.Context, id tenancy.ID) (Place, error) {
	way, err := tree.In(d.tx).Way(ctx, d.c.TenantID)
	if err != nil {
		return Place{}, err
	}
	if i := slices.IndexFunc(way, func(n tree.Node) bool { return n.ID == id }); i >= 0 {
		return Place{Name: way[i].Name, Level: way[i].Level, Code: way[i].Code}, nil
	}
	return d.placeOf(ctx, d.tx, id)
}

// path is the organ and everything above it, nearest first. The organ mostly lies on the way up from origin.
func (s store) path(ctx context.Context, organ, origin tenancy.ID) ([]tenancy.ID, error) {
	way, err := tree.In(s.tx).Way(ctx, origin)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(way, func(n tree.Node) bool { return n.ID == organ })
	if i < 0 {
		return s.path(ctx, organ, organ)
	}
	var ids []tenancy.ID
	for _, n := range slices.Backward(way[:i+1]) {
		ids = append(ids, n.ID)
	}
	return ids, nil
}
