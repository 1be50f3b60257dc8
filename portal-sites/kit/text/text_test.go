package text

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestCatalogueLoads(t *testing.T) {
	t.Parallel()
	all, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	for key, sentence := range all {
		if strings.TrimSpace(sentence) == "" || key == "" {
			t.Errorf("%q says nothing", key)
		}
	}
}

func TestKeyOfTwoFilesIsRefused(t *testing.T) {
	t.Parallel()
	_, err := load(fstest.MapFS{
		"zh/a.json": {Data: []byte(`{"saved": "1"}`)},
		"zh/b.json": {Data: []byte(`{"saved": "2"}`)},
	})
	if err == nil || !strings.Contains(err.Error(), "saved") {
		t.Fatalf("load = %v, want the key named", err)
	}
}

func TestUnknownKeyIsShownAsItIs(t *testing.T) {
	t.Parallel()
	if got := T("no_such_key", 1); got != "no_such_key" {
		t.Errorf("T = %q", got)
	}
	if Has("no_such_key") || !Has("saved") {
		t.Error("Has tells wrongly")
	}
}
