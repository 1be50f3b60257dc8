package web

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxXML bounds an uploaded flow, in bytes.
const maxXML = 1 << 20

// steps decodes the rows of the list that say anything.
func (f *form) steps() (out []Line) {
	for i := range stepRows().count(f.FormValues) {
		r := stepRows().row(f.FormValues, i)
		if r[0]+r[2]+r[3]+r[5]+r[6] == "" {
			continue
		}
		out = append(out, Line{
			ID: r[1], Name: r[0], Kind: r[2], Level: r[3], Tenant: label(r[3], r[4]), Post: r[5],
			Limit: f.Int(stepRows().keys(i)[6]),
		})
	}
	return out
}

// label turns the 12-digit code of a tenant into its label.
func label(level, code string) string {
	if level != "tenant" {
		return ""
	}
	if len(code) == 12 {
		return code + "000"
	}
	return code
}

func (f *form) setSteps(steps []Line) {
	var all [][]string
	for _, s := range steps {
		all = append(all, []string{s.Name, s.ID, s.Kind, s.Level, s.Tenant, s.Post, strconv.Itoa(max(s.Limit, 0))})
	}
	stepRows().write(&f.FormValues, all)
}

// drawn reports whether the flow is a drawing of its own (with branches, say),
// which a list of steps cannot say.
func (f *form) drawn() bool { return f.Get("bpmn") != "" }

// setFlow shows a stored or uploaded flow: as a list of steps where that says it all.
func (f *form) setFlow(xml []byte, s Sketch) {
	f.Set("bpmn", "")
	f.sketch = s
	if s.SVG != nil && !s.Straight {
		f.Set("bpmn", string(xml))
	}
	f.setSteps(s.Lines)
}

// xml is the flow as BPMN; nil while there is none.
func (f *form) xml(flows Flows) []byte {
	if f.drawn() {
		return bytes.ReplaceAll([]byte(f.Get("bpmn")), []byte("\r\n"), []byte("\n"))
	}
	steps := f.steps()
	if len(steps) == 0 {
		return nil
	}
	return flows.Compose(f.Get("name"), steps)
}

// sameSteps reports whether the list still says what was kept, so that how it was drawn need not
// be lost.
func (f *form) sameSteps(kept Sketch) bool {
	return kept.Straight && slices.Equal(f.steps(), kept.Lines)
}

// draw brings the drawing and its problems up to date.
func (f *form) draw(flows Flows) []byte {
	xml := f.xml(flows)
	if xml != nil {
		promised, _ := strconv.Atoi(f.Get("promised_days"))
		f.sketch = flows.Inspect(xml, promised)
	}
	return xml
}

// upload reads the BPMN file of the request into the form.
func (f *form) upload(r *http.Request, flows Flows) {
	src, err := uploaded(r)
	if err != nil || len(src) == 0 {
		f.Wrong("bpmn_file", "item_file_not_text")
		return
	}
	promised, _ := strconv.Atoi(f.Get("promised_days"))
	s := flows.Inspect(src, promised)
	if s.SVG == nil { // the flow as it was stays; the list says what is wrong with the file
		f.Wrong("bpmn_file", "flow_invalid")
		f.sketch = s
		return
	}
	f.setFlow(src, s)
}

func uploaded(r *http.Request) ([]byte, error) {
	file, header, err := r.FormFile("bpmn_file")
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read
	if header.Size > maxXML {
		return nil, http.ErrContentLength
	}
	return io.ReadAll(io.LimitReader(file, maxXML))
}

// flowEdit carries out the buttons of the flow. It reports whether do was one.
func (f *form) flowEdit(r *http.Request, flows Flows, do string) bool {
	switch do {
	case "preview":
	case "upload":
		f.upload(r, flows)
		return true
	case "straighten": // give up the branches and go on with the list
		f.Set("bpmn", "")
	default:
		return false
	}
	f.draw(flows)
	return true
}

// rowEdit carries out the buttons of the rows.
func (f *form) rowEdit(flows Flows, do string) bool {
	for _, t := range []rows{lawRows(), materialRows(), feeRows(), specialRows(), questionRows(), stepRows()} {
		if t.edit(&f.FormValues, do) {
			f.draw(flows)
			return true
		}
	}
	return false
}

func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return -1
		}
		return r
	}, name) + ".bpmn"
}
