package forms

import (
	"liandong/tenancy/idcode"
)

// Masked returns a copy of values in which what is sensitive keeps only its ends.
func (c *Compiled) Masked(values Values) Values {
	out := Values{}
	for id, v := range values {
		n := c.byID[id]
		if n == nil {
			continue
		}
		if n.f.Kind == Table {
			out[id] = c.maskedRows(rows(v))
			continue
		}
		out[id] = mask(n.f, v)
	}
	return out
}

func (c *Compiled) maskedRows(in []map[string]any) (out []map[string]any) {
	for _, row := range in {
		cells := map[string]any{}
		for id, v := range row {
			if n := c.byID[id]; n != nil {
				cells[id] = mask(n.f, v)
			}
		}
		out = append(out, cells)
	}
	return out
}

func mask(f *Field, v any) any {
	if !f.PII {
		return v
	}
	switch f.Kind {
	case IDNumber, CreditCode:
		return idcode.MaskIDNumber(text(v))
	case Phone:
		return idcode.MaskPhone(text(v))
	case Address:
		m := strs(v)
		m[Detail] = idcode.MaskAddress(m[Detail])
		return m
	case Text, LongText:
		return idcode.MaskName(text(v))
	case File, Signature:
		return nil
	default:
		return idcode.MaskName(text(v))
	}
}

// MaskedText is a text as it is shown instead of a field's value; empty when the
// field is not masked, or not a text.
func (c *Compiled) MaskedText(id string, value any) string {
	n := c.byID[id]
	if n == nil || !n.f.PII || text(value) == "" {
		return ""
	}
	switch n.f.Kind { //nolint:exhaustive // the rest is no text
	case Text, LongText, IDNumber, CreditCode, Phone:
		return text(mask(n.f, value))
	}
	return ""
}

// Unmask puts back what a page showed masked and got back unchanged: known are the
// values behind it.
func (c *Compiled) Unmask(in, known Values) Values {
	for id, x := range in {
		n := c.byID[id]
		if n == nil || !n.f.PII || known[id] == nil {
			continue
		}
		if shown := c.MaskedText(id, known[id]); shown != "" && text(x) == shown {
			in[id] = known[id]
		}
		if n.f.Kind == Address {
			was, now := strs(known[id]), strs(x)
			if now[Detail] != "" && now[Detail] == idcode.MaskAddress(was[Detail]) {
				now[Detail] = was[Detail]
				in[id] = now
			}
		}
	}
	return in
}
