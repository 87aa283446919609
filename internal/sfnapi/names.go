package sfnapi

import "strings"

// forbiddenInNames are the characters that the API reference excludes from
// names of state machines, executions and activities, besides control
// characters and those that JSON or UTF-8 cannot carry.
const forbiddenInNames = " \t\r\n<>{}[]?*\"#%\\^|~`$&,;:/"

// checkName refuses a name that the service refuses.
func checkName(name string) *Fault {
	if strings.ContainsAny(name, forbiddenInNames) || strings.ContainsFunc(name, unnameable) {
		return fault("InvalidName", "Invalid Name: '%s'", name)
	}
	return nil
}

func unnameable(r rune) bool {
	switch {
	case r <= 0x1F, r >= 0x7F && r <= 0x9F:
		return true
	case r >= 0xFFFD && r <= 0xFFFF, r >= 0xD800 && r <= 0xDFFF, r >= 0x10FFFE:
		return true
	}
	return false
}
