package kit

// Hint is one thing that a search may mean.
type Hint struct {
	Parts []Part
	Href  string
	Note  string // why it is there, when its name does not say
}

// Part is a piece of a text; a marked one is what was looked for.
type Part struct {
	Text   string
	Marked bool
}
