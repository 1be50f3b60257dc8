// Package materials is the shared library of materials (共享材料库): what an applicant
// handed in with a case that was accepted may be used again without being uploaded
// anew, with a grade of trust (国办函〔2016〕108号):
//
//	A  issued by the organ itself: the result of a case. Used as it is.
//	B  checked against the original at a window. Used as it is.
//	C  uploaded by the applicant. The original is to be checked.
//	D  made by the applicant herself, under her promise. Used as it is.
//
// An entry lies in the tenant where the material was handed in and names the file of
// that case. Whoever uses it gets a file of her own over the same content, with a right
// of its own, and a record of the use that says what was known of the material then:
// what becomes of the entry later does not change what a case was decided on.
//
// Promised: a person sees her own entries wherever they lie, and nobody else's; staff
// see those of their subtree, and find them by the number of the applicant who stands
// before them, never by browsing. What is expired, rejected or removed is offered to
// nobody. The library itself is written by jobs; an office writes what it makes of a
// use (accepted, rejected, another grade, with its reason), and a job carries that to
// where the entry lies.
package materials
