package lambdahttp

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// parseWait finds the wait preference in a Prefer header (RFC 7240, section
// 4.3: whole seconds). The first one counts, names have no case, parameters
// mean nothing here, and what cannot be read is ignored, as the RFC asks.
func parseWait(prefer string) (wait time.Duration, given bool) {
	for preference := range splitQuoted(prefer, ',') {
		for part := range splitQuoted(preference, ';') {
			name, value, _ := strings.Cut(part, "=")
			if strings.EqualFold(strings.TrimSpace(name), "wait") {
				return seconds(strings.TrimSpace(value))
			}
			break // what follows are parameters of another preference
		}
	}
	return 0, false
}

// maxSeconds keeps durations far from overflow; no request is granted as much.
const maxSeconds = 1 << 20

func seconds(value string) (d time.Duration, ok bool) {
	if unquoted, ok := strings.CutPrefix(value, `"`); ok && strings.HasSuffix(unquoted, `"`) {
		value = strings.TrimSuffix(unquoted, `"`)
	}
	n, err := strconv.ParseUint(value, 10, 64) // the greatest number, where that is exceeded
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0, false
	}
	return time.Duration(min(n, maxSeconds)) * time.Second, true
}

// splitQuoted yields the parts of s between separators that are not inside a
// quoted string (RFC 9110, section 5.6.4).
func splitQuoted(s string, separator byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		quoted, start := false, 0
		for i := 0; i < len(s); i++ {
			switch {
			case quoted && s[i] == '\\':
				i++
			case s[i] == '"':
				quoted = !quoted
			case s[i] == separator && !quoted:
				if !yield(s[start:i]) {
					return
				}
				start = i + 1
			}
		}
		yield(s[start:])
	}
}
