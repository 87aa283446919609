package client

import (
	"net/http"
	"strings"
)

// entityTag returns the response's ETag if it is one (RFC 9110, section
// 8.8.3) and of reasonable length. Anything else would be sent back to the
// server for nothing.
func entityTag(h http.Header) string {
	v := h.Get("ETag")
	opaque := strings.TrimPrefix(v, "W/")
	if len(opaque) < 2 || len(opaque) > 512 || opaque[0] != '"' || opaque[len(opaque)-1] != '"' {
		return ""
	}
	for _, b := range []byte(opaque[1 : len(opaque)-1]) {
		if b <= 0x20 || b == '"' || b == 0x7f {
			return ""
		}
	}
	return v
}
