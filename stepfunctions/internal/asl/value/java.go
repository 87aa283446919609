package value

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Java writes a value the way Java's toString does, which is what AWS puts
// in place of {}: {Arg1=1, Arg2=[]}.
func Java(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			parts[i] = Java(element)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *Object:
		parts := make([]string, v.Len())
		for i, m := range v.Members() {
			parts[i] = m.Name + "=" + Java(m.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case json.Number:
		return javaNumber(v)
	}
	return Text(v)
}

// javaNumber writes whole numbers as they are and others as Java's
// Double.toString does: 1.0, 1.0E10.
func javaNumber(n json.Number) string {
	f, err := n.Float64()
	if err != nil || !strings.ContainsAny(n.String(), ".eE") {
		return n.String()
	}
	if size := math.Abs(f); f == 0 || (size >= 1e-3 && size < 1e7) {
		return withFraction(strconv.FormatFloat(f, 'f', -1, 64))
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
	power, err := strconv.Atoi(exponent)
	if err != nil {
		return n.String()
	}
	return withFraction(mantissa) + "E" + strconv.Itoa(power)
}

func withFraction(digits string) string {
	if strings.Contains(digits, ".") {
		return digits
	}
	return digits + ".0"
}
