package jsonpath_test

import (
	"errors"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

const shop = `{"store":{"book":[
 {"category":"reference","title":"Sayings","price":8.95},
 {"category":"fiction","title":"Sword","price":12.99},
 {"category":"fiction","title":"Moby Dick","isbn":"0-553","price":8},
 {"category":"fiction","title":"Rings","isbn":"0-395","price":22.99}],
 "bicycle":{"color":"red","price":19.95}},
 "expensive":10,"empty":[],"none":null,"a key":{"b.c":1},"tags":["x","y"]}`

func decode(t *testing.T, text string) any {
	t.Helper()
	v, err := value.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestGet(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"$.expensive", `10`},
		{"$", shop},
		{"$.none", `null`},
		{"$['a key']['b.c']", `1`},
		{`$["store"].bicycle.color`, `"red"`},
		{"$.store.book[0].title", `"Sayings"`},
		{"$.store.book[-1].title", `"Rings"`},
		{"$.store.book[0,2].price", `[8.95,8]`},
		{"$.store.book[1:3].price", `[12.99,8]`},
		{"$.store.book[:1].price", `[8.95]`},
		{"$.store.book[-2:].price", `[8,22.99]`},
		{"$.store.book[*].isbn", `["0-553","0-395"]`},
		{"$.store.*.color", `["red"]`},
		{"$..isbn", `["0-553","0-395"]`},
		{"$.store..price", `[8.95,12.99,8,22.99,19.95]`},
		{"$.store.book[?(@.price < 10)].title", `["Sayings","Moby Dick"]`},
		{"$.store.book[?(@.isbn && @.price > 10)].title", `["Rings"]`},
		{"$.store.book[?(@.isbn&&@.price>10)].title", `["Rings"]`},
		{"$.store.book[?(!@.isbn)].title", `["Sayings","Sword"]`},
		{"$.store.book[?(!(@.isbn || @.price == 8.95))].title", `["Sword"]`},
		{"$.store.book[?(@.price <= $.expensive)].title", `["Sayings","Moby Dick"]`},
		{"$.store.book[?(@['category'] == 'reference')].title", `["Sayings"]`},
		{"$.store.book[?(@.title =~ /s.*/i)].title", `["Sayings","Sword"]`},
		{"$.store.book[?(@.category in ['reference','x'])].title", `["Sayings"]`},
		{"$.store.book[?(@.category nin ['fiction'])].title", `["Sayings"]`},
		{"$.store.book[?(@.title contains 'ing')].title", `["Sayings","Rings"]`},
		{"$.store.book[?(@.price == '8')].title", `["Moby Dick"]`},
		{"$.store.book[?(@.price === '8')].title", `[]`},
		{"$.store.book[?(@.isbn == null)].title", `[]`},
		{"$[?(@.color)].price", `[]`},
		{"$.store[?(@.color)].price", `[]`},
		{"$..[?(@.color)].price", `[19.95]`},
		{"$.store.book.length()", `4`},
		{"$.store.book[?(@.title size 5)].title", `["Sword","Rings"]`},
		{"$.empty[?(@ empty true)]", `[]`},
		{"$['expensive','none','nothing']", `{"expensive":10,"none":null}`},
		{"$.store['book','bicycle']", decodeAs("store")},
		{"$.missing[*]", `[]`},
		{"$.missing.deep[1:5]", `[]`},
		{"$.store.keys()", `["book","bicycle"]`},
		{"$.tags.concat('!', $.expensive)", `"xy!10"`},
		{"$.tags.append(1)", `["x","y",1]`},
	} {
		path, err := jsonpath.Parse(c.path)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		got, err := path.Get(decode(t, shop))
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if text := value.Text(got); !value.Equal(got, decode(t, c.want)) {
			t.Errorf("%s = %s, want %s", c.path, text, c.want)
		}
	}
}

// decodeAs returns the text of one member of shop.
func decodeAs(name string) string {
	v, err := value.Parse([]byte(shop))
	if err != nil {
		return err.Error()
	}
	member, _ := v.(*value.Object).Get(name)
	return value.Text(member)
}

