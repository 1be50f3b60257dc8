package calendar_test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

func TestEveryKeyHasText(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../portal-sites/kit/text/zh/calendar.json")
	if err != nil {
		t.Fatal(err)
	}
	var text map[string]string
	if err := json.Unmarshal(raw, &text); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"clock.go", "used.go"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(clock_\w+)"`).FindAllSubmatch(src, -1) {
			if text[string(m[1])] == "" {
				t.Errorf("%s has no text", m[1])
			}
		}
	}
}
