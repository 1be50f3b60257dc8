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