func TestGetAggregates(t *testing.T) {
	for path, want := range map[string]string{
		"$.min()": "1", "$.max()": "4", "$.sum()": "10", "$.avg()": "2.5", "$.stddev()": "1.118033988749895",
		"$.sum(10, $.length())": "24", "$[?(@ > 2)]": "[3,4]",
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Get(decode(t, `[1,2,3,4]`))
		if text := value.Text(got); err != nil || text != want {
			t.Errorf("%s = %s, %v, want %s", path, text, err, want)
		}
	}
}

// JSON has no number for what is beyond the range of a double.
func TestGetAggregatesOutOfRange(t *testing.T) {
	for path, document := range map[string]string{
		"$.sum()": `[1e308,1e308]`, "$.avg()": `[1e308,1e308,1e308]`, "$.stddev()": `[1e308,-1e308]`, "$.max()": `[1,1e999]`,
		"$.min()": `[1,-1e999]`, "$.sum(1e308)": `[1e308]`, "$.sum( 1e999, -1e999 )": `[]`,
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		var failed *jsonpath.EvaluationError
		if v, err := p.Get(decode(t, document)); !errors.As(err, &failed) || !strings.Contains(err.Error(), "out of range") {
			t.Errorf("%s of %s = %s, %v", path, document, value.Text(v), err)
		}
	}
}

// Scans behind scans, and in filters behind scans, give up in the end.
func TestGetGivesUp(t *testing.T) {
	deep := decode(t, strings.Repeat(`{"a":`, 300)+"1"+strings.Repeat("}", 300))
	wide := decode(t, "["+strings.Repeat("{},", 5_000)+"{}]")
	for path, root := range map[string]any{
		"$..a..a..a..a": deep, "$..a..a..a..none": deep, "$..[?($..none)]": wide, "$[?(@ in $..none || $..none)]": wide,
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		var gaveUp *jsonpath.EvaluationError
		if v, err := p.Get(root); !errors.As(err, &gaveUp) || !strings.Contains(err.Error(), "takes more than 4194304 steps") {
			t.Errorf("%s: %T %v", path, v, err)
		}
	}
}

func TestGetNothingThere(t *testing.T) {
	for path, want := range map[string]string{
		"$.x":                     "No results for path: $['x']",
		"$.store.x":               "No results for path: $['store']['x']",
		"$.x.y.z":                 "Missing property in path $['x']",
		"$.store.book[9]":         "No results for path: $['store']['book'][9]",
		"$.none[0]":               "The path $['none'] is null",
		"$.expensive.x":           "Expected to find an object with property ['x'] in path $['expensive'] but found 'java.lang.Integer'.",
		"$.store.bicycle.color.x": "Expected to find an object with property ['x'] in path $['store']['bicycle']['color'] but found 'java.lang.String'.",
		"$.tags.sum()":            "Aggregation function attempted to calculate value using empty array",
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = p.Get(decode(t, shop)); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}

// A word without quotes in a filter is a string, as in AWS's samples.
func TestWordsInFilters(t *testing.T) {
	const data = `{"a":[{"k":"home","n":1},{"k":"work","n":2},{"k":"VENDOR_NAME","n":3},{"k":true,"n":4},{"k":"true","n":5},{"k":"é-1","n":6}]}`
	for path, want := range map[string]string{
		"$.a[?(@.k==home)].n":               "[1]",
		"$.a[?(@.k == VENDOR_NAME)].n":      "[3]",
		"$.a[?(work==@.k)].n":               "[2]",
		"$.a[?(@.k==true)].n":               "[4]",
		"$.a[?(@.k==é-1)].n":                "[6]",
		"$.a[?(@.k==home || @.n==2)].n":     "[1,2]",
		"$.a[?(@.k!=home&&@.k!=work)].n":    "[3,4,5,6]",
		"$.a[?(@.k in ['home', 'work'])].n": "[1,2]",
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got, err := p.Get(decode(t, data)); err != nil || value.Text(got) != want {
			t.Errorf("%s: got %v, %v, want %s", path, value.Text(got), err, want)
		}
	}
	for _, path := range []string{"$.a[?(home)]", "$.a[?(@.k==home work)]", "$.a[?(@.k==home.x)]", "$.a[?(@.k==-home)]", "$.a[?(@.k==1home)]"} {
		if _, err := jsonpath.Parse(path); err == nil {
			t.Errorf("%s was read", path)
		}
	}
}

func TestGetFromNull(t *testing.T) {
	for path, want := range map[string]string{"$": "null", "$[*]": "[]", "$..a": "[]"} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Get(nil); err != nil || value.Text(got) != want {
			t.Errorf("%s: %v, %v", path, got, err)
		}
	}
	p, err := jsonpath.Parse("$.a")
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Get(nil)
	var missing *jsonpath.NotFoundError
	const want = "Unable to apply Path transformation to null or empty input."
	if !errors.As(err, &missing) || missing.Invalid() != want || missing.InField("a.$", "null") != want {
		t.Errorf("%v", err)
	}
}

