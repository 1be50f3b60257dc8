// Package datasets keeps what the national platform wants to know of every case
// (办件数据集): seven tables – application, materials, acceptance, process, special
// procedures, completion, payment – as the exchange tables UP_PRO_* and GB/T
// 39046—2020 list their fields.
//
// tables.json is the field lists: name, type, length, whether a field must be
// filled, its code list, where that is written and how sure it is. Rows maps a case
// to rows (pure), Check holds a row against its list.
//
// Whenever a case was touched, a job maps it anew and stores what has changed since:
// a row that was not there (I), one that reads differently (U), one that is no more
// (D). Nothing stored is changed but for the mark that something newer exists. Every
// change bears a number that rises per root of the tree in the order of commits, so
// whoever has read up to a number has missed nothing before it and is told nothing
// twice.
//
// What is about people lies sealed. Pages and exports show it masked; the feed of the
// interface gives it to partners that have the right to it. Every reading that leaves
// the system is in the audit.
package datasets
