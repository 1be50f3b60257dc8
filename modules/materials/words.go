package materials

import (
	_ "embed"
	"encoding/json"
	"sync"
)

//go:embed words.json
var wordsFile []byte

type wordList struct {
	Tails []string `json:"tails"` // what names of materials end with and what does not tell them apart
}

var words = sync.OnceValue(func() (w wordList) { //nolint:gochecknoglobals // read-only after the first use
	if err := json.Unmarshal(wordsFile, &w); err != nil {
		panic("materials: the embedded words: " + err.Error()) // they are part of the program
	}
	return w
})
