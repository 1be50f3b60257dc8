package flows

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Namespaces of the documents that are read and written.
const (
	nsBPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
	nsDI   = "http://www.omg.org/spec/BPMN/20100524/DI"
	nsDC   = "http://www.omg.org/spec/DD/20100524/DC"
	nsEdge = "http://www.omg.org/spec/DD/20100524/DI"
	nsXSI  = "http://www.w3.org/2001/XMLSchema-instance"
	// Namespace is that of the extension element step.
	Namespace = "https://liandong.cn/bpmn"
)

// What a document may cost its reader, before any meaning is looked at.
const (
	MaxBytes    = 1 << 20 // of XML
	maxElements = 20_000
	maxDepth    = 24
)

// element is one XML element with its namespaces resolved.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	children []*element
	pieces   []piece // text and children as they follow each other
	text     strings.Builder
	line     int
}

// piece is a run of text, or a child.
type piece struct {
	text  string
	child *element
}

// attr is the value of an attribute without namespace.
func (e *element) attr(local string) string {
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

func (e *element) is(space, local string) bool {
	return e.name.Space == space && e.name.Local == local
}

// problem blames the element for breaking rule.
func (e *element) problem(rule, detail string) Problem {
	return Problem{
		Element: e.name.Local, ID: e.attr("id"), Name: e.attr("name"),
		Line: e.line, Rule: rule, Detail: detail,
	}
}

// readTree reads a whole document. There is no document type, so no entity can be declared,
// neither one that grows nor one that points outside; the five of XML remain.
func readTree(src []byte) (*element, *Problem) {
	if len(src) > MaxBytes {
		return nil, &Problem{Rule: RuleTooLarge}
	}
	t := tree{dec: xml.NewDecoder(bytes.NewReader(src))}
	t.dec.CharsetReader = charset
	for {
		tok, err := t.dec.Token()
		if errors.Is(err, io.EOF) && t.root != nil && len(t.open) == 0 {
			return t.root, nil
		}
		if err != nil {
			return nil, t.problem(RuleNotXML, err.Error())
		}
		if p := t.take(tok); p != nil {
			return nil, p
		}
	}
}

var errCharset = errors.New("neither UTF-8 nor ISO-8859-1")

// charset reads the one other encoding that BPMN tools write. Every byte is a character there.
func charset(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "iso-8859-1", "us-ascii", "ascii":
	default:
		return nil, errCharset
	}
	src, err := io.ReadAll(io.LimitReader(in, MaxBytes))
	out := make([]rune, len(src))
	for i, b := range src {
		out[i] = rune(b)
	}
	return strings.NewReader(string(out)), err
}

type tree struct {
	dec   *xml.Decoder
	root  *element
	open  []*element
	count int
}

func (t *tree) problem(rule, detail string) *Problem {
	line, _ := t.dec.InputPos()
	return &Problem{Line: line, Rule: rule, Detail: detail}
}

func (t *tree) take(tok xml.Token) *Problem {
	switch tok := tok.(type) {
	case xml.StartElement:
		return t.push(tok)
	case xml.EndElement:
		t.open = t.open[:len(t.open)-1]
	case xml.CharData:
		if n := len(t.open); n > 0 {
			t.open[n-1].text.Write(tok)
			t.open[n-1].pieces = append(t.open[n-1].pieces, piece{text: string(tok)})
		}
	case xml.Directive:
		return t.problem(RuleDoctype, "")
	case xml.ProcInst:
		if tok.Target != "xml" || t.root != nil {
			return t.problem(RuleDoctype, tok.Target)
		}
	}
	return nil
}

func (t *tree) push(start xml.StartElement) *Problem {
	line, _ := t.dec.InputPos()
	e := &element{name: start.Name, attrs: start.Attr, line: line}
	if t.count++; t.count > maxElements || len(t.open) >= maxDepth {
		return t.problem(RuleTooLarge, start.Name.Local)
	}
	switch n := len(t.open); {
	case n > 0:
		t.open[n-1].children = append(t.open[n-1].children, e)
		t.open[n-1].pieces = append(t.open[n-1].pieces, piece{child: e})
	case t.root != nil:
		return t.problem(RuleNotXML, start.Name.Local)
	default:
		t.root = e
	}
	t.open = append(t.open, e)
	return nil
}
