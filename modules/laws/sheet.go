package laws

import (
	"context"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Sheet is a law with everything that its page shows.
type Sheet struct {
	Law       Law
	Owner     string    // name of the tenant that keeps it
	Day       string    // on which Articles were in force
	Articles  []Article // of a draft: what is to be published
	Waiting   []Article // draft editions of a published law; only for those who may see drafts
	Revisions []Revision
	May       map[policies.Action]string // what the actor may do: "" when allowed, else the reason
}

// Show is a law as it was, is or will be on a day; "" means today. NotFound for
// whoever may not see it.
func (s *Service) Show(ctx context.Context, id, day string) (out Sheet, err error) {
	if day == "" {
		day = s.Today()
	}
	if !isDay(day) {
		return out, fault.InvalidField("day", "not_a_date")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.show(ctx, store{tx}, id, day)
		return err
	})
	return out, err
}

func (s *Service) show(ctx context.Context, st store, id, day string) (out Sheet, err error) {
	out.Day = day
	if out.Law, err = st.law(ctx, id); err != nil {
		return out, err
	}
	if err := s.authz.Allow(ctx, policies.LawsView, policies.Resource{"tenant": out.Law.TenantID, "published": out.Law.State != Draft}); err != nil {
		return out, err
	}
	if out.Owner, err = st.name(ctx, out.Law.TenantID); err != nil {
		return out, err
	}
	if out.Law.State == Draft {
		out.Articles, err = st.drafts(ctx, out.Law)
	} else if out.Articles, err = st.inForce(ctx, out.Law, max(day, out.Law.EffectiveOn)); err == nil {
		out.Waiting, err = st.drafts(ctx, out.Law)
	}
	if err != nil {
		return out, err
	}
	out.May = map[policies.Action]string{
		policies.LawsEdit:    why(s.authz.Allow(ctx, policies.LawsEdit, toEdit.facts(out.Law))),
		policies.LawsPublish: why(s.authz.Allow(ctx, policies.LawsPublish, toPublish.facts(out.Law))),
	}
	out.Revisions, err = st.revisions(ctx, out.Law)
	return out, err
}

// MayRepeal says why the actor may not repeal the law; "" when she may.
func (s *Service) MayRepeal(ctx context.Context, l Law) string {
	return why(s.authz.Allow(ctx, policies.LawsPublish, toRepeal.facts(l)))
}

// MayCreate reports whether the actor may start laws of her tenant.
func (s *Service) MayCreate(ctx context.Context) (may bool) {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.authz.Allow(ctx, policies.LawsEdit, policies.Resource{"tenant": tx.Scope.Tenant})
	})
	return err == nil
}

// History lists the published editions of one article, newest first, with what
// it is called now. NotFound when there are none to see.
func (s *Service) History(ctx context.Context, id string, sort int64) (l Law, editions []Article, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if l, err = st.law(ctx, id); err != nil {
			return err
		}
		if editions, err = st.editions(ctx, l, sort); err == nil && len(editions) == 0 {
			err = fault.New(fault.NotFound, "laws.no_such_article")
		}
		return err
	})
	return l, editions, err
}

// Clause is what a citation stands for on a day.
type Clause struct {
	Law      Law
	Article  Article
	Validity Validity
}

// Standing resolves a citation, such as 草原法 and 第五十条第二款, to the text in
// force on a day ("" means today) where the actor stands: her own library and
// those above. A law that is void or not yet in force is found as well, and its
// Validity says so. NotFound when no library has the law, or the law no such article.
func (s *Service) Standing(ctx context.Context, title, article, day string) (c Clause, err error) {
	if day == "" {
		day = s.Today()
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if c.Law, err = st.called(ctx, Bare(title), day); err != nil {
			return err
		}
		c.Validity = c.Law.Validity(day)
		found, err := st.editionOn(ctx, c.Law, Number(article), max(day, c.Law.EffectiveOn))
		c.Article = found
		return err
	})
	return c, err
}

// Find resolves titles of laws to those in the library, as Standing does; what is
// not there is left out.
func (s *Service) Find(ctx context.Context, titles ...string) (map[string]Law, error) {
	found := map[string]Law{}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, t := range titles {
			l, err := store{tx}.called(ctx, Bare(t), s.Today())
			if fault.KindOf(err) == fault.NotFound && err != nil {
				continue
			} else if err != nil {
				return err
			}
			found[t] = l
		}
		return nil
	})
	return found, err
}

// StandOn lists what stands on a law, as far as the actor sees.
func (s *Service) StandOn(ctx context.Context, lawID string) (items []Dependant, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := store{tx}.law(ctx, lawID)
		if err != nil {
			return err
		}
		items, err = s.asks.StandingOn(ctx, tx, l.Title)
		return err
	})
	return items, err
}

// FormsOn lists the forms that a change of a law may reach, as far as the actor sees.
func (s *Service) FormsOn(ctx context.Context, lawID string) (forms []Paper, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := store{tx}.law(ctx, lawID)
		if err != nil {
			return err
		}
		forms, err = s.asks.FormsOn(ctx, tx, l.Title)
		return err
	})
	return forms, err
}

// why is the sentence of a refusal, "" when err is nil.
func why(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := fault.As(err); ok && f.Detail != "" {
		return f.Detail
	}
	return err.Error()
}
