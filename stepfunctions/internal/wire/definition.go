package wire

// invalidDefinition words what keeps a definition from being used.
func invalidDefinition(problems error) *Fault {
	return fault("InvalidDefinition", "Invalid State Machine Definition: '%s'", problems)
}
