package speakers

import (
	"net/mail"
	"strings"
	"unicode"
)

const notAnAddress = "must be an e-mail address"

// checkEmail accepts a bare address: what RFC 5322 allows, without a display
// name, comments or an address literal, at a domain that has a dot. Lengths of
// the parts are those of RFC 5321, section 4.5.3.1; labels may be
// internationalised (RFC 6531).
func checkEmail(value string) string {
	address, err := mail.ParseAddress(value)
	if err != nil || address.Name != "" || address.Address != value {
		return notAnAddress
	}
	at := strings.LastIndexByte(value, '@')
	local, domain := value[:at], value[at+1:]
	if len(local) > 64 || !isDomain(domain) {
		return notAnAddress
	}
	return ""
}

// isDomain reports whether name is a host name of two labels or more.
func isDomain(name string) bool {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && len(name) <= 253 && strings.ContainsFunc(last, unicode.IsLetter)
}

// isLabel reports whether s is one label of a host name (RFC 1123, section
// 2.1), or its form in other scripts.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}
