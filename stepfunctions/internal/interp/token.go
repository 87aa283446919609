package interp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// ErrToken says that a text is no task token of ours.
var ErrToken = errors.New("not a task token")

// Token is the task token of a task: text of at most 1,024 characters, the
// service's bound, for any execution ARN that the service allows. It names the
// execution and the task, so that it can be routed, and carries a MAC under the
// execution's seed, without which it cannot be made.
func Token(info Info, ref uint64) string {
	b := binary.AppendUvarint(nil, ref)
	b = append(b, info.ExecutionARN...)
	b = append(b, keyed(info.Seed, "token", info.ExecutionARN, ref)...)
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseToken tells which execution and task a token names. Whether the token
// is genuine is known only to who has the execution's seed: see ValidToken.
func ParseToken(token string) (executionARN string, ref uint64, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < sha256.Size {
		return "", 0, ErrToken
	}
	body := b[:len(b)-sha256.Size]
	ref, n := binary.Uvarint(body)
	if n <= 0 || len(body) == n {
		return "", 0, ErrToken
	}
	return string(body[n:]), ref, nil
}

// ValidToken tells whether token is the one of that task, in a time that does
// not depend on where they differ.
func ValidToken(info Info, ref uint64, token string) bool {
	return hmac.Equal([]byte(Token(info, ref)), []byte(token))
}

// currentToken is the token of the task that the scope's state waits for.
func (r *Run) currentToken(s *scope) string {
	if s.task == 0 || !parseResource(s.state.Resource).callback() {
		return ""
	}
	return Token(r.info, s.task)
}
