package choice_test

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl/choice"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

func TestHolds(t *testing.T) {
	for _, c := range []struct {
		operator, variable, operand string
		want                        bool
	}{
		{"StringEquals", `"a"`, `"a"`, true},
		{"StringEqualsPath", `"a"`, `"b"`, false},
		{"StringEquals", `1`, `"1"`, false},
		{"StringLessThan", `"a"`, `"b"`, true},
		{"StringLessThan", `"\ud83d\ude00"`, `"\uffee"`, true},
		{"StringGreaterThanEqualsPath", `"b"`, `"b"`, true},
		{"StringMatches", `"log-2.txt"`, `"log-*.txt"`, true},
		{"StringMatches", `"a*b"`, `"a\\*b"`, true},
		{"StringMatches", `"axb"`, `"a\\*b"`, false},
		{"StringMatches", `"a\\b"`, `"a\\\\b"`, true},
		{"StringMatches", `"foobarbar"`, `"foo*bar"`, true},
		{"StringMatches", `""`, `"**"`, true},
		{"StringMatches", `"a"`, `""`, false},
		{"StringMatches", `""`, `""`, true},
		{"StringMatches", `"aba"`, `"ab*ba"`, false},
		{"StringMatches", `"abba"`, `"ab*ba"`, true},
		{"StringMatches", `"abcbd"`, `"a*b*b*d"`, true},
		{"StringMatches", `"abcd"`, `"a*b*b*d"`, false},
		{"StringMatches", `"aabaabaaac"`, `"*aabaaac"`, true},
		{"StringMatches", `"xaabaabaaacx"`, `"*aabaaac*"`, true},
		{"StringMatches", `"a*"`, `"*\\*"`, true},
		{"StringMatches", `5`, `"*"`, false},
		{"NumericEquals", `1`, `1.0`, true},
		{"NumericLessThanPath", `9007199254740992`, `9007199254740993`, true},
		{"NumericGreaterThanEquals", `1e3`, `1000`, true},
		{"NumericEquals", `"1"`, `1`, false},
		{"BooleanEquals", `false`, `false`, true},
		{"BooleanEqualsPath", `true`, `false`, false},
		{"BooleanEquals", `null`, `false`, false},
		{"TimestampEquals", `"2020-01-01T00:00:00Z"`, `"2020-01-01T01:00:00.000+01:00"`, true},
		{"TimestampLessThanEquals", `"2020-01-01T00:00:00Z"`, `"2020-01-01T00:00:00.001Z"`, true},
		{"TimestampEquals", `"2020-01-01"`, `"2020-01-01T00:00:00Z"`, false},
		{"IsTimestamp", `"2020-01-01T00:00:00"`, `false`, true},
		{"IsTimestamp", `"2020-01-01T00:00:00Z"`, `true`, true},
		{"IsTimestamp", `"2020-01-01T00:00:00.123456789-23:59"`, `true`, true},
		{"IsTimestamp", `"2020-01-01T00:00:00+23:59"`, `true`, true},
		{"IsTimestamp", `"2020-01-01T00:00:00+24:00"`, `true`, false},
		{"IsTimestamp", `"2020-01-01T00:00:00-24:00"`, `true`, false},
		{"IsTimestamp", `"2020-01-01T00:00:00+00:60"`, `true`, false},
		{"TimestampEquals", `"2020-01-02T00:00:00+24:00"`, `"2020-01-01T00:00:00Z"`, false},
		{"IsTimestamp", `"2020-01-01T0:00:00Z"`, `true`, false},
		{"IsTimestamp", `"2020-01-01T00:00:00,5Z"`, `true`, false},
		{"IsTimestamp", `"2020-01-01t00:00:00z"`, `true`, false},
		{"IsTimestamp", `"2020-02-30T00:00:00Z"`, `true`, false},
		{"IsNull", `null`, `true`, true},
		{"IsNull", `0`, `true`, false},
		{"IsNumeric", `"1"`, `false`, true},
		{"IsString", `"1"`, `true`, true},
		{"IsBoolean", `false`, `true`, true},
		{"IsPresent", `null`, `true`, true},
		{"IsPresent", `null`, `false`, false},
	} {
		o, ok := choice.Lookup(c.operator)
		if !ok {
			t.Errorf("%s is not known", c.operator)
			continue
		}
		if got := o.Holds(parse(t, c.variable), parse(t, c.operand)); got != c.want {
			t.Errorf("%s %s %s: %v", c.variable, c.operator, c.operand, got)
		}
	}
}

func parse(t *testing.T, text string) any {
	t.Helper()
	v, err := value.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestUnknownOperators(t *testing.T) {
	for _, name := range []string{"", "Path", "Equals", "StringMatchesPath", "IsNullPath", "BooleanLessThan", "NumericMatches", "stringEquals", "Variable"} {
		if o, ok := choice.Lookup(name); ok {
			t.Errorf("%q was taken for %+v", name, o)
		}
	}
}

func TestMissing(t *testing.T) {
	if holds, ok := choice.Missing("IsPresent", false); !holds || !ok {
		t.Error("IsPresent false of nothing does not hold")
	}
	if holds, ok := choice.Missing("IsPresent", true); holds || !ok {
		t.Error("IsPresent true of nothing holds")
	}
	if _, ok := choice.Missing("IsNull", true); ok {
		t.Error("IsNull of nothing has a result")
	}
}

// A pattern as long as the largest input takes a few steps for each byte, where
// trying it at every place of the text takes billions of them.
func TestMatchesTakesLinearTime(t *testing.T) {
	o, ok := choice.Lookup("StringMatches")
	const n = 120_000
	text := strings.Repeat("a", 2*n)
	for _, pattern := range []string{
		"*" + strings.Repeat("a", n) + "b*",
		strings.Repeat("*a", n) + "*b*",
		"*" + strings.Repeat("ab", n/2) + "*",
	} {
		if !ok || o.Holds(text, pattern) {
			t.Errorf("a text without b matches %.20s…", pattern)
		}
	}
}

func TestMatchesIsNotExponential(t *testing.T) {
	o, ok := choice.Lookup("StringMatches")
	if !ok || o.Holds(strings.Repeat("a", 10_000), strings.Repeat("a*", 100)+"b") {
		t.Error("a text without b matches a pattern that ends in b")
	}
}
