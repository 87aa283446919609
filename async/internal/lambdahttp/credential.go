package lambdahttp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Keys are API keys, which clients send in the header x-api-key where they can
// neither sign a request nor get a token. None is stored, only their hashes.
type Keys struct {
	// Submitter are the keys of one caller, whose submissions are those that were
	// made with one of them.
	Submitter KeyHashes
	// Operator are keys that list the ends of all submissions.
	Operator KeyHashes
}

// maxKeys is how many keys a caller can have: a second one while the first is
// being replaced.
const maxKeys = 2

// KeyHashes are the SHA-256 of keys. What is hashed has to be random: a word could
// be found by trying.
type KeyHashes [][sha256.Size]byte

// ParseKeyHashes reads up to two hashes in hexadecimal digits, separated by
// commas or spaces.
func ParseKeyHashes(list string) (hashes KeyHashes, err error) {
	for i, word := range splitList(list) {
		digits, err := hex.DecodeString(word)
		if err != nil || len(digits) != sha256.Size {
			return nil, fmt.Errorf("hash %d is not the 64 hexadecimal digits of a SHA-256", i+1)
		}
		hashes = append(hashes, [sha256.Size]byte(digits))
	}
	if len(hashes) > maxKeys {
		return nil, fmt.Errorf("%d hashes: at most two keys are taken at a time", len(hashes))
	}
	return hashes, nil
}

func splitList(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func (k Keys) check() error {
	for _, hash := range k.Submitter {
		if k.Operator.has(hash) {
			return errors.New("lambdahttp: a key is both a submitter's and an operator's")
		}
	}
	return nil
}

// has compares hashes, not keys, and in a time that does not depend on them.
func (k KeyHashes) has(hash [sha256.Size]byte) bool {
	found := 0
	for _, one := range k {
		found |= subtle.ConstantTimeCompare(one[:], hash[:])
	}
	return found == 1
}

// caller is who sent a request.
type caller struct {
	// scope is "" for an anonymous one.
	scope    string
	operator bool
}

// challenge is the WWW-Authenticate of a 401, which has to have one (RFC 9110,
// section 15.5.2). No registered scheme is about such a header.
const challenge = `ApiKey header="` + api.APIKey + `"`

// caller finds out who sent the request: by the gateway's authorizer, or else by
// the API key. A key that is not known is an error, where there are any: taken
// for anonymous, a submission would not be listed to who made it.
func (x *exchange) caller() (caller, error) {
	if scope := x.Scope(x.req); scope != "" {
		return caller{scope: scope}, nil
	}
	key := x.header(api.APIKey)
	if key == "" || len(x.Keys.Submitter)+len(x.Keys.Operator) == 0 {
		return caller{}, nil
	}
	switch hash := sha256.Sum256([]byte(key)); {
	case x.Keys.Operator.has(hash):
		return caller{scope: "key\x00operator", operator: true}, nil
	case x.Keys.Submitter.has(hash):
		return caller{scope: "key\x00submitter"}, nil
	}
	return caller{}, &async.RequestError{Code: api.CodeUnauthorized, Detail: "The API key is not one that is taken here."}
}
