package flows

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// lengths are attributes of drawing that are numbers: 342.0 is 342.
var lengths = regexp.MustCompile(`\[ (x|y|width|height)=([-0-9.eE+]+)\]$`)

// added is what goes out besides.
var added = regexp.MustCompile(`/incoming|/outgoing|\[ isExecutable=true\]$|type=tFormalExpression\]$|^BPMN(Shape|Edge|Plane)@|/BPMNDiagram$`)

// says is everything that a document says, numbers spelled alike.
func says(t *testing.T, src []byte) []string {
	t.Helper()
	all := everything(t, src, true)
	for i, l := range all {
		if m := lengths.FindStringSubmatchIndex(l); m != nil {
			v, err := strconv.ParseFloat(l[m[4]:m[5]], 64)
			if err != nil {
				t.Fatal(err)
			}
			all[i] = l[:m[4]] + exact(v) + "]"
		}
	}
	return all
}

// TestPublicInterchange: the public samples of BPMN interchange (see NOTICE.md beside them), as eleven tools
// have written them, come in and go out with all that they say. What goes out besides is what nodes say of their arrows
// (incoming, outgoing), that the process is for execution, and where stands what was not drawn.
func TestPublicInterchange(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/miwg/*.bpmn")
	if err != nil || len(files) < 25 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := mustParse(t, src)
			if len(d.nodes) < 4 {
				t.Fatalf("%d nodes", len(d.nodes))
			}
			out := d.XML()
			got, want := says(t, out), says(t, src)
			for _, line := range want {
				if !slices.Contains(got, line) && !empty(line, want) {
					t.Errorf("lost: %s", line)
				}
			}
			for _, line := range got {
				if !added.MatchString(line) && !slices.Contains(want, line) {
					t.Errorf("new: %s", line)
				}
			}
			if again := mustParse(t, out).XML(); !bytes.Equal(again, out) {
				t.Error("written again, it is another")
			}
			wellFormed(t, Draw(d, nil))
		})
	}
}

// empty reports whether a line says nothing: that a point is a point, or a condition without a word.
func empty(line string, all []string) bool {
	if strings.HasSuffix(line, "/waypoint["+nsXSI+" type=Point]") {
		return true
	}
	return strings.HasSuffix(line, "/conditionExpression") && !slices.ContainsFunc(all, func(l string) bool { return strings.HasPrefix(l, line) && l != line })
}
