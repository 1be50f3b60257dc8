package flows

import (
	"encoding/xml"
	"strings"
)

// What says nothing about execution is kept as it came and written back: texts, colours, lanes
// and pools as drawing, data objects, and the marks that other tools leave for themselves. The
// lists below are what is known to be so; everything else is refused by name and place.

// harmless are namespaces of other tools that only say how things look, or which tool wrote
// them. Where locals are given, only those elements and attributes are meant.
func harmless(name xml.Name) bool {
	switch name.Space {
	case "http://bpmn.io/schema/bpmn/biocolor/1.0",
		"http://www.omg.org/spec/BPMN/non-normative/color/1.0",
		"http://camunda.org/schema/modeler/1.0",
		"http://www.signavio.com",
		"http://www.signavio.com/schema/bpmn20",
		"http://bpmn.sourceforge.net",
		"http://www.w4.eu/spec/BPMN/20110930/GRAPH",
		"http://www.trisotech.com/2015/triso/modeling":
		return true
	case "http://camunda.org/schema/1.0/bpmn":
		return oneOf(name.Local, "historyTimeToLive", "versionTag", "properties", "property")
	case "http://camunda.org/schema/zeebe/1.0":
		return oneOf(name.Local, "versionTag", "properties", "property")
	}
	return false
}

// keeps reports whether e, an extension of another tool, says nothing about execution.
func keeps(e *element) bool {
	if !harmless(e.name) {
		return false
	}
	for _, c := range e.children {
		if !keeps(c) {
			return false
		}
	}
	return true
}

// keepsAll reports the same of all that stands in an extensionElements.
func keepsAll(e *element) bool {
	for _, c := range e.children {
		if !keeps(c) {
			return false
		}
	}
	return true
}

// root reads the attributes of the document.
func (p *parser) root(e *element) {
	if p.foreign = e.attr("expressionLanguage"); isCEL(p.foreign) {
		p.foreign = ""
	}
	for _, a := range e.attrs {
		switch {
		case a.Name.Space == "xmlns", a.Name.Space == "" && a.Name.Local == "xmlns":
			p.d.doc.namespaces = append(p.d.doc.namespaces, a)
		default:
			p.d.doc.attrs = append(p.d.doc.attrs, a)
		}
	}
}

// keepsRoot reports whether a root element says nothing about execution by itself: what a
// message is called, what things are made of, and the pool around the process.
func (p *parser) keepsRoot(e *element) bool {
	if e.name.Space != nsBPMN {
		return false
	}
	switch e.name.Local {
	case "collaboration":
		return p.collaboration(e)
	case "extensionElements":
		return keepsAll(e)
	case "message", "itemDefinition", "category", "dataStore", "documentation":
		return drawingOnly(e)
	}
	return false
}

// collaboration: pools and the messages between them are drawing; nothing is sent because of
// them. A second process would have to be executed, and is refused where it stands.
func (p *parser) collaboration(e *element) bool {
	for _, c := range e.children {
		if !oneOf(c.name.Local, "participant", "messageFlow", "documentation", "textAnnotation", "association", "group", "extensionElements") || !drawingOnly(c) {
			p.unsupported(c)
		}
	}
	return true
}

// drawing elements of BPMN, and what may stand in them.
func isDrawing(e *element) bool {
	return e.name.Space == nsBPMN && oneOf(e.name.Local,
		"documentation", "text", "textAnnotation", "association", "group", "laneSet", "lane", "childLaneSet",
		"flowNodeRef", "participant", "messageFlow", "message", "itemDefinition", "category", "categoryValue",
		"categoryValueRef", "dataStore", "dataStoreReference", "dataObject", "dataObjectReference", "dataState",
		"ioSpecification", "inputSet", "outputSet", "dataInput", "dataOutput", "dataInputRefs", "dataOutputRefs",
		"property", "dataInputAssociation", "dataOutputAssociation", "sourceRef", "targetRef", "auditing", "monitoring")
}

// drawingOnly reports whether e and all within is drawing.
func drawingOnly(e *element) bool {
	if e.is(nsBPMN, "extensionElements") {
		return keepsAll(e)
	}
	if !isDrawing(e) {
		return false
	}
	if e.name.Local == "documentation" || e.name.Local == "text" {
		return true // may hold marked-up text
	}
	for _, a := range e.attrs {
		if !declares(a) && a.Name.Space != "" && a.Name.Space != nsXSI && !harmless(a.Name) {
			return false
		}
	}
	for _, c := range e.children {
		if !drawingOnly(c) {
			return false
		}
	}
	return true
}

// keepsInScope keeps c, which stands beside the nodes of d, if it is only drawing.
func (p *parser) keepsInScope(d *Definition, c *element) bool {
	known := c.name.Space == nsBPMN && oneOf(c.name.Local, "documentation", "extensionElements", "textAnnotation", "association",
		"group", "laneSet", "dataObject", "dataObjectReference", "dataStoreReference", "property", "ioSpecification",
		"dataInputAssociation", "dataOutputAssociation", "auditing", "monitoring")
	if !known || !drawingOnly(c) {
		return false
	}
	if d.owner != nil && c.name.Local == "extensionElements" {
		return false // the node reads it
	}
	d.kept = append(d.kept, c)
	return true
}

// keepsInNode reports whether c, which stands in a node, is only drawing.
func keepsInNode(c *element) bool {
	return c.name.Space == nsBPMN && oneOf(c.name.Local, "documentation", "ioSpecification", "property",
		"dataInputAssociation", "dataOutputAssociation", "auditing", "monitoring") && drawingOnly(c)
}

func declares(a xml.Attr) bool {
	return a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns"
}

func isCEL(language string) bool {
	return oneOf(strings.ToLower(language), "", "cel", "https://cel.dev", "https://cel.dev/")
}
