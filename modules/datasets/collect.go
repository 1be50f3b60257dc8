package datasets

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"liandong/modules/cases/events"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Job is the name under which OnTouched hears of events.
const Job = "datasets.collect"

// Events are what OnTouched wants to hear of.
func Events() []string { return []string{events.CaseTouched{}.EventName()} }

// OnTouched gathers a case anew. It works in the whole tree of the case: the numbers of
// changes are kept at its root.
func (s *Service) OnTouched(ctx context.Context, tx *db.Tx, e db.Delivery) error {
	var in events.Case
	if err := e.Decode(&in); err != nil {
		return err
	}
	return s.collect(ctx, tx, e.Tenant, in.CaseID)
}

// collect maps a case and stores what has changed since it was mapped last. Who
// gathers the same case at the same moment waits until that is committed.
func (s *Service) collect(ctx context.Context, tx *db.Tx, tenant tenancy.ID, caseID string) error {
	if _, err := tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended(?, 53))`, caseID).Exec(ctx); err != nil {
		return fmt.Errorf("wait for case %s: %w", caseID, err)
	}
	d, err := s.source.Dossier(ctx, tx, caseID)
	if err != nil {
		return err
	}
	st := store{tx}
	had, err := st.current(ctx, tenant, caseID)
	if err != nil {
		return err
	}
	rows := Rows(&d)
	fresh, gone, err := s.changes(rows, had)
	if err != nil {
		return err
	}
	if len(fresh) > 0 {
		if err := st.append(ctx, tenant, caseID, fresh, gone); err != nil {
			return err
		}
	}
	return st.summarise(ctx, summary(tenant, caseID, &d, rows, tx))
}

// changes compares what a case maps to now with what was stored of it: fresh is to be
// stored, gone are the ids of what is no longer current.
func (s *Service) changes(rows []Row, had []Record) (fresh []Record, gone []string, err error) {
	was := map[string]Record{}
	for _, r := range had {
		was[r.Kind+"/"+r.Key] = r
	}
	for _, row := range rows {
		r, err := s.pack(row)
		if err != nil {
			return nil, nil, err
		}
		old, known := was[row.Table+"/"+row.Key]
		delete(was, row.Table+"/"+row.Key)
		switch {
		case !known:
			r.Op, r.RowGUID = Inserted, db.NewID()
		case old.Digest == r.Digest:
			continue
		default:
			r.Op, r.RowGUID = Updated, old.RowGUID
			gone = append(gone, old.ID)
		}
		fresh = append(fresh, r)
	}
	for _, key := range slices.Sorted(maps.Keys(was)) {
		old := was[key]
		gone = append(gone, old.ID)
		old.Op, old.Current = Deleted, false
		fresh = append(fresh, old)
	}
	return fresh, gone, nil
}

// pack is a row as it is stored: what is about people sealed.
func (s *Service) pack(row Row) (Record, error) {
	r := Record{Kind: row.Table, Key: row.Key, Body: map[string]string{}, Findings: Check(row), Current: true}
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	t, _ := TableOf(row.Table)
	hidden := map[string]string{}
	for k, v := range row.Values {
		if f, _ := t.Field(k); f.Personal != "" {
			hidden[k] = v
		} else {
			r.Body[k] = v
		}
	}
	all, err := json.Marshal([]any{row.Values, r.Findings})
	if err != nil {
		return r, fmt.Errorf("pack a row of %s: %w", row.Table, err)
	}
	r.Digest = s.sealer.Blind(sealSame, string(all))
	if len(hidden) == 0 {
		return r, nil
	}
	secret, err := json.Marshal(hidden)
	if err != nil {
		return r, fmt.Errorf("pack a row of %s: %w", row.Table, err)
	}
	r.Sealed = s.sealer.Seal(sealRow, string(secret))
	return r, nil
}

// unpack is all that a stored row says, with what is about people in clear.
func (s *Service) unpack(r *Record) (map[string]string, error) {
	out := maps.Clone(r.Body)
	if r.Sealed == "" {
		return out, nil
	}
	plain, err := s.sealer.Open(sealRow, r.Sealed)
	if err != nil {
		return nil, err
	}
	var hidden map[string]string
	if err := json.Unmarshal([]byte(plain), &hidden); err != nil {
		return nil, fmt.Errorf("unpack record %s: %w", r.ID, err)
	}
	maps.Copy(out, hidden)
	return out, nil
}

func summary(tenant tenancy.ID, caseID string, d *Dossier, rows []Row, tx *db.Tx) *Summary {
	m := &Summary{
		TenantID: tenant, CaseID: caseID, No: d.No, ItemName: d.Item.Name, Status: d.Status, FiledAt: d.FiledAt,
		Counts: map[string]int{}, Wrong: []string{}, Records: len(rows), At: tx.Now,
	}
	for _, r := range rows {
		m.Counts[r.Table]++
		for _, f := range Check(r) {
			m.Findings++
			if !slices.Contains(m.Wrong, f.What) {
				m.Wrong = append(m.Wrong, f.What)
			}
		}
	}
	m.Kinds = slices.Sorted(maps.Keys(m.Counts))
	return m
}
