package datasets

import "time"

// Dossier is what is on record of one case, as far as the seven tables ask for it.
type Dossier struct {
	No        string // 办件编号
	Kind      string // of the applicant: person or legal
	Name      string
	Number    string // ID number or credit code
	Phone     string
	Address   string
	Agent     string // who acts for a legal person
	Subject   string // her identity; "" for a herder without an account
	Channel   string // online, window or assisted
	Mailed    bool   // she wants the result by courier
	Area      string // nine digits of the division where it was born
	Status    string // as cases spells it
	Outcome   string // granted, denied or forwarded
	FiledAt   time.Time
	Accepted  *time.Time
	Promised  *time.Time // until when a decision was promised on acceptance
	Ended     *time.Time
	AcceptDoc string // number of the notice of acceptance
	ResultDoc string // number of the decision that granted it

	Item       Item
	Steps      []Step
	Papers     []Paper
	Notices    []Notice
	Procedures []Procedure
	Payments   []Payment
}

// Item (事项) is what the pinned version of an item says, and the codes that it had
// when the case was filed.
type Item struct {
	Name          string
	Version       int
	BasicCode     string // 基本编码
	TaskCode      string // 实施编码
	HandlingCode  string // 业务办理项编码, of the handling item that she chose
	LocalBasic    string // 地方基本编码
	LocalTask     string // 地方实施编码
	ProjectType   string // 办件类型
	Organ         string // 实施主体
	OrganCode     string
	Materials     []string
	ResultName    string
	ResultLicence bool // the result is a licence (证照)
	Charged       bool
}

// Step is one visit to a step.
type Step struct {
	ID, Name, Kind string
	Seq            int
	At             string
	Entered        time.Time
	Ended          *time.Time
	Act, Opinion   string
	ActorID, Actor string
}

// Paper is one file of a case.
type Paper struct {
	ID, Material, Name string
	Seq                int // of the visit that it belongs to
	UploaderID         string
	At                 time.Time
}

// Notice is one 补正告知.
type Notice struct {
	ID, By   string
	Wanted   []string
	Note     string
	Asked    time.Time
	Answered *time.Time
	Answer   string
}

// Procedure is one turn beside the steps; its words are those of cases.
type Procedure struct {
	ID, Kind, Name, Reason, Basis string
	State                         string
	Step                          string
	Begun                         time.Time
	BegunBy                       string
	Answer                        string
	Ended                         *time.Time
	EndedBy                       string
}

// Payment (缴费) is one payment that was made.
type Payment struct {
	ID, No, Organ, Collector string
	Cents                    int64
	At                       time.Time
	Payer                    string
}
