package flows

import (
	"encoding/xml"
	"strconv"
)

// The shape of the XML that is written. Prefixes stand in the names, because encoding/xml
// would declare the namespace anew on every element.
type (
	xmlDefinitions struct {
		XMLName struct{}   `xml:"bpmn:definitions"`
		BPMN    string     `xml:"xmlns:bpmn,attr"`
		BPMNDI  string     `xml:"xmlns:bpmndi,attr"`
		DC      string     `xml:"xmlns:dc,attr"`
		DI      string     `xml:"xmlns:di,attr"`
		XSI     string     `xml:"xmlns:xsi,attr"`
		LD      string     `xml:"xmlns:ld,attr"`
		ID      string     `xml:"id,attr"`
		Target  string     `xml:"targetNamespace,attr"`
		Process xmlProcess `xml:"bpmn:process"`
		Plane   xmlPlane   `xml:"bpmndi:BPMNDiagram>bpmndi:BPMNPlane"`
	}
	xmlProcess struct {
		ID         string `xml:"id,attr"`
		Name       string `xml:"name,attr"`
		Executable bool   `xml:"isExecutable,attr"`
		Nodes      []xmlNode
		Flows      []xmlFlow `xml:"bpmn:sequenceFlow"`
	}
	xmlNode struct {
		XMLName  xml.Name
		ID       string   `xml:"id,attr"`
		Name     string   `xml:"name,attr,omitempty"`
		Default  string   `xml:"default,attr,omitempty"`
		Step     *xmlStep `xml:"bpmn:extensionElements>ld:step"`
		Incoming []string `xml:"bpmn:incoming"`
		Outgoing []string `xml:"bpmn:outgoing"`
	}
	xmlStep struct {
		Kind   Kind   `xml:"kind,attr"`
		Level  Level  `xml:"level,attr"`
		Tenant string `xml:"tenant,attr,omitempty"`
		Post   string `xml:"post,attr"`
		Limit  int    `xml:"limit,attr"`
	}
	xmlFlow struct {
		ID        string        `xml:"id,attr"`
		Name      string        `xml:"name,attr,omitempty"`
		Source    string        `xml:"sourceRef,attr"`
		Target    string        `xml:"targetRef,attr"`
		Condition *xmlCondition `xml:"bpmn:conditionExpression"`
	}
	xmlCondition struct {
		Type string `xml:"xsi:type,attr"`
		Text string `xml:",chardata"`
	}
	xmlPlane struct {
		Element string     `xml:"bpmnElement,attr"`
		Shapes  []xmlShape `xml:"bpmndi:BPMNShape"`
		Edges   []xmlEdge  `xml:"bpmndi:BPMNEdge"`
	}
	xmlShape struct {
		Element string    `xml:"bpmnElement,attr"`
		Bounds  xmlBounds `xml:"dc:Bounds"`
	}
	xmlBounds struct {
		X string `xml:"x,attr"`
		Y string `xml:"y,attr"`
		W string `xml:"width,attr"`
		H string `xml:"height,attr"`
	}
	xmlEdge struct {
		Element string     `xml:"bpmnElement,attr"`
		Points  []xmlPoint `xml:"di:waypoint"`
	}
	xmlPoint struct {
		X string `xml:"x,attr"`
		Y string `xml:"y,attr"`
	}
)

// encode writes d as BPMN 2.0 XML, with a drawing.
func encode(d *Definition) []byte {
	doc := xmlDefinitions{
		BPMN: nsBPMN, BPMNDI: nsDI, DC: nsDC, DI: nsEdge, XSI: nsXSI, LD: Namespace,
		ID: "definitions", Target: Namespace,
		Process: xmlProcess{ID: d.ID, Name: d.Name, Executable: true},
		Plane:   xmlPlane{Element: d.ID},
	}
	g := d.drawn()
	for _, n := range d.nodes {
		doc.Process.Nodes = append(doc.Process.Nodes, n.encode())
		r := g.shapes[n.step.ID]
		doc.Plane.Shapes = append(doc.Plane.Shapes, xmlShape{n.step.ID, xmlBounds{num(r.x), num(r.y), num(r.w), num(r.h)}})
	}
	for _, e := range d.edges {
		doc.Process.Flows = append(doc.Process.Flows, e.encode())
		line := xmlEdge{Element: e.id}
		for _, p := range g.lines[e.id] {
			line.Points = append(line.Points, xmlPoint{num(p.x), num(p.y)})
		}
		doc.Plane.Edges = append(doc.Plane.Edges, line)
	}
	out, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic(err) // the types above are all that encoding/xml sees
	}
	return append([]byte(xml.Header), append(out, '\n')...)
}

func (n *node) encode() xmlNode {
	x := xmlNode{XMLName: xml.Name{Local: "bpmn:" + string(n.kind)}, ID: n.step.ID, Name: n.step.Name}
	if n.fallback != nil {
		x.Default = n.fallback.id
	}
	if s := n.step; n.kind == task && !n.bare {
		x.Step = &xmlStep{s.Kind, s.Level, s.TenantRef, s.Post, s.LimitDays}
	}
	for _, e := range n.in {
		x.Incoming = append(x.Incoming, e.id)
	}
	for _, e := range n.out {
		x.Outgoing = append(x.Outgoing, e.id)
	}
	return x
}

func (e *edge) encode() xmlFlow {
	x := xmlFlow{ID: e.id, Name: e.name, Source: e.from.step.ID, Target: e.to.step.ID}
	if e.condition != "" {
		x.Condition = &xmlCondition{"bpmn:tFormalExpression", e.condition}
	}
	return x
}

// num writes a length with at most two decimals.
func num(v float64) string {
	return strconv.FormatFloat(float64(int64(v*100+half(v)))/100, 'f', -1, 64)
}

// half rounds away from zero.
func half(v float64) float64 {
	if v < 0 {
		return -0.5
	}
	return 0.5
}
