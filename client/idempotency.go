package client

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// SubmitOption changes one submit.
type SubmitOption func(*request) error

// IdempotencyKey sets the key of one submit. Without it, every call of Submit
// has a fresh random key, which covers the repetitions inside that call. Set
// it to make a submit repeatable across calls or runs of a program: the same
// key and payload give the same submission.
//
// The key is printable ASCII, 1 to 255 bytes. It travels as a structured-field
// string (RFC 9651, section 3.3.3), as the Idempotency-Key draft has it.
func IdempotencyKey(key string) SubmitOption {
	return func(r *request) error {
		if key == "" || len(key) > 255 {
			return fmt.Errorf("client: an idempotency key has 1 to 255 bytes, not %d", len(key))
		}
		for i := range len(key) {
			if key[i] < 0x20 || key[i] > 0x7e {
				return errors.New("client: an idempotency key is printable ASCII")
			}
		}
		r.key = key
		return nil
	}
}

// PreferWait asks the server to answer this submit only when the work is
// finished, or after d: see [Config.PreferWait].
func PreferWait(d time.Duration) SubmitOption {
	return func(r *request) error {
		r.wait = d
		return nil
	}
}

var sfEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func structuredString(s string) string { return `"` + sfEscaper.Replace(s) + `"` }
