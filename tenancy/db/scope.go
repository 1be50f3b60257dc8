package db

import (
	"strconv"
	"strings"

	"github.com/google/uuid"

	"liandong/tenancy"
)

// roles binds every kind of actor to the database role whose policies fit it.
func roleOf(k tenancy.Kind) string {
	switch k {
	case tenancy.Staff:
		return "liandong_staff"
	case tenancy.Person:
		return "liandong_person"
	case tenancy.System:
		return "liandong_system"
	case tenancy.Relay:
		return "liandong_relay"
	case tenancy.Public:
		return "liandong_public"
	}
	return "liandong_public"
}

// enter spells BEGIN and the scope as one message. A combined message takes no
// parameters, so only integers and parsed UUIDs are ever written into it.
// SET LOCAL rather than set_config(): the former also reaches Citus workers.
func enter(s tenancy.Scope) string {
	var b strings.Builder
	b.WriteString("BEGIN; SET LOCAL ROLE " + roleOf(s.Actor.Kind))
	set(&b, "tenant", s.Tenant.String())
	if s.Actor.Kind == tenancy.Staff || s.Actor.Kind == tenancy.System {
		set(&b, "lo", s.Over.Lo.String())
		set(&b, "hi", s.Over.Hi.String())
	}
	if len(s.Ancestors) > 0 {
		ids := make([]string, len(s.Ancestors))
		for i, id := range s.Ancestors {
			ids[i] = id.String()
		}
		set(&b, "anc", strings.Join(ids, ","))
	}
	if id, err := uuid.Parse(s.Actor.ID); err == nil {
		set(&b, "subject", id.String())
	}
	return b.String()
}

func set(b *strings.Builder, name, value string) {
	b.WriteString("; SET LOCAL app." + name + " = '" + value + "'")
}

func actSQL(id tenancy.ID) string {
	return "SET LOCAL app.act = '" + strconv.FormatInt(int64(id), 10) + "'"
}
