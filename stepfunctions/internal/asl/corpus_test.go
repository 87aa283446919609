package asl_test

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// The least share of real definitions, in per cent, that can be created where
// mocks and stubs answer for other services.
const corpusTarget = 90

// TestCorpus reports how many of a corpus of real definitions can be created,
// and why the others cannot: every one of those is rejected with a reason that
// names what is not supported, or what AWS rejects as well.
func TestCorpus(t *testing.T) {
	folder := os.Getenv("ASL_CORPUS")
	if folder == "" {
		t.Skip("NOT RUN: ASL_CORPUS is not set; make test-corpus sets it")
	}
	all, created, accepted := readCorpus(t, folder), 0, 0
	reasons := map[string][]string{}
	for _, d := range all {
		if asl.ErrorMessage(asl.Validate(d.text, asl.Options{})) == "" {
			created++
		}
		why := reasonsOf(asl.Validate(d.text, asl.Options{Integrations: true, Stubs: true}))
		if len(why) == 0 {
			accepted++
		}
		for _, reason := range why {
			reasons[reason] = append(reasons[reason], d.id)
		}
		if len(why) == 0 && (d.unsupported() || d.invalid) {
			t.Errorf("%s (%s): created, although AWS refuses it or it needs what is not supported: %s", d.id, d.path, d.needs)
		}
		if len(why) > 0 && !d.unsupported() && !d.invalid {
			t.Logf("%s (%s) needs %s, and is refused: %s", d.id, d.path, d.needs, strings.Join(why, "; "))
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		t.Logf("%d refused (%s): %s", len(reasons[reason]), strings.Join(reasons[reason], " "), reason)
	}
	share := func(n int) float64 { return 100 * float64(n) / float64(len(all)) }
	t.Logf("of %d definitions %d (%.1f %%) can be created as they are, %d (%.1f %%) with stubs", len(all), created, share(created), accepted, share(accepted))
	if share(accepted) < corpusTarget {
		t.Errorf("got %.1f %%, want at least %d %%", share(accepted), corpusTarget)
	}
}

// reasonsOf returns the reasons without places, each once.
func reasonsOf(diagnostics []asl.Diagnostic) []string {
	var why []string
	for _, d := range diagnostics {
		if reason := d.Code + ": " + d.Message; !slices.Contains(why, reason) {
			why = append(why, reason)
		}
	}
	return why
}

// realDefinition is one of the corpus.
type realDefinition struct {
	id, path, needs string
	text            []byte
	// invalid is set for one that AWS rejects.
	invalid bool
}

// unsupported reports whether it needs what no mock of a task can stand for.
func (d realDefinition) unsupported() bool {
	for need := range strings.SplitSeq(d.needs, ",") {
		if slices.Contains([]string{"JSONata", "activity"}, need) {
			return true
		}
	}
	return false
}

func readCorpus(t *testing.T, folder string) (all []realDefinition) {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, "index.tsv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("NOT RUN: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.Comma, reader.LazyQuotes = '\t', true
	rows, err := reader.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, row := range rows[1:] {
		get := func(name string) string { return row[column[name]] }
		d := realDefinition{id: get("id"), path: get("repo") + "/" + get("path"), needs: get("needs"), invalid: get("invalid_on_aws_too") != ""}
		if d.text, err = os.ReadFile(filepath.Join(folder, "definitions", d.id+".asl.json")); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}
