package bench

import "sync"

// tagBook keeps the tags of pages that visitors have.
type tagBook struct {
	mu   sync.Mutex
	held map[string]string
}

func (b *tagBook) of(path string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.held[path]
}

func (b *tagBook) note(path, tag string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held == nil {
		b.held = map[string]string{}
	}
	b.held[path] = tag
}
