package page_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
)

// The page has the list of transient status codes in its own language.
func TestThePageRepeatsWhatTheClientRepeats(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("static", "js", "backoff.js"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`const transient = new Set\(\[([\d, ]+)\]\)`).FindSubmatch(text)
	if found == nil {
		t.Fatal("backoff.js has no list of transient codes")
	}
	listed := map[int]bool{}
	for word := range strings.SplitSeq(string(found[1]), ",") {
		code, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			t.Fatal(err)
		}
		listed[code] = true
	}
	for code := range 1000 {
		if listed[code] != api.Transient(code) {
			t.Errorf("%d: %v in the page, %v in package api", code, listed[code], api.Transient(code))
		}
	}
}
