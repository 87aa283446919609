package intrinsic_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/jsonpath"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// env resolves paths in a document and a context object, and counts up as
// random bits.
type env struct {
	document, context any
	random            uint64
}

func (e *env) Resolve(p *jsonpath.Path) (any, error) {
	if p.Root().Kind == jsonpath.Context && e.context != nil {
		return p.Get(e.context)
	}
	return p.Get(e.document)
}

func (e *env) Random() uint64 {
	e.random += 0x0123456789abcdef
	return e.random
}

func (e *env) Spend(any) bool { return true }

func eval(t *testing.T, call, document string) (any, error) {
	t.Helper()
	c, err := intrinsic.Parse(call)
	if err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	v, err := value.Parse([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return c.Eval(&env{document: v})
}

func TestEval(t *testing.T) {
	for _, c := range []struct{ call, input, want string }{
		{`States.Format('Hello {}, {}', $.a, 2)`, `{"a":"you"}`, `"Hello you, 2"`},
		{`States.Format('{}|{}|{}', null, true, $.o)`, `{"o":{"b":1,"a":[1.50,"x",{}]}}`, `"null|true|{b=1, a=[1.5, x, {}]}"`},
		{`States.Format('it\'s \{{}\} \\ ', 'x{}')`, `null`, `"it's {x{}} \\ "`},
		{`States.Format($.t, 1)`, `{"t":"\\{{}\\}"}`, `"{1}"`},
		{`States.Format('{} {} {}', 1.0, 1e10, 0.00001)`, `null`, `"1.0 1.0E10 1.0E-5"`},
		{`States.StringToJson('{"a":[1]}')`, `null`, `{"a":[1]}`},
		{`States.StringToJson('')`, `null`, `null`},
		{`States.StringToJson('\{\}')`, `null`, `{}`},
		{`States.JsonToString($)`, `{"b":1.0,"a":"<"}`, `"{\"b\":1.0,\"a\":\"<\"}"`},
		{`States.JsonMerge($.a, $.b, false)`, `{"a":{"x":1,"y":{"p":1}},"b":{"y":2}}`, `{"x":1,"y":2}`},
		{`States.JsonMerge($.a, $.b, 'false')`, `{"a":{"x":1},"b":{"y":2}}`, `{"x":1,"y":2}`},
		{`States.Array()`, `null`, `[]`},
		{`States.Array('a, b', $.x[?(@.y == ')')].y, -2.5, States.Array(null))`, `{"x":[{"y":")"}]}`, `["a, b",[")"],-2.5,[null]]`},
		{`States.ArrayPartition($, 2)`, `[1,2,3]`, `[[1,2],[3]]`},
		{`States.ArrayPartition($, 2.9)`, `[1,2,3]`, `[[1,2],[3]]`},
		{`States.ArrayPartition($, 1)`, `[]`, `[]`},
		{`States.ArrayContains($, States.Array(1))`, `[[1]]`, `true`},
		{`States.ArrayContains($, 2)`, `["2"]`, `true`},
		{`States.ArrayContains($, true)`, `["true"]`, `true`},
		{`States.ArrayContains($, false)`, `[0,1]`, `false`},
		{`States.ArrayContains($.a, $.o)`, `{"a":[{"a":1,"b":2}],"o":{"b":2,"a":1}}`, `false`},
		{`States.ArrayRange(1, 9, 2)`, `null`, `[1,3,5,7,9]`},
		{`States.ArrayRange(5.4, -0.6, -2.4)`, `null`, `[5,3,1]`},
		{`States.ArrayRange(5, 1, 1)`, `null`, `[]`},
		{`States.ArrayLength(States.ArrayRange(1000, 1, -1))`, `null`, `1000`},
		{`States.ArrayGetItem($, 1.9)`, `[10,20]`, `20`},
		{`States.ArrayGetItem($, 9)`, `[]`, `null`},
		{`States.ArrayUnique($)`, `[1,"1",1.0,"01","a","a",null,null,[1],[1]]`, `[null,[1],1,"1","01","a"]`},
		{`States.ArrayUnique($)`, `[true,false,true]`, `[false,true]`},
		{`States.ArrayUnique($)`, `[[1,2],[1,2],[2,1]]`, `[[2,1],[1,2]]`},
		{`States.ArrayUnique($)`, `[{"a":1,"b":2},{"b":2,"a":1}]`, `[{"a":1,"b":2}]`},
		{`States.Base64Encode('Data to encode')`, `null`, `"RGF0YSB0byBlbmNvZGU="`},
		{`States.Base64Decode('RGF0YSB0byBlbmNvZGU=')`, `null`, `"Data to encode"`},
		{`States.Base64Decode(' YWJj\\ZA')`, `null`, `"abcd"`},
		{`States.Base64Decode('ab==cd')`, `null`, `"i"`},
		{`States.Hash('hello', 'MD5')`, `null`, `"5d41402abc4b2a76b9719d911017c592"`},
		{`States.Hash('hello', 'SHA-1')`, `null`, `"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"`},
		{`States.MathAdd(-1.5, 0)`, `null`, `-1`},
		{`States.MathAdd(1.5, 1.51)`, `null`, `4`},
		{`States.MathAdd(2147483646, 1)`, `null`, `2147483647`},
		{`States.StringSplit(',a,,b,', ',')`, `null`, `["a","b"]`},
		{`States.StringSplit('1+2,3.4', '.+,')`, `null`, `["1","2","3","4"]`},
		{`States.StringSplit('abc', '')`, `null`, `["abc"]`},
		{`States.StringSplit('', ',')`, `null`, `[]`},
		{`States.UUID()`, `null`, `"01234567-89ab-4def-8246-8acf13579bde"`},
		{` States.MathRandom( 3 , 4 ) `, `null`, `3`},
	} {
		got, err := eval(t, c.call, c.input)
		if err != nil {
			t.Errorf("%s: %v", c.call, err)
			continue
		}
		if text := value.Text(got); text != c.want {
			t.Errorf("%s = %s, want %s", c.call, text, c.want)
		}
	}
}

func TestEvalRefusesArguments(t *testing.T) {
	long := strings.Repeat("é", 10_001)
	for _, call := range []string{
		`States.Format('{}')`, `States.Format('{}', 1, 2)`,
		`States.Format(1)`, `States.Format()`, `States.StringToJson('{')`, `States.StringToJson(1)`, `States.StringToJson()`,
		`States.JsonMerge($, $, true)`, `States.JsonMerge($, 1, false)`, `States.JsonMerge(1, $, false)`, `States.JsonMerge($, $, 'true')`,
		`States.ArrayPartition(States.Array(1), 0.9)`, `States.ArrayPartition(1, 1)`, `States.ArrayPartition(States.Array(1), '1')`,
		`States.ArrayContains(1, 1)`, `States.ArrayRange(1, 1001, 1)`, `States.ArrayRange(1, 2, 0)`, `States.ArrayRange('1', 2, 1)`,
		`States.ArrayGetItem(States.Array(1), 1)`, `States.ArrayGetItem(States.Array(1), -1)`, `States.ArrayGetItem('a', 0)`,
		`States.ArrayLength('abc')`, `States.ArrayUnique(1)`, `States.Base64Encode(1)`, `States.Base64Encode('` + long + `')`,
		`States.Base64Decode('` + long + `')`, `States.Hash('a', 'SHA256')`, `States.Hash('a', 1)`, `States.Hash('` + long + `', 'MD5')`,
		`States.MathRandom(1, 1)`, `States.MathRandom(2, 1)`, `States.MathRandom(1.4, 1.6)`, `States.MathRandom(1, 2, null)`,
		`States.MathRandom(1)`, `States.MathAdd('1', 2)`, `States.MathAdd(2147483647, 1)`, `States.MathAdd(3000000000, 0)`,
		`States.MathAdd(true, 2)`, `States.StringSplit(1, ',')`, `States.StringSplit('a', null)`, `States.UUID(1)`,
	} {
		v, err := eval(t, call, `{}`)
		var wrong *intrinsic.ArgumentsError
		if !errors.As(err, &wrong) {
			t.Errorf("%.60s: %v, %v", call, v, err)
			continue
		}
		want := "The function '" + call + "' had the following error: Invalid arguments in " + call[:strings.IndexByte(call, '(')]
		if !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60s: %v", call, err)
		}
	}
}

// A brace without its other has words of its own, as AWS has them.
func TestEvalRefusesTemplates(t *testing.T) {
	for call, reason := range map[string]string{
		`States.Format('Hello {}, e.g. \\{ \\}', $.a)`: "matching '}' not found for '{'",
		`States.Format('{', $.a)`:                      "matching '}' not found for '{'",
		`States.Format('{{}}', 1)`:                     "matching '}' not found for '{'",
		`States.Format('}', $.a)`:                      "matching '{' not found for '}'",
	} {
		want := "The function '" + call + "' had the following error: Invalid template in States.Format: " + reason + "."
		if v, err := eval(t, call, `{"a":1}`); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, %v, want %s", call, v, err, want)
		}
	}
}

