package policies

// The actions, with the facts that each needs in Resource. A tenant fact is a
// tenancy.ID; ids of people are identity UUIDs. Facts in (parentheses) may be
// absent. Any action may add (require_aal2 bool): then a second factor must
// have been proven in the session.

// Administration: grants (授权), posts (岗位), tenants (租户).
const (
	GrantsAppoint     Action = "grants:appoint"     // tenant, over_lo, over_hi, tier int, roles []string, holder_id, holder_roles []string
	GrantsRevoke      Action = "grants:revoke"      // over_lo, over_hi, tier
	GrantsView        Action = "grants:view"        // tenant (holder_id)
	PostsAppoint      Action = "posts:appoint"      // tenant, roles, holder_id, holder_roles (holder_id "" while vacant)
	PostsRemove       Action = "posts:remove"       // tenant
	DepartmentsManage Action = "departments:manage" // tenant
	AbsencesRecord    Action = "absences:record"    // tenant, holder_id: who is away, roles: hers, holder_roles: of whoever stands in
	StaffView         Action = "staff:view"         // tenant
	TenantsManage     Action = "tenants:manage"     // tenant, lo, hi: the node and the interval of its subtree
	TenantsExport     Action = "tenants:export"     // tenant
	CalendarEdit      Action = "calendar:edit"      // tenant
	PartnersManage    Action = "partners:manage"    // tenant: whose partner
)

// Items (事项). tenant is the one that owns the definition or the override.
const (
	ItemsView     Action = "items:view"     // tenant, published bool
	ItemsCreate   Action = "items:create"   // tenant, list ("basic" or "implementing")
	ItemsEdit     Action = "items:edit"     // tenant, state ("draft" may be edited)
	ItemsSubmit   Action = "items:submit"   // tenant
	ItemsReview   Action = "items:review"   // tenant, author_id (passed_by []string: who passed a step of it; department: the step is for, departments []string: the actor's)
	ItemsPublish  Action = "items:publish"  // tenant, author_id (as items:review)
	ItemsOverride Action = "items:override" // tenant, fields []string, promised_days int, inherited_days int, added_materials int (locked_fields []string: more than data.json locks; locks []{field, name, by, reason}: by levels above)
	ItemsWithdraw Action = "items:withdraw" // tenant, published
	ItemsSynonyms Action = "items:synonyms" // tenant: whose list
	ItemsLock     Action = "items:lock"     // tenant: who locks
	ItemsTask     Action = "items:task"     // tenant: whose task
	ItemsRequest  Action = "items:request"  // tenant: who asks
	ItemsAnswer   Action = "items:answer"   // tenant: who is asked
	ItemsCodes    Action = "items:codes"    // tenant: whose words
	ItemsSettings Action = "items:settings" // tenant: whose chain of reviews, templates of notices
)

// Laws (法律文件) of the legal library. tenant is the one that keeps the law.
const (
	LawsView    Action = "laws:view"    // tenant, published bool
	LawsEdit    Action = "laws:edit"    // tenant
	LawsPublish Action = "laws:publish" // tenant, author_id: who wrote what is to be in force; "" to repeal
)

// Forms (电子表单). tenant is the one that keeps the form.
const (
	FormsView    Action = "forms:view"    // tenant, published bool
	FormsEdit    Action = "forms:edit"    // tenant
	FormsPublish Action = "forms:publish" // tenant, author_id: who changed what is to be published; "" to withdraw and resume
	FormsData    Action = "forms:data"    // tenant: where what was submitted lies
)

// Cases (办件) and their files. tenant is the origin (where the case was born),
// at_tenant where its open step (环节) stands, subject the applicant.
// Optional everywhere a person acts: (mandated bool) she acts under a valid
// mandate (法人授权) of the subject. Optional for viewing: (at_tenant),
// (participants []tenancy.ID) the tenants that take part.
const (
	CasesFile       Action = "cases:file"       // tenant, subject, on_behalf bool (mandated)
	CasesView       Action = "cases:view"       // tenant, subject (at_tenant, participants, mandated)
	CasesAccept     Action = "cases:accept"     // at_tenant, step_post, step_kind "accept", open bool (at_name: its Chinese name)
	CasesReject     Action = "cases:reject"     // as cases:accept: 不予受理
	CasesHandle     Action = "cases:handle"     // as above; step_kind any but accept, decide, deliver
	CasesDecide     Action = "cases:decide"     // as above; step_kind "decide", and accepted_by, filed_by_actor bool
	CasesSettle     Action = "cases:settle"     // as cases:accept; step_kind any, kind: "instant" for a case that may be done at once
	CasesSupplement Action = "cases:supplement" // at_tenant, step_post, step_kind, open (at_name)
	CasesSendback   Action = "cases:sendback"   // at_tenant, step_post, step_kind, open (at_name)
	CasesDeliver    Action = "cases:deliver"    // at_tenant, step_post (at_name); the case may be complete already
	CasesTrip       Action = "cases:trip"       // at_tenant, step_post, open (at_name): the applicant came
	CasesResubmit   Action = "cases:resubmit"   // tenant, subject (mandated)
	CasesUrge       Action = "cases:urge"       // tenant, subject (mandated)
	CasesMigrate    Action = "cases:migrate"    // tenant: who keeps the item whose cases move
	CasesFulfil     Action = "cases:fulfil"     // tenant, subject, awaits ("applicant", "payment", "external", "parts"): what the flow waits for
	CasesJoin       Action = "cases:join"       // at_tenant, step_post, open (at_name): by the lead office of a joint case
	CasesRefer      Action = "cases:refer"      // at_tenant, step_post, open (at_name)
	CasesTransfer   Action = "cases:transfer"   // at_tenant, open (at_name): of an office below
	CasesExtend     Action = "cases:extend"     // at_tenant, step_post, open (at_name)
	CasesApprove    Action = "cases:approve"    // at_tenant, open, joint bool (at_name): by the head of the office, of a joint case by that of the government
	CasesSpecial    Action = "cases:special"    // at_tenant, step_post, open (at_name)
	CasesSuspend    Action = "cases:suspend"    // at_tenant, open (at_name)
	CasesConsult    Action = "cases:consult"    // at_tenant, step_post, open (at_name)
	CasesAnswer     Action = "cases:answer"     // tenant of the office that was asked
	CasesVoid       Action = "cases:void"       // at_tenant, open (at_name)
	CasesReopen     Action = "cases:reopen"     // at_tenant, open (at_name)
	CasesArchive    Action = "cases:archive"    // at_tenant, open (at_name)
	CasesExport     Action = "cases:export"     // tenant
	FilesRead       Action = "files:read"       // tenant, subject, published bool (at_tenant, participants, mandated, withheld bool: from the actor)
	FilesWrite      Action = "files:write"      // tenant, subject (at_tenant, mandated)
)

