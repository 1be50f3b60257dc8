package web

import (
	"context"
	"io"
	"slices"
	"time"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
)

// Deps is what the pages of cases need. Desk and village mount the same pages;
// they differ in Base and in the density of their Shell.
type Deps struct {
	Service *cases.Service
	Shell   kit.Shell
	Base    string    // "/desk" or "/village": every link begins with it
	Home    kit.Crumb // where the crumbs begin: the workbench of the site
	Flows   Flows
	Files   Files
	Offers  Offers
	EForms  EForms // may be nil: items have no electronic forms then
	Now     func() time.Time

	Places Places // nil: nothing is taken in for other places

	Library Library // nil: nothing is used again

	Laws Laws // nil: pages show no provisions

	Font      string  // of documents: see kit/paper.Load; empty: where Debian has them
	SiteURL   SiteURL // of the tenant that a document can be verified at; nil: documents bear no address
	PublicURL string  // how a browser reaches the shared host; empty: as this request did
	// Steps, when set, is told where assisted filing stands (0 choose, 1 fill in,
	// 2 done), so that the village layout can show it. May be nil.
	Steps func(ctx context.Context, current int) context.Context
}

// Flows draws flows (流程). The wire answers it with flows.Service.Load inside a
// transaction of the request's scope, and flows.Draw.
type Flows interface {
	// Draw returns the flow as one SVG element that may stand in a page. marks says
	// by step id how far the case is; a step without one is still to do.
	Draw(ctx context.Context, ref cases.FlowRef, marks map[string]Mark) ([]byte, error)
}

// Laws tells what a case is decided on. The wire answers it with the catalogue and
// the legal library.
type Laws interface {
	// Of lists the provisions (设定依据) that the item of a case stands on, as they read
	// on the day on which the case was filed.
	Of(ctx context.Context, c *cases.Case) ([]Provision, error)
}

// Provision is one article.
type Provision struct {
	Law, Article string
	Text         string // paragraphs end with a line break
	Tone         kit.Tone
	Note         string // what has become of it since: amended, void; empty: nothing
	Href         string // where it is read in full; empty: the library has it not
}

// Mark is how far a case is with one step.
type Mark struct {
	State string // done or current
	Text  string // in words: "剩 2 个工作日"
}

// Files keeps what is handed in. The wire answers it with files.Service, field
// by field.
type Files interface {
	// Upload stores one file of the actor's, for a material, until a case takes it.
	// It returns Invalid with field "file" when the content is not taken.
	Upload(ctx context.Context, name, material string, r io.Reader) (File, error)
	// OfCase lists the files of a case, oldest first.
	OfCase(ctx context.Context, caseID string) ([]File, error)
}

// File (附件) is one upload as pages show it.
type File struct {
	ID         string
	Name       string
	Material   string // what it is for; "" for a paper of the staff's own
	StepSeq    int    // visit to a step that it belongs to; 1 is the filing
	MediaType  string
	Size       int64 // bytes
	UploadedAt time.Time
}

// Offers finds items (事项) as the tenant in scope offers them. The wire answers
// it with catalog.Service: Search by Offered, Guide by Guide.
type Offers interface {
	// Search lists items that may be filed at the tenant in scope, best first, and
	// how many there are. An empty text lists all.
	Search(ctx context.Context, text string, page, size int) (items []Item, total int, err error)
	// Guide tells what filing an item asks for after some answers to its questions;
	// NotFound when it is not offered here.
	Guide(ctx context.Context, itemID string, answers []string) (Guide, error)
}

// Item is one line of a search.
type Item struct {
	ID           string
	Name         string
	Department   string
	PromisedDays int    // working days
	Kind         string // 行政许可 and so on, in words
	Area         string // 通办范围, GB/T 39046; empty: handled where it belongs only
	Suspended    string // why nobody may apply for a while (暂停办理); empty: they may
}

// Guide is what filing an item asks for.
type Guide struct {
	Item
	StatutoryDays int
	Audience      []string // 服务对象: person or 1 (自然人), anything else an organisation; empty: both
	Conditions    []string
	Materials     []Material
	Questions     []Question
	Form          cases.FormRef // the electronic form that is filled in; none: Questions are asked
	Asks          []kit.Ask     // 情形: what the materials and the time depend on, as far as the answers lead
	Answers       []string      // to them
	Chosen        []string      // ids that count of the answers
	Parts         []string      // of a theme (一件事): keys of the parts that follow from them
	AtOnce        bool          // 即办件
	Mode          cases.Mode    // 网上办理模式
	Trips         int           // how often the applicant has to come
	Phone         string        // who answers questions about it
	Address       string
	Hours         string
}

// serves reports whether applicants of a kind, person or legal, may file.
func (g Guide) serves(kind string) bool {
	return len(g.Audience) == 0 || slices.ContainsFunc(g.Audience, func(a string) bool {
		return (a == "person" || a == "1") == (kind == "person")
	})
}

// Material (材料) is one thing that an applicant hands in.
type Material struct {
	Name     string
	Required bool
	Note     string
	Code     string // 标准材料: what it is, whatever the item calls it; empty: none
}

// Question is one field of an item's own form. Answers reach the conditions of
// its flow under Name.
type Question struct {
	Name     string
	Label    string
	Type     string // text, textarea, number, date, select, radio or checkboxes
	Unit     string
	Help     string
	Required bool
	Options  []string
}

// Places finds the offices for which something may be taken in (异地通办). The wire answers it with
// the tree.
type Places interface {
	// Path leads from the platform down to a place; NotFound when there is none.
	Path(ctx context.Context, id tenancy.ID) ([]Place, error)
	// Below lists what stands right below a place.
	Below(ctx context.Context, id tenancy.ID) ([]Place, error)
	// At is the context in which Offers answers as it would to anybody at a place.
	At(ctx context.Context, id tenancy.ID) (context.Context, error)
}

// Place is one node of the tree.
type Place struct {
	ID          tenancy.ID
	Name, Level string
}
