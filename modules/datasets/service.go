package datasets

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Source is what is asked of whoever keeps cases.
type Source interface {
	// Dossier is what is on record of a case; the scope is that of a job.
	Dossier(ctx context.Context, tx *db.Tx, caseID string) (Dossier, error)
}

// Sealer keeps what is about people unreadable at rest; *seal.Sealer is one.
type Sealer interface {
	Seal(purpose, plaintext string) string
	Open(purpose, sealed string) (string, error)
	Blind(purpose, value string) string
}

// Purposes of sealing.
const (
	sealRow  = "datasets.row"
	sealSame = "datasets.same"
)

// Service gathers the rows of cases and hands them out. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	authz  policies.Authorizer
	source Source
	sealer Sealer
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, src Source, s Sealer) *Service {
	return &Service{db: d, authz: a, source: src, sealer: s}
}

// What happened to a row.
const (
	Inserted = "I" // 新增
	Updated  = "U" // 更新
	Deleted  = "D" // 删除
)

// Record (数据记录) is one change of one row, as it was told.
type Record struct {
	bun.BaseModel `bun:"table:case_records"`

	TenantID   tenancy.ID `bun:",pk"`
	ID         string     `bun:",pk"`
	RootTenant tenancy.ID
	N          int64
	Kind       string // key of its table
	CaseID     string
	Key        string
	RowGUID    string `bun:"row_guid"`
	Op         string
	Body       map[string]string `bun:"type:jsonb"` // but what is about people
	Sealed     string
	Digest     string
	Findings   []Finding `bun:"type:jsonb"`
	At         time.Time
	Current    bool
}

// Summary (归集情况) is how complete the rows of one case are.
type Summary struct {
	bun.BaseModel `bun:"table:case_data"`

	TenantID tenancy.ID `bun:",pk"` // where the case was born
	CaseID   string     `bun:",pk"`
	No       string
	ItemName string
	Status   string
	FiledAt  time.Time
	Counts   map[string]int `bun:"type:jsonb"` // rows by table
	Kinds    []string       `bun:",array"`     // the tables that have any
	Wrong    []string       `bun:",array"`     // what is wrong, each once
	Records  int
	Findings int
	At       time.Time
}
