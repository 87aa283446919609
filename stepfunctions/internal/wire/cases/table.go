package cases

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Result is what became of a case.
type Result string

// The results. Refused is a case that uses what is refused on purpose, NotRun
// one that cannot be run as it is.
const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Refused Result = "refused"
	NotRun  Result = "not run"
)

// Verdict is the result of one case, with the reason.
type Verdict struct {
	Case   Case
	Result Result
	Why    string
}

// Table counts verdicts by kind and tier.
type Table map[string]map[Result]int

// Count adds verdicts up.
func Count(verdicts []Verdict) Table {
	t := Table{}
	for _, v := range verdicts {
		row := v.Case.Kind + "/" + v.Case.Tier
		if t[row] == nil {
			t[row] = map[Result]int{}
		}
		t[row][v.Result]++
	}
	return t
}

// Print writes the table, one line for each kind and tier.
func (t Table) Print(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "kind/tier\tpassed\tfailed\trefused\tnot run")
	for _, row := range slices.Sorted(maps.Keys(t)) {
		n := t[row]
		fmt.Fprintf(out, "%s\t%d\t%d\t%d\t%d\n", row, n[Passed], n[Failed], n[Refused], n[NotRun])
	}
	return out.Flush()
}

// ReadTable reads what Print wrote.
func ReadTable(text string) (Table, error) {
	t := Table{}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines[1:] {
		var row string
		var passed, failed, refused, notRun int
		if _, err := fmt.Sscan(line, &row, &passed, &failed, &refused, &notRun); err != nil {
			return nil, fmt.Errorf("the line %q of the table: %w", line, err)
		}
		t[row] = map[Result]int{Passed: passed, Failed: failed, Refused: refused, NotRun: notRun}
	}
	return t, nil
}
