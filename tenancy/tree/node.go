package tree

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// States of a tenant.
const (
	Open   = "open"
	Merged = "merged" // it lives on as a reader's entry inside MergedInto
	Closed = "closed"
)

const (
	maxName   = 60  // characters
	maxReason = 200 // characters
)

// Node is one tenant (租户) of the tree.
type Node struct {
	ID         tenancy.ID
	Hi         tenancy.ID // last label of its subtree
	Parent     tenancy.ID // the platform is its own parent
	Level      string
	Code       string // official 12-digit code (区划代码) today, or z and digits where there is none
	Name       string
	Host       string // own host name; empty when it is reached by its code
	State      string
	MergedInto tenancy.ID // 0 unless merged
	Version    int
}

// Interval is the range of labels of the subtree.
func (n Node) Interval() tenancy.Interval { return tenancy.Interval{Lo: n.ID, Hi: n.Hi} }

// Official reports whether the node carries an official division code.
func (n Node) Official() bool { return isDigits(n.Code, codeLength) }

func (n Node) size() int64 { return int64(n.Hi-n.ID) + 1 }

func (n Node) facts() map[string]any {
	return map[string]any{"id": n.ID, "hi": n.Hi, "parent": n.Parent, "level": n.Level, "code": n.Code, "name": n.Name, "host": n.Host, "state": n.State}
}

// cleanName trims a name and returns the key of what is wrong with it, or "".
func cleanName(s string) (name, problem string) {
	name = strings.TrimSpace(s)
	switch {
	case name == "":
		return name, "required"
	case utf8.RuneCountInString(name) > maxName:
		return name, "tree_name_too_long"
	case strings.ContainsFunc(name, unicode.IsControl):
		return name, "tree_name_characters"
	}
	return name, ""
}

func checkReason(fields map[string]string, s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		fields["reason"] = "tree_reason_required"
	} else if utf8.RuneCountInString(s) > maxReason {
		fields["reason"] = "tree_reason_too_long"
	}
	return s
}

// checkHost normalises a host name; empty is allowed.
func checkHost(fields map[string]string, s string) string {
	s = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(s), "."))
	bad := len(s) > 253 || strings.HasPrefix(s, ".") || strings.Contains(s, "..")
	for _, r := range s {
		bad = bad || r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	}
	if bad {
		fields["host"] = "tree_host_malformed"
	}
	return s
}

func notFound() error { return fault.New(fault.NotFound, "tree_not_found") }
