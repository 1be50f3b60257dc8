package tree

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"liandong/tenancy/fault"
)

const (
	maxLines  = 1_000_000
	maxErrors = 200
)

func header() []string { return []string{"code12", "level", "name", "parent12"} }

// LineError says what is wrong with one line of a file.
type LineError struct {
	Line  int    // from 1, the header included
	Field string // column, or "line"
	Key   string // catalogue key
}

// LineErrors are the first 200 of them; they are the cause of an Invalid fault.
type LineErrors []LineError

func (e LineErrors) Error() string {
	if len(e) == 0 {
		return "no line is wrong"
	}
	return fmt.Sprintf("%d lines are wrong, first line %d: %s %s", len(e), e[0].Line, e[0].Field, e[0].Key)
}

func (e *LineErrors) add(line int, field, key string) {
	if len(*e) < maxErrors {
		*e = append(*e, LineError{line, field, key})
	}
}

// fault is nil when no line is wrong.
func (e LineErrors) fault() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b LineError) int { return a.Line - b.Line })
	return fault.New(fault.Invalid, "tree_import_invalid").Because(e)
}

// line is one tenant of a file, as it is spelled there.
type line struct {
	no                        int
	code, level, name, parent string
}

// parse reads the whole file; UTF-8, a byte order mark is allowed.
func parse(r io.Reader) ([]line, LineErrors) {
	var errs LineErrors
	in := bufio.NewReader(r)
	if bom, err := in.Peek(3); err == nil && string(bom) == "\uFEFF" {
		_, _ = in.Discard(3)
	}
	c := csv.NewReader(in)
	c.FieldsPerRecord, c.ReuseRecord = -1, true
	var lines []line
	for first := true; ; first = false {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			no, problem := broken(c, err)
			errs.add(no, "line", problem)
			return nil, errs
		}
		no, _ := c.FieldPos(0)
		if problem := malformed(rec, first); problem != "" {
			errs.add(no, "line", problem)
			if first {
				return nil, errs // nothing below a wrong header can be trusted
			}
			continue
		}
		if !first {
			lines = append(lines, lineOf(no, rec))
		}
		if len(lines) > maxLines {
			errs.add(no, "line", "tree_too_many_lines")
			return nil, errs
		}
	}
	if len(lines) == 0 && len(errs) == 0 {
		errs.add(1, "line", "tree_import_empty")
	}
	return lines, errs
}

func broken(c *csv.Reader, err error) (no int, key string) {
	if pe, ok := errors.AsType[*csv.ParseError](err); ok {
		return pe.StartLine, "tree_line_broken"
	}
	no, _ = c.FieldPos(0)
	return no, "tree_file_unreadable"
}

func malformed(rec []string, first bool) string {
	for _, f := range rec {
		if !utf8.ValidString(f) || strings.ContainsRune(f, 0) {
			return "tree_not_utf8"
		}
	}
	switch {
	case len(rec) != len(header()):
		return "tree_columns"
	case first && !slices.Equal(rec, header()):
		return "tree_header"
	}
	return ""
}

func lineOf(no int, rec []string) line {
	clone := func(s string) string { return strings.Clone(strings.TrimSpace(s)) }
	l := line{no: no, code: clone(rec[0]), level: levelOf(strings.Clone(rec[1])), name: clone(rec[2]), parent: clone(rec[3])}
	if l.code == "zone" {
		l.code = ""
	}
	if strings.Trim(l.parent, "0") == "" {
		l.parent = ""
	}
	return l
}
