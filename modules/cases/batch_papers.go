package cases

import (
	"context"
	"slices"
	"strings"

	"liandong/modules/cases/internal/bundle"
	"liandong/modules/cases/internal/roster"
	"liandong/tenancy/fault"
)

// bringPapers finds the row of every file of the archive, keeps the files of rows that are in order, and
// blames rows for what they miss.
func (s *Service) bringPapers(ctx context.Context, r *reading) error {
	found, err := r.open()
	if err != nil {
		return err
	}
	for _, m := range found.Missing {
		r.rows[m.Row].Wrong["material:"+m.Material] = m.Why
	}
	for _, m := range found.Matches {
		row := &r.rows[m.Row]
		row.Papers = append(row.Papers, RowPaper{m.Material, m.Entry.Name()})
	}
	r.missing()
	for _, m := range found.Matches {
		if row := &r.rows[m.Row]; row.State == RowReady && len(row.Wrong) == 0 {
			if err := s.bring(ctx, r, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reading) open() (found bundle.Found, err error) {
	in := r.in.Papers
	rows := make([]bundle.Row, len(r.rows))
	named := false
	for i := range rows {
		rows[i] = bundle.Row{Line: r.rows[i].Line, Name: r.rows[i].Name, Number: r.filings[i].Number, Named: map[string]string{}}
		for _, m := range in.Materials {
			if cell := r.cells[i][PaperColumn+m]; cell != "" {
				rows[i].Named[m], named = cell, true
			}
		}
	}
	if in.Archive == nil && !named {
		return found, nil
	}
	var entries []bundle.Entry
	if in.Archive != nil {
		if entries, err = bundle.Open(in.Archive, in.Size); err != nil {
			return found, err
		}
	}
	found = bundle.Assign(entries, rows, in.Materials)
	r.list.ZipName, r.list.Entries, r.list.Loose = in.Name, len(entries), append([]LoosePaper{}, found.Loose...)
	return found, nil
}

// missing blames rows for required materials that the archive does not hold, unless the clerk keeps
// these on paper.
func (r *reading) missing() {
	if r.in.OnPaper != "" {
		return
	}
	for i := range r.rows {
		row := &r.rows[i]
		for _, m := range r.in.Papers.Required {
			has := slices.ContainsFunc(row.Papers, func(p RowPaper) bool { return p.Material == m })
			if _, blamed := row.Wrong["material:"+m]; !has && !blamed {
				row.Wrong["material:"+m] = "case_paper_missing"
			}
		}
	}
}

// bring keeps one file; what is not taken is written beside its row, which then is not filed.
func (s *Service) bring(ctx context.Context, r *reading, m bundle.Match) error {
	in, err := m.Entry.Reader()
	if err == nil {
		var id string
		id, err = r.in.Papers.Upload(ctx, m.Entry.Name(), m.Material, in)
		_ = in.Close() // read to its end, or refused
		if err == nil {
			r.filings[m.Row].Files = append(r.filings[m.Row].Files, id)
			return nil
		}
	}
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid {
		return err
	}
	why := f.Text
	for _, key := range f.Fields {
		why = key
	}
	r.rows[m.Row].Wrong["material:"+m.Material] = why
	return nil
}

// Files are the names of the files of a row, by material.
func (r *BatchRow) Files() string {
	var out []string
	for _, p := range r.Papers {
		out = append(out, p.Material+": "+p.File)
	}
	return strings.Join(out, "; ")
}

// EmptyList (批量录入模板) is a list to fill in.
type EmptyList = roster.Form

// EmptyColumn is one column of it.
type EmptyColumn = roster.Column
