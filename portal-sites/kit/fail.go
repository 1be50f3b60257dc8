package kit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// StatusOf is the one table from kinds of failure to HTTP statuses.
func StatusOf(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict, fault.Precondition:
		return http.StatusConflict
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}

// ErrorView is what an error page tells: what happened, why, and what to do next.
type ErrorView struct {
	Status    int
	Title     string
	Reason    string   // catalogue text of the fault
	Detail    string   // "为什么被拒绝？": the policy's own sentence; may be empty
	Fields    []string // messages about single fields
	Next      string   // what to do next
	RequestID string
	Back      string // a path on this site, or ""
	Home      string
}

// Fail shows err as an error page with the right status and logs what nobody
// expected. Middleware that refuses a request may call it too.
func (s Shell) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the visitor has left
	}
	v := errorView(r, err)
	if v.Status >= http.StatusInternalServerError {
		s.Log.ErrorContext(r.Context(), "request failed", slog.String("path", r.URL.Path), slog.Any("err", err))
	}
	if s.Home != "" {
		v.Home = s.Home
	}
	w.Header().Add("Vary", "HX-Request")
	content := ErrorPage(v)
	if WantsPart(r) {
		content = ErrorPart(v)
	} else {
		content = s.Layout(r, Page{Title: v.Title, Content: content, Elder: IsElder(r), Path: "/", Headed: true})
	}
	if werr := s.failWith(w, r, v.Status, content); werr != nil {
		s.Log.ErrorContext(r.Context(), "error page failed", slog.Any("err", werr))
		plainError(w, r, v.Status, err)
	}
}

func (s Shell) failWith(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	return write(w, r, status, c)
}

// NotFound is the handler for paths that no route knows.
func (s Shell) NotFound(w http.ResponseWriter, r *http.Request) {
	s.Fail(w, r, fault.New(fault.NotFound, "page_not_found"))
}

func errorView(r *http.Request, err error) ErrorView {
	kind := fault.KindOf(err)
	name, status := kind.String(), StatusOf(kind)
	v := ErrorView{RequestID: RequestIDFrom(r.Context()), Home: "/", Back: backPath(r)}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		name, status = "too_large", http.StatusRequestEntityTooLarge
	}
	v.Status, v.Title, v.Next = status, text.T("error."+name+".title"), text.T("error."+name+".next")
	v.Reason = text.T("error." + name + ".reason")
	if f, ok := fault.As(err); ok && kind != fault.Internal {
		if f.Text != "" {
			v.Reason = text.T(f.Text)
		}
		v.Detail = f.Detail
		for _, name := range sortedKeys(f.Fields) {
			v.Fields = append(v.Fields, fieldLabel(name)+text.T(f.Fields[name]))
		}
	}
	return v
}

// fieldLabel names a field in a message where its form is not at hand.
func fieldLabel(name string) string {
	if text.Has("field." + name) {
		return text.T("field."+name) + "："
	}
	return ""
}

// backPath is the page the visitor came from, when it is one of ours.
func backPath(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || u.Path == "" || u.RequestURI() == r.URL.RequestURI() {
		return ""
	}
	return u.RequestURI()
}

// plainError draws an error page where no site's shell is at hand.
func plainError(w http.ResponseWriter, r *http.Request, status int, err error) {
	v := errorView(r, err)
	v.Status = status
	if werr := write(w, r, status, PlainLayout(PlainView{}, Page{Title: v.Title, Content: ErrorPage(v)})); werr != nil {
		http.Error(w, http.StatusText(status), status)
	}
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