// The shared library of materials (共享材料库).
const (
	MaterialsUse    Action = "materials:use"    // tenant: where it is used, subject: whose library ("" at a window)
	MaterialsJudge  Action = "materials:judge"  // tenant: where the case was born, at_tenant, step_post, open
	MaterialsRemove Action = "materials:remove" // subject: whose library
)

// Data sets (数据归集) of cases, for the national platform.
const (
	DatasetsView   Action = "datasets:view"   // tenant: whose subtree
	DatasetsExport Action = "datasets:export" // tenant: whose subtree
	DatasetsFeed   Action = "datasets:feed"   // tenant: whose subtree is read, right: of the partner, over_lo, over_hi: where its key is good
)

// Supervision (电子监察).
const (
	SupervisionView         Action = "supervision:view"          // tenant
	SupervisionRule         Action = "supervision:rule"          // tenant, loosen bool: weaker than what is inherited
	SupervisionOrder        Action = "supervision:order"         // tenant of the card
	SupervisionAnswer       Action = "supervision:answer"        // tenant of the office that must answer
	SupervisionClose        Action = "supervision:close"         // issuer_tenant, answered_by
	SupervisionWithdrawCard Action = "supervision:withdraw_card" // tenant of the card
)

// Sites, notices and running the system.
const (
	SitesEdit       Action = "sites:edit"       // tenant
	ArticlesPublish Action = "articles:publish" // tenant
	NoticesView     Action = "notices:view"     // tenant, published bool (subject: the person it is for)
	AuditView       Action = "audit:view"       // tenant
	JobsView        Action = "jobs:view"        // no facts
	JobsRetry       Action = "jobs:retry"       // no facts
	SMSInbox        Action = "sms:inbox"        // simulator bool: messages are not really sent here
)

// Actions lists every action in the order of this file.
func Actions() []Action {
	return []Action{
		GrantsAppoint, GrantsRevoke, GrantsView, PostsAppoint, PostsRemove, DepartmentsManage, AbsencesRecord, StaffView,
		TenantsManage, TenantsExport, CalendarEdit, PartnersManage,
		ItemsView, ItemsCreate, ItemsEdit, ItemsSubmit, ItemsReview, ItemsPublish, ItemsOverride, ItemsWithdraw, ItemsSynonyms, ItemsSettings,
		ItemsLock, ItemsTask, ItemsRequest, ItemsAnswer, ItemsCodes,
		LawsView, LawsEdit, LawsPublish,
		FormsView, FormsEdit, FormsPublish, FormsData,
		CasesFile, CasesView, CasesAccept, CasesReject, CasesHandle, CasesDecide, CasesSettle, CasesSupplement, CasesSendback,
		CasesDeliver, CasesTrip, CasesResubmit, CasesFulfil, CasesMigrate, CasesUrge, CasesRefer, CasesTransfer,
		CasesExtend, CasesApprove, CasesJoin, CasesSpecial, CasesSuspend, CasesConsult, CasesAnswer, CasesVoid, CasesReopen, CasesArchive, CasesExport, FilesRead, FilesWrite,
		MaterialsUse, MaterialsJudge, MaterialsRemove,
		DatasetsView, DatasetsExport, DatasetsFeed,
		SupervisionView, SupervisionRule, SupervisionOrder, SupervisionAnswer, SupervisionClose, SupervisionWithdrawCard,
		SitesEdit, ArticlesPublish, NoticesView, AuditView, JobsView, JobsRetry, SMSInbox,
	}
}

// The roles (角色), as posts and grants carry them. Chinese names: Roles.
const (
	SystemAdmin    = "system_admin"
	SecurityAdmin  = "security_admin"
	AuditAdmin     = "audit_admin"
	Admin          = "admin"
	ItemEditor     = "item_editor"
	ItemReviewer   = "item_reviewer"
	Clerk          = "clerk"
	Reviewer       = "reviewer"
	Decider        = "decider"
	Supervisor     = "supervisor"
	OfficeHead     = "office_head"
	GovernmentHead = "government_head"
	SiteEditor     = "site_editor"
)
