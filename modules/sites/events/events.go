// Package events holds the facts sites publishes to other modules. They carry ids.
package events

import "liandong/tenancy"

// ArticlePublished reports that an article can be read from now on.
type ArticlePublished struct {
	ArticleID string     `json:"article_id"`
	Tenant    tenancy.ID `json:"tenant"`
	Section   string     `json:"section"`
	Cascades  bool       `json:"cascades"` // the sites below show it as well
}

// EventName is the stable wire name.
func (ArticlePublished) EventName() string { return "sites.article_published" }

// ArticleWithdrawn reports that an article can no longer be read.
type ArticleWithdrawn struct {
	ArticleID string     `json:"article_id"`
	Tenant    tenancy.ID `json:"tenant"`
}

// EventName is the stable wire name.
func (ArticleWithdrawn) EventName() string { return "sites.article_withdrawn" }

// SettingsChanged reports that a site and those below it look different.
type SettingsChanged struct {
	Tenant tenancy.ID `json:"tenant"`
}

// EventName is the stable wire name.
func (SettingsChanged) EventName() string { return "sites.settings_changed" }
