// Package sites keeps what each tenant's portal (站点) looks like and says: its
// settings, inherited field by field from the levels above, and its articles
// (资讯), which a level keeps for itself or lets cascade to every level below.
//
// A field that a tenant leaves open takes the value of the nearest level above
// that fills it in. Only the name is nobody's heritage: a site that was given no
// name is called after its tenant.
//
// An article is a draft until it is published, and what is published is not
// edited under its readers' eyes:
//
//	draft ──publish──► published ──withdraw──► withdrawn
//	  ▲                                            │
//	  └───────────────────edit─────────────────────┘
//
// Bodies are plain text with a little markdown; they are parsed into Blocks and
// never reach a page as HTML of their own.
package sites
