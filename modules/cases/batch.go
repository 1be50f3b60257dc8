package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/cases/internal/bundle"
	"liandong/modules/cases/internal/roster"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// BatchList (批量录入) is a list of applicants of one item on its way in.
type BatchList struct {
	bun.BaseModel `bun:"table:case_batches"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	ItemID    string
	ItemName  string
	Choices   []string `bun:"type:jsonb"`
	OnPaper   string
	FileName  string
	State     string
	Total     int
	Filed     int
	Failed    int
	ByID      string
	ByName    string
	CreatedAt time.Time
	EndedAt   *time.Time
	ZipName   string       // of the archive that its papers came in; empty: none
	Entries   int          // files of the archive
	Loose     []LoosePaper `bun:"type:jsonb"`
}

// LoosePaper (没有对上的文件) is a file of the archive that belongs to no row, and why: a catalogue key.
type LoosePaper = bundle.Loose

// RowPaper (行材料) is a file that belongs to a row.
type RowPaper struct{ Material, File string }

// BatchRow is one line of it, and what became of it.
type BatchRow struct {
	bun.BaseModel `bun:"table:case_batch_rows"`

	TenantID tenancy.ID `bun:",pk"`
	ID       string     `bun:",pk"`
	BatchID  string
	Line     int // of the file
	Name     string
	Sealed   string
	State    string
	Wrong    map[string]string `bun:"type:jsonb"` // catalogue keys by field
	CaseID   *string
	CaseNo   string
	Papers   []RowPaper `bun:"type:jsonb"`
	Tries    int        // that broke off
}

// The states of a list and of its rows.
const (
	BatchRead    = "read" // tried: nothing is filed yet
	BatchRunning = "running"
	BatchDone    = "done"

	RowReady  = "ready"
	RowWrong  = "wrong"
	RowKnown  = "known" // an earlier list has filed it: not filed again
	RowFiled  = "filed"
	RowFailed = "failed"
)

// BatchColumn is one column of a list: what it is called, and the field that it fills: kind, name, number,
// phone, address, form. and the name of a question of the item, sheet. and a field of its electronic form, or
// paper. and a material, for the names of its files.
type BatchColumn struct{ Head, Field string }

// PaperColumn begins the fields of the columns that name files.
const PaperColumn = "paper."

// BatchFile is what was uploaded, and how it is to be read.
type BatchFile struct {
	ItemID, ItemName, Name string
	Content                []byte
	Columns                []BatchColumn
	Legal                  []string // how a cell says that the applicant is an organisation
	Choices                []string
	OnPaper                string // what the clerk confirms about papers kept at the window; empty: required ones are in the archive
	// Answers turns what a row says of the item's questions into answers; wrong are its faults by field.
	Answers func(row map[string]string) (form map[string]any, wrong map[string]string)

	Form FormRef // of the item
	// Sheet turns what a row says of the electronic form into answers that its rules do not mind; nil: there is none.
	Sheet func(row map[string]string, f Filing) (answers map[string]any, wrong map[string]string)

	Papers Papers
}

// Papers (材料压缩包) are the files that come with a list.
type Papers struct {
	Name      string
	Archive   io.ReaderAt // nil: none
	Size      int64       // bytes
	Materials []string    // of the item
	Required  []string    // of those
	// Upload keeps a file of the actor's for a material until a case takes it.
	Upload func(ctx context.Context, name, material string, r io.Reader) (id string, err error)
}

// sealBatch is the purpose under which rows are sealed.
const sealBatch = "batch"

// knownFor is how long a filing of a list keeps the same applicant from being filed again for the
// same item.
const knownFor = 30 * 24 * time.Hour

// ReadBatch reads a list and tries every row; no case is filed. The errors of rows are in the rows; those of the
// file are Invalid on field file, those of the archive on field papers.
func (s *Service) ReadBatch(ctx context.Context, in BatchFile) (b BatchList, err error) {
	head, lines, err := roster.Read(in.Content)
	if err != nil {
		return b, err
	}
	r := reading{in: in, lines: lines, fields: make([]string, len(head))}
	for i, h := range head {
		if j := slices.IndexFunc(in.Columns, func(c BatchColumn) bool { return c.Head == h }); j >= 0 {
			r.fields[i] = in.Columns[j].Field
		}
	}
	for _, must := range []string{"name", "number", "phone"} {
		if !slices.Contains(r.fields, must) {
			return b, fault.InvalidField("file", "case_batch_columns")
		}
	}
	if err := s.readRows(ctx, &r); err != nil {
		return b, err
	}
	if err := s.bringPapers(ctx, &r); err != nil {
		return b, err
	}
	return r.list, s.keepList(ctx, &r)
}

// reading is a list that is being read.
type reading struct {
	in      BatchFile
	lines   [][]string
	fields  []string // by column
	list    BatchList
	rows    []BatchRow
	filings []Filing
	cells   []map[string]string // by row
}

func (s *Service) readRows(ctx context.Context, r *reading) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		in := r.in
		if _, _, err := s.offerHere(ctx, tx, in.ItemID, in.Choices); err != nil {
			return err
		}
		r.list = BatchList{
			TenantID: tx.Scope.Tenant, ID: db.NewID(), ItemID: in.ItemID, ItemName: in.ItemName, Choices: append([]string{}, in.Choices...), OnPaper: in.OnPaper, FileName: in.Name,
			State: BatchRead, ByID: tx.Scope.Actor.ID, ByName: tx.Scope.Actor.Name, CreatedAt: tx.Now, Loose: []LoosePaper{},
		}
		r.rows, r.filings, r.cells = nil, nil, nil
		twice := map[string]bool{}
		for i, line := range r.lines {
			if strings.Join(line, "") == "" {
				continue
			}
			if err := s.readRow(ctx, tx, r, i, line, twice); err != nil {
				return err
			}
		}
		if r.list.Total = len(r.rows); r.list.Total == 0 {
			return fault.InvalidField("file", "import_file_empty")
		}
		return nil
	})
}

func (s *Service) readRow(ctx context.Context, tx *db.Tx, r *reading, i int, line []string, twice map[string]bool) error {
	in, cell := r.in, map[string]string{}
	for j, field := range r.fields {
		if field != "" {
			cell[field] = line[j]
		}
	}
	f := Filing{ItemID: in.ItemID, Kind: "person", Name: cell["name"], Number: cell["number"], Phone: cell["phone"], Address: cell["address"], Choices: in.Choices, Channel: Batch, Key: r.list.ID + "-" + strconv.Itoa(i)}
	if slices.Contains(in.Legal, cell["kind"]) {
		f.Kind = "legal"
	}
	row := BatchRow{TenantID: r.list.TenantID, ID: db.NewID(), BatchID: r.list.ID, Line: i + 2, Name: f.Name, State: RowReady, Wrong: map[string]string{}, Papers: []RowPaper{}}
	if bad, ok := fault.As(f.check()); ok {
		maps.Copy(row.Wrong, bad.Fields)
	}
	form, wrong := in.Answers(cell)
	f.Form = form
	maps.Copy(row.Wrong, wrong)
	if in.Sheet != nil {
		f.Answered = in.Form
		f.Answers, wrong = in.Sheet(cell, f)
		maps.Copy(row.Wrong, wrong)
	}
	if who := f.Kind + f.Number; twice[who] {
		row.Wrong["number"] = "case_batch_twice"
	} else {
		twice[who] = true
	}
	if err := s.known(ctx, tx, &row, f); err != nil {
		return err
	}
	r.rows, r.filings, r.cells = append(r.rows, row), append(r.filings, f), append(r.cells, cell)
	return nil
}

// keepList stores a list that was read, with its rows.
func (s *Service) keepList(ctx context.Context, r *reading) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i := range r.rows {
			row := &r.rows[i]
			if row.State == RowReady && len(row.Wrong) > 0 {
				row.State = RowWrong
			}
			plain, err := json.Marshal(r.filings[i])
			if err != nil {
				return fmt.Errorf("spell filing: %w", err)
			}
			row.Sealed = s.asks.Sealer.Seal(sealBatch, string(plain))
		}
		tx.Record(db.Audit{Action: string(policies.CasesFile), Kind: "batch", Object: r.list.ID, Detail: map[string]any{"channel": Batch, "rows": r.list.Total}})
		if _, err := tx.NewInsert().Model(&r.list).Exec(ctx); err != nil {
			return fmt.Errorf("list of item %s: %w", r.list.ItemID, err)
		}
		_, err := tx.NewInsert().Model(&r.rows).Exec(ctx)
		return err
	})
}

// known finds out whether an earlier list has filed the same applicant for the same item lately.
func (s *Service) known(ctx context.Context, tx *db.Tx, r *BatchRow, f Filing) error {
	var cs []Case
	err := tx.NewSelect().Model(&cs).Column("id", "no").Where("tenant_id = ?", r.TenantID).Where("channel = ?", Batch).Where("item_id = ?", f.ItemID).
		Where("applicant_blind = ?", s.asks.Sealer.Blind(SealApplicant, f.Number)).Where("status NOT IN (?)", bun.List([]Status{Refused, Withdrawn, Voided})).
		Where("created_at > ?", tx.Now.Add(-knownFor)).Limit(1).Scan(ctx)
	if err != nil {
		return fmt.Errorf("look for earlier filings: %w", err)
	}
	if len(cs) > 0 {
		r.State, r.CaseID, r.CaseNo = RowKnown, &cs[0].ID, cs[0].No
	}
	return nil
}

// Batch returns a list of the actor's office with its rows.
func (s *Service) Batch(ctx context.Context, id string) (b BatchList, rows []BatchRow, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		if err := tx.NewSelect().Model(&b).Where("tenant_id = ?", tx.Scope.Tenant).Where("id = ?", id).Scan(ctx); err != nil {
			return fmt.Errorf("list %s: %w", id, err)
		}
		rows = nil
		return tx.NewSelect().Model(&rows).Where("tenant_id = ?", tx.Scope.Tenant).Where("batch_id = ?", id).Order("line").Scan(ctx)
	})
	return b, rows, err
}

// Batches lists what the actor's office has read in for an item lately, newest first.
func (s *Service) Batches(ctx context.Context, itemID string) (bs []BatchList, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		bs = nil
		return tx.NewSelect().Model(&bs).Where("tenant_id = ?", tx.Scope.Tenant).Where("item_id = ?", itemID).Order("created_at DESC").Limit(maxBatches).Scan(ctx)
	})
	return bs, err
}

// maxBatches bounds that list.
const maxBatches = 20

// FileBatch lets the rows that are in order be filed; the rest stay out. Whoever read the list in
// says so, once: again is Precondition.
func (s *Service) FileBatch(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		res, err := tx.NewUpdate().Model((*BatchList)(nil)).Set("state = ?", BatchRunning).Where("tenant_id = ?", tx.Scope.Tenant).Where("id = ?", id).Where("state = ?", BatchRead).Where("by_id = ?", tx.Scope.Actor.ID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("file list %s: %w", id, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fault.New(fault.Precondition, "case_batch_begun")
		}
		tx.Record(db.Audit{Action: string(policies.CasesFile), Kind: "batch", Object: id, Detail: map[string]any{"channel": Batch, "confirmed": true}})
		return nil
	})
}
