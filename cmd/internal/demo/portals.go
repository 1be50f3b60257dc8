package demo

import (
	"context"
	_ "embed" // the texts below
	"fmt"

	"liandong/modules/sites"
	"liandong/modules/supervision"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

//go:embed portals.json
var portals []byte

type portal struct {
	Note     string                            `json:"note"`
	Settings map[string]map[sites.Field]string `json:"settings"` // by division
	Articles []struct {
		At       string        `json:"at"`
		Section  sites.Section `json:"section"`
		Title    string        `json:"title"`
		Body     string        `json:"body"`
		Cascades bool          `json:"cascades"`
	} `json:"articles"`
}

// Rules sets what the league demands of every office below it.
func Rules(s *supervision.Service) func(context.Context, *Stage) error {
	return func(ctx context.Context, st *Stage) error {
		ctx, err := st.AsRole(ctx, st.League(), policies.Supervisor)
		if err != nil {
			return err
		}
		for _, scope := range supervision.Scopes() {
			_, err := s.SetRule(ctx, scope, supervision.Measures{WarnDays: 2, YellowPercent: 90, AnswerDays: 3}, 0)
			if err != nil && fault.KindOf(err) != fault.Conflict { // it stands already
				return err
			}
		}
		return nil
	}
}

// Portals fills the sites of some tenants; the others inherit.
func Portals(s *sites.Service) func(context.Context, *Stage) error {
	return func(ctx context.Context, st *Stage) error {
		p, err := decode[portal]("portals.json", portals)
		if err != nil {
			return err
		}
		for code, settings := range p.Settings {
			if err := s.Save(siteEditor(ctx, st, code), settings, 0); err != nil && fault.KindOf(err) != fault.Conflict {
				return fmt.Errorf("site of %s: %w", code, err)
			}
		}
		for i, a := range p.Articles {
			st.Clock.Set(st.Now.AddDate(0, 0, i-2*len(p.Articles)))
			editor := siteEditor(ctx, st, a.At)
			made, err := s.Create(editor, sites.Text{Section: a.Section, Title: a.Title, Body: a.Body, Cascades: a.Cascades}, fmt.Sprintf("demo-%d", i))
			if err != nil {
				return fmt.Errorf("article %s: %w", a.Title, err)
			}
			if _, err := s.Publish(editor, made.ID, made.Version); err != nil && fault.KindOf(err) != fault.Precondition && fault.KindOf(err) != fault.Conflict {
				return fmt.Errorf("article %s: %w", a.Title, err)
			}
		}
		return nil
	}
}

// siteEditor is ctx of a site editor in the division: the league's own people help out where the story has none.
func siteEditor(ctx context.Context, st *Stage, code string) context.Context {
	at := label(code)
	who := st.Holding(at, policies.SiteEditor)
	if who == nil {
		who = st.Holding(st.League(), policies.SiteEditor)
	}
	scope, err := st.Tree.ScopeFor(ctx, at, tenancy.Actor{Kind: tenancy.Staff, ID: who.ID, Name: who.Name, Roles: []string{policies.SiteEditor}})
	if err != nil {
		return ctx // the service then reports that there is no scope
	}
	scope.RequestID = "demo"
	return tenancy.With(ctx, scope)
}
