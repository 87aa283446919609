// Package trace carries the trace that a request belongs to from the request
// to everything that is done for it.
package trace

import (
	"context"
	"strings"
)

// ID is a trace id as W3C writes it: 32 lower-case hexadecimal digits. It is
// "" where there is none.
type ID string

// Valid reports whether the id is one: W3C forbids all zeros.
func (id ID) Valid() bool { return hex(string(id), 32) }

// Of returns the trace of a request in its headers: traceparent, which the caller
// sends, or else X-Amzn-Trace-Id, which the gateway adds. What does not keep
// strictly to its format is no trace, as both come from outside and are logged.
// https://www.w3.org/TR/trace-context/#traceparent-header
// https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
func Of(traceparent, amazon string) ID {
	if id, ok := parent(traceparent); ok {
		return id
	}
	for field := range strings.SplitSeq(amazon, ";") {
		if root, ok := strings.CutPrefix(strings.TrimSpace(field), "Root="); ok {
			return rootOf(root)
		}
	}
	return ""
}

// parent reads version-traceid-parentid-flags. Only version 00 is known to have
// nothing after the flags.
func parent(header string) (ID, bool) {
	parts := strings.Split(header, "-")
	if len(parts) < 4 || len(parts) > 4 && parts[0] == "00" {
		return "", false
	}
	known := digits(parts[0], 2) && parts[0] != "ff" && digits(parts[3], 2)
	return ID(parts[1]), known && hex(parts[1], 32) && hex(parts[2], 16)
}

// rootOf reads 1-EPOCH-RANDOM, which is a W3C trace id in two parts.
func rootOf(root string) ID {
	parts := strings.Split(root, "-")
	if len(parts) == 3 && parts[0] == "1" && digits(parts[1], 8) && digits(parts[2], 24) {
		if id := ID(parts[1] + parts[2]); id.Valid() {
			return id
		}
	}
	return ""
}

// hex wants n lower-case digits that are not all zero.
func hex(text string, n int) bool { return digits(text, n) && strings.Trim(text, "0") != "" }

func digits(text string, n int) bool {
	return len(text) == n && strings.Trim(text, "0123456789abcdef") == ""
}

type key struct{}

// NewContext returns ctx with the trace. An id that is not valid leaves it as it is.
func NewContext(ctx context.Context, id ID) context.Context {
	if !id.Valid() {
		return ctx
	}
	return context.WithValue(ctx, key{}, id)
}

// FromContext returns the trace that ctx belongs to.
func FromContext(ctx context.Context) ID {
	id, _ := ctx.Value(key{}).(ID)
	return id
}
