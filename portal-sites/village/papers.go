package village

import (
	"context"
	"io"

	casesweb "liandong/modules/cases/web"
	"liandong/modules/files"
)

// Papers shows files to the pages of cases.
type Papers struct{ *files.Service }

// Upload implements casesweb.Files.
func (p Papers) Upload(ctx context.Context, name, material string, r io.Reader) (casesweb.File, error) {
	f, err := p.Service.Upload(ctx, name, material, r)
	return fileOf(f), err
}

// OfCase implements casesweb.Files.
func (p Papers) OfCase(ctx context.Context, caseID string) ([]casesweb.File, error) {
	fs, err := p.Service.OfCase(ctx, caseID)
	out := make([]casesweb.File, len(fs))
	for i, f := range fs {
		out[i] = fileOf(f)
	}
	return out, err
}

func fileOf(f files.File) casesweb.File {
	return casesweb.File{ID: f.ID, Name: f.Name, Material: f.Material, StepSeq: f.StepSeq, MediaType: f.MediaType, Size: f.Size, UploadedAt: f.UploadedAt}
}
