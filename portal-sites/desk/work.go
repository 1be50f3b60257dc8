package desk

import (
	"context"
	"time"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/tenancy/calendar"
)

// CaseWork is the Work of cases.Service.
type CaseWork struct {
	Cases *cases.Service
	Now   func() time.Time
}

var _ Work = CaseWork{}

// Figures is told at Work.
func (c CaseWork) Figures(ctx context.Context) (Figures, error) {
	n, err := c.Cases.CountTodos(ctx)
	if err != nil {
		return Figures{}, err
	}
	soon, err := c.Cases.Todo(ctx, cases.Query{Time: "soon", Size: 1})
	if err != nil {
		return Figures{}, err
	}
	months, err := c.Trend(ctx, 1)
	if err != nil {
		return Figures{}, err
	}
	totals, err := c.Cases.Totals(ctx)
	if err != nil {
		return Figures{}, err
	}
	open := totals[string(cases.Submitted)] + totals[string(cases.Supplement)] + totals[string(cases.Handling)]
	return Figures{Todo: n.All, Soon: soon.Total, Late: n.Late, Filed: months[0].Filed, Completed: months[0].Completed, Open: int(open)}, nil
}

// Next is told at Work: the most urgent first.
func (c CaseWork) Next(ctx context.Context, n int) ([]Task, error) {
	p, err := c.Cases.Todo(ctx, cases.Query{Sort: "step_due", Size: n})
	if err != nil {
		return nil, err
	}
	out := make([]Task, 0, len(p.Rows))
	for _, r := range p.Rows {
		t := Task{ID: r.ID, No: r.No, Item: r.ItemName, Applicant: casesweb.Who(&r.Case), Step: r.StepName, Left: r.Left, Late: r.Late}
		if r.Deadline != nil {
			t.Due = *r.Deadline
		}
		out = append(out, t)
	}
	return out, nil
}

// Trend is told at Work: the months up to this one, oldest first. A case enters
// one status when it is filed and leaves one for each that it enters later, so all
// changes of statuses together count what was filed.
func (c CaseWork) Trend(ctx context.Context, months int) ([]Month, error) {
	now := c.Now().In(calendar.Zone())
	first := time.Date(now.Year(), now.Month()-time.Month(months-1), 1, 0, 0, 0, 0, calendar.Zone())
	days, err := c.Cases.Days(ctx, first, now)
	if err != nil {
		return nil, err
	}
	out := make([]Month, months)
	for i := range out {
		out[i].Name = monthName(first.AddDate(0, i, 0))
	}
	for _, d := range days {
		i := (d.Day.Year()-first.Year())*12 + int(d.Day.Month()-first.Month())
		if i < 0 || i >= months || !isStatus(d.Measure) {
			continue
		}
		out[i].Filed += int(d.N)
		if d.Measure == string(cases.Completed) {
			out[i].Completed += int(d.N)
		}
	}
	return out, nil
}

func isStatus(measure string) bool {
	switch cases.Status(measure) {
	case cases.Submitted, cases.Supplement, cases.Handling, cases.Completed, cases.Refused, cases.Withdrawn, cases.Voided:
		return true
	}
	return false
}
