package flows

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// XML writes the flow as BPMN 2.0 XML with a drawing. The form is canonical: what was read from
// a written flow is written the same. Everything that [Parse] took is there, also what says
// nothing about execution.
func (d *Definition) XML() []byte { return encode(d) }

// standard are the prefixes that are always declared, in their order.
func standard() [][2]string {
	return [][2]string{
		{"bpmn", nsBPMN}, {"bpmndi", nsDI}, {"dc", nsDC}, {"di", nsEdge}, {"xsi", nsXSI}, {"ld", Namespace},
	}
}

// writer writes indented XML.
type writer struct {
	strings.Builder
	depth    int
	prefixes map[string]string // by namespace
	implied  bool              // the document had BPMN as its default namespace
}

// encode writes d as BPMN 2.0 XML, with a drawing.
func encode(d *Definition) []byte {
	w := &writer{prefixes: map[string]string{}}
	root := w.declare(d)
	_, _ = w.WriteString(xml.Header) // a Builder never fails
	w.open("bpmn:definitions", root...)
	for _, e := range d.doc.before {
		w.keep(e)
	}
	attrs := d.attrs
	if len(attrs) == 0 {
		attrs = []xml.Attr{{Name: xml.Name{Local: "isExecutable"}, Value: "true"}}
	}
	w.open("bpmn:process", append([]string{"id", d.ID, "name", d.Name}, w.attrs(attrs)...)...)
	w.scope(d)
	w.shut("bpmn:process")
	for _, e := range d.doc.after {
		w.keep(e)
	}
	w.drawing(d)
	w.shut("bpmn:definitions")
	return []byte(w.String())
}

// declare chooses the prefixes and returns the attributes of the root. Prefixes of the document
// stay declared, since values may use them.
func (w *writer) declare(d *Definition) []string {
	var out []string
	taken := map[string]bool{}
	add := func(prefix, space string) {
		if !taken[prefix] {
			taken[prefix] = true
			out = append(out, "xmlns:"+prefix, space)
			if w.prefixes[space] == "" {
				w.prefixes[space] = prefix
			}
		}
	}
	for _, p := range standard() {
		add(p[0], p[1])
	}
	for _, a := range d.doc.namespaces {
		if a.Name.Space == "xmlns" {
			add(a.Name.Local, a.Value)
		} else {
			w.implied = a.Value == nsBPMN
		}
	}
	if d.doc.attrs == nil {
		return append(out, "id", "definitions", "targetNamespace", Namespace)
	}
	return append(out, w.attrs(d.doc.attrs)...)
}

// name is how a name is written.
func (w *writer) name(n xml.Name) string {
	switch n.Space {
	case "":
		return n.Local
	case "xml", "http://www.w3.org/XML/1998/namespace":
		return "xml:" + n.Local
	}
	prefix := w.prefixes[n.Space]
	if prefix == "" {
		return n.Local // declared where it stands: see keep
	}
	return prefix + ":" + n.Local
}

// attrs are names and values in turn, namespace declarations left out.
func (w *writer) attrs(list []xml.Attr) []string {
	var out []string
	for _, a := range list {
		switch {
		case declares(a) || a.Name.Local == "":
		case a.Name.Space != "" && w.name(a.Name) == a.Name.Local: // its prefix is declared nowhere else
			prefix := "ns" + strconv.Itoa(len(w.prefixes))
			out = append(out, "xmlns:"+prefix, a.Name.Space, prefix+":"+a.Name.Local, a.Value)
		case a.Name.Space == nsXSI && w.implied && !strings.Contains(a.Value, ":"):
			out = append(out, w.name(a.Name), "bpmn:"+a.Value)
		default:
			out = append(out, w.name(a.Name), a.Value)
		}
	}
	return out
}

func (w *writer) indent() {
	_ = w.WriteByte('\n') // a Builder never fails
	for range w.depth {
		_, _ = w.WriteString("  ")
	}
}

// tag writes a start tag; attrs are names and values in turn. An empty value is left out but for
// the name of a process.
func (w *writer) tag(name, tail string, attrs []string) {
	w.indent()
	_, _ = w.WriteString("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		fmt.Fprintf(w, ` %s="%s"`, attrs[i], escape(attrs[i+1]))
	}
	_, _ = w.WriteString(tail)
}

func (w *writer) open(name string, attrs ...string) {
	w.tag(name, ">", attrs)
	w.depth++
}

func (w *writer) shut(name string) {
	w.depth--
	w.indent()
	_, _ = w.WriteString("</" + name + ">")
}

func (w *writer) empty(name string, attrs ...string) { w.tag(name, "/>", attrs) }

func (w *writer) text(name, text string, attrs ...string) {
	w.tag(name, ">"+escape(text)+"</"+name+">", attrs)
}

// keep writes an element as it came. White space between elements is not kept, any other text is.
func (w *writer) keep(e *element) {
	name, attrs := w.name(e.name), w.attrs(e.attrs)
	if e.name.Space != "" && !strings.Contains(name, ":") {
		attrs = append([]string{"xmlns", e.name.Space}, attrs...)
	} else if e.name.Space == "" {
		attrs = append([]string{"xmlns", ""}, attrs...)
	}
	switch {
	case len(e.children) == 0 && e.text.Len() == 0:
		w.empty(name, attrs...)
	case len(e.children) == 0:
		w.text(name, e.text.String(), attrs...)
	case isBlank(e.text.String()):
		w.open(name, attrs...)
		for _, c := range e.children {
			w.keep(c)
		}
		w.shut(name)
	default:
		w.mixed(name, attrs, e)
	}
}

// mixed writes text with elements in it, every space where it was.
func (w *writer) mixed(name string, attrs []string, e *element) {
	w.tag(name, ">", attrs)
	for _, p := range e.pieces {
		if p.child == nil {
			_, _ = w.WriteString(escape(p.text))
			continue
		}
		inner := &writer{prefixes: w.prefixes, implied: w.implied}
		inner.keepInline(p.child)
		_, _ = w.WriteString(inner.String())
	}
	_, _ = w.WriteString("</" + name + ">")
}

func (w *writer) keepInline(e *element) {
	name, attrs := w.name(e.name), w.attrs(e.attrs)
	if !strings.Contains(name, ":") {
		attrs = append([]string{"xmlns", e.name.Space}, attrs...)
	}
	inner := &writer{prefixes: w.prefixes, implied: w.implied}
	inner.mixed(name, attrs, e)
	_, _ = w.WriteString(strings.TrimLeft(inner.String(), "\n"))
}

// num writes a length with at most two decimals.
func num(v float64) string {
	return strconv.FormatFloat(float64(int64(v*100+half(v)))/100, 'f', -1, 64)
}

// exact writes a length as it was read.
func exact(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// half rounds away from zero.
func half(v float64) float64 {
	if v < 0 {
		return -0.5
	}
	return 0.5
}
