package cases_test

import (
	"reflect"
	"strings"
	"time"
	"unicode"

	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// wireForm returns a value of the SDK in the words of the wire: members by their
// names there, absent ones left out.
func wireForm(v any) any { return plain(reflect.ValueOf(v)) }

func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return t.Format(time.RFC3339Nano)
		}
		return members(v)
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = plain(v.Index(i))
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for _, key := range v.MapKeys() {
			out[key.String()] = plain(v.MapIndex(key))
		}
		return out
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Float32, reflect.Float64:
		return v.Float()
	default:
		return v.Int()
	}
}

func members(v reflect.Value) map[string]any {
	out := map[string]any{}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() || field.Name == "ResultMetadata" || isNil(v.Field(i)) || v.Field(i).Kind() == reflect.String && v.Field(i).Len() == 0 {
			continue
		}
		out[lowerFirst(field.Name)] = plain(v.Field(i))
	}
	return out
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return v.IsNil()
	}
	return false
}

func lowerFirst(s string) string { return string(unicode.ToLower(rune(s[0]))) + s[1:] }

// eventOf takes the details out of the one member that has them.
func eventOf(e types.HistoryEvent) cases.Event {
	out := cases.Event{ID: cases.EventID(e.Id), Prev: cases.EventID(e.PreviousEventId), Type: string(e.Type)}
	for name, v := range members(reflect.ValueOf(e)) {
		if strings.HasSuffix(name, "EventDetails") {
			out.Details = v.(map[string]any)
		}
	}
	return out
}
