package demo

import (
	"embed"
	"fmt"

	"liandong/modules/flows"
)

//go:embed drainage.bpmn rental.bpmn
var drawings embed.FS

// BPMN is the flow of the item as it is drawn, else its steps one after the other.
func (i Item) BPMN() ([]byte, error) {
	if i.Drawn == "" {
		return flows.Linear(i.Name, i.Steps()), nil
	}
	src, err := drawings.ReadFile(i.Drawn + ".bpmn")
	if err != nil {
		return nil, fmt.Errorf("demo: flow of %s: %w", i.Name, err)
	}
	d, err := flows.Parse(src)
	if err != nil {
		return nil, fmt.Errorf("demo: flow of %s: %w", i.Name, err)
	}
	return d.XML(), nil // with a drawing, for the designer
}
