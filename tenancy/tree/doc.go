// Package tree keeps the tenant tree: which tenants (租户) there are, how they
// nest, what they are called, and what became of those that were moved or merged.
//
// A tenant occupies a block of labels, [ID, Hi]; its subtree is exactly what lies
// in that block. A block is as wide as the level needs (a county 10⁹, a township
// 10⁶ …) and is aligned to its width, so that every official 12-digit code × 1000
// is a label where it belongs. What has no official code, or whose label is
// taken, gets the highest free block inside its parent.
//
// Promised: blocks nest and never overlap; a label that was given out once is
// never given again, nor is anything placed inside a block that somebody left, so
// that a stale session sees nothing rather than someone else's rows; of two
// changes at the same moment one waits for the other; every change leaves a line
// of history with its reason and an audit line, in the same transaction.
//
// The tree is public: everybody may read names and codes. Changes run as System
// over the whole tree, because blocks that were left are visible only there; who
// may change what is asked of the Guard first, and the actor's own interval is
// checked here once more.
//
// Nothing is cached: every look-up is one indexed read, and true at once on every
// server after a change. Inside a transaction use In, else the Service.
package tree
