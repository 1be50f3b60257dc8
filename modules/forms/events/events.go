// Package events holds what modules/forms tells the others.
package events

// Published says that a version of a form (电子表单) was published.
type Published struct {
	FormID string `json:"form_id"`
	Number int    `json:"number"`
}

// EventName names the fact.
func (Published) EventName() string { return "forms.published" }

// Filed says that a form was submitted (提交).
type Filed struct {
	FormID string `json:"form_id"`
	Number int    `json:"number"`
	RowID  string `json:"row_id"` // of the form's own table
	Ref    string `json:"ref"`    // what it was filled in for
}

// EventName names the fact.
func (Filed) EventName() string { return "forms.filed" }
