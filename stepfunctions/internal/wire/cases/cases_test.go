package cases_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/wire/cases"
)

var (
	update = flag.Bool("update", false, "write testdata/recorded.golden again")
	only   = flag.String("only", "", "run only the cases whose id contains this, and print the result of each")
)

const golden = "testdata/recorded.golden"

var runners = map[string]func(*testing.T, cases.Case) cases.Verdict{
	"execution":        runExecution,
	"create-error":     runCreateError,
	"validate":         runValidate,
	"sync-execution":   runSync,
	"test-state":       runTestState,
	"test-state-error": runTestStateError,
}

// TestRecordedCases runs recordings of AWS through the API with AWS's SDK.
// ASL_CASES names the folder that has them. No kind and tier may pass fewer
// than the golden table says, which is written by -update.
func TestRecordedCases(t *testing.T) {
	folder := os.Getenv("ASL_CASES")
	if folder == "" {
		t.Skip("NOT RUN: ASL_CASES does not name a folder of recorded cases")
	}
	all, err := cases.Load(os.DirFS(folder), "execution", "choice-batch", "sync-execution", "create-error", "validate", "test-state", "test-state-error")
	must(t, err)
	if len(all) == 0 {
		t.Fatalf("%s has no cases", folder)
	}
	var verdicts []cases.Verdict
	for _, c := range all {
		if strings.Contains(c.ID, *only) {
			t.Run(c.Kind+"/"+c.Tier+"/"+c.ID, func(t *testing.T) { verdicts = append(verdicts, runCase(t, c)...) })
		}
	}
	table := cases.Count(verdicts)
	report(t, verdicts, table)
	if *only == "" {
		compareGolden(t, table)
	}
}

func runCase(t *testing.T, c cases.Case) []cases.Verdict {
	if c.Kind == "choice-batch" {
		return runChoices(t, c)
	}
	return []cases.Verdict{runners[c.Kind](t, c)}
}

// report logs the table, and each case that did not pass with the reason.
func report(t *testing.T, verdicts []cases.Verdict, table cases.Table) {
	var out bytes.Buffer
	for _, v := range verdicts {
		if v.Result != cases.Passed || *only != "" {
			fmt.Fprintf(&out, "%s %s/%s %s\n    %s\n", v.Result, v.Case.Kind, v.Case.Tier, v.Case.ID, v.Why)
		}
	}
	must(t, table.Print(&out))
	fmt.Fprintln(t.Output(), out.String())
	if path := os.Getenv("ASL_CASES_REPORT"); path != "" {
		must(t, os.WriteFile(path, out.Bytes(), 0o600))
	}
}

// compareGolden fails where a kind and tier passes less than it did.
func compareGolden(t *testing.T, table cases.Table) {
	if *update {
		var out bytes.Buffer
		must(t, table.Print(&out))
		must(t, os.WriteFile(golden, out.Bytes(), 0o600))
		return
	}
	text, err := os.ReadFile(golden)
	must(t, err)
	before, err := cases.ReadTable(string(text))
	must(t, err)
	for row, n := range before {
		if table[row][cases.Passed] < n[cases.Passed] {
			t.Errorf("%s: %d pass, it was %d", row, table[row][cases.Passed], n[cases.Passed])
		}
	}
}
