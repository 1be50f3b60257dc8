package kit

import "strconv"

// Link is a plain link.
type Link struct {
	Label string
	Href  string
	Icon  string // optional
}

// NavItem is one entry of a site's navigation.
type NavItem struct {
	Key   string // equals Page.Active on its pages
	Label string
	Href  string
	Icon  string
	Count int // waiting work; 0 shows nothing
}

// NavGroup is a headed part of the desk's navigation.
type NavGroup struct {
	Label string // empty: no heading
	Items []NavItem
}

// UserView is who is logged in; the zero value is a visitor.
type UserView struct {
	Name   string
	Menu   []Link // profile, security, help
	Logout string // POST target
}

func countText(n int) string {
	if n > 99 {
		return "99+"
	}
	return strconv.Itoa(n)
}

// initial is the sign in the avatar: the surname.
func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return ""
}
