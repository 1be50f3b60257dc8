package demo

import (
	"context"
	_ "embed" // the texts below
	"fmt"
	"strings"

	"liandong/modules/laws"
	"liandong/policies"
	"liandong/tenancy/fault"
)

//go:embed laws.json
var library []byte

// excerpt is what the library keeps of one law: the articles that items name.
type excerpt struct {
	Title       string    `json:"title"`
	Kind        laws.Kind `json:"kind"`
	Number      string    `json:"number"`
	Issuer      string    `json:"issuer"`
	PassedOn    string    `json:"passed_on"`
	EffectiveOn string    `json:"effective_on"`
	AmendedOn   string    `json:"amended_on"`
	Text        []string  `json:"text"` // one article each
	Amendments  []struct {
		Label  string `json:"label"`
		Body   string `json:"body"`
		FromOn string `json:"from_on"`
		By     string `json:"by"`
	} `json:"amendments"`
}

// officialText is where the texts of laws are published.
const officialText = "https://flk.npc.gov.cn/"

// Library fills the legal library of the league: its editor enters, its reviewer publishes.
func Library(s *laws.Service) func(context.Context, *Stage) error {
	return func(ctx context.Context, st *Stage) error {
		all, err := decode[[]excerpt]("laws.json", library)
		if err != nil {
			return err
		}
		editor, err := st.AsRole(ctx, st.League(), policies.ItemEditor)
		if err != nil {
			return err
		}
		reviewer, err := st.AsRole(ctx, st.League(), policies.ItemReviewer)
		if err != nil {
			return err
		}
		st.Clock.Set(st.longAgo())
		for _, e := range all {
			if err := e.enter(editor, reviewer, s); err != nil {
				return fmt.Errorf("law %s: %w", e.Title, err)
			}
		}
		return nil
	}
}

// enter takes a law on from where it stands: missing, draft, published, amended.
func (e excerpt) enter(editor, reviewer context.Context, s *laws.Service) error {
	l, err := s.Create(editor, laws.Facts{
		Title: e.Title, Kind: e.Kind, Number: e.Number, Issuer: e.Issuer, PassedOn: e.PassedOn, EffectiveOn: e.EffectiveOn, AmendedOn: e.AmendedOn,
		Excerpt: true, Source: officialText,
	}, "demo-law-"+e.Title)
	if err != nil {
		return err
	}
	if l.State == laws.Draft {
		if l, err = s.Import(editor, l.ID, l.Version, strings.Join(e.Text, "\n")); err != nil {
			return err
		}
		if l, err = s.Publish(reviewer, l.ID, l.Version); err != nil {
			return err
		}
	}
	if l.AmendedOn != "" || len(e.Amendments) == 0 {
		return nil
	}
	for _, a := range e.Amendments {
		if l, err = s.Amend(editor, l.ID, l.Version, laws.Amendment{Label: a.Label, Body: a.Body, FromOn: a.FromOn, By: a.By}); err != nil {
			return err
		}
	}
	_, err = s.Publish(reviewer, l.ID, l.Version)
	if fault.KindOf(err) == fault.Precondition { // published meanwhile
		return nil
	}
	return err
}
