package flows

import "encoding/xml"

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
	case "isForCompensation", "triggeredByEvent", "parallelMultiple":
		return "false", true
	case "startQuantity", "completionQuantity":
		return "1", true
	case "isInterrupting", "isImmediate":
		return "true", true
	case "behavior":
		return "All", true
	}
	return "", false
}

// attributes refuses every attribute of e but those known and those of other tools that say
// nothing about execution, which it returns. Any other would be silently left undone.
func (p *parser) attributes(e *element, known ...string) (kept []xml.Attr) {
	for _, a := range e.attrs {
		only, isFixed := fixed(a.Name.Local)
		switch {
		case declares(a):
		case a.Name.Space != "" && harmless(a.Name):
			kept = append(kept, a)
		case a.Name.Space != "" || !oneOf(a.Name.Local, known...):
			p.refuse(e, RuleAttribute, a.Name.Local)
		case isFixed && a.Value != only:
			p.refuse(e, RuleAttribute, a.Name.Local+"="+a.Value)
		case oneOf(a.Name.Local, "gatewayDirection", "implementation", "startQuantity", "completionQuantity",
			"isForCompensation", "triggeredByEvent", "parallelMultiple", "isInterrupting", "isImmediate"):
			kept = append(kept, a)
		}
	}
	return kept
}

// language refuses any expression language but CEL. BPMN's default is XPath; a document that
// names none is taken as CEL, because editors name none.
func (p *parser) language(e *element, attr string) {
	l := e.attr(attr)
	if l == "" {
		l = p.foreign
	}
	if !isCEL(l) {
		p.refuse(e, RuleLanguage, l)
	}
}
