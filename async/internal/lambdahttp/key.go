package lambdahttp

import (
	"strings"

	"github.com/dunglas/httpsfv"
)

// maxKey bounds an Idempotency-Key in characters; a UUID has 36.
const maxKey = 255

// parseKey reads an Idempotency-Key: a structured-field string (RFC 9651, as
// the IETF's Idempotency-Key draft asks for; its parameters mean nothing), or
// the bare form that most clients send.
func parseKey(field string) (string, error) {
	key, ok := field, field != "" && isBareKey(field)
	if strings.HasPrefix(field, `"`) {
		item, err := httpsfv.UnmarshalItem([]string{field})
		key, ok = item.Value.(string)
		ok = ok && err == nil && key != ""
	}
	if !ok {
		return "", malformed(`The Idempotency-Key must be one string in double quotes, such as "8e03978e-40d5-43dd-bc93-6894a57f9324", or the same without quotes.`)
	}
	if len(key) > maxKey {
		return "", malformed("The Idempotency-Key must have at most 255 characters.")
	}
	return key, nil
}

// isBareKey admits visible ASCII but for what would make several keys,
// parameters or half a quoted string of it.
func isBareKey(field string) bool {
	for _, c := range []byte(field) {
		if c <= ' ' || c > '~' || strings.IndexByte(`",;\`, c) >= 0 {
			return false
		}
	}
	return true
}
