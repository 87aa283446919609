package interp

import (
	"encoding/json"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// maxData is the service's limit for the input and the output of a state, a
// task and an execution, in bytes of UTF-8.
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
const maxData = 262_144

// data is a JSON value that remembers its text where it came as one: states
// that do not touch a value pass it on letter for letter, as the service does.
type data struct {
	v   any
	raw json.RawMessage
}

func decode(raw json.RawMessage) (data, error) {
	v, err := value.Parse(raw)
	return data{v: v, raw: raw}, err
}

func (d data) text() json.RawMessage {
	if d.raw != nil {
		return d.raw
	}
	return value.Append(nil, d.v)
}

// maxExcerpt bounds a value in a cause, in bytes. The failures whose causes
// show values cannot be caught, so that no more than maxCause characters of
// them are ever seen.
const maxExcerpt = 4 * maxCause

// excerpt is the text, or its beginning; its last character may be cut.
func (d data) excerpt() string {
	if d.raw != nil {
		return string(d.raw[:min(len(d.raw), maxExcerpt)])
	}
	return value.Excerpt(d.v, maxExcerpt)
}

// size is the length of the text.
func (d data) size() int {
	if d.raw != nil {
		return len(d.raw)
	}
	return size(d.v)
}

func (d data) tooLarge() bool {
	if d.raw != nil {
		return len(d.raw) > maxData
	}
	return !value.Fits(d.v, maxData)
}

func seconds(n int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(min(max(n, 0), most)) * time.Second
}

// stamp writes a time of the context object the way Java's Instant does: with
// milliseconds, but without a fraction that is zero.
func stamp(t time.Time) string {
	if t.Nanosecond() < int(time.Millisecond) {
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
