package identity

import (
	"unicode/utf8"

	ory "github.com/ory/kratos-client-go"
)

// traits is what either schema may hold, as Kratos stores it.
type traits struct{ Login, IDHash, IDSealed, Name, Phone string }

// identifier is the one that every identity of its schema has.
func (t traits) identifier() string {
	if t.Login != "" {
		return t.Login
	}
	return t.IDHash
}

func traitsOf(i ory.Identity) traits {
	m, _ := i.Traits.(map[string]any)
	s := func(name string) string { v, _ := m[name].(string); return v }
	return traits{Login: s("login"), IDHash: s("id_hash"), IDSealed: s("id_sealed"), Name: s("name"), Phone: s("phone")}
}

func identityOf(i ory.Identity) Identity {
	t := traitsOf(i)
	_, totp := i.GetCredentials()["totp"]
	return Identity{
		ID: i.Id, Schema: Schema(i.SchemaId), Login: t.Login, IDHash: t.IDHash, IDSealed: t.IDSealed,
		Name: t.Name, Phone: t.Phone, Active: i.GetState() == "active", TOTP: totp,
	}
}

// check finds what Kratos would not explain: missing identifiers, short passwords.
func (n NewIdentity) check() error {
	field := "login"
	if n.Schema == SchemaPerson {
		field = "id_number"
	}
	if n.External() == "" {
		return invalid(field, keyIncomplete)
	}
	if n.Password != "" && utf8.RuneCountInString(n.Password) < passwordMin {
		return invalid("password", keyTooShort)
	}
	return nil
}

func (n NewIdentity) body() ory.CreateIdentityBody {
	m := map[string]any{}
	set := func(name, v string) {
		if v != "" {
			m[name] = v
		}
	}
	set("name", n.Name)
	set("phone", n.Phone)
	if n.Schema == SchemaPerson {
		set("id_hash", n.IDHash)
		set("id_sealed", n.IDSealed)
	} else {
		set("login", n.Login)
	}
	b := ory.NewCreateIdentityBody(string(n.Schema), m)
	if n.Password != "" || n.PasswordHash != "" {
		b.SetCredentials(credentials(n.Password, n.PasswordHash))
	}
	return *b
}

func credentials(password, hash string) ory.IdentityWithCredentials {
	cfg := ory.NewIdentityWithCredentialsPasswordConfig()
	if hash != "" {
		cfg.SetHashedPassword(hash)
	} else {
		cfg.SetPassword(password)
	}
	p := ory.NewIdentityWithCredentialsPassword()
	p.SetConfig(*cfg)
	c := ory.NewIdentityWithCredentials()
	c.SetPassword(*p)
	return *c
}
