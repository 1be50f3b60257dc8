package wire

import (
	"context"
	"io"

	catalogweb "liandong/modules/catalog/web"
	"liandong/modules/files"
)

// blanks keeps the blank forms and samples of items with all other files.
type blanks struct{ files *files.Service }

// Keep implements catalogweb.Files.
func (b blanks) Keep(ctx context.Context, name string, r io.Reader) (string, error) {
	f, err := b.files.UploadForItem(ctx, name, r)
	return f.ID, err
}

// Named implements catalogweb.Files.
func (b blanks) Named(ctx context.Context, ids []string) (out []catalogweb.Attached, err error) {
	fs, err := b.files.Named(ctx, ids)
	for _, f := range fs {
		out = append(out, catalogweb.Attached{ID: f.ID, Name: f.Name, Size: f.Size})
	}
	return out, err
}
