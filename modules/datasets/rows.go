package datasets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"liandong/tenancy/calendar"
)

// Row is one row of one of the seven tables. What the exchange adds when a row is
// sent (row_guid, cd_operation …) is not in it.
type Row struct {
	Table  string
	Key    string // what the row is about: unique in the table of its case, and stays
	Values map[string]string
}

// Rows maps a case to its rows: the same case gives the same rows. Application and
// materials are there once it is filed, acceptance once it is accepted, a row of the
// process for every act, one per special procedure, completion when it has ended,
// and a payment only where one was made.
func Rows(d *Dossier) []Row {
	rows := []Row{{ApplyTable, "", apply(d)}}
	for _, p := range d.Papers {
		if d.handedIn(p) {
			rows = append(rows, Row{MaterialTable, p.ID, material(d, p)})
		}
	}
	if d.Accepted != nil {
		rows = append(rows, Row{AcceptTable, "", accept(d)})
	}
	rows = append(rows, process(d)...)
	for _, p := range d.Procedures {
		if special(p.Kind) != "" {
			rows = append(rows, Row{SpecialTable, p.ID, specialRow(d, p)})
		}
	}
	if d.Ended != nil {
		rows = append(rows, Row{ResultTable, "", result(d)})
	}
	for _, p := range d.Payments {
		rows = append(rows, Row{PaymentTable, p.ID, payment(d, p)})
	}
	return rows
}

// moment spells a time as GB/T 39046 does, in China.
func moment(t time.Time) string { return t.In(calendar.Zone()).Format("20060102T150405") }

func momentOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return moment(*t)
}

// filled drops what is empty.
func filled(v map[string]string) map[string]string {
	for k, s := range v {
		if v[k] = strings.TrimSpace(s); v[k] == "" {
			delete(v, k)
		}
	}
	return v
}

// about is what the tables of application and acceptance both say.
func about(d *Dossier) map[string]string {
	certificate, contact, contactCode := "111", d.Name, d.Number
	if d.Kind == "legal" {
		certificate, contact, contactCode = "001", d.Agent, ""
	}
	if d.Kind != "legal" && strings.ContainsAny(first(d.Number), "89") {
		certificate = "990" // of a permanent resident, or of a resident from Hong Kong, Macao or Taiwan
	}
	contactType := ""
	if contactCode != "" {
		contactType = certificate
	}
	return map[string]string{
		"project_no": d.No, "catalog_code": d.Item.BasicCode, "local_catalog_code": d.Item.LocalBasic, "task_code": d.Item.TaskCode,
		"local_task_code": d.Item.LocalTask, "task_handle_item": d.Item.HandlingCode, "task_name": d.Item.Name, "task_version": strconv.Itoa(d.Item.Version),
		"project_type": d.Item.ProjectType, "project_name": d.Item.Name, "applyer_name": d.Name, "applyer_type": applicantType(d.Kind, d.Number),
		"applyer_page_type": certificate, "applyer_page_code": d.Number, "contact_name": contact, "contact_type": contactType, "contact_code": contactCode,
		"contact_mobile": d.Phone, "address": d.Address, "apply_type": form(d.Channel), "apply_date": moment(d.FiledAt), "area_code": d.Area,
	}
}

func apply(d *Dossier) map[string]string { return filled(about(d)) }

func accept(d *Dossier) map[string]string {
	v := about(d)
	v["accept_date"], v["promise_date"], v["accept_doc_no"] = momentOf(d.Accepted), momentOf(d.Promised), d.AcceptDoc
	v["org_name"], v["org_code"] = d.Item.Organ, d.Item.OrganCode
	for _, s := range d.Steps {
		if s.Act == "accept" {
			v["handle_user_name"] = d.actor(s)
		}
	}
	return filled(v)
}

// form is how a case was filed: 申报来源, GB/T 39046 A.5.
func form(channel string) string {
	if channel == "online" {
		return "2"
	}
	return "1"
}

