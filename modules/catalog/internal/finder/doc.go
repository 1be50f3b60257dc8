// Package finder finds items (检索) by what people type: Chinese words, pinyin,
// initials, everyday words, and all of these with a slip of the finger. It knows
// no database: a Shard is the index of one tenant's items in force, immutable,
// and a search goes over the shards of a chain of tenants.
//
// Every phrase of an item (its name, the words of it, keywords, what it results
// in) stands in one long text per shard three times: in Chinese, in pinyin and
// in initials. Looking for a word is one pass over that text, which for some
// thousand items takes microseconds; no structure has to be kept up to date.
//
// What is typed is cut into words, first by the words that the items themselves
// and the list of synonyms know, the rest by a dictionary. Every word gives every
// item a value between 0 and 1; the score of an item is their mean, where rare
// words weigh more, and a little for how often the item is used.
package finder

// Doc is what is known of one item in force.
type Doc struct {
	ID, Code, Name, Department, Result string

	Keywords []string
	More     []string // conditions, materials, questions: they count for little

	Kind, Level                      string
	Origins, Audience, Person, Legal []string
	Materials                        []string // names

	Life, Groups, Depth []string // 生命周期事件, 服务人群, 网上办理深度
	Hall                bool     // 进驻政务大厅
	Visits, Days        int      // 到现场次数, promised working days
	AtOnce              bool     // 即办件

	State, Project, Area string // what a list says besides: the item's state, 办件类型, 通办范围
	Terminal             bool   // 自助终端办理
	Fees                 int    // how many it costs
	Parts                int    // of how many items a theme (一件事) is made
}

// Synonym says that people who type Word mean Means.
type Synonym struct{ Word, Means string }

// Span is a part of a name, in runes.
type Span struct{ From, To int }

// Match is an item that was found.
type Match struct {
	Doc   *Doc
	In    int     // which of the shards it is in
	At    int     // and where among its items
	Score float64 // 1 when every word fits wholly
	Marks []Span  // what to highlight in the name, in order, not overlapping
	By    string  // the keyword that fitted, when it is not the name
}
