package jsonpath

import (
	"fmt"
	"math"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// function reads the arguments after name(.
func (p *parser) function(name string) (step, error) {
	compute, ok := functions()[name]
	if !ok {
		return nil, p.fail("there is no function %q", name)
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer p.shallower()
	f := function{name: name, compute: compute}
	p.blanks()
	for !p.take(")") {
		if len(f.arguments) > 0 {
			if err := p.expect(","); err != nil {
				return nil, err
			}
		}
		a, err := p.argument()
		if err != nil {
			return nil, err
		}
		f.arguments = append(f.arguments, a)
		p.blanks()
	}
	return f, nil
}

// argument reads a path from the document's root, or a JSON value.
func (p *parser) argument() (argument, error) {
	p.blanks()
	if p.starts("$") || p.starts("@") {
		path, err := p.inner()
		return argument{path: path}, err
	}
	v, err := p.literal()
	return argument{value: v}, err
}

func (s function) apply(v any, after []step, e *evaluation) error {
	arguments := make([]any, len(s.arguments))
	for i, a := range s.arguments {
		arguments[i] = a.value
		if a.path == nil {
			continue
		}
		var err error
		if arguments[i], err = a.path.evaluate(e.root, e.root, false, e.steps); err != nil {
			return err
		}
	}
	result, err := s.compute(e, v, arguments)
	if err != nil {
		return err
	}
	return e.follow(result, after)
}

type compute = func(e *evaluation, v any, arguments []any) (any, error)

// functions returns the functions of Jayway's JsonPath.
func functions() map[string]compute {
	return map[string]compute{
		"length": length,
		"size":   length,
		"keys":   keys,
		"concat": concat,
		"append": appended,
		"min":    aggregate(func(n []float64) float64 { return fold(n, math.Min) }),
		"max":    aggregate(func(n []float64) float64 { return fold(n, math.Max) }),
		"sum":    aggregate(sum),
		"avg":    aggregate(average),
		"stddev": aggregate(deviation),
	}
}

func length(_ *evaluation, v any, _ []any) (any, error) {
	switch v := v.(type) {
	case []any:
		return value.FromInt(int64(len(v))), nil
	case *value.Object:
		return value.FromInt(int64(v.Len())), nil
	}
	return nil, nil
}

func keys(_ *evaluation, v any, _ []any) (any, error) {
	object, ok := v.(*value.Object)
	if !ok {
		return nil, nil
	}
	names := []any{}
	for _, m := range object.Members() {
		names = append(names, m.Name)
	}
	return names, nil
}

// maxText bounds what concat gives, in bytes: four times what a state can pass
// on. An argument such as $..* is many times as long as the document.
const maxText = 1 << 20

// concat joins the strings of an array, then its arguments.
func concat(e *evaluation, v any, arguments []any) (any, error) {
	var parts []any
	array, _ := v.([]any)
	for _, element := range array {
		if text, ok := element.(string); ok {
			parts = append(parts, text)
		}
	}
	var b strings.Builder
	for _, part := range append(parts, arguments...) {
		if !value.Fits(part, maxText-b.Len()) {
			return nil, &EvaluationError{Path: e.path, Reason: fmt.Sprintf("The path '%s' gives a text of more than %d bytes", e.path, maxText)}
		}
		b.WriteString(concatenable(part))
	}
	return b.String(), nil
}

func concatenable(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return value.Text(v)
}

func appended(_ *evaluation, v any, arguments []any) (any, error) {
	array, ok := v.([]any)
	if !ok {
		return v, nil
	}
	return append(append([]any{}, array...), arguments...), nil
}

// aggregate makes a function of the numbers in an array and in the arguments;
// other values do not count. Without numbers it fails, in Jayway's words, and
// so it does where the result is beyond the range of a double.
func aggregate(compute func([]float64) float64) compute {
	return func(e *evaluation, v any, arguments []any) (any, error) {
		array, _ := v.([]any)
		numbers := append(numbersOf(array), numbersOf(arguments)...)
		if len(numbers) == 0 {
			return nil, &EvaluationError{Path: e.path, Reason: "Aggregation function attempted to calculate value using empty array"}
		}
		result := compute(numbers)
		if math.IsInf(result, 0) || math.IsNaN(result) {
			// JSON has no such number (RFC 8259 section 6).
			return nil, &EvaluationError{Path: e.path, Reason: fmt.Sprintf("The path '%s' gives a number that is out of range", e.path)}
		}
		return value.FromFloat(result), nil
	}
}

func numbersOf(values []any) []float64 {
	var numbers []float64
	for _, v := range values {
		if n, ok := value.Number(v); ok {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func fold(numbers []float64, join func(a, b float64) float64) float64 {
	result := numbers[0]
	for _, n := range numbers[1:] {
		result = join(result, n)
	}
	return result
}

func sum(numbers []float64) float64 {
	return fold(numbers, func(a, b float64) float64 { return a + b })
}

func average(numbers []float64) float64 { return sum(numbers) / float64(len(numbers)) }

// deviation returns the standard deviation of a whole population.
func deviation(numbers []float64) float64 {
	mean, squares := average(numbers), 0.0
	for _, n := range numbers {
		squares += (n - mean) * (n - mean)
	}
	return math.Sqrt(squares / float64(len(numbers)))
}