// TestNotFoundKinds distinguishes what AWS answers differently.
func TestNotFoundKinds(t *testing.T) {
	for path, want := range map[string]jsonpath.NotFoundKind{
		"$.a": jsonpath.Absent, "$.tags[5]": jsonpath.PastEnd, "$.tags[5].x": jsonpath.Absent, "$.expensive[0]": jsonpath.NoArray,
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Get(decode(t, shop))
		var missing *jsonpath.NotFoundError
		if !errors.As(err, &missing) || missing.Kind != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestNotFoundInAWSWords(t *testing.T) {
	p, err := jsonpath.Parse("$.ErrorX")
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Get(value.NewObject())
	var missing *jsonpath.NotFoundError
	if !errors.As(err, &missing) {
		t.Fatalf("%T", err)
	}
	if got, want := missing.Invalid(), "Invalid path '$.ErrorX' : No results for path: $['ErrorX']"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	want := "The JSONPath '$.ErrorX' specified for the field 'ErrorPath' could not be found in the input '{}'"
	if got := missing.InField("ErrorPath", "{}"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSet(t *testing.T) {
	for _, c := range []struct{ path, root, want string }{
		{"$", `{"a":1}`, `9`},
		{"$.a", `{"a":1,"b":2}`, `{"a":9,"b":2}`},
		{"$.c", `{"a":1}`, `{"a":1,"c":9}`},
		{"$.x.y.z", `{"a":1}`, `{"a":1,"x":{"y":{"z":9}}}`},
		{"$['x y'].z", `{}`, `{"x y":{"z":9}}`},
		{"$.a[1]", `{"a":[1,2,3]}`, `{"a":[1,9,3]}`},
		{"$.a[0].b", `{"a":[{"c":1}]}`, `{"a":[{"b":9,"c":1}]}`},
		{"$[0]", `[1]`, `[9]`},
	} {
		p, err := jsonpath.Parse(c.path)
		if err != nil {
			t.Fatal(err)
		}
		root := decode(t, c.root)
		got, err := p.Set(root, decode(t, `9`))
		if err != nil || !value.Equal(got, decode(t, c.want)) {
			t.Errorf("%s in %s: %v, %v, want %s", c.path, c.root, got, err, c.want)
		}
		if !value.Equal(root, decode(t, c.root)) {
			t.Errorf("%s changed its input to %v", c.path, root)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	for path, root := range map[string]string{
		"$.a": `"text"`, "$.a.b": `{"a":1}`, "$.a[0]": `{"a":{}}`, "$.a[3]": `{"a":[1]}`, "$.n[0]": `{}`, "$.a.c": `{"a":null}`,
		"$.a[0].b": `{"a":[1]}`, "$[*]": `[1]`,
	} {
		p, err := jsonpath.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Set(decode(t, root), "v")
		var mismatch *jsonpath.MatchError
		if want := "Unable to apply ReferencePath " + path + " to input " + root; !errors.As(err, &mismatch) || err.Error() != want {
			t.Errorf("%s in %s: %v", path, root, err)
		}
	}
}
