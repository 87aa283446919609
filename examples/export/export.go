// Package export is a job with a result of any size: it reads a data set and
// writes what was asked for as a file, CSV or JSON Lines, that is never whole in
// memory.
package export

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Query says which rows to export, and how.
type Query struct {
	Dataset string `json:"dataset" jsonschema:"enum=orders,enum=readings"`
	// From is the first day, and To the last one.
	From   string `json:"from" jsonschema:"format=date"`
	To     string `json:"to" jsonschema:"format=date"`
	Region string `json:"region,omitempty" jsonschema:"enum=north,enum=east,enum=south,enum=west" jsonschema_description:"All regions if left out."`
	Format string `json:"format,omitempty" jsonschema:"enum=csv,enum=jsonl,default=csv"`
}

// maxDays bounds an export: a year of readings has 31 million rows.
const maxDays = 366

// Validate reports every problem, and fills in the default format.
func (q *Query) Validate() []api.FieldError {
	var found async.Problems
	if !slices.Contains(Datasets, q.Dataset) {
		found.Add("/dataset", "must be orders or readings")
	}
	if q.Format == "" {
		q.Format = "csv"
	}
	if q.Format != "csv" && q.Format != "jsonl" {
		found.Add("/format", "must be csv or jsonl")
	}
	if q.Region != "" && !slices.Contains(Regions, q.Region) {
		found.Add("/region", "must be north, east, south or west")
	}
	from, fromErr := time.Parse(time.DateOnly, q.From)
	to, toErr := time.Parse(time.DateOnly, q.To)
	if fromErr != nil {
		found.Add("/from", "must be a date, such as 2026-01-31")
	}
	switch {
	case toErr != nil:
		found.Add("/to", "must be a date, such as 2026-01-31")
	case fromErr == nil && to.Before(from):
		found.Add("/to", "must not be before from")
	case fromErr == nil && to.Sub(from) >= maxDays*24*time.Hour:
		found.Add("/to", fmt.Sprintf("must be less than %d days after from", maxDays))
	}
	return found
}

// days returns the time from the first day's begin to the last day's end.
func (q *Query) days() (from, to time.Time) {
	from, _ = time.Parse(time.DateOnly, q.From)
	to, _ = time.Parse(time.DateOnly, q.To)
	return from, to.AddDate(0, 0, 1)
}

// Summary is the small result, beside the file.
type Summary struct {
	Rows  int64   `json:"rows"`
	Total float64 `json:"total" jsonschema_description:"The sum of all values."`
	File  string  `json:"file"`
}

// Source is where the rows come from.
type Source interface {
	// Rows calls row for each row of the query in order, until it returns an
	// error. done is how much of the query was read, from 0 to 1.
	Rows(ctx context.Context, q Query, row func(r Row, done float64) error) error
}

// Row is one row of a data set.
type Row struct {
	ID     int64     `json:"id"`
	Time   time.Time `json:"time"`
	Region string    `json:"region"`
	Name   string    `json:"name"`
	Value  float64   `json:"value"`
}

var (
	empty = async.End{Outcome: "Empty", Message: "No rows match: there is nothing to export."}
	// summary is what the first two stages have found out.
	summary = async.Value[Summary]{Name: "summary"}
)

type run = async.Run[Query, Summary]

// Job exports rows of a source.
func Job(source Source) async.Job[Query, Summary] {
	e := exporter{source}
	return async.Job[Query, Summary]{
		Name:     "export",
		Validate: (*Query).Validate,
		Stages: []async.Stage[Query, Summary]{
			{
				Name: "Counting", Activity: "count", Message: "The rows are being counted.",
				Expected: 10 * time.Second, Timeout: 5 * time.Minute, Do: e.count, Ends: []async.End{empty},
			},
			{
				Name: "Summing", Activity: "sum", Message: "The values are being added up.",
				Expected: 10 * time.Second, Timeout: 5 * time.Minute, Do: e.sum,
			},
			{
				Name: "Writing", Activity: "write", Message: "The file is being written.",
				Expected: time.Minute, Timeout: 14 * time.Minute, Do: e.write,
			},
		},
		Done:     async.End{Outcome: "Exported", Message: "The file is ready."},
		Examples: []Query{{Dataset: "orders", From: "2026-01-01", To: "2026-01-31", Region: "north", Format: "csv"}},
	}
}

type exporter struct{ source Source }

func (e exporter) count(ctx context.Context, r *run) (async.Outcome, error) {
	var s Summary
	err := e.rows(ctx, r, func(Row) error {
		s.Rows++
		return nil
	})
	switch {
	case err != nil:
		return async.Continue, err
	case s.Rows == 0:
		return empty.Outcome, nil
	}
	return async.Continue, summary.Set(r, s)
}

func (e exporter) sum(ctx context.Context, r *run) (async.Outcome, error) {
	s, err := summary.Get(r)
	if err != nil {
		return async.Continue, err
	}
	err = e.rows(ctx, r, func(row Row) error {
		s.Total += row.Value
		return nil
	})
	if err != nil {
		return async.Continue, err
	}
	return async.Continue, summary.Set(r, s)
}

func (e exporter) write(ctx context.Context, r *run) (async.Outcome, error) {
	s, err := summary.Get(r)
	if err != nil {
		return async.Continue, err
	}
	s.File = fmt.Sprintf("%s_%s_%s.%s", r.Input.Dataset, r.Input.From, r.Input.To, r.Input.Format)
	mediaType := map[string]string{"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}[r.Input.Format]
	file, err := r.ResultWriter(ctx, mediaType, s.File)
	if err != nil {
		return async.Continue, err
	}
	defer file.Abort()
	buffer := bufio.NewWriterSize(file, 64<<10)
	encode, flush := encoder(r.Input.Format, buffer)
	if err := e.rows(ctx, r, encode); err != nil {
		return async.Continue, err
	}
	if err := flush(); err != nil {
		return async.Continue, err
	}
	if err := buffer.Flush(); err != nil {
		return async.Continue, err
	}
	if err := file.Commit(); err != nil {
		return async.Continue, err
	}
	return async.Continue, r.SetResult(s)
}

// rows reads the query's rows, and shows how far it has come.
func (e exporter) rows(ctx context.Context, r *run, row func(Row) error) error {
	return e.source.Rows(ctx, r.Input, func(next Row, done float64) error {
		if next.ID%1024 == 0 {
			err := r.Progress(ctx, done)
			if cause := context.Cause(ctx); cause != nil {
				return cause
			}
			if errors.Is(err, async.ErrCanceled) { // any other is no reason to stop
				return err
			}
		}
		return row(next)
	})
}

// encoder returns a function that writes a row in the format, and one that ends
// the file.
func encoder(format string, w io.Writer) (row func(Row) error, flush func() error) {
	if format == "jsonl" {
		enc := json.NewEncoder(w)
		return func(r Row) error { return enc.Encode(r) }, func() error { return nil }
	}
	enc := csv.NewWriter(w)
	header := true
	row = func(r Row) error {
		if header {
			header = false
			if err := enc.Write([]string{"id", "time", "region", "name", "value"}); err != nil {
				return err
			}
		}
		return enc.Write([]string{fmt.Sprint(r.ID), r.Time.Format(time.RFC3339), r.Region, r.Name, fmt.Sprintf("%.2f", r.Value)})
	}
	return row, func() error {
		enc.Flush()
		return enc.Error()
	}
}
