package intrinsic_test

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/asl/intrinsic"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// compute evaluates a call over a document.
func compute(t *rapid.T, call string, document any) (any, error) {
	c, err := intrinsic.Parse(call)
	if err != nil {
		t.Fatalf("%s: %v", call, err)
	}
	return c.Eval(&env{document: document})
}

func must(t *rapid.T, call string, document any) any {
	v, err := compute(t, call, document)
	if err != nil {
		t.Fatalf("%s over %s: %v", call, value.Text(document), err)
	}
	return v
}

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

func someArray() *rapid.Generator[[]any] {
	return rapid.Custom(func(t *rapid.T) []any {
		array := []any{}
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 9), 0, 30).Draw(t, "elements") {
			array = append(array, number(n))
		}
		return array
	})
}

func TestPartitionKeepsOrderAndSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		array, size := someArray().Draw(t, "array"), rapid.IntRange(1, 12).Draw(t, "size")
		chunks := must(t, "States.ArrayPartition($[0], $[1])", []any{array, number(size)}).([]any)
		joined := []any{}
		for i, chunk := range chunks {
			length := len(chunk.([]any))
			if length > size || length == 0 || (i < len(chunks)-1 && length < size) {
				t.Fatalf("chunk %d of %d has %d elements", i, len(chunks), length)
			}
			joined = append(joined, chunk.([]any)...)
		}
		if !value.Equal(joined, array) {
			t.Fatalf("%v, want %v", joined, array)
		}
	})
}

// Digits come out in their order, since each is its own hash.
func TestUniqueModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		array := someArray().Draw(t, "array")
		want, seen := []any{}, map[any]bool{}
		for _, v := range array {
			seen[v] = true
		}
		for n := range 10 {
			if seen[number(n)] {
				want = append(want, number(n))
			}
		}
		got := must(t, "States.ArrayUnique($)", array).([]any)
		if !value.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
		probe := number(rapid.IntRange(0, 9).Draw(t, "probe"))
		if must(t, "States.ArrayContains($[0], $[1])", []any{array, probe}) != seen[probe] {
			t.Fatalf("%v in %v: not %v", probe, array, seen[probe])
		}
	})
}

func TestRangeModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, last := rapid.IntRange(-50, 50).Draw(t, "first"), rapid.IntRange(-50, 50).Draw(t, "last")
		step := rapid.IntRange(-9, 9).Filter(func(n int) bool { return n != 0 }).Draw(t, "step")
		want := []any{}
		for k := range 1000 {
			n := first + k*step
			if (step > 0 && n > last) || (step < 0 && n < last) {
				break
			}
			want = append(want, number(n))
		}
		got := must(t, "States.ArrayRange($[0], $[1], $[2])", []any{number(first), number(last), number(step)})
		if !value.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestMathAddModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64Range(-1e9, 1e9).Draw(t, "a"), rapid.Float64Range(-1e9, 1e9).Draw(t, "b")
		got := must(t, "States.MathAdd($[0], $[1])", []any{value.FromFloat(a), value.FromFloat(b)})
		if want := nearest(a) + nearest(b); got != value.FromInt(want) {
			t.Fatalf("%v + %v = %v, want %d", a, b, got, want)
		}
	})
}

// nearest rounds exactly: the greatest whole number not above f+1/2.
func nearest(f float64) int64 {
	r := new(big.Rat).SetFloat64(f)
	r.Add(r, big.NewRat(1, 2))
	return new(big.Int).Div(r.Num(), r.Denom()).Int64()
}

func TestRandomStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.IntRange(math.MinInt32, math.MaxInt32-1).Draw(t, "first")
		end := rapid.IntRange(first+1, math.MaxInt32).Draw(t, "end")
		seed := number(rapid.IntRange(math.MinInt32, math.MaxInt32).Draw(t, "seed"))
		for _, call := range []string{"States.MathRandom($[0], $[1])", "States.MathRandom($[0], $[1], $[2])"} {
			n, ok := value.Integer(must(t, call, []any{number(first), number(end), seed}))
			if !ok || n < int64(first) || n >= int64(end) {
				t.Fatalf("%d is not from %d to below %d", n, first, end)
			}
		}
	})
}

func TestEncodingsReverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if got := must(t, "States.Base64Decode(States.Base64Encode($))", text); got != text {
			t.Fatalf("Base64: %q, want %q", got, text)
		}
		if got := must(t, "States.StringToJson(States.JsonToString($))", []any{text}); !value.Equal(got, []any{text}) {
			t.Fatalf("JSON: %q, want %q", got, text)
		}
	})
}

func TestSplitModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab,;é"))).Draw(t, "text")
		splitters := rapid.StringOfN(rapid.SampledFrom([]rune(",;é")), 1, 3, -1).Draw(t, "splitters")
		for _, r := range splitters {
			text = strings.ReplaceAll(text, string(r), "\x00")
		}
		want := []any{}
		for _, part := range strings.Split(text, "\x00") {
			if part != "" {
				want = append(want, part)
			}
		}
		text = strings.ReplaceAll(text, "\x00", string([]rune(splitters)[:1]))
		if got := must(t, "States.StringSplit($[0], $[1])", []any{text, splitters}); !value.Equal(got, want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

// TestLiteralsMeanThemselves writes any text as a literal and reads it back,
// as a value and through the template of States.Format.
func TestLiteralsMeanThemselves(t *testing.T) {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`, `{`, `\{`, `}`, `\}`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		literal := "'" + escape.Replace(text) + "'"
		if got := must(t, "States.Array("+literal+")", nil); !value.Equal(got, []any{text}) {
			t.Fatalf("%q, want %q", got, text)
		}
		if got := must(t, "States.Format("+literal+")", nil); got != text {
			t.Fatalf("%q, want %q", got, text)
		}
	})
}

func TestUUIDForm(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	rapid.Check(t, func(t *rapid.T) {
		c, err := intrinsic.Parse("States.UUID()")
		if err != nil {
			t.Fatal(err)
		}
		v, err := c.Eval(&env{random: rapid.Uint64().Draw(t, "random")})
		if text, _ := v.(string); err != nil || !form.MatchString(text) {
			t.Fatalf("%v, %v", v, err)
		}
	})
}
