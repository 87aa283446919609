package hostguard

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// maxName is the longest host name in characters, RFC 1035 section 2.3.4.
const maxName = 253

// Names are host names that a person allows. They are a flag.Value: the flag
// may be repeated, and each value may hold several names separated by commas.
type Names []string

// String implements flag.Value.
func (n *Names) String() string {
	if n == nil {
		return ""
	}
	return strings.Join(*n, ",")
}

// Set implements flag.Value: it adds names. The error says which is not one.
func (n *Names) Set(value string) error {
	for name := range strings.SplitSeq(value, ",") {
		name = canonical(strings.TrimSpace(name))
		if !isName(name) {
			return fmt.Errorf("%q is not a host name; it takes neither scheme nor port, and international names in their form for DNS (xn--...)", name)
		}
		if !slices.Contains(*n, name) {
			*n = append(*n, name)
		}
	}
	return nil
}

// isName reports whether a name, in lower case, can be one of a host. The
// underscore, which DNS does not allow there, is common in names of containers.
func isName(name string) bool {
	if len(name) > maxName {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// maxLogged bounds how many names are remembered, and so logged: whoever sends
// requests can make up any number.
const maxLogged = 100

// onceEach runs a function once for each key, and for maxLogged keys at most.
type onceEach struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (o *onceEach) do(key string, f func()) {
	key = shortened(key)
	o.mu.Lock()
	known := o.seen[key] || len(o.seen) >= maxLogged
	if !known {
		if o.seen == nil {
			o.seen = map[string]bool{}
		}
		o.seen[key] = true
	}
	o.mu.Unlock()
	if !known {
		f()
	}
}

// shortened bounds what a caller can put into the log.
func shortened(s string) string { return s[:min(len(s), maxName)] }
