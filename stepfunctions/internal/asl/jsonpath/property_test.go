package jsonpath_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// someValue draws JSON of limited depth.
func someValue(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Bool().AsAny(),
		rapid.Custom(func(t *rapid.T) any { return json.Number(strconv.Itoa(rapid.Int().Draw(t, "number"))) }),
		someName().AsAny(),
	}
	if depth > 0 {
		kinds = append(kinds,
			rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(someValue(depth-1), 0, 4).Draw(t, "array") }),
			rapid.Custom(func(t *rapid.T) any {
				var members []value.Member
				for _, name := range rapid.SliceOfN(someName(), 0, 4).Draw(t, "names") {
					members = append(members, value.Member{Name: name, Value: someValue(depth-1).Draw(t, "member")})
				}
				return value.NewObject(members...)
			}))
	}
	return rapid.OneOf(kinds...)
}

func someName() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.StringN(0, 3, -1))
}

// quoted writes a name in brackets, so that any name can be used.
func quoted(name string) string {
	return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
}

// someReference draws a Reference Path, following the document for a while so
// that it often leads somewhere.
func someReference(t *rapid.T, document any) string {
	path := "$"
	for range rapid.IntRange(0, 4).Draw(t, "steps") {
		array, isArray := document.([]any)
		if isArray && len(array) > 0 {
			i := rapid.IntRange(0, len(array)-1).Draw(t, "index")
			path, document = path+"["+strconv.Itoa(i)+"]", array[i]
			continue
		}
		name := someName().Draw(t, "name")
		object, _ := document.(*value.Object)
		path += quoted(name)
		document, _ = object.Get(name)
	}
	return path
}

func TestGetAfterSetGivesTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document, v := someValue(3).Draw(t, "document"), someValue(1).Draw(t, "value")
		path, err := jsonpath.Parse(someReference(t, document))
		if err != nil {
			t.Fatal(err)
		}
		before := value.Text(document)
		changed, err := path.Set(document, v)
		var mismatch *jsonpath.MatchError
		if errors.As(err, &mismatch) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := path.Get(changed)
		if err != nil || !value.Equal(got, v) {
			t.Fatalf("%s gives %v, %v after setting %v", path, got, err, v)
		}
		if after := value.Text(document); after != before {
			t.Fatalf("Set changed %s to %s", before, after)
		}
	})
}

func TestSetOfWhatGetGivesChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := someValue(3).Draw(t, "document")
		path, err := jsonpath.Parse(someReference(t, document))
		if err != nil {
			t.Fatal(err)
		}
		v, err := path.Get(document)
		if err != nil {
			return
		}
		same, err := path.Set(document, v)
		if err != nil || value.Text(same) != value.Text(document) {
			t.Fatalf("%s became %s, %v", value.Text(document), value.Text(same), err)
		}
	})
}

// TestDeepScanFindsEveryMember compares $..a with a walk written by hand.
func TestDeepScanFindsEveryMember(t *testing.T) {
	path, err := jsonpath.Parse("$..a")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		document := someValue(4).Draw(t, "document")
		got, err := path.Get(document)
		want := append([]any{}, walk(document)...)
		if err != nil || value.Text(got) != value.Text(want) {
			t.Fatalf("%s, %v, want %s", value.Text(got), err, value.Text(want))
		}
	})
}

func walk(v any) []any {
	var found []any
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			found = append(found, walk(element)...)
		}
	case *value.Object:
		if a, ok := v.Get("a"); ok {
			found = append(found, a)
		}
		for _, m := range v.Members() {
			found = append(found, walk(m.Value)...)
		}
	}
	return found
}
