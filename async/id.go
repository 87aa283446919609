package async

import (
	"crypto/rand"
	"strings"
)

// idLength is that of crypto/rand.Text: 26 characters of base32 carry 130
// random bits, and idAlphabet is its alphabet in lower case.
const (
	idLength   = 26
	idAlphabet = "abcdefghijklmnopqrstuvwxyz234567"
)

// NewID returns an id nobody can guess: the status URL is a capability. It is
// safe in a URL, as an execution's name and on a command line.
func NewID() string { return strings.ToLower(rand.Text()) }

// ValidID tells an id that NewID may have made from anything else, so that
// nonsense is answered without asking a Store.
func ValidID(id string) bool {
	return len(id) == idLength && strings.Trim(id, idAlphabet) == ""
}