// applicantType is 申请人类型: a credit code tells by whom it was registered (GB 32100).
func applicantType(kind, number string) string {
	if kind == "person" {
		return "1"
	}
	two := number[:min(2, len(number))]
	switch {
	case two == "11":
		return "6"
	case two == "12":
		return "3"
	case two == "91":
		return "2"
	case two == "92" || two == "93":
		return "5"
	case strings.HasPrefix(two, "5"):
		return "4"
	}
	return "9"
}

func first(s string) string { return s[:min(1, len(s))] }

// handedIn reports whether a paper is one of the applicant's materials, and not one
// of handling or the result that was handed to her.
func (d *Dossier) handedIn(p Paper) bool {
	if p.Seq <= 1 || d.Subject != "" && p.UploaderID == d.Subject || slices.Contains(d.Item.Materials, p.Material) {
		return true
	}
	return slices.ContainsFunc(d.Notices, func(n Notice) bool {
		return n.Answered != nil && !p.At.Before(n.Asked) && !p.At.After(*n.Answered)
	})
}

// uploaded is 收取方式 附件上传.
const uploaded = "2"

func material(d *Dossier, p Paper) map[string]string {
	name := p.Material
	if name == "" {
		name = p.Name
	}
	return filled(map[string]string{
		"project_no": d.No, "material_name": name, "is_get": "1", "get_type": uploaded, "get_num": "1", "get_time": moment(p.At), "material_attach_name": p.Name,
	})
}

// result types of UP_PRO_RESULT.
const (
	licensed  = "0"
	returned  = "1"
	voided    = "2"
	forwarded = "4"
	completed = "6"
)

func resultType(d *Dossier) string {
	switch d.Status {
	case "refused", "withdrawn":
		return returned
	case "voided":
		return voided
	}
	switch {
	case d.Outcome == "forwarded":
		return forwarded
	case d.Outcome == "granted" && d.Item.ResultLicence:
		return licensed
	}
	return completed
}

func result(d *Dossier) map[string]string {
	last, decided := lastActs(d)
	explain := word(last.Act)
	if decided.Act != "" {
		explain = word(decided.Act)
		last.Opinion = decided.Opinion
	}
	if o := strings.TrimSpace(last.Opinion); o != "" {
		explain += word("separator") + o
	}
	v := map[string]string{
		"project_no": d.No, "result_date": momentOf(d.Ended), "result_type": resultType(d), "result_explain": explain, "org_name": d.Item.Organ,
		"area_code": d.Area, "is_delivery_results": yesNo(d.Mailed), "is_fee": yesNo(d.Item.Charged), "handle_user_name": d.actor(last),
	}
	if d.Outcome == "granted" && d.Status == "completed" {
		v["result_cetr_name"], v["result_cetr_no"] = d.Item.ResultName, d.ResultDoc
	}
	return filled(v)
}

// lastActs are the visit that ended the case, and the one at which it was decided last.
func lastActs(d *Dossier) (last, decided Step) {
	for _, s := range d.Steps {
		if s.Ended == nil {
			continue
		}
		last = s
		if s.Act == "granted" || s.Act == "denied" || s.Act == "forwarded" {
			decided = s
		}
	}
	return last, decided
}

func yesNo(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func payment(d *Dossier, p Payment) map[string]string {
	return filled(map[string]string{
		"project_no": d.No, "pay_no": p.No, "org_name": p.Organ, "collector": p.Collector,
		"amount": fmt.Sprintf("%d.%02d", p.Cents/100, p.Cents%100), "pay_time": moment(p.At), "payer": p.Payer,
	})
}

// actor is who ended a visit; the applicant's name is not told here again.
func (d *Dossier) actor(s Step) string {
	switch s.ActorID {
	case "":
		return word("system")
	case d.Subject:
		return word("applicant")
	}
	return s.Actor
}
