package desk

import "net/http"

// Guard is what stands before every page of the staff, on other sites too: it lets
// in who is signed in and holds a seat, and puts her scope into the context.
func Guard(d Deps) func(http.Handler) http.Handler {
	h := handlers{Deps: d.complete(), shell: Shell(d)}
	return h.Enter
}
