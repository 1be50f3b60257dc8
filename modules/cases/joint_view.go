package cases

import (
	"context"
	"slices"

	"liandong/tenancy/db"
)

// JointView (联办情况) is what the page of a joint case, or of one of its parts, shows of the
// whole.
type JointView struct {
	Case    Case      // the joint case
	Parts   []PartRow // in the order in which they begin
	Reviews []Review  // oldest first
	Ended   int       // parts that are over
	Granted int       // of them, granted
	Lead    bool      // the actor is of the lead office, or the applicant: nothing of it is withheld from her
}

// PartRow is one part and how far its case has got.
type PartRow struct {
	Part

	Sub *Row // nil until it has begun
}

// Review (联合环节) is one joint review with what was said of it.
type Review struct {
	Procedure

	Voices []Voiced
}

// Voiced is what the office of one part says; it stands until that has been said.
type Voiced struct {
	Procedure

	Part PartRow
}

// joint fills in the joint case that the case is, or is part of.
func (s *Service) joint(ctx context.Context, tx *db.Tx, v *View) error {
	st, c := store{tx}, v.Case
	if c.joined() == "" {
		return nil
	}
	j := &JointView{Case: c}
	if c.JointID != nil {
		whole, err := st.get(ctx, *c.JointID)
		if err != nil {
			return err
		}
		j.Case = whole
	}
	v.Joint = j
	see, err := st.sight(ctx, &v.Case)
	if err != nil {
		return err
	}
	j.Lead = see.lead
	if err := s.partRows(ctx, tx, j); err != nil {
		return err
	}
	return s.reviews(ctx, st, j)
}

func (s *Service) partRows(ctx context.Context, tx *db.Tx, j *JointView) error {
	st := store{tx}
	parts, err := st.parts(ctx, j.Case.TenantID, j.Case.ID)
	if err != nil {
		return err
	}
	subs, err := st.subs(ctx, j.Case.TenantID, j.Case.ID)
	if err != nil {
		return err
	}
	rows := make([]Row, len(subs))
	for i, sub := range subs {
		rows[i].Case = *sub
		at, err := s.asks.Tree.Place(ctx, tx, sub.AtTenant)
		if err != nil {
			return err
		}
		rows[i].AtName = at.Name
	}
	if err := s.measure(ctx, tx, rows); err != nil {
		return err
	}
	for _, p := range parts {
		row := PartRow{Part: *p}
		if i := slices.IndexFunc(rows, func(r Row) bool { return r.Part == p.Key }); i >= 0 {
			row.Sub = &rows[i]
		}
		if p.over() {
			j.Ended++
		}
		if p.Outcome == Granted {
			j.Granted++
		}
		j.Parts = append(j.Parts, row)
	}
	return nil
}

func (s *Service) reviews(ctx context.Context, st store, j *JointView) error {
	ps, err := st.procedures(ctx, &j.Case)
	if err != nil {
		return err
	}
	voices, err := st.voices(ctx, &j.Case)
	if err != nil {
		return err
	}
	for _, p := range ps {
		if p.Kind != Gathering {
			continue
		}
		r := Review{Procedure: p}
		for _, v := range voices {
			if *v.OfID != p.ID {
				continue
			}
			said := Voiced{Procedure: v}
			if i := slices.IndexFunc(j.Parts, func(row PartRow) bool { return row.SubID != nil && *row.SubID == v.CaseID }); i >= 0 {
				said.Part = j.Parts[i]
			}
			r.Voices = append(r.Voices, said)
		}
		j.Reviews = append(j.Reviews, r)
	}
	return nil
}

// Own is the part that the case is; nil for any other.
func (v View) Own() *Part {
	if v.Joint == nil || v.Case.JointID == nil {
		return nil
	}
	for i := range v.Joint.Parts {
		if p := &v.Joint.Parts[i].Part; p.Key == v.Case.Part {
			return p
		}
	}
	return nil
}

// Owed are the joint reviews of which the office that handles the case has still to speak.
func (v View) Owed() (out []Review) {
	if v.Joint == nil {
		return nil
	}
	for _, r := range v.Joint.Reviews {
		if slices.ContainsFunc(r.Voices, func(x Voiced) bool { return x.CaseID == v.Case.ID && x.Standing() }) {
			out = append(out, r)
		}
	}
	return out
}
