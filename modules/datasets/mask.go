package datasets

import "liandong/tenancy/idcode"

// Mask hides in place what is about people in the values of a row of t.
func Mask(t Table, values map[string]string) {
	for _, f := range t.Fields {
		if v, ok := values[f.Key]; ok && f.Personal != "" {
			values[f.Key] = masked(f.Personal, v, values["applyer_type"])
		}
	}
}

// masked hides one value. The name and the credit code of an organisation are public.
func masked(kind, v, applicant string) string {
	organisation := applicant != "" && applicant != "1"
	switch kind {
	case "name":
		return idcode.MaskName(v)
	case "number":
		if organisation && idcode.CheckCreditCode(v) == nil {
			return v
		}
		return idcode.MaskIDNumber(v)
	case "phone":
		return idcode.MaskPhone(v)
	}
	return idcode.MaskAddress(v)
}
