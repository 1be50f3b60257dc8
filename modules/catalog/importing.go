package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/catalog/codes"
	"liandong/modules/catalog/internal/sheet"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Import (导入) is a list of items on its way in: a file that was read, what its
// columns mean, and what became of it.
type Import struct {
	bun.BaseModel `bun:"table:item_imports"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	FileName  string
	Head      []string   `bun:"type:jsonb"`
	Lines     [][]string `bun:"type:jsonb"`
	Columns   []string   `bun:"type:jsonb"` // keys of Columns, "" for what is left out
	Scheme    string     // of the local codes, of the list codes.Scheme
	List      string     // that the rows are for: BasicList or ImplementingList
	Partial   bool       // the valid rows only, instead of all or nothing
	State     string
	Total     int // rows that say anything
	Percent   int
	Report    Report `bun:"type:jsonb"`
	ActorID   string
	ActorName string
	CreatedAt time.Time
	EndedAt   *time.Time
	Version   int
}

// The states of an import.
const (
	ImportRead    = "read"    // to be mapped and tried
	ImportWaiting = "waiting" // for a worker
	ImportRunning = "running"
	ImportDone    = "done"
	ImportRefused = "refused" // nothing was written
)

// Report (导入报告) says what an import did, or would do.
type Report struct {
	Created int `json:"created"`
	Revised int `json:"revised"` // a new draft upon what is in force
	Changed int `json:"changed"` // an open draft
	Same    int `json:"same"`    // nothing to change
	Refused int `json:"refused"` // rows with errors
	// Key says why nothing was written, as a catalogue key.
	Key string `json:"key,omitempty"`
}

// Written is how many drafts there were to write.
func (r Report) Written() int { return r.Created + r.Revised + r.Changed }

// inlineRows is how many rows are imported while the browser waits.
const inlineRows = 200

// Upload reads a file for import into the actor's tenant and guesses its columns.
// Nothing is imported yet. The errors are those of the reader, on field "file".
func (s *Service) Upload(ctx context.Context, name string, content []byte) (im Import, err error) {
	t, err := sheet.Read(content)
	if err != nil {
		return im, err
	}
	total := 0
	for _, l := range t.Lines {
		if !slices.ContainsFunc(l, func(c string) bool { return c != "" }) {
			continue
		}
		total++
	}
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mayImport(ctx, tx); err != nil {
			return err
		}
		im = Import{
			TenantID: tx.Scope.Tenant, ID: db.NewID(), FileName: cut(name, 200), Head: t.Head, Lines: t.Lines, Columns: guess(t.Head), Scheme: "local", List: ImplementingList,
			State: ImportRead, Total: total, ActorID: tx.Scope.Actor.ID, ActorName: tx.Scope.Actor.Name, CreatedAt: tx.Now, Version: 1,
		}
		if _, err := tx.NewInsert().Model(&im).Exec(ctx); err != nil {
			return fmt.Errorf("keep import: %w", err)
		}
		return nil
	})
	return im, err
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// mayImport: whoever imports could write every one of the drafts by hand.
func (s *Service) mayImport(ctx context.Context, tx *db.Tx) error {
	if err := s.mayStart(ctx, tx, ImplementingList); err != nil {
		return err
	}
	return s.authz.Allow(ctx, policies.ItemsEdit, policies.Resource{"tenant": tx.Scope.Tenant, "state": StateDraft})
}

// Imports lists the actor's tenant's imports without their lines, newest first.
func (s *Service) Imports(ctx context.Context) (all []Import, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mayImport(ctx, tx); err != nil {
			return err
		}
		return tx.NewSelect().Model(&all).ExcludeColumn("lines", "head").Where("tenant_id = ?", tx.Scope.Tenant).Order("created_at DESC").Limit(50).Scan(ctx)
	})
	return all, err
}

// imported reads an import of the actor's own tenant.
func (s store) imported(ctx context.Context, id string) (im Import, err error) {
	if !isID(id) {
		return im, notFound()
	}
	if err := s.tx.NewSelect().Model(&im).Where("tenant_id = ?", s.tx.Scope.Tenant).Where("id = ?", id).Scan(ctx); err != nil {
		return im, fmt.Errorf("get import %s: %w", id, err)
	}
	return im, nil
}

// Mapping says what the columns of a file mean and how it is to be imported.
type Mapping struct {
	Columns []string // keys of Columns, "" leaves a column out
	Scheme  string   // of the local codes
	List    string   // BasicList or ImplementingList; empty is the latter
	Partial bool     // the valid rows only, instead of all or nothing
}

func (im Import) mapping() Mapping {
	return Mapping{Columns: im.Columns, Scheme: im.Scheme, List: im.List, Partial: im.Partial}
}

func (m Mapping) check(k *codes.Book, im Import) error {
	if len(m.Columns) != len(im.Head) {
		return fault.InvalidField("columns", "import_columns")
	}
	for i, key := range m.Columns {
		if key == "" {
			continue
		}
		if _, ok := column(key); !ok || slices.Contains(m.Columns[:i], key) {
			return fault.InvalidField(fmt.Sprintf("columns.%d", i), "import_column_twice")
		}
	}
	if c, ok := k.Get(codes.Scheme, m.Scheme); !ok || c.Stopped {
		return fault.InvalidField("scheme", "item_local_scheme")
	}
	if m.List != BasicList && m.List != ImplementingList {
		return fault.InvalidField("list", "item_list_unknown")
	}
	for _, key := range []string{"name"} {
		if !slices.Contains(m.Columns, key) {
			return fault.InvalidField("columns", "import_name_column")
		}
	}
	if !slices.Contains(m.Columns, "basic_code") && !slices.Contains(m.Columns, "local_codes") {
		return fault.InvalidField("columns", "import_code_column")
	}
	return nil
}

// Map keeps what the columns of a file mean; Preview shows what follows.
func (s *Service) Map(ctx context.Context, id string, m Mapping) error {
	return s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mayImport(ctx, tx); err != nil {
			return err
		}
		st := store{tx}
		im, err := st.imported(ctx, id)
		if err != nil {
			return err
		}
		if im.State != ImportRead {
			return fault.New(fault.Precondition, "import_not_open")
		}
		if m.List == "" {
			m.List = ImplementingList
		}
		if err := m.check(codes.From(ctx), im); err != nil {
			return err
		}
		if err := s.mayStart(ctx, tx, m.List); err != nil {
			return err
		}
		im.Columns, im.Scheme, im.List, im.Partial = m.Columns, m.Scheme, m.List, m.Partial
		return st.saveImport(ctx, &im, "columns", "scheme", "list", "partial")
	})
}

func (s store) saveImport(ctx context.Context, im *Import, columns ...string) error {
	res, err := s.tx.NewUpdate().Model(im).Column(columns...).Set("version = version + 1").WherePK().Where("version = ?", im.Version).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save import %s: %w", im.ID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fault.New(fault.Conflict, "import_changed")
	}
	im.Version++
	return nil
}

// Preview (试导入) is an import with what it would do, row by row. Nothing is written.
type Preview struct {
	Import

	Rows   []Planned
	Would  Report
	Errors int // cells
}

// Preview tries an import without writing anything.
func (s *Service) Preview(ctx context.Context, id string) (p Preview, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mayImport(ctx, tx); err != nil {
			return err
		}
		st := store{tx}
		if p.Import, err = st.imported(ctx, id); err != nil || p.State != ImportRead {
			return err
		}
		if wrong := p.mapping().check(codes.From(ctx), p.Import); wrong != nil {
			return nil //nolint:nilerr // a column that does not fit is to be mapped first
		}
		plan, err := st.plan(ctx, p.Import)
		if err != nil {
			return err
		}
		p.Rows, p.Would = plan, summary(plan)
		for _, r := range plan {
			p.Errors += len(r.Errors)
		}
		return nil
	})
	return p, err
}

// Start imports what Preview showed: at once when it is short, else a worker does
// (RunWaiting). Precondition (import_errors) when a row is wrong and all or nothing
// was asked for, or when no row is right: nothing is written then.
func (s *Service) Start(ctx context.Context, id string) (im Import, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.mayImport(ctx, tx); err != nil {
			return err
		}
		st := store{tx}
		if im, err = st.imported(ctx, id); err != nil {
			return err
		}
		if im.State != ImportRead {
			return fault.New(fault.Precondition, "import_not_open")
		}
		if err := im.mapping().check(codes.From(ctx), im); err != nil {
			return err
		}
		if im.Total > inlineRows {
			im.State = ImportWaiting
			return st.saveImport(ctx, &im, "state")
		}
		return st.run(ctx, &im, func(int) {})
	})
	return im, err
}
