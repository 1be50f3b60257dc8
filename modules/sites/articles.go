package sites

import (
	"context"

	"liandong/modules/sites/events"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Create starts a draft of the actor's tenant. The same key twice is the same draft.
func (s *Service) Create(ctx context.Context, in Text, key string) (a Article, err error) {
	if key == "" {
		return a, fault.New(fault.Invalid, "idem_missing")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.Once(ctx, "article", key, func() (string, error) { return s.create(ctx, tx, in) })
		if err != nil {
			return err
		}
		a, err = store{tx}.article(ctx, id)
		return err
	})
	return a, err
}

func (s *Service) create(ctx context.Context, tx *db.Tx, in Text) (string, error) {
	if err := s.authz.Allow(ctx, policies.ArticlesPublish, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
		return "", err
	}
	if err := in.check(); err != nil {
		return "", err
	}
	a := Article{TenantID: tx.Scope.Tenant, ID: db.NewID(), State: Draft, Version: 1}
	if err := a.write(in, tx.Scope.Actor.Name, tx.Now); err != nil {
		return "", err
	}
	record(tx, a)
	return a.ID, store{tx}.insertArticle(ctx, &a)
}

// Edit changes a draft, or takes a withdrawn article up again as one; seen is the
// version shown.
func (s *Service) Edit(ctx context.Context, id string, seen int, in Text) (Article, error) {
	return s.change(ctx, id, seen, func(tx *db.Tx, a *Article) error {
		if err := in.check(); err != nil {
			return err
		}
		return a.write(in, tx.Scope.Actor.Name, tx.Now)
	})
}

// Publish (发布) lets everybody read an article from now on.
func (s *Service) Publish(ctx context.Context, id string, seen int) (Article, error) {
	return s.change(ctx, id, seen, func(tx *db.Tx, a *Article) error {
		if err := a.publish(tx.Now); err != nil {
			return err
		}
		tx.Emit(events.ArticlePublished{ArticleID: a.ID, Tenant: a.TenantID, Section: string(a.Section), Cascades: a.Cascades})
		return nil
	})
}

// Withdraw (撤回) takes an article off the sites; it stays with its editors.
func (s *Service) Withdraw(ctx context.Context, id string, seen int) (Article, error) {
	return s.change(ctx, id, seen, func(tx *db.Tx, a *Article) error {
		tx.Emit(events.ArticleWithdrawn{ArticleID: a.ID, Tenant: a.TenantID})
		return a.withdraw(tx.Now)
	})
}

// Delete removes a draft that nobody ever read.
func (s *Service) Delete(ctx context.Context, id string, seen int) error {
	_, err := s.road(ctx, id, seen, func(ctx context.Context, tx *db.Tx, a *Article) error {
		if a.State != Draft || a.PublishedAt != nil {
			return fault.New(fault.Precondition, "sites.article_was_published")
		}
		return store{tx}.deleteArticle(ctx, a)
	})
	return err
}

func (s *Service) change(ctx context.Context, id string, seen int, do func(*db.Tx, *Article) error) (Article, error) {
	return s.road(ctx, id, seen, func(ctx context.Context, tx *db.Tx, a *Article) error {
		if err := do(tx, a); err != nil {
			return err
		}
		return store{tx}.saveArticle(ctx, a, seen)
	})
}

// road is the one way of every act on an article: fetch, allow, compare, act, record.
func (s *Service) road(ctx context.Context, id string, seen int, act func(context.Context, *db.Tx, *Article) error) (a Article, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, err = (store{tx}).article(ctx, id); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ArticlesPublish, policies.Resource{"tenant": a.TenantID}); err != nil {
			return err
		}
		if a.Version != seen {
			return fault.New(fault.Conflict, "sites.article_changed")
		}
		if err := act(ctx, tx, &a); err != nil {
			return err
		}
		record(tx, a)
		return nil
	})
	return a, err
}

func record(tx *db.Tx, a Article) {
	tx.Record(db.Audit{Action: string(policies.ArticlesPublish), Kind: "article", Object: a.ID, Detail: map[string]any{"title": a.Title, "state": a.State}})
}

// Kept shows an article of the actor's own tenant to its editors, drafts included.
func (s *Service) Kept(ctx context.Context, id string) (a Article, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, err = (store{tx}).article(ctx, id); err != nil {
			return err
		}
		if a.TenantID != tx.Scope.Tenant {
			return fault.New(fault.NotFound, "not_found")
		}
		return s.authz.Allow(ctx, policies.ArticlesPublish, policies.Resource{"tenant": a.TenantID})
	})
	return a, err
}

// List returns the articles of the actor's own tenant, drafts included.
func (s *Service) List(ctx context.Context, q Query) (p Page, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ArticlesPublish, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		p, err = store{tx}.list(ctx, q, false)
		return err
	})
	return p, err
}

// Published lists what the site of the tenant in scope shows: its own articles and
// those that levels above let cascade.
func (s *Service) Published(ctx context.Context, q Query) (p Page, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err = store{tx}.list(ctx, q, true)
		return err
	})
	return p, err
}

// Article is one that the site of the tenant in scope shows; NotFound otherwise.
func (s *Service) Article(ctx context.Context, id string) (r Shown, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err = store{tx}.shown(ctx, id)
		return err
	})
	return r, err
}
