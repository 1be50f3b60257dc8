// Package bundle reads the papers of a list out of an archive (材料压缩包) and finds out to
// which row each belongs.
package bundle

import (
	"archive/zip"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"liandong/tenancy/fault"
)

// Bounds of what is read.
const (
	MaxEntries = 3000
	MaxFile    = 20 << 20  // bytes of one file, unpacked
	MaxTotal   = 400 << 20 // bytes of all of them
)

// Entry is one file of an archive.
type Entry struct {
	Path string // with / between folders
	file *zip.File
}

// Name is the name of the file without its folders.
func (e Entry) Name() string { return path.Base(e.Path) }

// Open lists the files of an archive; folders and what systems leave behind are no files. The
// errors are Invalid on field papers.
func Open(r io.ReaderAt, size int64) (out []Entry, err error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, invalid("case_papers_broken")
	}
	var total uint64
	for _, f := range z.File {
		e := Entry{Path: nameOf(f), file: f}
		if f.FileInfo().IsDir() || litter(e.Path) {
			continue
		}
		out = append(out, e)
		total += f.UncompressedSize64
		if len(out) > MaxEntries || total > MaxTotal {
			return nil, invalid("case_papers_large")
		}
	}
	if len(out) == 0 {
		return nil, invalid("case_papers_empty")
	}
	return out, nil
}

func invalid(key string) error { return fault.InvalidField("papers", key) }

// nameOf is the name of a file; archives made on Windows spell it in GB 18030 and do not say so.
func nameOf(f *zip.File) string {
	name := f.Name
	if f.NonUTF8 && !utf8.ValidString(name) {
		if s, err := simplifiedchinese.GB18030.NewDecoder().String(name); err == nil {
			name = s
		}
	}
	name = strings.ToValidUTF8(strings.ReplaceAll(name, `\`, "/"), "")
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

func litter(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$") || strings.EqualFold(base, "Thumbs.db") || strings.EqualFold(base, "desktop.ini")
}

// Reader returns the content of a file, not more than MaxFile and a byte; close it. The sizes
// that an archive claims prove nothing.
func (e Entry) Reader() (io.ReadCloser, error) {
	in, err := e.file.Open()
	if err != nil {
		return nil, invalid("case_papers_broken")
	}
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(in, MaxFile+1), in}, nil
}
