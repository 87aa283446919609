package apigateway_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

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

// golden compares a response with testdata/<name>.http.
func golden(t *testing.T, name string, r response) {
	t.Helper()
	path := filepath.Join("testdata", name+".http")
	got := dump(r)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
