// Package forms keeps electronic forms (电子表单): one schema and one set of CEL
// rules per form, drawn by the server, checked by the server, followed live by
// the browser.
//
//	Schema ──Check──► problems          a draft may be wrong, a version may not
//	   │
//	Compile ──► Compiled ──Evaluate(values)──► values, what is visible, errors
//	   │
//	Publish ──► version (never changes) + columns of the form's own table
//
// Somebody who fills in a form keeps the version she began with. Her draft
// (填报草稿) is saved field by field, sealed, and counted, so that two devices on
// one draft cannot overwrite each other silently. What she submits is evaluated
// again here, whatever her browser said, and becomes one row of the typed table
// formdata.f_… under row security, in the transaction of the caller.
//
// Several forms are united into one (一表制, Unite, Merge): what they ask for under the
// same data element is asked once, and each part gets its own sheet out of the answers
// (Union, Portion), which holds under its own rules whenever the united form holds. A
// sheet that is filed without a draft keeps its readonly fields by Context.Stored.
//
// Other modules know a form by its id: Published, Prefill, Evaluate and Submit are
// what they need; package web draws the fields (Fields) and reads them (Decode).
package forms
