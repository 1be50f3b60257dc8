package idcode_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// says fails the test unless err carries key; an empty key means no error.
func says(t *testing.T, what string, err error, key string) {
	t.Helper()
	f, ok := fault.As(err)
	switch {
	case key == "" && err != nil:
		t.Errorf("%q: %v", what, err)
	case key != "" && (!ok || f.Kind != fault.Invalid || f.Text != key):
		t.Errorf("%q: got %v, want %s", what, err, key)
	}
}

func TestIDNumbers(t *testing.T) {
	t.Parallel()
	for s, key := range map[string]string{
		"152502199001010012":  "",
		"810000199001010019":  "",
		"830000199001010020":  "",
		"911156199001010010":  "",
		"15250219900101001":   "id_number_length",
		"1525021990010100123": "id_number_length",
		"":                    "id_number_length",
		"15250219900101001x":  "id_number_char",
		"1525021990O1010012":  "id_number_char",
		"X52502199001010012":  "id_number_char",
		"162502199001010012":  "id_number_area",
		"830001199001010012":  "id_number_area",
		"052502199001010012":  "id_number_area",
		"152502199002300012":  "id_number_date",
		"152502189901010012":  "id_number_date",
		"152502199001010013":  "id_number_check",
		"15250219900101001X":  "id_number_check",
		"152520199001010012":  "id_number_check",
	} {
		says(t, s, idcode.CheckIDNumber(s), key)
	}
}

func TestWhatAnIDNumberSays(t *testing.T) {
	t.Parallel()
	n, err := idcode.ParseIDNumber("152502199001010012")
	if err != nil || !n.Male || n.Document != idcode.CitizenCard || n.Birth.Format(time.DateOnly) != "1990-01-01" {
		t.Errorf("%+v, %v", n, err)
	}
	if n, _ := idcode.ParseIDNumber("830000199001010020"); n.Male || n.Document != idcode.ResidentPermit {
		t.Errorf("permit: %+v", n)
	}
	if n, _ := idcode.ParseIDNumber("911156199001010010"); n.Document != idcode.ForeignCard {
		t.Errorf("card: %+v", n)
	}
	leapling := idcode.IDNumber{Birth: time.Date(2012, 2, 29, 0, 0, 0, 0, time.UTC)}
	for day, age := range map[string]int{"2026-02-28": 13, "2026-03-01": 14, "2028-02-28": 15, "2028-02-29": 16} {
		now, _ := time.Parse(time.DateOnly, day)
		if got := leapling.Age(now); got != age {
			t.Errorf("on %s aged %d, want %d", day, got, age)
		}
	}
}

// Every wrong single character of an identity number is found: MOD 11-2 sees to
// the digits, and a check of X cannot stand elsewhere.
func TestIDNumberFindsEveryWrongCharacter(t *testing.T) {
	t.Parallel()
	everySubstitution("152502199001010012", func(s string) {
		if idcode.CheckIDNumber(s) == nil {
			t.Errorf("%s passes", s)
		}
	})
}

func TestCreditCodes(t *testing.T) {
	t.Parallel()
	for s, key := range map[string]string{
		"11650000010183859F":  "",
		"11370800MB28559184":  "",
		"11370800MB2855918":   "credit_code_length",
		"11370800MB285591844": "credit_code_length",
		"11370800mB28559184":  "credit_code_char",
		"11370800IB28559184":  "credit_code_char",
		"11370800MB2855918Z":  "credit_code_char",
		"11370800MB28559185":  "credit_code_check",
	} {
		says(t, s, idcode.CheckCreditCode(s), key)
	}
}

func TestCreditCodeFindsEveryWrongCharacter(t *testing.T) {
	t.Parallel()
	for _, line := range itemCodes(t) {
		everySubstitution(line[:18], func(s string) {
			if idcode.CheckCreditCode(s) == nil {
				t.Errorf("%s passes for %s", s, line[:18])
			}
		})
	}
}

// everySubstitution calls fn with s changed in one place to any other byte.
func everySubstitution(s string, fn func(string)) {
	for i := range len(s) {
		for b := range 256 {
			if changed := s[:i] + string([]byte{byte(b)}) + s[i+1:]; changed != s {
				fn(changed)
			}
		}
	}
}

