package files

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"gocloud.dev/blob"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// MaxSize bounds one file, in bytes (20 MiB).
const MaxSize = 20 << 20

// File (附件) is one upload.
type File struct {
	bun.BaseModel `bun:"table:files"`

	TenantID   tenancy.ID `bun:",pk"`
	ID         string     `bun:",pk"`
	CaseID     *string
	StepSeq    int
	Subject    *string
	Material   string // name of the material (材料) that it is for
	Name       string
	MediaType  string
	Size       int64
	SHA256     []byte `bun:"sha256"`
	Key        string
	UploaderID string
	ForItem    bool // a blank form or a sample, of the tenant itself
	Published  bool // a version that names it has been in force: it stays as it is
	UploadedAt time.Time
}

// Service is the whole public surface of files.
type Service struct {
	db     *db.DB
	authz  policies.Authorizer
	bucket *blob.Bucket
	guards []Guard
}

// New wires a Service over a bucket that it does not own. What a guard withholds from an
// actor she is not given, whatever her tenant sees.
func New(d *db.DB, a policies.Authorizer, b *blob.Bucket, guards ...Guard) *Service {
	return &Service{db: d, authz: a, bucket: b, guards: guards}
}

// Upload stores one file of the actor's for a material of a case that is still
// being filled in. It returns Invalid with field "file" when the content is
// empty, larger than MaxSize, or of a type that centres do not take.
func (s *Service) Upload(ctx context.Context, name, material string, r io.Reader) (File, error) {
	return s.put(ctx, File{Name: name, Material: material}, r)
}

// put stores what r holds as the file that in describes.
func (s *Service) put(ctx context.Context, in File, r io.Reader) (f File, err error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return f, fault.InvalidField("file", "file_cut_short").Because(err)
	}
	media, err := judge(in.Name, data)
	if err != nil {
		return f, err
	}
	sum := sha256.Sum256(data)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sc := tx.Scope
		f = File{
			TenantID: sc.Tenant, ID: db.NewID(), Material: in.Material, ForItem: in.ForItem, Name: cleanName(in.Name), MediaType: media, Size: int64(len(data)),
			SHA256: sum[:], UploaderID: sc.Actor.ID, UploadedAt: tx.Now,
		}
		f.Key = fmt.Sprintf("%s/%s", f.TenantID, f.ID)
		if sc.Actor.Kind == tenancy.Person {
			f.Subject = &sc.Actor.ID
		}
		if err := s.authz.Allow(ctx, policies.FilesWrite, f.resource()); err != nil {
			return err
		}
		// Bytes first: a row without bytes would be a lie, bytes without a row are only litter.
		if err := s.bucket.WriteAll(ctx, f.Key, data, nil); err != nil {
			return fault.New(fault.Unavailable, "file_store_down").Because(err)
		}
		_, err := tx.NewInsert().Model(&f).Exec(ctx)
		return err
	})
	return f, err
}

func (f *File) resource() policies.Resource {
	subject := ""
	if f.Subject != nil {
		subject = *f.Subject
	}
	return policies.Resource{"tenant": f.TenantID, "subject": subject, "published": f.Published}
}

// Attach binds uploads of the actor's own that no case has yet to a case and
// returns the materials that they are for. Whoever handles a case of another
// tenant uploaded them at her own: they move to where the case was born, which
// must be open for writing. reader, when not empty, is the identity that may read
// them besides the staff. An id that is not hers is NotFound.
func (s *Service) Attach(ctx context.Context, tx *db.Tx, tenant tenancy.ID, caseID, reader string, stepSeq int, ids []string) (materials []string, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	move := tx.NewUpdate().Model((*File)(nil)).Set("tenant_id = ?", tenant).Set("case_id = ?", caseID).Set("step_seq = ?", stepSeq).
		Set("subject = coalesce(subject, nullif(?, '')::uuid)", reader)
	if tx.Scope.Actor.Kind != tenancy.System { // a job brings what its actor uploaded anywhere in its interval
		move = move.Where("tenant_id IN (?)", bun.List([]tenancy.ID{tenant, tx.Scope.Tenant}))
	}
	err = move.Where("id IN (?)", bun.List(ids)).Where("case_id IS NULL").Where("NOT for_item").Where("uploader_id = ?", tx.Scope.Actor.ID).
		Returning("material").Scan(ctx, &materials)
	if err == nil && len(materials) != len(ids) {
		return nil, fault.New(fault.NotFound, "file_not_found")
	}
	return materials, err
}

// OfCase lists the files of a case that the actor may read, oldest first: for an
// applicant what she handed in and what was handed to her.
func (s *Service) OfCase(ctx context.Context, caseID string) (fs []File, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sel := tx.NewSelect().Model(&fs).Where("case_id = ?", caseID).Order("uploaded_at", "id")
		if tx.Scope.Actor.Kind == tenancy.Person {
			sel = sel.Where("subject = ?", tx.Scope.Actor.ID)
		}
		if err := sel.Scan(ctx); err != nil {
			return fmt.Errorf("files of case %s: %w", caseID, err)
		}
		held, err := s.withheld(ctx, tx, fs...)
		fs = slices.DeleteFunc(fs, func(f File) bool { return slices.Contains(held, f.ID) })
		return err
	})
	return fs, err
}

// Open returns a file that the actor may read, and its content; close it.
func (s *Service) Open(ctx context.Context, id string) (f File, content io.ReadCloser, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.NewSelect().Model(&f).Where("id = ?", id).Scan(ctx); err != nil {
			return fmt.Errorf("get file %s: %w", id, err)
		}
		return s.mayRead(ctx, tx, f)
	})
	if err != nil {
		return f, nil, err
	}
	content, err = s.bucket.NewReader(ctx, f.Key, nil)
	if err != nil {
		return f, nil, fault.New(fault.Unavailable, "file_store_down").Because(err)
	}
	return f, content, nil
}
