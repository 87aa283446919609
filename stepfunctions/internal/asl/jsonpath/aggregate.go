package jsonpath

import (
	"math"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// aggregate makes a function of the numbers in an array and in the arguments;
// other values do not count. Without numbers it fails, in Jayway's words.
func aggregate(compute func([]float64) float64) compute {
	return func(e *evaluation, v any, arguments []any) (any, error) {
		array, _ := v.([]any)
		numbers := append(numbersOf(array), numbersOf(arguments)...)
		if len(numbers) == 0 {
			return nil, &EvaluationError{Path: e.path, Reason: "Aggregation function attempted to calculate value using empty array"}
		}
		return value.FromFloat(compute(numbers)), nil
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

// deviation is the standard deviation of a whole population.
func deviation(numbers []float64) float64 {
	mean, squares := average(numbers), 0.0
	for _, n := range numbers {
		squares += (n - mean) * (n - mean)
	}
	return math.Sqrt(squares / float64(len(numbers)))
}
