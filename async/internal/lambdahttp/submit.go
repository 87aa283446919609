package lambdahttp

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

func (x *exchange) submit() response {
	in, p, err := x.submission()
	if err != nil {
		return x.fail(err)
	}
	view, err := x.Service.Submit(x.ctx, in)
	if err != nil {
		return x.fail(err)
	}
	return x.show(view, p, true)
}

// submission reads the request; its first fault is the answer. Whether the body
// is JSON, the service finds out when it decodes it.
func (x *exchange) submission() (in async.Submission, p polling, err error) {
	if err = x.checkMediaType(); err != nil {
		return in, p, err
	}
	if in.Body, err = x.body(); err != nil {
		return in, p, err
	}
	who, err := x.caller()
	if err != nil {
		return in, p, err
	}
	in.Scope = who.scope
	if in.Key, err = x.key(in.Scope); err != nil {
		return in, p, err
	}
	if p, err = x.polling(); err != nil {
		return in, p, err
	}
	in.Wait = p.longest
	if x.asksForCallback(in.Body) {
		in.Problems = []api.FieldError{callbackRefused}
	}
	return in, p, nil
}

// minAnonymousKey is the shortest Idempotency-Key of an anonymous caller, in
// characters. All of them share one space of keys, where a short one would meet
// another caller's by chance, or be guessed.
const minAnonymousKey = 16

// minDifferent is how many different characters such a key must have. Less have
// the keys that programs fall back to, such as the nil UUID (RFC 9562, section
// 5.9); of 16 random decimal digits fewer than one key in a million has less.
const minDifferent = 4

// key returns the request's Idempotency-Key, "" where it has none.
func (x *exchange) key(scope string) (string, error) {
	field, given := x.lookup("Idempotency-Key")
	if !given {
		return "", nil
	}
	key, err := parseKey(field)
	switch {
	case err != nil || scope != "":
	case len(key) < minAnonymousKey:
		err = malformed("The Idempotency-Key of a caller without credentials must have at least " +
			strconv.Itoa(minAnonymousKey) + " characters, such as a random UUID: callers share these keys.")
	case different(key) < minDifferent:
		err = malformed("The Idempotency-Key of a caller without credentials must be random, such as a random UUID: callers share these keys.")
	}
	return key, err
}

// different returns how many different bytes a key has.
func different(key string) (n int) {
	for i := range len(key) {
		if strings.IndexByte(key, key[i]) == i {
			n++
		}
	}
	return n
}

// callbackURL is how clients of other services ask for a callback.
const callbackURL = "callbackUrl"

// asksForCallback reports whether a submit asks for a callback, in its query or
// its body: it is refused rather than ignored, for the client would wait for it.
// Few bodies have the name anywhere, so that it costs no second look at the others.
func (x *exchange) asksForCallback(body []byte) bool {
	for parameter := range x.req.QueryStringParameters {
		if strings.EqualFold(parameter, callbackURL) {
			return true
		}
	}
	if !bytes.Contains(bytes.ToLower(body), []byte(strings.ToLower(callbackURL))) && !bytes.Contains(body, []byte(`\u`)) {
		return false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return false // whatever is wrong with it is found when it is decoded
	}
	for member := range members {
		if strings.EqualFold(member, callbackURL) {
			return true
		}
	}
	return false
}

var callbackRefused = api.FieldError{
	Pointer: "/" + callbackURL,
	Detail:  "callbacks are not supported; poll Location, which every 202 has, or the list of what has ended, /api/completions; on AWS the service can put each end on an event bus of EventBridge, too",
}
