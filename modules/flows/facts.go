package flows

import (
	"fmt"
	"math"
	"reflect"
)

// activation gives CEL every declared fact. One that the caller does not know is its zero
// (0, "", no fields); one that is not declared, or of another type, is a mistake of the caller.
func activation(given map[string]any) (map[string]any, error) {
	vars := map[string]any{
		"amount": int64(0), "days": int64(0),
		"level": "", "origin_level": "", "applicant_kind": "", "opinion": "", "outcome": "",
		"form": map[string]any{}, "choices": []string{},
	}
	for name, v := range given {
		zero, declared := vars[name]
		if !declared {
			return nil, fmt.Errorf("flow fact %q is not declared", name)
		}
		if v == nil {
			continue
		}
		fit, ok := like(zero, v)
		if !ok {
			return nil, fmt.Errorf("flow fact %q is a %T, not a %T", name, v, zero)
		}
		vars[name] = fit
	}
	return vars, nil
}

// like gives v the type of zero, when nothing is lost by it. Whole floats are integers: that is
// how JSON brings them.
func like(zero, v any) (any, bool) {
	r := reflect.ValueOf(v)
	switch zero.(type) {
	case string:
		return r.String(), r.Kind() == reflect.String
	case int64:
		return whole(r)
	case []string:
		return texts(v)
	default:
		return v, r.Kind() == reflect.Map && r.Type().Key().Kind() == reflect.String
	}
}

// texts takes a list of strings, also as JSON brings it.
func texts(v any) (any, bool) {
	switch v := v.(type) {
	case []string:
		return v, true
	case []any:
		out := make([]string, len(v))
		for i, one := range v {
			s, ok := one.(string)
			if !ok {
				return nil, false
			}
			out[i] = s
		}
		return out, true
	}
	return nil, false
}

// maxExact is the largest integer below which a float64 has every one: 2⁵³.
const maxExact = 1 << 53

func whole(r reflect.Value) (any, bool) {
	switch {
	case r.CanInt():
		return r.Int(), true
	case r.CanUint():
		return int64(min(r.Uint(), math.MaxInt64)), r.Uint() <= math.MaxInt64
	case r.CanFloat():
		f := r.Float()
		return int64(f), f == math.Trunc(f) && math.Abs(f) <= maxExact
	default:
		return nil, false
	}
}
