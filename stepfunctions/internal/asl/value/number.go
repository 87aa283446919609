package value

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Number reads a decoded JSON number as a float64, the precision that the
// states language promises (states-language.net, "Data"). ok is false for
// anything that is not a number.
func Number(v any) (f float64, ok bool) {
	switch n := v.(type) {
	case json.Number:
		f, err := strconv.ParseFloat(n.String(), 64)
		return f, err == nil || math.IsInf(f, 0)
	case float64:
		return n, true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	}
	return 0, false
}

// Integer reads a decoded JSON number that is written without fraction or
// exponent and fits into 64 bits.
func Integer(v any) (i int64, ok bool) {
	switch n := v.(type) {
	case json.Number:
		i, err := strconv.ParseInt(n.String(), 10, 64)
		return i, err == nil
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

// CompareNumbers orders two decoded JSON numbers: whole numbers of 64 bits
// exactly, all others as doubles. ok is false if either is not a number.
func CompareNumbers(a, b any) (order int, ok bool) {
	i, aWhole := Integer(a)
	j, bWhole := Integer(b)
	if aWhole && bWhole {
		return cmp.Compare(i, j), true
	}
	f, aOK := Number(a)
	g, bOK := Number(b)
	return cmp.Compare(f, g), aOK && bOK
}

// FromFloat returns the JSON number for f, without a fraction where f is whole.
func FromFloat(f float64) json.Number {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return json.Number(strconv.FormatInt(int64(f), 10))
	}
	return json.Number(strconv.FormatFloat(f, 'g', -1, 64))
}

// FromInt returns the JSON number for i.
func FromInt(i int64) json.Number { return json.Number(strconv.FormatInt(i, 10)) }

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

// JavaHash returns the hashCode of a value in Java, where an object is a Map, an
// array a List and a number an Integer, a Long or a Double.
func JavaHash(v any) uint32 {
	switch v := v.(type) {
	case bool:
		if v {
			return 1231
		}
		return 1237
	case string:
		var h uint32
		for _, unit := range utf16.Encode([]rune(v)) {
			h = 31*h + uint32(unit)
		}
		return h
	case []any:
		h := uint32(1)
		for _, item := range v {
			h = 31*h + JavaHash(item)
		}
		return h
	case *Object:
		var h uint32
		for _, m := range v.Members() {
			h += JavaHash(m.Name) ^ JavaHash(m.Value)
		}
		return h
	case json.Number:
		return javaNumberHash(v)
	}
	return 0
}

func javaNumberHash(n json.Number) uint32 {
	i, whole := Integer(n)
	if whole && int64(int32(i)) == i {
		return uint32(i)
	}
	bits := uint64(i)
	if !whole {
		f, _ := Number(n)
		bits = math.Float64bits(f)
	}
	return uint32(bits ^ bits>>32)
}

// JavaBucket returns the place of a hash in a HashMap of this many entries; a
// HashMap lists its entries bucket by bucket.
func JavaBucket(hash uint32, entries int) int {
	buckets := 16
	for 4*entries > 3*buckets {
		buckets *= 2
	}
	return int((hash ^ hash>>16) & uint32(buckets-1))
}

// Timestamp reads a timestamp of the states language: RFC 3339 with a capital T
// and, without a numeric offset, a capital Z (states-language.net,
// "Timestamps").
func Timestamp(v any) (t time.Time, ok bool) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	// Parse also takes hours of one digit, and commas before fractions.
	const hours, fraction = len("2006-01-02T15"), len("2006-01-02T15:04:05")
	return t, err == nil && text[hours] == ':' && text[fraction] != ',' && offsetInRange(text)
}

// offsetInRange reports whether the offset of a timestamp that time.Parse takes
// has at most 23 hours and 59 minutes (RFC 3339 section 5.6). Parse lets 24
// hours and 60 minutes through, https://github.com/golang/go/issues/54580.
func offsetInRange(text string) bool {
	if strings.HasSuffix(text, "Z") {
		return true
	}
	offset := text[len(text)-len("00:00"):]
	return offset[:2] <= "23" && offset[3:] <= "59"
}
