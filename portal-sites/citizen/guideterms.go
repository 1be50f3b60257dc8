package citizen

import (
	"context"
	"strings"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/modules/flows"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
)

// sections are the anchors of the guide, in order.
func (v guideView) sections() (out []kit.Link) {
	for _, s := range []struct {
		id   string
		show bool
	}{
		{"basic", true},
		{"parts", v.b.Theme()},
		{"where", true},
		{"conditions", len(v.b.Conditions) > 0 || v.b.Quantity != ""},
		{"materials", len(v.b.Materials) > 0},
		{"form", v.form != nil},
		{"specials", len(v.b.Specials) > 0},
		{"flow", len(v.steps) > 0},
		{"fees", true},
		{"basis", len(v.b.LegalBasis) > 0},
		{"result", v.b.Result.Name != ""},
		{"enforce", len(v.enforcement()) > 0},
		{"rights", true},
		{"relief", true},
		{"contact", true},
		{"faq", len(v.b.Questions) > 0},
		{"next", len(v.next)+len(v.related) > 0},
	} {
		if s.show {
			out = append(out, kit.Link{Label: text.T("citizen.section." + s.id), Href: "#" + s.id})
		}
	}
	return out
}

// has reports whether the guide has a section.
func (v guideView) has(id string) bool {
	for _, s := range v.sections() {
		if s.Href == "#"+id {
			return true
		}
	}
	return false
}

// term is one line of the basic information; an element without a value is left out.
func term(key, value string) kit.Term {
	return kit.Term{Label: text.T("citizen.term." + key), Value: value}
}

// terms are the basic information (基本信息) with every element that the item says.
func (v guideView) terms() []kit.Term {
	out := []kit.Term{
		term("kind", wordIn(v.b.Book(), "kind", v.b.Kind)), term("project", word("project", v.b.ProjectType)),
		term("code", v.b.BasicCode), term("implementing", v.b.Implementing()),
	}
	out = append(out, v.codeTerms()...)
	out = append(out,
		term("department", v.b.Department), term("organ_code", v.b.OrganCode), v.element("organ_type"), v.element("power_source"), v.element("entrust_name"),
		v.element("undertaker"), v.element("co_departments"), term("level", word("level", v.b.Level)), v.element("exercise_levels"), term("origins", words("place", v.b.Origins)),
		term("statutory", noted(text.T("citizen.days", v.b.StatutoryDays), v.b.StatutoryNote)), term("promised", noted(limit(v.b.PromisedDays, v.b.ProjectType), v.b.PromisedNote)),
		term("audience", words("audience", v.b.Audience)), v.element("handle_forms"), term("onsite", noted(text.T("citizen.times", v.b.OnsiteTimes), v.b.OnsiteReason)),
		v.element("handle_area"), v.element("online_mode"), v.element("online_depth"), v.element("handling_way"), term("result", v.result()),
		term("appointment", v.appointment()), v.element("mail_materials"), v.element("mail_result"), v.element("pay_online"), v.element("terminal"), v.element("single_login"),
		v.element("groups"), v.element("life_events"), v.element("system_level"), wide(v.element("intermediary")), wide(v.element("division_of_power")), wide(v.element("exercise_content")),
		term("version", text.T("citizen.version", v.ver.Number)), term("updated", v.updated),
	)
	return filled(out)
}

// codeTerms are the codes that the item was given: one for each handling item
// (业务办理项), and those of other schemes.
func (v guideView) codeTerms() (out []kit.Term) {
	var handling []string
	for i, h := range v.b.Handlings {
		for _, c := range v.given {
			if c.EndedAt == nil && strings.HasSuffix(c.Code, serial(i+1)) && len(c.Code) == handlingDigits {
				handling = append(handling, h.Name+text.T("citizen.colon")+c.Code)
			}
		}
	}
	out = append(out, wide(term("handlings", strings.Join(handling, text.T("citizen.list_mark")))))
	for _, l := range v.b.LocalCodes {
		out = append(out, kit.Term{Label: v.b.Book().Name(codes.Scheme, l.System), Value: l.Code})
	}
	return out
}

