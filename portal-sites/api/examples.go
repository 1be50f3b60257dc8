package api

import (
	_ "embed"
	"encoding/json"
	"sync"
)

//go:embed examples.json
var examplesFile []byte

// examples are good answers by operation, as the document shows them.
var examples = sync.OnceValue(func() (all map[string]any) { //nolint:gochecknoglobals // read-only after the first use
	if err := json.Unmarshal(examplesFile, &all); err != nil {
		panic("api: the embedded examples: " + err.Error()) // they are part of the program
	}
	return all
})

func example(operation string) any { return examples()[operation] }
