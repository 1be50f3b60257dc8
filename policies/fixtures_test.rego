package liandong_test

import data.liandong

# A small tree: league > county > town, and another county beside it.
league := {"tenant": 152500000000000, "lo": 152500000000000, "hi": 152599999999999, "ancestors": [0, 152500000000000]}

county := {"tenant": 152502000000000, "lo": 152502000000000, "hi": 152502999999999, "ancestors": [0, 152500000000000, 152502000000000]}

other := {"tenant": 152522000000000, "lo": 152522000000000, "hi": 152522999999999, "ancestors": [0, 152500000000000, 152522000000000]}

town := {"tenant": 152502100000000, "lo": 152502100000000, "hi": 152502100999999, "ancestors": [0, 152500000000000, 152502000000000, 152502100000000]}

staff(place, roles) := object.union(place, {"kind": "staff", "id": "me", "roles": roles, "grants": [], "aal2": false})

admin(place, tier, roles) := object.union(staff(place, ["admin"]), {"grants": [grant(place, tier, roles)]})

grant(place, tier, roles) := {"tier": tier, "lo": place.lo, "hi": place.hi, "roles": roles}

person := {"kind": "person", "id": "me", "tenant": town.tenant, "lo": 0, "hi": 0, "roles": [], "grants": [], "aal2": false, "ancestors": town.ancestors}

public := object.union(person, {"kind": "public", "id": ""})

job(place) := object.union(place, {"kind": "system", "id": "", "roles": [], "grants": [], "aal2": false})

at(place, facts) := object.union({"tenant": place.tenant}, facts)

# allowed: the law lets the actor through, under the rule named way.
allowed(action, actor, resource, way) if {
	ways := liandong.ways with input as {"action": action, "actor": actor, "resource": resource}
	way in ways
}

# refused: no rule lets the actor through, and the reason named key says why.
refused(action, actor, resource, key) if {
	asked := {"action": action, "actor": actor, "resource": resource}
	count([way | some way in liandong.ways with input as asked]) == 0
	some reason in liandong.reasons with input as asked
	reason.key == key
}