func itemCodes(t testing.TB) []string {
	t.Helper()
	raw, err := os.ReadFile("testdata/item-codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	codes := strings.Fields(string(raw))
	if len(codes) != 21 {
		t.Fatalf("%d item codes", len(codes))
	}
	return codes
}

func TestRealItemCodes(t *testing.T) {
	t.Parallel()
	for _, s := range itemCodes(t) {
		c, err := idcode.ParseItemCode(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if c.String() != s || c.Implementing() != s[:31] || c.Basic() != s[19:31] || (c.Kind == idcode.HandlingCode) != (len(s) == 33) {
			t.Errorf("%s: %+v", s, c)
		}
		basic, err := idcode.ParseItemCode(c.Basic())
		if err != nil || basic.String() != c.Basic() || basic.Implementing() != "" || basic.Main != c.Main {
			t.Errorf("%s: basic %+v, %v", s, basic, err)
		}
	}
	c, _ := idcode.ParseItemCode("11440100007483180K344010901400901")
	want := idcode.ItemCode{
		Kind: idcode.HandlingCode, Organ: "11440100007483180K", Level: idcode.League,
		Source: "44", Type: "01", Main: "09014", Sub: "009", Serial: "01",
	}
	if c != want {
		t.Errorf("%+v", c)
	}
}

func TestWrongItemCodes(t *testing.T) {
	t.Parallel()
	for s, key := range map[string]string{
		"0001040020001":                                           "item_code_length",
		"00010400200A":                                            "item_code_char",
		"160104002000":                                            "item_code_source",
		"11650000010183859G2650116013001":                         "item_code_organ",
		"11650000010183859F0650116013001":                         "item_code_level",
		"11650000010183859F8650116013001":                         "item_code_level",
		"11440100007483180K34401090140090A":                       "item_code_char",
		"11440100007483180K344010901400900":                       "item_code_serial",
		"511A0138000000-511602000000-000-115113010833722043-1-00": "item_code_length",
	} {
		_, err := idcode.ParseItemCode(s)
		says(t, s, err, key)
	}
}

func TestDivisions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code   string
		level  idcode.Level
		parent string
		lo, hi tenancy.ID
	}{
		{"150000000000", idcode.Province, "", 150000000000000, 159999999999999},
		{"152500000000", idcode.League, "150000000000", 152500000000000, 152599999999999},
		{"152571000000", idcode.County, "152500000000", 152571000000000, 152571999999999},
		{"152502001000", idcode.Township, "152502000000", 152502001000000, 152502001999999},
		{"152502001003", idcode.Village, "152502001000", 152502001003000, 152502001003999},
		{"441900003000", idcode.Township, "441900000000", 441900003000000, 441900003999999},
		{"429004000000", idcode.County, "429000000000", 429004000000000, 429004999999999},
	} {
		d, err := idcode.ParseDivision(c.code)
		if err != nil || d.Level() != c.level || d.String() != c.code {
			t.Errorf("%s: %v, %v, %v", c.code, d, d.Level(), err)
		}
		up, ok := d.Parent()
		if ok != (c.parent != "") || ok && up.String() != c.parent {
			t.Errorf("%s: parent %v", c.code, up)
		}
		if in := d.Interval(); in.Lo != c.lo || in.Hi != c.hi || d.Label() != c.lo || idcode.DivisionOf(in.Lo+7) != d {
			t.Errorf("%s: interval %v", c.code, in)
		}
		if ok && !up.Interval().Covers(d.Interval()) {
			t.Errorf("%s lies outside its parent", c.code)
		}
	}
	for s, key := range map[string]string{
		"1525": "division_length", "15250200100a": "division_char", "162500000000": "division_province",
		"000000000000": "division_province", "１５２５": "division_char",
	} {
		_, err := idcode.ParseDivision(s)
		says(t, s, err, key)
	}
}

func TestPhones(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"13800000000": "+8613800000000", "+86 138-0000-0000": "+8613800000000", "0086 13800000000": "+8613800000000",
		"8613800000000": "+8613800000000", "１３８００００００００": "+8613800000000",
		"0479-8220000": "+864798220000", "(0479) 8220000": "+864798220000", "010 6000 0000": "+861060000000",
		"+86 479 8220000": "+864798220000", "+8613800000000": "+8613800000000",
		"12345": "", "12800000000": "", "138000000000": "", "8220000": "", "": "", "+1 202 555 0100": "", "+86": "", "1380000000a": "",
	} {
		got, err := idcode.NormalizePhone(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
		if err != nil {
			says(t, in, err, "phone_format")
		}
	}
	_, err := idcode.NormalizeMobile("0479-8220000")
	says(t, "landline", err, "mobile_format")
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" 152502 19900101 001x ": "15250219900101001X", "１５２５０２ａ": "152502A", "\u200b1137-0800\u00a0mb": "11370800MB",
	} {
		if got := idcode.Canonical(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

func TestMasks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mask     func(string) string
		in, want string
	}{
		{idcode.MaskIDNumber, "152502199001010012", "152502********0012"},
		{idcode.MaskIDNumber, "1525020012", "**********"},
		{idcode.MaskPhone, "+8613800000000", "138****0000"},
		{idcode.MaskPhone, "13800000000", "138****0000"},
		{idcode.MaskPhone, "110", "***"},
		{idcode.MaskName, "其其格", "其**"},
		{idcode.MaskName, "张三", "张*"},
		{idcode.MaskName, "张", "*"},
		{idcode.MaskName, "", ""},
		{idcode.MaskAddress, "锡林郭勒盟锡林浩特市额尔敦街12号", "锡林郭勒盟锡****"},
		{idcode.MaskAddress, "额尔敦街", "额尔****"},
		{idcode.MaskAddress, "", ""},
	} {
		if got := c.mask(c.in); got != c.want {
			t.Errorf("%q masked as %q, want %q", c.in, got, c.want)
		}
	}
}

func TestEveryKeyHasText(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../portal-sites/kit/text/zh/idcode.json")
	if err != nil {
		t.Fatal(err)
	}
	var text map[string]string
	if err := json.Unmarshal(raw, &text); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	files, _ := filepath.Glob("*.go")
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`invalid\("(\w+)"\)`).FindAllSubmatch(src, -1) {
			used[string(m[1])] = true
			if text[string(m[1])] == "" {
				t.Errorf("%s has no text", m[1])
			}
		}
	}
	for key := range text {
		if !used[key] {
			t.Errorf("%s is no longer used", key)
		}
	}
}
