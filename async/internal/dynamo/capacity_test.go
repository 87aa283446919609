package dynamo_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/dynamo/dynamotest"
	"example.org/asynchttpapi/internal/capacity"
)

// A status change costs one write unit and a poll one read unit, however large
// the input is.
func TestStatusCostsNothingForTheInput(t *testing.T) {
	tb := newTable(t)
	m, err := capacity.NewMeter(os.Getenv(dynamotest.Endpoint))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	s := storeOn(t, m.URL, tb.name)
	now := time.Now().UTC()
	r := async.Record{
		ID: "abcdefghijklmnopqrstuvwxyz", Job: "speakers",
		State:   async.State{Status: api.NotStarted, CustomStatus: "Received", Message: strings.Repeat("m", 100), Began: now, Due: now},
		Created: now, Updated: now, Deadline: now.Add(time.Hour), Expires: now.Add(90 * 24 * time.Hour),
	}
	input := []byte(`"` + strings.Repeat("x", async.MaxInput-2) + `"`)
	steps := []struct {
		name string
		call func() error
		want []capacity.Call
	}{
		{"create", func() error { return s.Create(t.Context(), r, input) }, []capacity.Call{{Operation: "PutItem", Units: 257}, {Operation: "PutItem", Units: 1}}},
		{"poll", func() error { _, err := s.Get(t.Context(), r.ID); return err }, []capacity.Call{{Operation: "GetItem", Units: 1}}},
		{"input", func() error { _, err := s.Input(t.Context(), r.ID); return err }, []capacity.Call{{Operation: "GetItem", Units: 65}}},
	}
	for rank, stage := range []string{"Moderation", "Shortlisting", "Selection"} {
		state := async.State{Status: api.Running, CustomStatus: stage, Message: strings.Repeat("m", 100), Rank: rank + 1, Percent: 10, Began: now, Due: now.Add(time.Minute)}
		advance := func(c async.Change) func() error {
			return func() error { _, err := s.Advance(t.Context(), r.ID, c); return err }
		}
		one := []capacity.Call{{Operation: "UpdateItem", Units: 1}}
		steps = append(steps, []struct {
			name string
			call func() error
			want []capacity.Call
		}{
			{stage + " begins", advance(async.Change{State: &state, Deadline: now.Add(2 * time.Hour), Updated: now}), one},
			{stage + " proceeds", advance(async.Change{Percent: 20, Rank: rank + 1, Updated: now}), one},
			{stage + " ends", advance(async.Change{Stage: stage, Updated: now, Values: map[string]json.RawMessage{stage: json.RawMessage(`"s3://bucket/key"`)}}), one},
		}...)
	}
	for _, step := range steps {
		before := len(m.Calls())
		if err := step.call(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := m.Calls()[before:]; !slices.Equal(got, step.want) {
			t.Errorf("%s took %v, want %v", step.name, got, step.want)
		}
	}
}
