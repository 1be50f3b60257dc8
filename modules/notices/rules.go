package notices

import (
	"strconv"

	cases "liandong/modules/cases/events"
	catalog "liandong/modules/catalog/events"
	org "liandong/modules/org/events"
	supervision "liandong/modules/supervision/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// draft is one notice that an event gives rise to.
type draft struct {
	tenant  tenancy.ID
	subject string // a person, or else …
	role    string // … whoever holds it in tenant
	kind    string
	params  map[string]string
	link    string
}

// told is all that an event gives rise to.
type told struct {
	notices []draft
	sms     string // kind of the short message to the applicant of caseID; empty: none
	caseID  string
	params  map[string]string
}

// rule turns an event into what people are told.
type rule func(db.Delivery) (told, error)

// rules say who is told what, by the name of the event.
func rules() map[string]rule {
	return map[string]rule{
		cases.CaseFiled{}.EventName():           aboutCase("case_filed", "case_waiting", ""),
		cases.CaseAccepted{}.EventName():        aboutCase("case_accepted", "", "case_accepted"),
		cases.CaseRefused{}.EventName():         aboutCase("case_refused", "", "case_refused"),
		cases.CaseArrived{}.EventName():         aboutCase("case_moved", "case_waiting", ""),
		cases.SupplementAsked{}.EventName():     aboutCase("case_supplement", "", "case_supplement"),
		cases.SupplementAnswered{}.EventName():  aboutCase("", "case_supplemented", ""),
		cases.CaseDecided{}.EventName():         aboutCase("case_decided", "", ""),
		cases.CaseCompleted{}.EventName():       aboutCase("case_completed", "", "case_completed"),
		cases.CaseWithdrawn{}.EventName():       aboutCase("", "case_withdrawn", ""),
		cases.CaseUrged{}.EventName():           aboutCase("", "case_urged", ""),
		cases.CaseExtended{}.EventName():        aboutCase("case_extended", "", "case_extended"),
		cases.CaseSuspended{}.EventName():       aboutCase("case_suspended", "", "case_suspended"),
		cases.CaseResumed{}.EventName():         aboutCase("case_resumed", "", ""),
		cases.CaseAwaits{}.EventName():          aboutCase("case_awaits", "", "case_awaits"),
		cases.CaseTold{}.EventName():            aboutCase("case_told", "", ""),
		cases.CaseVoided{}.EventName():          aboutCase("case_voided", "", ""),
		cases.CaseGathered{}.EventName():        aboutCase("", "case_gathered", ""),
		cases.CaseReferred{}.EventName():        caseTo("case_referred"),
		cases.CaseConsulted{}.EventName():       consulted,
		cases.CaseConsultAnswered{}.EventName(): caseTo("case_consult_answered"),

		supervision.CardRaised{}.EventName():    cardRaised,
		supervision.CardWithdrawn{}.EventName(): cardWithdrawn,
		supervision.OrderIssued{}.EventName():   aboutOrder("order_issued", policies.OfficeHead, false),
		supervision.OrderAnswered{}.EventName(): aboutOrder("order_answered", policies.Supervisor, true),
		supervision.OrderReturned{}.EventName(): aboutOrder("order_returned", policies.OfficeHead, false),
		supervision.OrderClosed{}.EventName():   aboutOrder("order_closed", policies.OfficeHead, false),

		catalog.ItemSubmitted{}.EventName():   itemSubmitted,
		catalog.ItemReturned{}.EventName():    itemReturned,
		catalog.ItemHeld{}.EventName():        itemHeld,
		catalog.TasksOpened{}.EventName():     tasksOpened,
		catalog.RequestMade{}.EventName():     requestMade,
		catalog.RequestAnswered{}.EventName(): requestAnswered,

		org.GrantGiven{}.EventName():      aboutPerson("grant_given"),
		org.GrantRevoked{}.EventName():    aboutPerson("grant_revoked"),
		org.PersonAppointed{}.EventName(): aboutPerson("post_given"),
		org.PersonRemoved{}.EventName():   aboutPerson("post_taken"),
	}
}

// aboutCase tells the applicant, whoever holds the step, and the applicant's
// phone; an empty kind tells nobody.
func aboutCase(subject, role, sms string) rule {
	return func(d db.Delivery) (told, error) {
		var c cases.Case
		if err := d.Decode(&c); err != nil {
			return told{}, err
		}
		t := told{sms: sms, caseID: c.CaseID, params: map[string]string{"no": c.No, "item": c.ItemName, "step": c.StepName, "outcome": c.Outcome}}
		link := "/cases/" + c.CaseID
		if subject != "" && c.Subject != "" { // the tenant as it is called today, should it have moved
			t.notices = append(t.notices, draft{tenant: d.Tenant, subject: c.Subject, kind: subject, params: t.params, link: link})
		}
		if role != "" && c.StepPost != "" {
			t.notices = append(t.notices, draft{tenant: c.AtTenant, role: c.StepPost, kind: role, params: t.params, link: link})
		}
		return t, nil
	}
}

// caseTo tells one member of staff about a case.
func caseTo(kind string) rule {
	return func(d db.Delivery) (told, error) {
		var e cases.CaseReferred
		if err := d.Decode(&e); err != nil || e.To == "" {
			return told{}, err
		}
		params := map[string]string{"no": e.No, "item": e.ItemName, "step": e.StepName}
		return told{notices: []draft{{tenant: e.AtTenant, subject: e.To, kind: kind, params: params, link: "/cases/" + e.CaseID}}}, nil
	}
}

// consulted tells the head of the office that is asked for its opinion.
func consulted(d db.Delivery) (told, error) {
	var e cases.CaseConsulted
	if err := d.Decode(&e); err != nil {
		return told{}, err
	}
	params := map[string]string{"no": e.No, "item": e.ItemName, "step": e.StepName}
	return told{notices: []draft{{tenant: e.Office, role: policies.OfficeHead, kind: "case_consulted", params: params, link: "/cases/" + e.CaseID}}}, nil
}

// cardRaised tells whoever is late; from the yellow card on also who leads them,
// and of a red one the supervisor of the office.
func cardRaised(d db.Delivery) (told, error) {
	c, params, err := card(d)
	if err != nil {
		return told{}, err
	}
	roles := []string{c.StepPost}
	switch c.Colour {
	case "yellow":
		roles = append(roles, policies.OfficeHead)
	case "red":
		roles = append(roles, policies.OfficeHead, policies.Supervisor)
	}
	var t told
	for _, role := range roles {
		if role != "" {
			t.notices = append(t.notices, draft{tenant: d.Tenant, role: role, kind: "card_" + c.Colour, params: params, link: "/cases/" + c.CaseID})
		}
	}
	return t, nil
}

func cardWithdrawn(d db.Delivery) (told, error) {
	c, params, err := card(d)
	if err != nil || c.StepPost == "" {
		return told{}, err
	}
	return told{notices: []draft{{tenant: d.Tenant, role: c.StepPost, kind: "card_withdrawn", params: params, link: "/cases/" + c.CaseID}}}, nil
}

func card(d db.Delivery) (c supervision.Card, params map[string]string, err error) {
	err = d.Decode(&c)
	return c, map[string]string{"no": c.CaseNo, "item": c.ItemName, "step": c.StepName, "colour": c.Colour}, err
}

// aboutOrder tells a role of the office that must answer, or of the issuer.
func aboutOrder(kind, role string, issuer bool) rule {
	return func(d db.Delivery) (told, error) {
		var o supervision.Order
		if err := d.Decode(&o); err != nil {
			return told{}, err
		}
		at := d.Tenant
		if issuer {
			at = o.Issuer
		}
		params := map[string]string{"no": o.No, "until": o.AnswerBy.Format("2006-01-02T15:04:05Z07:00")}
		return told{notices: []draft{{tenant: at, role: role, kind: kind, params: params, link: "/supervision/orders/" + o.OrderID}}}, nil
	}
}

// aboutPerson tells the holder of a grant or post.
func aboutPerson(kind string) rule {
	return func(d db.Delivery) (told, error) {
		var p struct {
			Holder string `json:"holder"`
		}
		if err := d.Decode(&p); err != nil || p.Holder == "" {
			return told{}, err
		}
		return told{notices: []draft{{tenant: d.Tenant, subject: p.Holder, kind: kind, params: map[string]string{}, link: "/me"}}}, nil
	}
}

// itemSubmitted tells whoever may pass the next step of a review.
func itemSubmitted(d db.Delivery) (told, error) {
	var e catalog.ItemSubmitted
	if err := d.Decode(&e); err != nil {
		return told{}, err
	}
	params := map[string]string{"text": e.Text}
	return told{notices: []draft{{tenant: d.Tenant, role: policies.ItemReviewer, kind: "item_submitted", params: params, link: "/items/reviews/" + e.VersionID}}}, nil
}

// itemReturned tells the author.
func itemReturned(d db.Delivery) (told, error) {
	var e catalog.ItemReturned
	if err := d.Decode(&e); err != nil || !db.IsID(e.AuthorID) {
		return told{}, err
	}
	params := map[string]string{"text": e.Text}
	return told{notices: []draft{{tenant: d.Tenant, subject: e.AuthorID, kind: "item_returned", params: params, link: "/items/" + e.ItemID}}}, nil
}

// itemHeld tells everybody who can do something about a version that could not
// come into force.
func itemHeld(d db.Delivery) (told, error) {
	var e catalog.ItemHeld
	if err := d.Decode(&e); err != nil {
		return told{}, err
	}
	t, params, link := told{}, map[string]string{"text": e.Text}, "/items/"+e.ItemID
	for _, role := range []string{policies.ItemEditor, policies.ItemReviewer} {
		t.notices = append(t.notices, draft{tenant: d.Tenant, role: role, kind: "item_held", params: params, link: link})
	}
	return t, nil
}

// tasksOpened tells the item editors of a tenant once what a change above asks.
func tasksOpened(d db.Delivery) (told, error) {
	var e catalog.TasksOpened
	if err := d.Decode(&e); err != nil {
		return told{}, err
	}
	params := map[string]string{"item": e.ItemName, "n": strconv.Itoa(e.Count)}
	return told{notices: []draft{{tenant: d.Tenant, role: policies.ItemEditor, kind: "item_tasks", params: params, link: "/items/tasks"}}}, nil
}

// requestMade tells the level that is asked; the platform lies outside every tree
// that a delivery reaches, and is told by OnPlatform.
func requestMade(d db.Delivery) (told, error) {
	var e catalog.RequestMade
	if err := d.Decode(&e); err != nil || e.To == tenancy.Platform && e.RequestID != "" {
		return told{}, err
	}
	return asked(e), nil
}

// asked tells the item editors of the level that is asked.
func asked(e catalog.RequestMade) told {
	params := map[string]string{"item": e.ItemName, "from": e.FromName}
	return told{notices: []draft{{tenant: e.To, role: policies.ItemEditor, kind: "item_request", params: params, link: "/items/requests/" + e.RequestID}}}
}

func requestAnswered(d db.Delivery) (told, error) {
	var e catalog.RequestAnswered
	if err := d.Decode(&e); err != nil {
		return told{}, err
	}
	kind := "item_request_declined"
	if e.Accepted {
		kind = "item_request_accepted"
	}
	params := map[string]string{"item": e.ItemName}
	return told{notices: []draft{{tenant: e.Asker, role: policies.ItemEditor, kind: kind, params: params, link: "/items/requests/" + e.RequestID}}}, nil
}
