package identity

import "liandong/tenancy"

// Schema is the kind of an identity, as Kratos names its trait schemas.
type Schema string

// The two schemas; a legal person (法人) is no identity but bound to persons by mandates.
const (
	SchemaStaff  Schema = "staff"
	SchemaPerson Schema = "person"
)

// Identity (身份) is one person who can sign in, without any secret.
type Identity struct {
	ID       string // UUID, chosen by Kratos
	Schema   Schema
	Login    string // staff: the name typed at sign-in
	IDHash   string // person: keyed hash of the ID number
	IDSealed string // person: the ID number, sealed by whoever created the identity
	Name     string
	Phone    string // E.164
	Active   bool
	TOTP     bool // a second factor is enrolled; filled by Get only
}

// NewIdentity is what an identity is made from. Staff need a Login, persons an
// IDHash. Give PasswordHash (bcrypt) or Password, or neither for somebody who
// signs in by short message only.
type NewIdentity struct {
	Schema       Schema
	Login        string
	IDHash       string
	IDSealed     string
	Name         string
	Phone        string // E.164; empty when unknown
	Password     string
	PasswordHash string
}

// External is the identifier an import is idempotent by: the login or the ID hash.
func (n NewIdentity) External() string {
	if n.Schema == SchemaPerson {
		return n.IDHash
	}
	return n.Login
}

// Session (会话) is one signed-in visit, proven by a token that Kratos signed.
type Session struct {
	Claims
	Token  string // Kratos session token: never shown, never logged
	JWT    string // the signed token the claims came from
	PostID string // the post (岗位) chosen for this visit; empty until chosen
	// Pending says that a second factor is enrolled and not proven yet: such a
	// session opens the page that asks for it and nothing else.
	Pending bool
}

// AAL2 reports whether a second factor was proven in this session.
func (s Session) AAL2() bool { return s.AAL == "aal2" }

// Actor is the person behind the session, without roles: those are looked up by post.
func (s Session) Actor() tenancy.Actor {
	kind := tenancy.Person
	if s.Schema == SchemaStaff {
		kind = tenancy.Staff
	}
	return tenancy.Actor{Kind: kind, ID: s.Sub, Name: s.Name, PostID: s.PostID, AAL2: s.AAL2()}
}
