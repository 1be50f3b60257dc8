package web

import (
	"context"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// settling is the field that says which of the two buttons under a filing was pressed.
const settling = "settle"

// maySettle finds out whether an instant item can be done at this counter at once.
func (h handlers) maySettle(ctx context.Context, a *application) error {
	if !a.guide.AtOnce {
		return nil
	}
	err := h.d.Service.MaySettle(ctx, a.guide.ID, a.guide.Chosen)
	f, ok := fault.As(err)
	switch {
	case err == nil:
	case !ok || f.Kind == fault.Internal:
		return err
	default:
		a.settle = reasonOf(f)
	}
	return nil
}

// maySettle reports whether the page offers to settle the case with its filing.
func (a *application) maySettle() bool { return a.guide.AtOnce && a.settle == "" }

// settles reports whether that button was pressed.
func (a *application) settles() bool { return a.maySettle() && a.form.Get(settling) == "1" }

func (a *application) settleFields() []kit.F {
	if !a.maySettle() {
		return nil
	}
	fs := settleFields()
	if asks := a.guide.Mode == cases.Precheck || a.guide.Mode == cases.Verify; asks && len(a.guide.Materials) > 0 {
		fs = append(fs, allOriginalsField())
	}
	return fs
}

// verdict reads what is decided at the counter.
func verdict(f kit.FormValues) cases.Verdict {
	way := f.Get("way")
	if way == "" {
		way = cases.Collected
	}
	v := cases.Verdict{Outcome: f.Get("outcome"), Opinion: f.Get("opinion")}
	v.Delivery = cases.Handover{Way: way, Receiver: f.Get("receiver"), Courier: f.Get("courier"), Note: settleNote(way, f.Get("receiver"), f.Get("courier"))}
	return v
}

// originals reads which papers somebody has held against their originals.
func originals(f kit.FormValues) cases.Originals {
	return cases.Originals{Materials: f.All("originals"), All: f.Bool("all_originals"), Note: originalsNote}
}
