package notices

import (
	"maps"
	"slices"
	"strconv"

	"liandong/tenancy/db"
)

// Kinds lists every kind of notice that an event can give rise to, so that a
// test can see that each has words.
func Kinds() []string {
	kinds := map[string]bool{}
	each(func(t told) {
		for _, n := range t.notices {
			kinds[n.kind] = true
		}
	})
	for _, k := range allWatchKinds() {
		kinds[k] = true
	}
	return slices.Sorted(maps.Keys(kinds))
}

// SMSKinds lists every kind of short message.
func SMSKinds() []string {
	kinds := map[string]bool{}
	each(func(t told) {
		if t.sms != "" {
			kinds[t.sms] = true
		}
	})
	return slices.Sorted(maps.Keys(kinds))
}

// each calls every rule with an event that fits all of them, in each colour of card.
func each(see func(told)) {
	for name, r := range rules() {
		for i, colour := range []string{"warning", "yellow", "red"} {
			body := `{"subject":"s","step_post":"p","holder":"h","to":"t","accepted":` + strconv.FormatBool(i == 0) + `,"colour":"` + colour + `"}`
			if t, err := r(db.Delivery{Name: name, Body: []byte(body)}); err == nil {
				see(t)
			}
		}
	}
}
