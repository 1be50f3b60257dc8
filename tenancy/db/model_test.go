package db_test

import (
	"fmt"
	"slices"

	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// scope is where a question is asked from, in the words of the model.
type scope struct {
	kind      tenancy.Kind
	tenant    tenancy.ID
	act       tenancy.ID
	over      tenancy.Interval
	ancestors []tenancy.ID
}

func scopeOf(q question) scope {
	s := scope{kind: q.kind, tenant: q.at, act: q.act, ancestors: []tenancy.ID{tenancy.Platform}}
	for _, n := range dbtest.Tree() {
		if n.ID == q.at {
			s.over = tenancy.Interval{Lo: n.ID, Hi: n.Hi}
		}
		if n.ID <= q.at && q.at <= n.Hi {
			s.ancestors = append(s.ancestors, n.ID)
		}
	}
	if q.at == tenancy.Platform {
		s.over = tenancy.Whole()
	}
	return s
}

func (s scope) sees(t tenancy.ID) bool  { return s.over.Contains(t) }
func (s scope) below(t tenancy.ID) bool { return slices.Contains(s.ancestors, t) } // t is an ancestor, or the node itself
func (s scope) writes(t tenancy.ID) bool {
	return s.sees(t) && (t == s.tenant || t == s.act && s.act != 0)
}

// cascading names the tables whose rows everybody below an ancestor reads.
func cascading(table string) bool {
	return slices.Contains([]string{
		"items", "flows", "item_versions", "item_overrides", "item_codes", "item_changes", "item_lineage", "calendar_days", "supervision_rules", "sites", "articles", "item_marks", "synonyms", "item_heat", "review_chains", "notice_templates", "laws", "law_articles", "law_revisions",
		"item_locks", "item_request_answers", "dictionary_entries", "forms", "form_versions",
		"document_templates", "document_versions", "document_organs", "document_marks",
	}, table)
}

// allowed is the plain model: may somebody in s do command (S, I, U, D) to r?
func allowed(table string, command byte, s scope, r *row) bool {
	if command == 'S' && table == "tenants" {
		return true // names and codes are public
	}
	switch s.kind {
	case tenancy.Staff:
		return staffMay(table, command, s, r)
	case tenancy.System:
		return systemMay(table, command, s, r)
	case tenancy.Person:
		return personMay(table, command, s, r)
	case tenancy.Public:
		return publicMay(table, command, s, r)
	case tenancy.Relay:
		return relayMay(table, command)
	}
	return false
}

func staffMay(table string, command byte, s scope, r *row) bool {
	switch table {
	case "login_attempts", "ended_sessions", "schedules", "sms_inbox", "audit_marks":
		return false
	case "audit_rows":
		return command == 'S' && s.sees(r.tenant) || command == 'I' && s.writes(r.tenant)
	case "audit_seals", "audit_heads":
		return command == 'S' && s.sees(r.tenant)
	case "absences", "item_codes", "case_procedures", "case_parts", "partners", "partner_keys", "item_requests", "dictionary_entries", "document_templates", "document_numbers", "material_uses": // never forgotten
		if command == 'D' {
			return false
		}
	case "item_tasks": // jobs open them
		if command == 'I' || command == 'D' {
			return false
		}
	case "partner_usage", "case_records", "case_record_marks", "case_data", "materials": // written by the servers alone
		if command != 'S' {
			return false
		}
	case "supervision_notes", "law_revisions", "item_changes", "item_lineage", "item_reviews", "item_request_answers", "form_versions", "form_edits", "documents", "document_versions", "document_marks":
		if command == 'U' || command == 'D' {
			return false
		}
	case "case_watches", "case_habits", "case_views": // of one person in one post
		return r.tenant == s.tenant && hers(r) && (command != 'U' || table != "case_watches")
	case "cases":
		switch command {
		case 'U': // whoever does not hold the case cannot change it
			return s.sees(r.tenant) && (r.at == s.tenant || r.vary["status"] == "supplement" && r.tenant == s.tenant || r.standsBeside(s.tenant))
		case 'D':
			return false
		}
	case "files": // what is published is read by everybody below, and stays
		switch command {
		case 'S':
			return s.sees(r.tenant) || s.below(r.tenant) && released(r)
		case 'U', 'D':
			return s.writes(r.tenant) && !released(r)
		}
	case "items", "laws", "law_articles", "forms":
		if command == 'S' {
			return s.sees(r.tenant) || s.below(r.tenant) && r.vary["state"] != "draft"
		}
	case "item_versions":
		if command == 'S' {
			return s.sees(r.tenant) || s.below(r.tenant) && !slices.Contains([]string{"draft", "reviewing", "scheduled"}, r.vary["state"])
		}
	}
	if command == 'S' {
		return s.sees(r.tenant) || cascading(table) && s.below(r.tenant)
	}
	return s.writes(r.tenant)
}

func systemMay(table string, command byte, s scope, r *row) bool {
	switch table {
	case "audit_rows", "audit_seals", "supervision_notes", "law_revisions", "item_changes", "item_lineage", "item_reviews", "item_request_answers", "form_versions", "form_edits", "documents", "document_versions", "document_marks":
		if command == 'U' || command == 'D' {
			return false
		}
	case "absences", "audit_heads", "audit_marks", "item_codes", "case_procedures", "case_parts", "partners", "partner_keys", "item_requests", "dictionary_entries", "document_templates", "document_numbers", "case_records", "case_record_marks", "case_data", "materials", "material_uses":
		if command == 'D' {
			return false
		}
	}
	return s.sees(r.tenant) || command == 'S' && cascading(table) && s.below(r.tenant)
}

// hers reports whether r, or the case that it hangs on, is of the person who asks.
func hers(r *row) bool { return r.vary["subject"] == her || r.vary["actor_id"] == her }

// released reports whether r is a file that an item in force has named.
func released(r *row) bool { return r.vary["published"] == "true" }

func personMay(table string, command byte, s scope, r *row) bool {
	own := r.tenant == s.tenant
	switch table {
	case "cases":
		return map[byte]bool{
			'S': hers(r), 'I': hers(r) && own,
			'U': hers(r) && (r.vary["status"] == "submitted" || r.vary["status"] == "supplement" || r.vary["awaits"] == "applicant"),
		}[command]
	case "case_steps", "case_clocks":
		return command != 'D' && hers(r.parent)
	case "case_urges", "case_parts":
		return (command == 'S' || command == 'I') && hers(r.parent)
	case "case_supplements":
		return (command == 'S' || command == 'U') && hers(r.parent)
	case "case_procedures":
		return hers(r.parent) && (command == 'S' || command == 'U' && r.vary["kind"] == "tolerance")
	case "files":
		switch command {
		case 'S':
			return hers(r) || hers(r.parent) || released(r) && s.below(r.tenant)
		case 'D':
			return (hers(r) || hers(r.parent)) && !released(r)
		}
		return hers(r) && !released(r)
	case "materials": // hers to read, and to take out of her library
		return hers(r) && (command == 'S' || command == 'U' && r.vary["state"] == "removed")
	case "material_uses":
		return hers(r) && (command == 'S' || command == 'I' && own)
	case "case_drafts", "form_drafts":
		return map[byte]bool{'S': hers(r), 'I': hers(r) && own, 'U': hers(r) && own, 'D': hers(r)}[command]
	case "form_edits":
		return command == 'S' && hers(r) || command == 'I' && hers(r) && own
	case "documents":
		return (command == 'S' || command == 'I') && hers(r.parent)
	case "document_templates", "document_versions", "document_organs":
		return command == 'S' && s.below(r.tenant)
	case "document_marks":
		return command == 'S' && s.below(r.tenant) || command == 'I' && own
	case "case_numbers", "document_numbers":
		return own && command != 'D'
	case "idempotency":
		return own && r.vary["actor_id"] == her && (command == 'S' || command == 'I')
	case "notices":
		return hers(r) && (command == 'S' || command == 'U')
	case "grants", "appointments":
		return command == 'S' && r.vary["holder_id"] == her
	case "posts", "departments":
		return command == 'S' && r.held()
	case "case_deltas", "case_figure_deltas":
		return command == 'I' && own
	}
	return publicMay(table, command, s, r)
}

func publicMay(table string, command byte, s scope, r *row) bool {
	switch table {
	case "audit_rows", "outbox", "item_opens":
		return command == 'I' && r.tenant == s.tenant && s.kind != tenancy.Relay
	}
	if command != 'S' || !s.below(r.tenant) {
		return false
	}
	switch table {
	case "items", "laws", "law_articles", "forms":
		return r.vary["state"] != "draft"
	case "item_versions":
		return !slices.Contains([]string{"draft", "reviewing", "scheduled"}, r.vary["state"])
	case "files":
		return released(r)
	case "articles":
		return r.vary["state"] == "published" && (r.vary["cascades"] == "true" || r.tenant == s.tenant)
	case "flows", "item_overrides", "item_codes", "item_changes", "item_lineage", "calendar_days", "sites", "item_marks", "synonyms", "item_heat", "notice_templates", "law_revisions", "dictionary_entries", "form_versions", "document_marks":
		return true
	}
	return false
}

func relayMay(table string, command byte) bool {
	switch table {
	case "outbox":
		return command != 'I'
	case "inbox":
		return command == 'S'
	case "case_deltas", "case_totals", "case_days", "case_figure_deltas", "case_figures", "item_opens", "item_heat":
		return true
	}
	return false
}

// move is an UPDATE that carries rows out of where they are.
type move struct {
	name, set string
	counts    bool                   // how many rows go matters, not only whether any does
	may       func(scope, *row) bool // whether a row goes that way
}

// told is how an answer spells that n rows went.
func (m move) told(n int) string {
	if m.counts {
		return fmt.Sprintf("%s %d", m.name, n)
	}
	return m.name
}

func movesOf(q question) []move {
	if q.act != 0 || q.kind != tenancy.Staff && q.kind != tenancy.Person {
		return nil // whoever may do everything inside an interval is told by the other commands
	}
	name := q.table.name
	updates := func(s scope, r *row) bool { return allowed(name, 'U', s, r) }
	never := func(scope, *row) bool { return false }
	takes := move{"takes", "tenant_id = " + q.at.String(), true, updates}
	if q.kind == tenancy.Person {
		switch name {
		case "files", "materials":
			takes.may = never // among them are files of others on her case, and one refused row refuses all
		case "case_drafts", "form_drafts":
			takes.may = func(_ scope, r *row) bool { return hers(r) } // her drafts follow her
		}
	}
	below := move{"gives below", "tenant_id = " + dbtest.Village2.String(), false, never}
	if name == "cases" && q.kind == tenancy.Staff && q.at != dbtest.Village {
		below.may = updates // whoever holds a case may write any node of her subtree into it
	}
	stranger := move{"gives to a stranger", "tenant_id = " + dbtest.Village3.String(), false, never}
	if q.at == dbtest.League {
		stranger.may = below.may // no stranger to the league
	}
	ms := []move{takes, below, stranger}
	if q.kind == tenancy.Person {
		ms[1].may, ms[2].may = given(name, updates), given(name, updates)
	}
	if name == "materials" && q.kind == tenancy.Person { // all of hers at once, and nobody else's
		ms = append(ms, move{"removes", "state = 'removed'", true, func(_ scope, r *row) bool { return hers(r) }})
	}
	for _, c := range []string{"subject", "holder_id", "actor_id"} {
		if _, varies := vary(name)[c]; varies {
			hands := move{"hands over", c + " = '" + other + "'", false, never}
			if q.kind == tenancy.Staff && name != "case_habits" && name != "case_views" {
				hands.may = updates
			}
			ms = append(ms, hands)
		}
	}
	return ms
}

// given is what a citizen's statement could do to the tenant of rows: row security
// holds her to her own subject, and the service never writes that column.
func given(table string, updates func(scope, *row) bool) func(scope, *row) bool {
	if slices.Contains([]string{"case_drafts", "form_drafts", "case_numbers", "document_numbers", "files", "materials"}, table) {
		return func(scope, *row) bool { return false }
	}
	return updates
}

// vary lists the columns whose value the model looks at, with the values to plant.
func vary(table string) map[string][]string {
	switch table {
	case "items", "laws", "law_articles", "forms":
		return map[string][]string{"state": {"draft", "published"}}
	case "item_versions":
		return map[string][]string{"state": {"draft", "reviewing", "scheduled", "published"}}
	case "articles":
		return map[string][]string{"state": {"draft", "published"}, "cascades": {"true", "false"}}
	case "cases":
		return map[string][]string{"subject": {her, other}, "status": {"submitted", "handling", "supplement"}, "awaits": {"", "applicant"}}
	case "case_steps":
		return map[string][]string{"beside": {"true", "false"}}
	case "departments", "posts":
		return map[string][]string{"state": {"open", "closed"}}
	case "files":
		return map[string][]string{"subject": {her, other}, "published": {"true", "false"}}
	case "materials":
		return map[string][]string{"subject": {her, other}, "state": {"held", "removed"}}
	case "case_drafts", "form_drafts", "form_edits", "notices", "material_uses":
		return map[string][]string{"subject": {her, other}}
	case "grants", "appointments":
		return map[string][]string{"holder_id": {her, other}}
	case "idempotency", "case_watches", "case_habits", "case_views":
		return map[string][]string{"actor_id": {her, other}}
	case "case_procedures":
		return map[string][]string{"kind": {"special", "tolerance"}}
	}
	return nil
}

// hangsOn names the table, and the column, that rows of table hang on, when the model follows it.
func hangsOn(table string) (parent, column string) {
	switch table {
	case "case_steps", "case_clocks", "case_supplements", "case_urges", "case_procedures", "case_parts", "case_migration_rows", "case_hands", "documents", "files":
		return "cases", "case_id"
	case "appointments":
		return "posts", "post_id"
	case "posts":
		return "departments", "department_id"
	}
	return "", ""
}
