package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

var root = filepath.Join("..", "..")

func keptCounts(t *testing.T) (c Counted) {
	t.Helper()
	if err := json.Unmarshal(kept, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// The tables of the documents are what the command prints.
func TestDocuments(t *testing.T) {
	c := keptCounts(t)
	for path, text := range map[string]string{"README.md": summary(c), filepath.Join("docs", "cost.md"): details(c)} {
		page, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		filled, err := fill(page, text)
		if err != nil || string(filled) != string(page) {
			t.Errorf("%s differs from what is counted (%v): go run ./internal/bill -kept -write", path, err)
		}
	}
}

func TestFillNeedsMarkers(t *testing.T) {
	if _, err := fill([]byte("no table"), "text"); err == nil {
		t.Error("a page without markers is filled")
	}
}

// One million of each unit costs its list price.
func TestBill(t *testing.T) {
	b := billOf(Counts{Requests: 11, Transitions: 4, Invocations: 14, WriteUnits: 8, ReadUnits: 16, LogBytes: 1 << 10, ResponseSize: 1 << 10}, 1)
	for name, c := range map[string]struct{ got, want float64 }{
		"transitions": {b.stepFunctions, 100},
		"requests":    {b.gateway, 11},
		"capacity":    {b.dynamo, 8*0.625 + 16*0.125},
		"data out":    {b.out, 1e6 / (1 << 20) * 0.09},
		"logs":        {b.logs, 1e6 * (1024 + 14*452 + 11*356) / (1 << 30) * 0.5},
		"lambda":      {b.lambda, 14*0.2 + 1e6*0.03*0.25*0.0000133334},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s: $%v, want $%v", name, c.got, c.want)
		}
	}
}

func TestMixIsOfEverySubmission(t *testing.T) {
	total := 0.0
	for _, o := range outcomes {
		total += o.of36
	}
	if total != 36 {
		t.Errorf("the outcomes' shares add up to %v of 36", total)
	}
}

// What is counted is what is kept. Logs arrive behind an answer, so that the last
// lines of one submission may count for the next.
func TestCount(t *testing.T) {
	database := os.Getenv("DYNAMODB_ENDPOINT")
	if database == "" {
		t.Skip("NOT RUN: DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	got, err := count(t.Context(), root, database, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := keptCounts(t)
	compare := func(name string, got, want Counts) {
		near := func(a, b float64) bool { return math.Abs(a-b) <= 0.15*b }
		if !near(got.LogBytes, want.LogBytes) || !near(got.LogLines, want.LogLines) || !near(got.ResponseSize, want.ResponseSize) || got.CPUMillis <= 0 {
			t.Errorf("%s: counted %+v, kept %+v", name, got, want)
		}
		for _, c := range []*Counts{&got, &want} {
			c.LogBytes, c.LogLines, c.ResponseSize, c.CPUMillis = 0, 0, 0, 0
		}
		if got != want {
			t.Errorf("%s: counted %+v, kept %+v; make bill ARGS=-write keeps what is counted now", name, got, want)
		}
	}
	for _, o := range outcomes {
		compare(o.about+", before", got.Before[o.review], want.Before[o.review])
		compare(o.about+", now", got.After[o.review], want.After[o.review])
	}
}
