package cases

import (
	"context"
	"slices"
	"strings"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// Purposes under which personal data is sealed.
const (
	SealApplicant = "applicant"
	SealPhone     = "phone"
	SealAddress   = "address"
)

// Filing is what an applicant, or a clerk in her name, hands in.
type Filing struct {
	ItemID  string
	Kind    string // person or legal
	Name    string
	Number  string // ID number, or unified social credit code for a legal person
	Phone   string
	Address string
	Form    map[string]any
	Choices []string // ids of the options and of the handling item that she chose
	Files   []string // ids of uploads
	Key     string   // idempotency key: the same key files one case

	Channel string // Batch or Elsewhere, of a filing by staff; empty: as where she sits

	OnPaper string // what a clerk confirms about papers that are kept at the window; empty: they are uploaded

	taken   *takenBy // by whom it was taken in
	allowed bool     // it was, before a job files it

	Sheet   string         // the draft that holds the item's electronic form
	Answers map[string]any // to the form, where there is no draft

	Answered  FormRef // the version of the form that Answers are to, of what a job files
	InPlaceOf string  // of what is taken in elsewhere: the refused row that it corrects

	Checked []string // materials whose originals the office that takes it in elsewhere has seen (核验原件)
}

// maxAddress bounds an address, in characters.
const maxAddress = 200

func (f *Filing) check() error {
	bad := map[string]string{}
	if n := len([]rune(strings.TrimSpace(f.Name))); n < 2 || n > 60 {
		bad["name"] = "case_name_length"
	}
	f.Number = strings.ToUpper(strings.TrimSpace(f.Number)) // one spelling, or it is not found again
	numberErr := idcode.CheckIDNumber(f.Number)
	if f.Kind == "legal" {
		numberErr = idcode.CheckCreditCode(f.Number)
	}
	blame(bad, "number", numberErr)
	phone, err := idcode.NormalizePhone(f.Phone)
	blame(bad, "phone", err)
	f.Phone = phone
	if f.Kind != "person" && f.Kind != "legal" {
		bad["kind"] = "case_kind_unknown"
	}
	if len([]rune(f.Address)) > maxAddress {
		bad["address"] = "too_long"
	}
	if f.Key == "" {
		bad["idem"] = "idem_missing"
	}
	return fault.InvalidFields(bad)
}

func blame(bad map[string]string, field string, err error) {
	if f, ok := fault.As(err); ok {
		bad[field] = f.Text
		for _, key := range f.Fields {
			bad[field] = key
		}
	}
}

// File (申请) files a case at the tenant in scope and returns it; the same key
// again returns the first case. A person files for herself; a clerk files in the
// name of somebody, and is recorded as the helper. The promise, the materials and the
// way through the flow are those of her choices. It returns Invalid with the fields
// to correct, "choices" among them when the item still has a question to her, NotFound when the item is not offered here, Forbidden.
func (s *Service) File(ctx context.Context, in Filing) (Case, error) {
	return s.file(ctx, in, func(context.Context, *db.Tx, Case) error { return nil })
}

// file is File, with what is to happen to a new case in the same transaction.
func (s *Service) file(ctx context.Context, in Filing, then func(context.Context, *db.Tx, Case) error) (c Case, err error) {
	if err := in.check(); err != nil {
		return c, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.Once(ctx, "case", in.Key, func() (string, error) {
			c, err := s.draw(ctx, tx, in)
			if err != nil {
				return "", err
			}
			if err := s.fillForm(ctx, tx, &c, &in); err != nil {
				return "", err
			}
			if err := s.place(ctx, tx, &c, in); err != nil {
				return "", err
			}
			return c.ID, then(ctx, tx, c)
		})
		if err != nil {
			return err
		}
		c, err = store{tx}.get(ctx, id)
		return err
	})
	return c, err
}

// MayFile is nil when the actor may file a case of the item at the tenant in
// scope, else the refusal that File would give, before anything is typed. An
// empty itemID asks about any item.
func (s *Service) MayFile(ctx context.Context, itemID string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil || itemID == "" {
			return err
		}
		_, _, err := s.offerHere(ctx, tx, itemID, nil)
		return err
	})
}

func (s *Service) allowFiling(ctx context.Context, sc tenancy.Scope) error {
	subject := ""
	if sc.Actor.Kind == tenancy.Person {
		subject = sc.Actor.ID
	}
	return s.authz.Allow(ctx, policies.CasesFile, policies.Resource{"tenant": sc.Tenant, "subject": subject, "on_behalf": subject == ""})
}

// offerHere is an item that may be filed at the tenant in scope after some choices,
// and that tenant.
func (s *Service) offerHere(ctx context.Context, tx *db.Tx, itemID string, choices []string) (o Offer, here Place, err error) {
	if here, err = s.placeOf(ctx, tx, tx.Scope.Tenant); err != nil {
		return o, here, err
	}
	version := ""
	if tx.Scope.Actor.Kind == tenancy.Person {
		if version, err = (store{tx}).draftVersion(ctx, itemID); err != nil {
			return o, here, err
		}
	}
	if o, err = s.offered(ctx, tx, itemID, version, choices); err != nil {
		return o, here, err
	}
	if !slices.Contains(o.Origins, here.Level) {
		return o, here, fault.New(fault.Precondition, "case_not_filed_here")
	}
	return o, here, nil
}

// offerKey names an offer that a transaction has read; see [db.Known].
type offerKey struct{ item, version, choices string }

