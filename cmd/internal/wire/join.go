package wire

import (
	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/tenancy/calendar/book"
)

// Asks answers the questions of cases out of the modules of one App, for those
// who put a part of it together: the bench and the demonstration.
func Asks(items *catalog.Service, fl *flows.Service, f *files.Service, fm *forms.Service, s cases.Sealer) cases.Asks {
	return cases.Asks{Items: offers{items}, Flows: fl, Tree: places{}, Calendars: book.Book{}, Sealer: s, Files: f, Staff: colleagues{}, Forms: caseForms{fm}}
}