// What a definition of a megabyte can ask for would fill the memory.
func TestEvalRefusesEndlessTexts(t *testing.T) {
	input := `{"t":"` + strings.Repeat("é", 100_000) + `"}`
	many := strings.Repeat("$.t,", 20) + "$.t"
	for _, call := range []string{
		`States.Format('` + strings.Repeat("{}", 21) + `', ` + many + `)`, `States.Format('{}', States.Array(` + many + `))`,
		`States.JsonToString(States.Array(` + many + `))`, `States.Hash(States.Array(` + many + `), 'MD5')`,
	} {
		_, err := eval(t, call, input)
		if err == nil || !strings.HasSuffix(err.Error(), "the text is longer than 1048576 bytes") {
			t.Errorf("%.40s: %.200v", call, err)
		}
	}
}

// As many different elements as fit into an input.
func TestEvalUniqueOfMany(t *testing.T) {
	var elements []string
	for i := range 15_000 {
		elements = append(elements, strconv.Itoa(10_000+i), "["+strconv.Itoa(10_000+i)+"]")
	}
	got, err := eval(t, `States.ArrayLength(States.ArrayUnique($))`, "["+strings.Join(elements, ",")+"]")
	if err != nil || !value.Equal(got, json.Number("30000")) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestEvalNamesTheWholeExpression(t *testing.T) {
	call := `States.Format('{}', States.MathAdd('a', 1))`
	_, err := eval(t, call, `{}`)
	want := "The function '" + call + "' had the following error: Invalid arguments in States.MathAdd: argument 1 is not a number"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestEvalMissingPath(t *testing.T) {
	const had = "' had the following error: "
	for call, want := range map[string]string{
		`States.Array(States.UUID(), $.a.b)`: had + "The JsonPath argument for the field '$.a.b' could not be found in the input '{\"o\":1}'",
		`States.Array( $$.Nope.Deep)`:        had + "The JsonPath argument for the field '$.Nope.Deep' could not be found in the input '{\"o\":1}'",
		`States.Array($.o[0])`:               had + "Filter: [0] can only be applied to arrays. Current context is: 1",
	} {
		_, err := eval(t, call, `{"o":1}`)
		var missing *intrinsic.MissingError
		if !errors.As(err, &missing) {
			t.Errorf("%s: %v", call, err)
			continue
		}
		if got := missing.Cause(`{"o":1}`); got != "The function '"+call+want {
			t.Errorf("%s: %s", call, got)
		}
	}
}

func TestSeededRandomRepeats(t *testing.T) {
	first, err := eval(t, `States.MathRandom(-1000000, 1000000, 42)`, `null`)
	if err != nil {
		t.Fatal(err)
	}
	second, err := eval(t, `States.Array(States.UUID(), States.MathRandom(-1000000, 1000000, 42))`, `null`)
	if err != nil || second.([]any)[1] != first {
		t.Errorf("%v and %v, %v", first, second, err)
	}
}

func TestParseRefuses(t *testing.T) {
	deep := strings.Repeat("States.Array(", 11) + strings.Repeat(")", 11)
	for _, text := range []string{
		"", "States", "States.Array", "States.Array(", "States.Array(1", "States.Array(1,)", "States.Array(,1)", "States.Array(1 2)",
		"States.Array(1))", "States.Array(1)[0]", "States.Array() x", "states.Array()", "States.array()", "States.Xyz()", "Array()", "$.a",
		"States.Array('a)", `States.Array("a")`, `States.Array('\n')`, `States.Array('\"')`, `States.Array('\`, "States.Array([1])", "States.Array({})",
		"States.Array(abc)", "States.Array($.)", "States.Array($.a[)", "States.Array(01)", "States.Array (1)", deep,
		strings.Repeat("States.Array(", 100_000),
	} {
		_, err := intrinsic.Parse(text)
		var syntax *intrinsic.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
}

func TestParseNestsTenDeep(t *testing.T) {
	text := strings.Repeat("States.Array(", 10) + strings.Repeat(")", 10)
	if _, err := intrinsic.Parse(text); err != nil {
		t.Error(err)
	}
}
