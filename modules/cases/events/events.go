// Package events holds the facts cases publishes to other modules. They carry
// ids and labels, never personal data.
package events

import "liandong/tenancy"

// Case is what every fact about a case says.
type Case struct {
	CaseID   string     `json:"case_id"`
	Tenant   tenancy.ID `json:"tenant"` // where the case was born
	No       string     `json:"no"`
	ItemName string     `json:"item_name"`
	Subject  string     `json:"subject,omitempty"` // identity of the applicant, when she has one
	AtTenant tenancy.ID `json:"at_tenant"`
	StepName string     `json:"step_name,omitempty"`
	StepPost string     `json:"step_post,omitempty"`
	Outcome  string     `json:"outcome,omitempty"`
	Joint    string     `json:"joint,omitempty"` // the joint case that it is, or is part of
}

// CaseFiled reports a new case that waits for acceptance.
type CaseFiled struct{ Case }

// EventName is the stable wire name.
func (CaseFiled) EventName() string { return "cases.filed" }

// CaseAccepted reports that the clock of a case has started.
type CaseAccepted struct{ Case }

// EventName is the stable wire name.
func (CaseAccepted) EventName() string { return "cases.accepted" }

// CaseRefused reports that a case was not accepted.
type CaseRefused struct{ Case }

// EventName is the stable wire name.
func (CaseRefused) EventName() string { return "cases.refused" }

// CaseArrived reports that a case came to the step of another post or tenant.
type CaseArrived struct{ Case }

// EventName is the stable wire name.
func (CaseArrived) EventName() string { return "cases.arrived" }

// SupplementAsked reports that the applicant must hand in more; the clock stands.
type SupplementAsked struct{ Case }

// EventName is the stable wire name.
func (SupplementAsked) EventName() string { return "cases.supplement_asked" }

// SupplementAnswered reports that the clock runs again.
type SupplementAnswered struct{ Case }

// EventName is the stable wire name.
func (SupplementAnswered) EventName() string { return "cases.supplement_answered" }

// CaseDecided reports the decision, before delivery.
type CaseDecided struct{ Case }

// EventName is the stable wire name.
func (CaseDecided) EventName() string { return "cases.decided" }

// CaseCompleted reports that a case has ended with a result.
type CaseCompleted struct{ Case }

// EventName is the stable wire name.
func (CaseCompleted) EventName() string { return "cases.completed" }

// CaseWithdrawn reports that the applicant took a case back.
type CaseWithdrawn struct{ Case }

// EventName is the stable wire name.
func (CaseWithdrawn) EventName() string { return "cases.withdrawn" }

// CaseUrged reports that somebody asked to hurry.
type CaseUrged struct{ Case }

// EventName is the stable wire name.
func (CaseUrged) EventName() string { return "cases.urged" }

// CaseExtended reports that the limit of a case was extended.
type CaseExtended struct {
	Case

	Days int `json:"days"` // working days
}

// EventName is the stable wire name.
func (CaseExtended) EventName() string { return "cases.extended" }

// CaseSuspended reports that the clock of a case stands.
type CaseSuspended struct{ Case }

// EventName is the stable wire name.
func (CaseSuspended) EventName() string { return "cases.suspended" }

// CaseResumed reports that the clock of a case runs again.
type CaseResumed struct{ Case }

// EventName is the stable wire name.
func (CaseResumed) EventName() string { return "cases.resumed" }

// CaseVoided reports that a case should not have been there.
type CaseVoided struct{ Case }

// EventName is the stable wire name.
func (CaseVoided) EventName() string { return "cases.voided" }

// CaseReferred reports that a step was given to one person, or back to its post.
type CaseReferred struct {
	Case

	To string `json:"to,omitempty"` // identity
}

// EventName is the stable wire name.
func (CaseReferred) EventName() string { return "cases.referred" }

// CaseTransferred reports that a superior ordered a step to be given to one person, or back to its post.
type CaseTransferred struct {
	Case

	Visit  int    `json:"visit"` // number of the step's record
	To     string `json:"to,omitempty"`
	ToName string `json:"to_name,omitempty"`
}

// EventName is the stable wire name.
func (CaseTransferred) EventName() string { return "cases.transferred" }

// CaseConsulted reports that an office is asked for its opinion.
type CaseConsulted struct {
	Case

	Office tenancy.ID `json:"office"`
}

// EventName is the stable wire name.
func (CaseConsulted) EventName() string { return "cases.consulted" }

// CaseConsultAnswered reports that the opinion has come.
type CaseConsultAnswered struct {
	Case

	To string `json:"to"` // identity of who asked
}

// EventName is the stable wire name.
func (CaseConsultAnswered) EventName() string { return "cases.consult_answered" }

// CaseTouched reports that something about a case is no longer as it was: every act
// says so, beside the fact of its own that it may tell.
type CaseTouched struct{ Case }

// EventName is the stable wire name.
func (CaseTouched) EventName() string { return "cases.touched" }

// CaseAwaits reports that a case waits for an answer of its applicant.
type CaseAwaits struct{ Case }

// EventName is the stable wire name.
func (CaseAwaits) EventName() string { return "cases.awaits" }

// CaseTold reports that the flow of a case tells its applicant where it has got to.
type CaseTold struct{ Case }

// EventName is the stable wire name.
func (CaseTold) EventName() string { return "cases.told" }

// JointMoved reports that something about a joint case, or about one of its parts, is no
// longer as it was.
type JointMoved struct{ Case }

// EventName is the stable wire name.
func (JointMoved) EventName() string { return "cases.joint_moved" }

// CaseGathered reports that an office is called to a joint review.
type CaseGathered struct{ Case }

// EventName is the stable wire name.
func (CaseGathered) EventName() string { return "cases.gathered" }
