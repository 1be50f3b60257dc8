package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

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
}

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
// phone, address, or form. and the name of a question of the item.
type BatchColumn struct{ Head, Field string }

// BatchFile is what was uploaded, and how it is to be read.
type BatchFile struct {
	ItemID, ItemName, Name string
	Content                []byte
	Columns                []BatchColumn
	Legal                  []string // how a cell says that the applicant is an organisation
	Choices                []string
	OnPaper                string // what the clerk confirms about papers kept at the window; empty: the item wants none
	// Answers turns what a row says of the item's questions into answers; wrong are its faults by field.
	Answers func(row map[string]string) (form map[string]any, wrong map[string]string)
}

// sealBatch is the purpose under which rows are sealed.
const sealBatch = "batch"

// knownFor is how long a filing of a list keeps the same applicant from being filed again for the
// same item.
const knownFor = 30 * 24 * time.Hour

// ReadBatch reads a list and tries every row; no case is filed. The errors of rows are in the rows; those of the
// file are Invalid on field file.
func (s *Service) ReadBatch(ctx context.Context, in BatchFile) (b BatchList, err error) {
	head, lines, err := roster.Read(in.Content)
	if err != nil {
		return b, err
	}
	fields := make([]string, len(head))
	for i, h := range head {
		if j := slices.IndexFunc(in.Columns, func(c BatchColumn) bool { return c.Head == h }); j >= 0 {
			fields[i] = in.Columns[j].Field
		}
	}
	for _, must := range []string{"name", "number", "phone"} {
		if !slices.Contains(fields, must) {
			return b, fault.InvalidField("file", "case_batch_columns")
		}
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.allowFiling(ctx, tx.Scope); err != nil {
			return err
		}
		if _, _, err := s.offerHere(ctx, tx, in.ItemID, in.Choices); err != nil {
			return err
		}
		b = BatchList{
			TenantID: tx.Scope.Tenant, ID: db.NewID(), ItemID: in.ItemID, ItemName: in.ItemName, Choices: append([]string{}, in.Choices...), OnPaper: in.OnPaper, FileName: in.Name,
			State: BatchRead, ByID: tx.Scope.Actor.ID, ByName: tx.Scope.Actor.Name, CreatedAt: tx.Now,
		}
		rows, err := s.batchRows(ctx, tx, &b, in, fields, lines)
		if err != nil {
			return err
		}
		if b.Total = len(rows); b.Total == 0 {
			return fault.InvalidField("file", "import_file_empty")
		}
		tx.Record(db.Audit{Action: string(policies.CasesFile), Kind: "batch", Object: b.ID, Detail: map[string]any{"channel": Batch, "rows": b.Total}})
		if _, err := tx.NewInsert().Model(&b).Exec(ctx); err != nil {
			return fmt.Errorf("list of item %s: %w", in.ItemID, err)
		}
		_, err = tx.NewInsert().Model(&rows).Exec(ctx)
		return err
	})
	return b, err
}

func (s *Service) batchRows(ctx context.Context, tx *db.Tx, b *BatchList, in BatchFile, fields []string, lines [][]string) (rows []BatchRow, err error) {
	twice := map[string]bool{}
	for i, line := range lines {
		if strings.Join(line, "") == "" {
			continue
		}
		row := map[string]string{}
		for j, field := range fields {
			if field != "" {
				row[field] = line[j]
			}
		}
		f := Filing{ItemID: in.ItemID, Kind: "person", Name: row["name"], Number: row["number"], Phone: row["phone"], Address: row["address"], Choices: in.Choices, Channel: Batch, Key: b.ID + "-" + strconv.Itoa(i)}
		if slices.Contains(in.Legal, row["kind"]) {
			f.Kind = "legal"
		}
		r := BatchRow{TenantID: b.TenantID, ID: db.NewID(), BatchID: b.ID, Line: i + 2, Name: f.Name, State: RowReady, Wrong: map[string]string{}}
		if bad, ok := fault.As(f.check()); ok {
			r.Wrong = bad.Fields
		}
		form, wrong := in.Answers(row)
		f.Form = form
		maps.Copy(r.Wrong, wrong)
		if who := f.Kind + f.Number; twice[who] {
			r.Wrong["number"] = "case_batch_twice"
		} else {
			twice[who] = true
		}
		if err := s.known(ctx, tx, &r, f); err != nil {
			return nil, err
		}
		if r.State == RowReady && len(r.Wrong) > 0 {
			r.State = RowWrong
		}
		plain, err := json.Marshal(f)
		if err != nil {
			return nil, fmt.Errorf("spell filing: %w", err)
		}
		r.Sealed = s.asks.Sealer.Seal(sealBatch, string(plain))
		rows = append(rows, r)
	}
	return rows, nil
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
