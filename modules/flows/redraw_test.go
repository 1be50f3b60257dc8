package flows

import (
	"bytes"
	"testing"
)

// A flow without a drawing gets one, a drawn one is left alone, and what is no flow comes back.
func TestDrawnAddsADrawing(t *testing.T) {
	t.Parallel()
	s := NewService()
	src := Linear("食品经营许可", usual())
	if got := s.Drawn(src); !bytes.Equal(got, src) {
		t.Error("a drawn flow was drawn anew")
	}
	bare := append([]byte(nil), src[:bytes.Index(src, []byte("<bpmndi:"))]...)
	bare = append(bytes.TrimSpace(bare), []byte("</bpmn:definitions>")...)
	got := s.Drawn(bare)
	if !bytes.Contains(got, []byte("bpmndi:BPMNShape")) {
		t.Fatalf("still without a drawing: %.300s", got)
	}
	d, err := Parse(got)
	if err != nil || len(d.Steps()) != len(usual()) {
		t.Errorf("%v, %d steps", err, len(d.Steps()))
	}
	if got := s.Drawn([]byte("no flow")); string(got) != "no flow" {
		t.Errorf("%s", got)
	}
}
