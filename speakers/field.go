package speakers

import (
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// field is the rule for one text member.
type field struct {
	pointer  string
	required bool
	// most is the greatest length, in Unicode code points.
	most int
	// lines allows line breaks and tabs.
	lines bool
	// check finds what is wrong with a value that is not blank; "" if nothing.
	check func(string) string
}

// The bounds keep a record well below the stores' limits, and are generous
// beside what conferences print.
var (
	nameField        = field{pointer: "/speaker/name", required: true, most: 100}
	emailField       = field{pointer: "/speaker/email", required: true, most: 254, check: checkEmail}
	bioField         = field{pointer: "/speaker/bio", most: 2000, lines: true}
	countryField     = field{pointer: "/speaker/country", most: 60, check: checkCountry}
	titleField       = field{pointer: "/title", required: true, most: 200}
	descriptionField = field{pointer: "/description", required: true, most: 5000, lines: true}
	trackField       = field{pointer: "/track", required: true, most: 100}
)

// name is the member's name within its object.
func (f field) name() string { return path.Base(f.pointer) }

// problem says what is wrong with a value, or nothing.
func (f field) problem(value string) string {
	blank := strings.TrimSpace(value) == ""
	switch {
	case blank && f.required:
		return "is required"
	case utf8.RuneCountInString(value) > f.most:
		return fmt.Sprintf("must be at most %d characters long", f.most)
	case strings.ContainsFunc(value, f.forbids):
		return "must not contain control characters"
	case !blank && f.check != nil:
		return f.check(value)
	}
	return ""
}

// forbids keeps control characters out of texts that end up in mails, logs and
// terminals.
func (f field) forbids(r rune) bool {
	if f.lines && (r == '\n' || r == '\r' || r == '\t') {
		return false
	}
	return unicode.IsControl(r)
}
