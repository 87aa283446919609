package asl

import (
	"encoding/json"
	"strconv"
	"strings"
)

// integer reads a whole number; nil where it is absent, wrong, or an
// expression of JSONata (which is refused for its own reason).
func (f *fields) integer(name string) *int64 {
	n := f.number(name, "Integer")
	if n == "" {
		return nil
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		f.wrong(name, "Integer")
		return nil
	}
	return &i
}

func (f *fields) float(name string) *float64 {
	n := f.number(name, "Number")
	if n == "" {
		return nil
	}
	x, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		f.wrong(name, "Number")
		return nil
	}
	return &x
}

func (f *fields) number(name, kind string) json.Number {
	v, ok := f.source.Get(name)
	if !ok {
		return ""
	}
	if s, ok := v.(string); ok && isJSONata(s) {
		return ""
	}
	n, ok := v.(json.Number)
	if !ok {
		f.wrong(name, kind)
	}
	return n
}

func (f *fields) integerOr(name string, otherwise int64) int64 {
	if i := f.integer(name); i != nil {
		return *i
	}
	return otherwise
}

func isJSONata(s string) bool {
	return strings.HasPrefix(s, "{%") && strings.HasSuffix(s, "%}")
}
