package flows

import "strings"

// id is the id of e, which must be well-formed and new to the document.
func (p *parser) id(e *element) string {
	id := e.attr("id")
	if !ncName.MatchString(id) || p.ids[id] {
		p.refuse(e, RuleID, id)
	}
	p.ids[id] = true
	return id
}

// fixed is the one value of an attribute that only says what holds anyway; any other asks for
// more than is done here.
func fixed(attr string) (value string, ok bool) {
	switch attr {
	case "isForCompensation":
		return "false", true
	case "startQuantity", "completionQuantity":
		return "1", true
	case "isInterrupting", "isImmediate":
		return "true", true
	}
	return "", false
}

// attributes refuses every attribute of e but those known. One of another engine would
// otherwise be silently left undone.
func (p *parser) attributes(e *element, known ...string) {
	for _, a := range e.attrs {
		declares := a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns"
		only, isFixed := fixed(a.Name.Local)
		switch {
		case declares:
		case a.Name.Space != "" || !oneOf(a.Name.Local, known...):
			p.refuse(e, RuleAttribute, a.Name.Local)
		case isFixed && a.Value != only:
			p.refuse(e, RuleAttribute, a.Name.Local+"="+a.Value)
		}
	}
}

// language refuses any expression language but CEL. BPMN's default is XPath; a document that
// names none is taken as CEL, because editors name none.
func (p *parser) language(e *element, attr string) {
	switch l := strings.ToLower(e.attr(attr)); l {
	case "", "cel", "https://cel.dev", "https://cel.dev/":
	default:
		p.refuse(e, RuleLanguage, l)
	}
}