// offered is an item as the tenant in scope offers it, read once in a transaction.
func (s *Service) offered(ctx context.Context, tx *db.Tx, itemID, versionID string, choices []string) (Offer, error) {
	key := offerKey{itemID, versionID, strings.Join(choices, " ")}
	o, err := db.Known(tx, key, func() (Offer, error) { return s.asks.Items.Offer(ctx, tx, itemID, versionID, choices) })
	if err != nil || o.VersionID == versionID {
		return o, err
	}
	key.version = o.VersionID
	return db.Known(tx, key, func() (Offer, error) { return o, nil })
}

// draw makes the case out of the filing and the item as it is offered here.
func (s *Service) draw(ctx context.Context, tx *db.Tx, in Filing) (c Case, err error) {
	actor, own := tx.Scope.Actor, tx.Scope.Tenant
	c = Case{
		TenantID: own, ID: db.NewID(), ApplicantKind: in.Kind, ApplicantName: strings.TrimSpace(in.Name), Form: in.Form,
		Channel: Online, Status: Submitted, AtTenant: own, CreatedAt: tx.Now, Version: 1,
	}
	if c.Form == nil {
		c.Form = map[string]any{}
	}
	if actor.Kind == tenancy.Person {
		c.Subject = &actor.ID
	} else {
		c.HelperID, c.HelperName = actor.ID, actor.Name
	}
	if in.taken != nil { // allowed where it was taken in
		c.TakenTenant, c.TakenName = &in.taken.tenant, in.taken.name
	} else if err := s.allowFiling(ctx, tx.Scope); err != nil && !in.allowed {
		return c, err
	}
	offer, here, err := s.offerHere(ctx, tx, in.ItemID, in.Choices)
	if err != nil {
		return c, err
	}
	if offer.Unanswered > 0 {
		return c, fault.InvalidField("choices", "case_choices_missing")
	}
	if c.Choices = offer.Chosen; c.Choices == nil {
		c.Choices = []Choice{}
	}
	c.ItemTenant, c.ItemID, c.ItemVersionID, c.ItemName = offer.ItemTenant, offer.ItemID, offer.VersionID, offer.Name
	c.Department = offer.Department
	c.classify(offer, here, in)
	c.FlowTenant, c.FlowID, c.StatutoryDays, c.PromisedDays = offer.FlowTenant, offer.FlowID, offer.StatutoryDays, offer.PromisedDays
	if !offer.Form.None() {
		c.FormID, c.FormNumber = &offer.Form.ID, offer.Form.Number
	}
	if c.Parts = len(offer.Parts); c.Joint() {
		c.become(KindJoint)
	}
	s.seal(&c, in)
	c.No, err = (store{tx}).nextNo(ctx, own, here.Code, chinaDay(tx.Now))
	return c, err
}

func (s *Service) seal(c *Case, in Filing) {
	for _, v := range []struct {
		to             *string
		purpose, plain string
	}{{&c.ApplicantSealed, SealApplicant, in.Number}, {&c.PhoneSealed, SealPhone, in.Phone}, {&c.AddressSealed, SealAddress, in.Address}} {
		if v.plain != "" {
			*v.to = s.asks.Sealer.Seal(v.purpose, v.plain)
		}
	}
	c.ApplicantBlind = s.asks.Sealer.Blind(SealApplicant, in.Number)
	c.PhoneBlind = s.asks.Sealer.Blind(SealPhone, in.Phone)
}

// place brings a new case to the first step of its flow, with its files.
func (s *Service) place(ctx context.Context, tx *db.Tx, c *Case, in Filing) error {
	d := &deed{Service: s, st: store{tx}, tx: tx, c: c}
	if err := d.settleIn(ctx); err != nil {
		return err
	}
	if err := s.attach(ctx, tx, c, in); err != nil {
		return err
	}
	if err := d.issue(ctx, docReceipt, said{organ: c.TenantID}); err != nil {
		return err
	}
	tx.Record(db.Audit{Action: string(policies.CasesFile), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "channel": c.Channel}})
	tx.Emit(events.CaseFiled{Case: c.fact()})
	d.touched()
	if err := d.st.hand(ctx, c, ActFiled, ""); err != nil {
		return err
	}
	d.st.delta(c, counted{string(Submitted), 1})
	return nil
}

// settleIn stores a new case at the beginning of its flow.
func (d *deed) settleIn(ctx context.Context) error {
	sh, err := d.shift(ctx, Move{Do: "begin"}, "")
	if err != nil {
		return err
	}
	was := *d.c
	if err := d.apply(ctx, sh); err != nil {
		return err
	}
	for _, v := range d.entered {
		v.Since = d.c.Version
	}
	d.settle(was)
	if err := d.filedInPerson(ctx); err != nil {
		return err
	}
	err = d.flush(ctx)
	d.entered = nil
	return err
}

// attach binds the uploads and checks that every required material is among them.
func (s *Service) attach(ctx context.Context, tx *db.Tx, c *Case, in Filing) error {
	got, err := s.asks.Files.Attach(ctx, tx, c.TenantID, c.ID, c.subject(), 1, in.Files)
	if err != nil {
		return err
	}
	offer, err := s.offered(ctx, tx, c.ItemID, c.ItemVersionID, in.Choices)
	if err != nil {
		return err
	}
	if err := s.plan(ctx, tx, c, offer.Parts); err != nil {
		return err
	}
	if in.OnPaper != "" {
		return s.keptOnPaper(ctx, tx, c, offer.Required, in.OnPaper)
	}
	bad := map[string]string{}
	for _, name := range offer.Required {
		if !slices.Contains(got, name) {
			bad["material:"+name] = "case_material_missing"
		}
	}
	return fault.InvalidFields(bad)
}