// handlingDigits is the length of a handling code: an implementing code of 31 and two.
const handlingDigits = 33

func serial(n int) string {
	d := "0123456789"
	return string(d[n/10%10]) + string(d[n%10])
}

// enforcement are the elements of powers that the state uses by itself.
func (v guideView) enforcement() []kit.Term {
	var out []kit.Term
	for _, c := range catalog.Elements("enforce") {
		out = append(out, wide(v.element(c.Key)))
	}
	return filled(out)
}

// element is one element as the catalogue spells it.
func (v guideView) element(key string) kit.Term {
	if name := catalog.ElementName(key); name != key {
		return kit.Term{Label: name, Value: v.b.Element(key)}
	}
	return kit.Term{}
}

func wide(t kit.Term) kit.Term {
	t.Full = true
	return t
}

func filled(ts []kit.Term) (out []kit.Term) {
	for _, t := range ts {
		if t.Value != "" || t.Part != nil {
			out = append(out, t)
		}
	}
	return out
}

// noted is a value with what explains it.
func noted(value, note string) string {
	if note == "" {
		return value
	}
	return text.T("citizen.result_line", value, note)
}

func (v guideView) appointment() string {
	switch {
	case !v.b.Appointment:
		return ""
	case v.b.PerDay > 0:
		return text.T("citizen.appointment_per_day", v.b.PerDay)
	}
	return text.T("citizen.appointment")
}

func (v guideView) result() string {
	if v.b.Result.Name == "" {
		return ""
	}
	return text.T("citizen.result_line", v.b.Result.Name, wordIn(v.b.Book(), "result", v.b.Result.Type))
}

// office is what the item itself says about where to go, else what the site says.
func (v guideView) office() Look {
	l := v.look
	for _, f := range []struct {
		at  *string
		own string
	}{{&l.Address, v.b.Address}, {&l.Hours, v.b.Hours}, {&l.Phone, v.b.Phone}, {&l.Complaint, v.b.Complaint}} {
		if f.own != "" {
			*f.at = f.own
		}
	}
	return l
}

func (v guideView) level(s flows.Step) string { return word("at", string(s.Level)) }

// badges are the promises that people look for first.
func (v guideView) badges() (out []string) { return badges(v.b) }

func badges(b catalog.Body) (out []string) {
	for _, x := range []struct {
		key string
		on  bool
	}{
		{"no_visit", b.OnsiteTimes == 0},
		{"one_visit", b.OnsiteTimes == 1},
		{"at_once", b.ProjectType == "1"},
		{"everywhere", b.HandleArea != ""},
		{"terminal", b.Terminal},
		{"free", len(b.Fees) == 0},
	} {
		if x.on {
			out = append(out, text.T("citizen.badge."+x.key))
		}
	}
	return out
}

// reviewTerms are where a decision is taken to: to the organ and the court that the
// item names.
func (v guideView) reviewTerms() []kit.Term {
	var out []kit.Term
	for _, key := range []string{"review_organ", "review_address", "review_phone", "review_url", "court", "court_address", "court_phone", "court_url"} {
		out = append(out, v.element(key))
	}
	return filled(out)
}

// numeral is the number of the i-th heading of a paper, from 0.
func numeral(i int) string {
	n := []rune(text.T("citizen.han_numbers"))
	if i >= len(n) {
		return string(n[len(n)-1]) + string(n[i-len(n)])
	}
	return string(n[i])
}

// editionURL is the address of this very text, for good.
func (v guideView) editionURL(ctx context.Context) string {
	return itemURL(ctx, v.id) + "/v/" + v.edition
}

// names are the required materials in a line, for those in a hurry.
func (v guideView) needed() string { return strings.Join(v.mine.Required(), text.T("citizen.comma")) }
