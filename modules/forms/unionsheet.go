package forms

import "slices"

// Part returns what a part takes of the form; nil when there is no such part.
func (u *Union) Part(key string) *UnionPart {
	for i := range u.Parts {
		if u.Parts[i].Key == key {
			return &u.Parts[i]
		}
	}
	return nil
}

// Sheet (申请表) is what a part's own form gets of the answers to the united one: by
// the part's ids, and nothing that it does not ask for. nil when there is no such part.
func (u *Union) Sheet(part string, answers Values) Values {
	p := u.Part(part)
	if p == nil {
		return nil
	}
	cells := map[string]bool{}
	for _, of := range p.Tables {
		for _, c := range of {
			cells[c] = true
		}
	}
	out := Values{}
	for own, id := range p.Fields {
		v, ok := answers[id]
		if !ok || cells[own] {
			continue
		}
		if of, repeats := p.Tables[own]; repeats {
			v = p.rows(of, rows(v))
		}
		out[own] = v
	}
	return out
}

func (p *UnionPart) rows(cells []string, in []map[string]any) (out []map[string]any) {
	for _, row := range in {
		own := map[string]any{}
		for _, c := range cells {
			if v, ok := row[p.Fields[c]]; ok {
				own[c] = v
			}
		}
		out = append(out, own)
	}
	return out
}

// Field is the field of the union that serves a part's field; empty when there is none.
func (u *Union) Field(part, field string) string {
	if p := u.Part(part); p != nil {
		return p.Fields[field]
	}
	return ""
}

// Takers are the keys of the parts that ask for a field of the union.
func (u *Union) Takers(id string) (out []string) {
	for _, p := range u.Parts {
		for _, x := range p.Fields {
			if x == id {
				out = append(out, p.Key)
				break
			}
		}
	}
	return out
}

// Picked are the keys of the parts that answers were given for.
func (u *Union) Picked(answers Values) (out []string) {
	chosen, _ := normalMany(&Field{}, answers[u.Chosen])
	list, _ := chosen.([]string)
	for _, p := range u.Parts {
		if !p.Choice || slices.Contains(list, p.Key) {
			out = append(out, p.Key)
		}
	}
	return out
}

// Stale (已有新版) are the keys of the parts whose form has another version by now, or
// that were taken away or added; now are the parts as they stand, without their schemas.
func (u *Union) Stale(now []Joined) (out []string) {
	left := map[string]bool{}
	for _, p := range u.Parts {
		left[p.Key] = true
	}
	for _, j := range now {
		delete(left, j.Key)
		p := u.Part(j.Key)
		if p == nil || p.FormID != j.FormID || p.Number != j.Number || p.Choice != j.Choice || p.Title != j.Title {
			out = append(out, j.Key)
		}
	}
	for _, p := range u.Parts {
		if left[p.Key] {
			out = append(out, p.Key)
		}
	}
	return out
}
