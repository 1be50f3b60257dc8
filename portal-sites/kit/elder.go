package kit

import (
	"net/http"
	"strings"
)

// ElderPath is where ToggleElder is mounted, at the root of every host.
const ElderPath = "/prefs/elder"

const elderCookie = "ld_elder"

// IsElder reports whether this browser chose the senior version (长者版).
func IsElder(r *http.Request) bool {
	c, err := r.Cookie(elderCookie)
	return err == nil && c.Value == "1"
}

// ToggleElder switches the senior version (长者版) on or off for a year and
// returns to the form's back field.
func ToggleElder(w http.ResponseWriter, r *http.Request) {
	c := &http.Cookie{Name: elderCookie, Value: "1", Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if IsElder(r) {
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
	http.Redirect(w, r, LocalPath(r.PostFormValue("back"), "/"), http.StatusSeeOther)
}

// LocalPath returns p when it is a path on this host, else fallback. Use it
// before redirecting to anything that came from outside.
func LocalPath(p, fallback string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t") {
		return fallback
	}
	return p
}
