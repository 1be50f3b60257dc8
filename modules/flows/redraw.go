package flows

// Drawn returns a flow with a drawing: as it is when it has one of all its parts, else with the one
// that Draw would make. What cannot be read comes back as it is.
func (*Service) Drawn(src []byte) []byte {
	d, err := Parse(src)
	if err != nil || d.diagram.complete(d) {
		return src
	}
	return d.XML()
}
