package async

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
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

// logNameLength is in hexadecimal digits: of a million submissions, two share
// one of 48 bits with a chance of 1 in 560.
const logNameLength = 12

// LogID returns what stands for an id in logs, traces and metrics, where the
// id itself must not: who reads a log is not thereby entitled to the status.
// The id cannot be found from it, but whoever has an id can find its lines: it
// is the beginning of the id's SHA-256 in hexadecimal, which a shell makes by
//
//	printf %s ID | sha256sum | cut -c1-12
//
// It is "" for the id "".
func LogID(id string) string {
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])[:logNameLength]
}
