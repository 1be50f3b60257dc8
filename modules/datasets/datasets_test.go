package datasets

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liandong/tenancy"
)

// Every field of the lists says where it is written and how sure that is, and names
// only lists, shapes and fields that there are.
func TestFieldLists(t *testing.T) {
	t.Parallel()
	if len(Tables()) != 7 {
		t.Fatalf("%d tables", len(Tables()))
	}
	for _, table := range Tables() {
		if table.Name == "" || table.Title == "" || table.Source == "" {
			t.Errorf("%s says too little", table.Key)
		}
		for i, f := range table.Fields {
			at := table.Key + "." + f.Key
			if f.Name == "" || f.Source == "" || !slices.Contains([]string{"V", "V1", "INF", "M"}, f.Certainty) || !slices.Contains([]string{"text", "code", "int", "decimal", "datetime"}, f.Type) {
				t.Errorf("%s says too little", at)
			}
			if f.Certainty == "INF" && f.Note == "" || f.Certainty == "M" && f.Note == "" {
				t.Errorf("%s does not say what is not sure", at)
			}
			if slices.ContainsFunc(table.Fields[:i], func(o Field) bool { return o.Key == f.Key }) {
				t.Errorf("%s twice", at)
			}
			if (f.Type == "code") != (len(f.CodeList()) > 0) || f.Pattern != "" && known().shapes[f.Pattern] == nil {
				t.Errorf("%s: a list or a shape that there is not", at)
			}
			if _, ok := table.Field(f.NotBefore); f.NotBefore != "" && !ok {
				t.Errorf("%s is not before %s", at, f.NotBefore)
			}
		}
		for _, key := range []string{"row_guid", "project_no", "data_source", "cd_operation", "cd_time", "cd_batch"} {
			if f, ok := table.Field(key); !ok || !f.Required {
				t.Errorf("%s lacks %s", table.Key, key)
			}
		}
	}
}

// good is a payment with nothing wrong.
func good() Row {
	return Row{PaymentTable, "1", map[string]string{
		"project_no": "15250200000020260304000001", "pay_no": "JK1", "org_name": "某局", "amount": "12.30", "pay_time": "20260304T100000",
	}}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	if found := Check(good()); found != nil {
		t.Fatalf("a good row: %v", found)
	}
	for _, c := range []struct{ field, value, what string }{
		{"pay_no", "", Missing},
		{"pay_no", strings.Repeat("号", 51), TooLong},
		{"amount", "12.3", BadNumber},
		{"amount", "x.00", BadNumber},
		{"pay_time", "2026-03-04", BadTime},
		{"pay_time", "20260230T000000", BadTime},
		{"project_no", "1", BadShape},
		{"colour", "red", Unknown},
	} {
		r := good()
		r.Values[c.field] = c.value
		if found := Check(r); !slices.Equal(found, []Finding{{c.field, c.what}}) {
			t.Errorf("%s = %q: %v", c.field, c.value, found)
		}
	}
	r := Row{ProcessTable, "1", map[string]string{
		"project_no": "15250200000020260304000001", "event_name": "9", "process_name": "受理", "handle_explain": "好", "handle_user_name": "人", "handle_state": "2",
		"event_start_time": "20260304T100000", "event_end_time": "20260303T100000", "org_code": "11440100007483172X",
	}}
	if found := Check(r); !slices.Equal(found, []Finding{{"event_name", NotListed}, {"event_end_time", TooEarly}, {"org_code", BadShape}}) {
		t.Errorf("%v", found)
	}
}

// A cursor reads as it was spelled, and no other string reads at all.
func TestCursor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := cursor{
			rapid.SampledFrom(Tables()).Draw(t, "table").Key, tenancy.ID(rapid.Int64Range(0, 1e15).Draw(t, "tenant")),
			tenancy.ID(rapid.Int64Range(0, 1e15).Draw(t, "root")), rapid.Int64Range(0, 1e18).Draw(t, "n"),
		}
		s := c.String()
		if got, err := readCursor(s); err != nil || got != c {
			t.Fatalf("%v reads as %v, %v", c, got, err)
		}
		i := rapid.IntRange(0, len(s)-1).Draw(t, "at")
		other := s[:i] + string(rapid.SampledFrom([]rune("ABCabc012-_")).Draw(t, "to")) + s[i+1:]
		if _, err := readCursor(other); other != s && err == nil {
			t.Fatalf("%s reads", other)
		}
		_, _ = readCursor(rapid.String().Draw(t, "junk"))
	})
}

// Applicants are told apart by who registered them.
func TestApplicantType(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]string{"91350100M000100Y43": "2", "11440100007483172Q": "6", "12": "3", "52": "4", "92": "5", "Y1": "9", "": "9"} {
		if got := applicantType("legal", number); got != want {
			t.Errorf("%s: %s", number, got)
		}
	}
	if applicantType("person", "91350100M000100Y43") != "1" {
		t.Error("a person is a person")
	}
}
