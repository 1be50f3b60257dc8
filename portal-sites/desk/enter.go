package desk

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"liandong/modules/org"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/signin"
	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
)

// visitor is who a request is from. Her seats are read when somebody asks.
type visitor struct {
	session identity.Session
	seats   func() ([]org.Seat, error)
}

type visitorKey struct{}

func visitorOf(ctx context.Context) (visitor, bool) {
	v, ok := ctx.Value(visitorKey{}).(visitor)
	return v, ok
}

// complete fills in what the workbench itself knows about signing in.
func (d Deps) complete() Deps {
	d.SignIn.Schema = identity.SchemaStaff
	d.SignIn.Door, d.SignIn.Shell = door(d), Shell(d)
	d.SignIn.URL = func(_ context.Context, path string) string { return d.Base + strings.TrimSuffix(path, "/") }
	d.SignIn.Seats = func(ctx context.Context, id string) ([]signin.Seat, error) {
		seats, err := d.Actors.Seats(ctx, id)
		out := make([]signin.Seat, len(seats))
		for i, s := range seats {
			out[i] = signin.Seat{Tenant: s.TenantName, Title: postName(s)}
		}
		return out, err
	}
	return d
}

// glance notes who is signed in, without asking for a seat: pages about oneself
// open for those who hold none.
func (h handlers) glance(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s, ok := h.SignIn.Session(r.Context()); ok {
			r = h.note(r, s)
			if scope, err := h.Actors.Sit(r.Context(), s.Sub, s.Name, s.PostID, s.AAL2()); err == nil { // for the menu alone
				scope.RequestID = kit.RequestIDFrom(r.Context())
				r = r.WithContext(tenancy.With(r.Context(), scope))
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (h handlers) note(r *http.Request, s identity.Session) *http.Request {
	ctx := r.Context()
	v := visitor{session: s, seats: sync.OnceValues(func() ([]org.Seat, error) { return h.Actors.Seats(ctx, s.Sub) })}
	return r.WithContext(context.WithValue(ctx, visitorKey{}, v))
}

// Enter lets in who is signed in and holds the seat she chose, and puts her scope
// into the context.
func (h handlers) Enter(next http.Handler) http.Handler {
	return h.SignIn.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, _ := h.SignIn.Session(r.Context())
		r = h.note(r, s)
		if s.PostID == "" {
			var ok bool
			if s, ok = h.firstSeat(w, r, s); !ok {
				return
			}
			r = h.note(r, s)
		}
		scope, err := h.Actors.Sit(r.Context(), s.Sub, s.Name, s.PostID, s.AAL2())
		if err != nil && fault.KindOf(err) == fault.NotFound {
			h.seatGone(w, r)
			return
		}
		if err != nil {
			h.shell.Fail(w, r, err)
			return
		}
		scope.RequestID = kit.RequestIDFrom(r.Context())
		next.ServeHTTP(w, r.WithContext(tenancy.With(r.Context(), scope)))
	}))
}

// firstSeat chooses the first seat for a new visit; without one it has answered.
func (h handlers) firstSeat(w http.ResponseWriter, r *http.Request, s identity.Session) (identity.Session, bool) {
	v, _ := visitorOf(r.Context())
	seats, err := v.seats()
	if err != nil {
		h.shell.Fail(w, r, err)
		return s, false
	}
	if len(seats) == 0 {
		h.seatGone(w, r)
		return s, false
	}
	s.PostID = seats[0].ID
	if err := h.SignIn.Keeper.Refresh(w, s); err != nil {
		h.shell.Fail(w, r, err)
		return s, false
	}
	return s, true
}

// seatGone says that the chosen seat was taken back, or that there never was one,
// and offers those that are left.
func (h handlers) seatGone(w http.ResponseWriter, r *http.Request) {
	v, _ := visitorOf(r.Context())
	seats, err := v.seats()
	if err != nil {
		h.shell.Fail(w, r, err)
		return
	}
	page := kit.Page{Title: seatTitle(v.session.PostID), Content: seatPage(h.Deps, v.session.PostID != "", seats, v.session.Name)}
	if err := door(h.Deps).Page(w, r, http.StatusForbidden, page); err != nil {
		h.shell.Fail(w, r, err)
	}
}

// switchPost changes to another seat and stays on the page if the new seat has it.
func (h handlers) switchPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, _ := visitorOf(ctx)
	seats, err := v.seats()
	if err != nil {
		return err
	}
	chosen := r.PostFormValue("post")
	if !slices.ContainsFunc(seats, func(s org.Seat) bool { return s.ID == chosen }) {
		return fault.New(fault.Forbidden, "desk.seat_not_yours")
	}
	s := v.session
	scope, err := h.Actors.Sit(ctx, s.Sub, s.Name, chosen, s.AAL2())
	if err != nil {
		return err
	}
	s.PostID = chosen
	if err := h.SignIn.Keeper.Refresh(w, s); err != nil {
		return err
	}
	h.Log.InfoContext(ctx, "post switched", slog.String("identity", s.Sub), slog.String("post", chosen))
	return h.shell.Done(w, r, h.stay(r.WithContext(tenancy.With(ctx, scope)), r.PostFormValue("back")), "desk.post_switched", seatName(seats, chosen))
}

// stay is back when it stands in the menu of r's scope, else the home page.
func (h handlers) stay(r *http.Request, back string) string {
	path, _, _ := strings.Cut(kit.LocalPath(back, h.Base), "?")
	for _, g := range h.menu(r, nil) {
		for _, n := range g.Items {
			if n.Href == path {
				return path
			}
		}
	}
	return h.Base
}

func seatName(seats []org.Seat, id string) string {
	for _, s := range seats {
		if s.ID == id {
			return s.TenantName + " · " + postName(s)
		}
	}
	return ""
}

// postName is the department and post, told apart from others of the same name.
func postName(s org.Seat) string {
	if s.Department == "" {
		return s.Title
	}
	return s.Department + " " + s.Title
}
