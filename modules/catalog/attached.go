package catalog

import (
	"context"
	"slices"
	"strconv"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// attached names the files of a body by the field that names each: materials.0.blank
// (空白表格), materials.0.sample (示例样表), result_sample (结果样本).
func (b Body) attached() map[string]string {
	out := map[string]string{}
	for i, m := range b.Materials {
		key := "materials." + strconv.Itoa(i)
		out[key+".blank"], out[key+".sample"] = m.Blank, m.Sample
	}
	out["result_sample"] = b.ResultSample
	for field, id := range out {
		if id == "" {
			delete(out, field)
		}
	}
	return out
}

// filesKnown holds a body to the uploads that its tenant has made for its items:
// Invalid with the fields that name anything else.
func (s *Service) filesKnown(ctx context.Context, tx *db.Tx, tenant tenancy.ID, b Body) error {
	named := b.attached()
	if s.asks.Files == nil || len(named) == 0 {
		return nil
	}
	bad, ids := map[string]string{}, []string(nil)
	for field, id := range named {
		if bad[field] = "item_file_unknown"; db.IsID(id) && len(id) == 36 {
			ids = append(ids, id)
		}
	}
	known, err := s.asks.Files.OfItems(ctx, tx, tenant, ids)
	if err != nil {
		return err
	}
	for field, id := range named {
		if slices.Contains(known, id) {
			delete(bad, field)
		}
	}
	return fault.InvalidFields(bad)
}

// publishFiles lets everybody read the files of a version that comes into force.
func (s *Service) publishFiles(ctx context.Context, tx *db.Tx, v Version) error {
	if s.asks.Files == nil {
		return nil
	}
	var ids []string
	for _, id := range v.Body.attached() {
		ids = append(ids, id)
	}
	return s.asks.Files.PublishForItem(ctx, tx, v.TenantID, ids)
}
