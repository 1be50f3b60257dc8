package files

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/gabriel-vasile/mimetype"

	"liandong/tenancy/fault"
)

// taken maps the content types that centres take to the endings that may name them.
func taken(media string) []string {
	switch media {
	case "application/pdf":
		return []string{".pdf"}
	case "image/jpeg":
		return []string{".jpg", ".jpeg"}
	case "image/png":
		return []string{".png"}
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return []string{".docx"}
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return []string{".xlsx"}
	}
	return nil
}

// judge returns the media type of data, or why it is not taken.
func judge(name string, data []byte) (string, error) {
	switch {
	case len(data) == 0:
		return "", fault.InvalidField("file", "file_empty")
	case len(data) > MaxSize:
		return "", fault.InvalidField("file", "file_too_large")
	}
	media, _, _ := strings.Cut(mimetype.Detect(data).String(), ";")
	endings := taken(media)
	if endings == nil {
		return "", fault.InvalidField("file", "file_type_refused")
	}
	for _, e := range endings {
		if strings.EqualFold(path.Ext(name), e) {
			return media, whole(media, data)
		}
	}
	return "", fault.InvalidField("file", "file_name_lies")
}

// whole catches the commonest broken upload: a file cut short on a poor line.
func whole(media string, data []byte) error {
	end := data[max(0, len(data)-1024):]
	if media == "application/pdf" && !bytes.Contains(end, []byte("%%EOF")) || media == "image/png" && !bytes.Contains(end, []byte("IEND")) {
		return fault.InvalidField("file", "file_cut_short")
	}
	return nil
}

// cleanName keeps the last element of a name, without control characters, at most 120 runes.
func cleanName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError || r == '"' || (r >= 0x202a && r <= 0x202e) {
			return -1
		}
		return r
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	if rs := []rune(name); len(rs) > 120 {
		ext := []rune(path.Ext(name))
		name = string(rs[:120-len(ext)]) + string(ext)
	}
	return name
}
