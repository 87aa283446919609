package apigateway_test

import (
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/golden"
)

var (
	idPattern     = regexp.MustCompile(`\b[a-z2-7]{26}\b`)
	cursorPattern = regexp.MustCompile(`\b([0-9]{19})-[0-9a-f]{12}\b`)
)

// dump is a whole response but for its date, with one id for all ids. The pause of
// a 202 is longer by what spreads clients, and depends on the id.
func dump(r response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Proto, r.Status)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name == "Date" || name == "Etag" {
			continue
		}
		for _, value := range r.Header[name] {
			if name == "Retry-After" && (r.StatusCode < 400 || r.StatusCode == http.StatusTooManyRequests) { // it has a spread
				value = "SECONDS"
			}
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	fmt.Fprintf(&b, "\n%s", r.text)
	text := idPattern.ReplaceAllString(b.String(), "aaaaaaaaaaaaaaaaaaaaaaaaaa")
	return cursorPattern.ReplaceAllString(text, "$1-aaaaaaaaaaaa")
}

// compare compares a response with testdata/<name>.http.
func compare(t *testing.T, name string, r response) {
	t.Helper()
	golden.Compare(t, filepath.Join("testdata", name+".http"), dump(r))
}
