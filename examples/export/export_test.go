package export_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/examples/export"
	"example.org/asynchttpapi/stepfunctions"
)

func query(format string) export.Query {
	return export.Query{Dataset: "orders", From: "2026-01-01", To: "2026-01-02", Region: "north", Format: format}
}

func TestCSV(t *testing.T) {
	s := asynctest.Run(t, export.Job(export.Generated{}), query("csv"))
	info, file := s.Open()
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if s.Outcome != "Exported" || int64(len(rows)-1) != s.Result.Rows || s.Result.File != "orders_2026-01-01_2026-01-02.csv" || info.FileName != s.Result.File {
		t.Errorf("%s: %d rows, %+v, %+v", s.Outcome, len(rows), s.Result, info)
	}
	// A day has 2,880 orders, and a quarter of them is in the north.
	if want := 2 * 2880 / 4; math.Abs(float64(len(rows)-want)) > 100 {
		t.Errorf("%d rows, want about %d", len(rows), want)
	}
	if !slices.Equal(rows[0], []string{"id", "time", "region", "name", "value"}) || rows[1][1] < "2026-01-01T00:00" || rows[len(rows)-1][1] > "2026-01-03" {
		t.Errorf("%v, %v, %v", rows[0], rows[1], rows[len(rows)-1])
	}
}

func TestJSONLines(t *testing.T) {
	s := asynctest.Run(t, export.Job(export.Generated{}), query("jsonl"))
	info, file := s.Open()
	defer file.Close()
	rows, total := int64(0), 0.0
	for lines := bufio.NewScanner(file); lines.Scan(); rows++ {
		var r export.Row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		total += r.Value
	}
	if rows != s.Result.Rows || math.Abs(total-s.Result.Total) > 0.001 || info.MediaType != "application/jsonl" {
		t.Errorf("%d rows, %v in all: %+v, %+v", rows, total, s.Result, info)
	}
}

func TestTheSameQueryGivesTheSameFile(t *testing.T) {
	sum := func() string {
		_, file := asynctest.Run(t, export.Job(export.Generated{}), query("csv")).Open()
		defer file.Close()
		h := sha256.New()
		if _, err := io.Copy(h, file); err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(h.Sum(nil))
	}
	if one, two := sum(), sum(); one != two {
		t.Errorf("%s, then %s", one, two)
	}
}

// quiet is a source without rows.
type quiet struct{ export.Source }

func (quiet) Rows(_ context.Context, _ export.Query, _ func(export.Row, float64) error) error {
	return nil
}

func TestNothingToExport(t *testing.T) {
	if s := asynctest.Run(t, export.Job(quiet{}), query("csv")); s.Outcome != "Empty" || !slices.Equal(s.Seen, []string{"Received", "Counting", "Empty"}) {
		t.Errorf("%s: %v", s.Outcome, s.Seen)
	}
}

// broken fails once half of the rows are read, the first time that it is asked
// for the third time: in the stage that writes.
type broken struct {
	export.Generated
	asked int
}

var errBroken = errors.New("connection lost")

func (b *broken) Rows(ctx context.Context, q export.Query, row func(export.Row, float64) error) error {
	b.asked++
	asked := b.asked
	return b.Generated.Rows(ctx, q, func(r export.Row, done float64) error {
		if asked == 3 && done > 0.5 {
			return errBroken
		}
		return row(r, done)
	})
}

func TestALostConnectionLeavesNoHalfFile(t *testing.T) {
	source := &broken{}
	s := asynctest.Run(t, export.Job(source), query("csv"))
	_, file := s.Open()
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || int64(len(rows)-1) != s.Result.Rows || source.asked != 4 {
		t.Errorf("%d rows after %d reads, %v: %+v", len(rows), source.asked, err, s.Result)
	}
}

func TestProgressAndCancellation(t *testing.T) {
	// 5,760 orders at a second for each thousand: 6 seconds a stage.
	slow := export.Job(export.Generated{Pause: time.Second})
	var percent []int
	s := asynctest.Run(t, slow, query("csv"), func(s *asynctest.Submission[export.Summary]) {
		for range 15 {
			s.Sleep(time.Second)
			percent = append(percent, s.Record().Percent)
		}
		s.Cancel()
	})
	if s.Status != api.Canceled || s.Outcome != "Writing" || s.Took != 15*time.Second || s.Record().Large != nil {
		t.Errorf("%s %s after %v: %+v", s.Status, s.Outcome, s.Took, s.Record().Large)
	}
	if !slices.IsSorted(percent) || len(slices.Compact(percent)) < 5 || percent[0] < 1 {
		t.Errorf("percent complete: %v", percent)
	}
}

func TestValidate(t *testing.T) {
	for body, want := range map[string][]string{
		`{"dataset":"orders","from":"2026-01-01","to":"2026-12-31"}`: nil,
		`{}`: {"/dataset", "/from", "/to"},
		`{"dataset":"cats","from":"1.1.2026","to":"2026-02-30","format":"xls","region":"up"}`: {"/dataset", "/format", "/region", "/from", "/to"},
		`{"dataset":"orders","from":"2026-01-02","to":"2026-01-01"}`:                          {"/to"},
		`{"dataset":"orders","from":"2026-01-01","to":"2027-01-02"}`:                          {"/to"},
	} {
		err := asynctest.Submit(t, export.Job(export.Generated{}), body)
		var refused *async.RequestError
		if errors.As(err, &refused) != (want != nil) {
			t.Errorf("%s: %v", body, err)
			continue
		}
		var got []string
		if refused != nil {
			for _, f := range refused.Fields {
				got = append(got, f.Pointer)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}

func TestTheStateMachineIsValid(t *testing.T) {
	definition, err := asyncgen.Definition(export.Job(export.Generated{}), func(activity string) string {
		return "arn:aws:lambda:us-east-1:123456789012:function:" + activity
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range stepfunctions.Validate([]byte(definition)) {
		t.Errorf("%+v", d)
	}
}
