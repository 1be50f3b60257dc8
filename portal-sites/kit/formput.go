package kit

import "net/url"

// Put lets a field have several values, as boxes send them.
func (v *FormValues) Put(name string, values ...string) {
	if v.values == nil {
		v.values = url.Values{}
	}
	v.values[name] = values
}
