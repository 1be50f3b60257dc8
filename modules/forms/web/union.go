package web

import "liandong/portal-sites/kit/text"

// BoundWord spells what a part of a united form demands of a shared field; it is the Bound of
// the words that the form is united with.
func BoundWord(part, bound, value string) string {
	switch {
	case bound == "shape": // nobody reads patterns
		return text.T("forms.union_bound.shape", part)
	case value == "today":
		return text.T("forms.union_bound."+bound+"_today", part)
	}
	return text.T("forms.union_bound."+bound, part, value)
}
