package web

import (
	"strings"
	"time"

	"liandong/modules/notices"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/calendar"
)

// Title is what a notice says in a line.
func Title(n notices.Notice) string { return text.T("notices." + n.Kind + ".title") }

// Body is what a notice says in a sentence.
func Body(n notices.Notice) string { return fill("notices."+n.Kind+".body", n.Params) }

// SMSText spells a short message; it is what notices.Asks.Words wants.
func SMSText(kind string, params map[string]string) string { return fill("notices.sms."+kind, params) }

// fill puts parameters into a sentence of the catalogue; codes and times are
// spelled the way people read them.
func fill(key string, params map[string]string) string {
	pairs := make([]string, 0, 2*len(params))
	for name, v := range params {
		switch name {
		case "outcome":
			if k := "notices.outcome." + v; text.Has(k) {
				v = text.T(k)
			}
		case "until":
			if t, err := time.Parse(time.RFC3339, v); err == nil {
				v = day(t)
			}
		}
		pairs = append(pairs, "{"+name+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text.T(key))
}

func day(t time.Time) string { return t.In(calendar.Zone()).Format(time.DateOnly) }

func minute(t time.Time) string { return t.In(calendar.Zone()).Format("2006-01-02 15:04") }
