package web

import (
	"slices"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
)

// section is one part of the editor: a group of elements.
type section struct {
	key, title string
	columns    []catalog.Column
}

// flowSection stands among the groups of elements; the flow is none.
const flowSection = "flow"

// sections cuts the elements that an item of the form's list and kind has into
// parts, in the order in which people fill them in. A group that is new comes last.
func (f *form) sections() (out []section) {
	var groups []string
	for _, o := range sectionTitles() {
		groups = append(groups, o.Value)
	}
	for _, c := range catalog.Columns() {
		if !slices.Contains(groups, c.Group) {
			groups = append(groups, c.Group)
		}
	}
	for _, g := range groups {
		s := section{key: g, title: word(sectionTitles(), g)}
		for _, c := range catalog.Elements(g) {
			if c.On(f.list, f.Get("type")) {
				s.columns = append(s.columns, c)
			}
		}
		if len(s.columns) > 0 || g == flowSection && f.list != catalog.BasicList {
			out = append(out, s)
		}
	}
	return out
}

// single reports whether a column is typed into one field.
func single(c catalog.Column) bool { return c.Type != catalog.EntriesElement || c.Key == "local_codes" }

// locked reports whether an element is fixed by the entry that the item was taken from.
func (f *form) locked(key string) bool {
	return f.entry != nil && slices.Contains(catalog.Locked(), key)
}

// fieldOf is the field of an element.
func (f *form) fieldOf(c catalog.Column) kit.F {
	x := kit.F{Name: c.Key, Label: labelOf(c), Required: c.Required, Help: c.Help, Unit: c.Unit}
	if c.Key == "result_name" {
		x.Label = c.Header
	}
	switch {
	case c.List != "" && c.Many:
		x.Type, x.Options, x.Value, x.Full = kit.Checkboxes, f.offered(c), f.multi[c.Key], true
	case c.List == codes.ProjectType:
		x.Type, x.Options = kit.Radio, f.offered(c)
	case c.List != "":
		x.Type, x.Options = kit.Select, f.offered(c)
	case c.Key == "keywords":
		x.Full = true
	case c.Type == catalog.BoolElement:
		x.Type = kit.Checkbox
	case c.Type == catalog.NumberElement:
		x.Type, x.Min = kit.Number, "0"
	case c.Type == catalog.AreaElement, c.Type == catalog.LinesElement, c.Type == catalog.EntriesElement:
		x.Type, x.Rows = kit.Textarea, 2
	}
	return x
}

// offered are the options of an element, and those that it has already although
// they are not offered to begin with.
func (f *form) offered(c catalog.Column) []kit.Option {
	has := append(f.chosen(c.Key), said(f.Get(c.Key))...)
	out := usable(optionsOf(f.book, c.List), has...)
	for _, code := range has {
		if !slices.ContainsFunc(out, func(o kit.Option) bool { return o.Value == code }) {
			out = append(out, kit.Option{Value: code, Label: f.book.Name(c.List, code)})
		}
	}
	return out
}

// optionsOf are those of a code list, as the editor offers them.
func optionsOf(k *codes.Book, list string) []kit.Option {
	switch list {
	case codes.ItemType:
		return kindsIn(k)
	case codes.Level:
		return levels()
	case codes.ProjectType:
		return projectTypes()
	case codes.HandleForm:
		return listed(k.Applied(list))
	}
	return listed(k.List(list))
}

// filled counts the elements of a section that say something.
func (f *form) filled(s section) (n int) {
	for _, c := range s.columns {
		switch {
		case c.Type == catalog.EntriesElement && c.Key != "local_codes":
			if f.rowsOf(c.Key) > 0 {
				n++
			}
		case c.Many:
			n += min(1, len(f.chosen(c.Key)))
		case c.Type == catalog.NumberElement && f.Get(c.Key) == "0" && c.Key != "onsite_times":
		default:
			n += min(1, len(f.Get(c.Key)))
		}
	}
	return n
}

// wrong reports whether something in a section is refused.
func (f *form) wrong(s section) bool {
	if s.key == flowSection {
		return f.Error("bpmn") != "" || f.Error("bpmn_file") != "" || f.wrongRow(stepRows().name)
	}
	if s.key == "result" && f.Error("result_sample") != "" || s.key == "papers" && f.Error("eform") != "" {
		return true
	}
	return slices.ContainsFunc(s.columns, func(c catalog.Column) bool { return f.Error(c.Key) != "" || f.wrongRow(c.Key) })
}

func (f *form) wrongRow(name string) bool {
	for i := range f.rowsOf(name) {
		key := at(name, i)
		if f.Error(key) != "" {
			return true
		}
		for _, t := range allRows() {
			if t.name == name && slices.ContainsFunc(t.keys(i), func(k string) bool { return f.Error(k) != "" }) {
				return true
			}
		}
		for k := range f.rowsOf(key + ".o") {
			if f.Error(at(key, k)) != "" {
				return true
			}
		}
	}
	return false
}

func allRows() []rows {
	return []rows{lawRows(), materialRows(), feeRows(), specialRows(), questionRows(), stepRows()}
}

// found counts what the rules say about a section.
func (f *form) found(s section) (n int) {
	for _, x := range f.findings {
		if x.Severity == catalog.SeverityHint {
			continue
		}
		if slices.ContainsFunc(s.columns, func(c catalog.Column) bool { return c.Key == x.Field }) {
			n++
		}
	}
	return n
}

// open reports whether a section is unfolded: those that every item needs, and
// those where something stands or is wrong.
func (f *form) open(s section) bool {
	switch s.key {
	case "basic", "law", "limit", "papers", flowSection, "place", "result", "topic":
		return true
	}
	return f.filled(s) > 0 || f.wrong(s) || f.list == catalog.BasicList || f.Get("open") == s.key
}

// wide reports whether a list of boxes is too long to stand open.
func wide(x kit.F) bool { return x.Type == kit.Checkboxes && len(x.Options) > 12 }
