package dynamo

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.org/asynchttpapi/async"
)

// item is what DynamoDB keeps under one key. A zero value is an attribute that
// is not there: it costs nothing, and DynamoDB once refused empty strings.
type item = map[string]types.AttributeValue

// attrWrite names the write that an item last saw. A write that finds its own
// name there has succeeded before: the SDK repeated it because the first
// answer was lost.
const attrWrite = "write"

func newWrite() string { return rand.Text()[:12] }

func keyOf(key string) item {
	return item{KeyAttribute: &types.AttributeValueMemberS{Value: key}}
}

func putText(it item, attribute, value string) {
	if value != "" {
		it[attribute] = &types.AttributeValueMemberS{Value: value}
	}
}

func number[T int | int64](value T) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(value), 10)}
}

func putNumber(it item, attribute string, value int64) { it[attribute] = number(value) }

// putTime keeps a time as text, exact and readable in the console.
func putTime(it item, attribute string, value time.Time) {
	if !value.IsZero() {
		putText(it, attribute, value.UTC().Format(time.RFC3339Nano))
	}
}

// putExpiry keeps a time as DynamoDB's TTL needs it: whole seconds.
func putExpiry(it item, value time.Time) {
	if value.IsZero() {
		return
	}
	seconds := value.Unix()
	if value.Nanosecond() > 0 {
		seconds++
	}
	putNumber(it, TTLAttribute, seconds)
}

// reader takes an item apart and keeps the first error. Attributes that are not
// asked for are left alone: a newer version may have written them.
type reader struct {
	item item
	err  error
}

func (r *reader) fail(attribute, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("stored item: attribute %q is not %s", attribute, want)
	}
}

func (r *reader) text(attribute string) string {
	v, ok := r.item[attribute]
	if !ok {
		return ""
	}
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		r.fail(attribute, "a string")
		return ""
	}
	return s.Value
}

func (r *reader) bytes(attribute string) []byte {
	v, ok := r.item[attribute]
	if !ok {
		return nil
	}
	b, ok := v.(*types.AttributeValueMemberB)
	if !ok {
		r.fail(attribute, "binary")
		return nil
	}
	return b.Value
}

func (r *reader) flag(attribute string) bool {
	v, ok := r.item[attribute]
	if !ok {
		return false
	}
	b, ok := v.(*types.AttributeValueMemberBOOL)
	if !ok {
		r.fail(attribute, "a boolean")
		return false
	}
	return b.Value
}

func (r *reader) number(attribute string) int64 {
	v, ok := r.item[attribute]
	if !ok {
		return 0
	}
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		r.fail(attribute, "a number")
		return 0
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		r.fail(attribute, "a whole number")
	}
	return i
}

func (r *reader) texts(attribute string) map[string]string {
	v, ok := r.item[attribute]
	if !ok {
		return nil
	}
	m, ok := v.(*types.AttributeValueMemberM)
	if !ok {
		r.fail(attribute, "a map")
		return nil
	}
	texts := make(map[string]string, len(m.Value))
	inner := reader{item: m.Value}
	for name := range m.Value {
		texts[name] = inner.text(name)
	}
	if inner.err != nil {
		r.fail(attribute, "a map of strings")
	}
	return texts
}

func (r *reader) outcome(attribute string) async.Outcome {
	if _, ok := r.item[attribute].(*types.AttributeValueMemberNULL); ok {
		return async.Continue
	}
	return async.Outcome(r.text(attribute))
}

func (r *reader) large() *async.ResultInfo {
	text := r.text(attrLarge)
	if text == "" {
		return nil
	}
	large := &async.ResultInfo{}
	if json.Unmarshal([]byte(text), large) != nil {
		r.fail(attrLarge, "a result's description in JSON")
	}
	return large
}

func (r *reader) time(attribute string) time.Time {
	text := r.text(attribute)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.fail(attribute, "a time")
	}
	return t.UTC()
}

func (r *reader) expiry() time.Time {
	if _, ok := r.item[TTLAttribute]; !ok {
		return time.Time{}
	}
	return time.Unix(r.number(TTLAttribute), 0).UTC()
}
