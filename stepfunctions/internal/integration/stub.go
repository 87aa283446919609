package integration

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// Stub returns the smallest answer that the API of a write gives, made of id, a
// UUID of the call's own. ok is false for a call that no stub can answer: a
// read, a job, and a write that asks for what is stored.
func (r Resource) Stub(parameters any, id string) (answer json.RawMessage, ok bool) {
	if r.Kind() != Write || r.Pattern == Sync || r.Pattern == Sync2 {
		return nil, false
	}
	request, _ := parameters.(*value.Object)
	members, ok := r.stub(request, id)
	if !ok {
		return nil, false
	}
	if !strings.HasPrefix(r.Service, SDK) {
		members = append(members, value.Member{Name: "SdkHttpMetadata", Value: value.NewObject(value.Member{Name: "HttpStatusCode", Value: json.Number("200")})},
			value.Member{Name: "SdkResponseMetadata", Value: value.NewObject(value.Member{Name: "RequestId", Value: id})})
	}
	return value.Append(nil, value.NewObject(members...)), true
}

func (r Resource) stub(request *value.Object, id string) (members []value.Member, ok bool) {
	call := r.Call()
	if as := written[call]; as != "" {
		call = as
	}
	switch call {
	case "sns:publish":
		return []value.Member{{Name: "MessageId", Value: id}}, true
	case "sqs:sendMessage":
		return []value.Member{{Name: "MD5OfMessageBody", Value: digest(request, "MessageBody")}, {Name: "MessageId", Value: id}}, true
	case s3Put:
		return []value.Member{{Name: "ETag", Value: `"` + digest(request, "Body") + `"`}}, true
	case "events:putEvents":
		entries, _ := request.Get("Entries")
		list, _ := entries.([]any)
		return []value.Member{{Name: "Entries", Value: events(id, len(list))}, {Name: "FailedEntryCount", Value: json.Number("0")}}, true
	}
	// DynamoDB's writes answer nothing, unless they are asked for attributes.
	// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
	asked, there := request.Get("ReturnValues")
	return nil, !there || asked == nil || asked == "NONE"
}

// events returns the answers to the entries of PutEvents.
func events(id string, entries int) []any {
	answers := make([]any, entries)
	for i := range answers {
		of := id
		if i > 0 && len(id) > 12 {
			of = fmt.Sprintf("%s%012x", id[:len(id)-12], i)
		}
		answers[i] = value.NewObject(value.Member{Name: "EventId", Value: of})
	}
	return answers
}

// digest returns the MD5 of a parameter as it would be sent: a text as it is, any
// other value as JSON.
func digest(request *value.Object, name string) string {
	v, _ := request.Get(name)
	body, isText := v.(string)
	if !isText {
		body = string(value.Append(nil, v))
	}
	sum := md5.Sum([]byte(body))
	return hex.EncodeToString(sum[:])
}

// Misfit words what the integrated service cannot have answered, in the words
// of TestState; "" for an answer that may be one. Members that the table does
// not know are let through.
func (r Resource) Misfit(result any) string { return misfit(r.Result(), result) }

func misfit(fields []Field, v any) string {
	o, _ := v.(*value.Object)
	for _, f := range fields {
		member, ok := o.Get(f.Name)
		if !ok {
			continue
		}
		text, _ := member.(string)
		switch {
		case !IsA(f.Must, member):
			return fmt.Sprintf("Field '%s' must be %s", f.Name, f.Must)
		case f.Enum != nil && !slices.Contains(f.Enum, text):
			return fmt.Sprintf("Field '%s' is not an expected value", f.Name)
		case f.Max > 0 && magnitude(member) > f.Max:
			return fmt.Sprintf("Field '%s' exceeds the maximum value", f.Name)
		}
		inside, isArray := member.([]any)
		if !isArray {
			inside = []any{member}
		}
		for _, item := range inside {
			if why := misfit(f.Of, item); why != "" {
				return why
			}
		}
	}
	return ""
}

// IsA reports whether a value has the type that the service calls so; any has
// the one without a name.
func IsA(kind string, v any) bool {
	ok := kind == ""
	switch v.(type) {
	case string:
		ok = ok || kind == text
	case json.Number:
		ok = ok || kind == number
	case []any:
		ok = ok || kind == array
	case *value.Object:
		ok = ok || kind == object
	}
	return ok
}

// magnitude returns a JSON number, 0 for any other value.
func magnitude(v any) float64 {
	n, _ := v.(json.Number)
	f, _ := n.Float64() // +Inf where it is out of range
	return f
}
