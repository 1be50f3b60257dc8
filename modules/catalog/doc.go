// Package catalog keeps items (事项): what can be applied for, on which legal
// basis, within how many working days, with which materials and along which flow.
//
// An item is defined by one tenant and is at once in force for every tenant below
// it: nothing is copied down the tree. A tenant on the way may override some
// fields for itself and everybody below; Resolve folds the overrides from the
// owner down to the tenant that asks. What the law fixes is locked: name, codes,
// legal basis, statutory limit. A promised limit may only get shorter, materials
// may only get fewer.
//
// Versions are immutable once published. One version at most is a draft or under
// review; publishing it replaces the version in force, and a case that already
// runs stays on the version it began with.
//
//	draft → reviewing → published → replaced
//	          ↓ returned        ↘ withdrawn
//	        draft
package catalog
