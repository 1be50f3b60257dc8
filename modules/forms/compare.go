package forms

import (
	"encoding/json"
	"reflect"
	"sort"
)

// Change (变化) is one difference between two schemas.
type Change struct {
	Field string // id; empty: the form as a whole
	Label string
	What  string       // added, removed, moved, changed
	Parts []Difference // of changed: what was and what is
}

// Difference is one part of a field before and after.
type Difference struct{ Name, Before, After string }

// Compare lists what differs between two schemas, in the order of the new one.
func Compare(old, now Schema) (out []Change) {
	before, places := flatten(old)
	after, order := flatten(now)
	if parts := differ(head(old), head(now)); len(parts) > 0 {
		out = append(out, Change{What: "changed", Parts: parts})
	}
	for _, id := range order {
		f, was := after[id], before[id]
		if was == nil {
			out = append(out, Change{id, f.label, "added", nil})
			continue
		}
		if parts := differ(was.parts, f.parts); len(parts) > 0 {
			out = append(out, Change{id, f.label, "changed", parts})
		}
		if was.after != f.after && before[f.after] != nil && after[was.after] != nil || was.around != f.around {
			out = append(out, Change{id, f.label, "moved", nil})
		}
	}
	for _, id := range places {
		if after[id] == nil {
			out = append(out, Change{id, before[id].label, "removed", nil})
		}
	}
	return out
}

type flat struct {
	label, around, after string
	parts                map[string]any
}

func head(s Schema) map[string]any {
	return plain(struct {
		Title string `json:"title"`
		Intro string `json:"intro"`
		Rules []Rule `json:"rules"`
		Union string `json:"union"`
	}{s.Title, s.Intro, s.Rules, s.Union.summary()})
}

func flatten(s Schema) (out map[string]*flat, order []string) {
	out = map[string]*flat{"": {}}
	last := map[string]string{}
	s.Walk(func(f *Field, around []*Field) bool {
		at := ""
		if len(around) > 0 {
			at = around[len(around)-1].ID
		}
		own := *f
		own.Fields = nil
		out[f.ID] = &flat{named(f), at, last[at], plain(own)}
		last[at] = f.ID
		order = append(order, f.ID)
		return true
	})
	return out, order
}

// plain is v as its JSON has it.
func plain(v any) map[string]any {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var m map[string]any
	_ = json.Unmarshal(data, &m)
	return m
}

func differ(a, b map[string]any) (out []Difference) {
	names := map[string]bool{}
	for k := range a {
		names[k] = true
	}
	for k := range b {
		names[k] = true
	}
	for k := range names {
		if !reflect.DeepEqual(a[k], b[k]) {
			out = append(out, Difference{k, spell(a[k]), spell(b[k])})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func spell(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	}
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}
