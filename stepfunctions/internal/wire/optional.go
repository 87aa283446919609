package wire

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// optional returns what an optional member holds, or the type's zero where it is absent.
func optional[T any](member *T) T {
	if member == nil {
		var zero T
		return zero
	}
	return *member
}

// present leaves an empty value out of a response.
func present[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// defaultPage is how many entries a list answers when the request names no number.
const defaultPage = 100

// pageToken says where a list goes on. It is opaque to callers, and good only
// for the same question: Of is a fingerprint of what was asked.
type pageToken struct {
	Of   []byte `json:"o"`
	From string `json:"f"`
}

func fingerprint(question any) []byte {
	text, err := json.Marshal(question)
	if err != nil {
		return nil
	}
	sum := sha256.Sum256(text)
	return sum[:6]
}

// nextToken makes the token of the page that begins at from.
func nextToken(question any, from string) *string {
	text, err := json.Marshal(pageToken{Of: fingerprint(question), From: from})
	if err != nil {
		return nil
	}
	token := base64.RawURLEncoding.EncodeToString(text)
	return &token
}

// pageStart returns where the page of a token begins, empty for the first page.
func pageStart(token *string, question any) (string, *Error) {
	if token == nil {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*token)
	if err != nil {
		return "", invalidToken()
	}
	var t pageToken
	if json.Unmarshal(text, &t) != nil || string(t.Of) != string(fingerprint(question)) {
		return "", invalidToken()
	}
	return t.From, nil
}

// pageSize returns how many entries a page has; 0 asks for the default, as the API
// reference says.
func pageSize(maxResults *int64) int {
	if maxResults == nil || *maxResults == 0 {
		return defaultPage
	}
	return int(*maxResults)
}

// timestamp is a time as awsJson1_0 writes it: seconds since 1970 with the
// milliseconds as a fraction.
type timestamp time.Time

// MarshalJSON writes for example 1700000000.123.
func (t timestamp) MarshalJSON() ([]byte, error) {
	seconds := float64(time.Time(t).UnixMilli()) / 1000
	return strconv.AppendFloat(nil, seconds, 'f', 3, 64), nil
}

func stamp(t time.Time) timestamp { return timestamp(t) }

// optionalStamp leaves a zero time out of the response.
func optionalStamp(t time.Time) *timestamp {
	if t.IsZero() {
		return nil
	}
	s := timestamp(t)
	return &s
}

// checkARN returns the service's InvalidArn for text that is no ARN of the
// states service (arn:PARTITION:states:REGION:ACCOUNT:TYPE:ID), and for one
// whose type is not among those that the operation works on.
func checkARN(text string, types ...string) *Error {
	if !strings.HasPrefix(text, "arn:") {
		return invalidARN("Invalid ARN prefix", text)
	}
	part := strings.SplitN(text, ":", 7)
	switch {
	case len(part) < 7 || part[2] != "states" || part[6] == "":
		return invalidARN("Invalid ARN", text)
	case !slices.Contains(types, part[5]):
		return invalidARN("Resource type not valid in this context", part[5])
	}
	return nil
}

// invalidDefinition returns the error about what keeps a definition from being used.
func invalidDefinition(problems error) *Error {
	return errorf("InvalidDefinition", "Invalid State Machine Definition: '%s'", problems)
}
