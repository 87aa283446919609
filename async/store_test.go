package async_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestApplyLeavesTheGivenRecordAlone(t *testing.T) {
	old := async.Record{
		State:    async.State{Status: api.Running, Rank: 1},
		Outcomes: map[string]async.Outcome{"one": "Yes"},
	}
	c := async.Change{State: &async.State{Status: api.Running, Rank: 2}, Stage: "two", Outcome: "No", Updated: noon}
	changed, err := c.Apply(old)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Rank != 2 || changed.Outcomes["two"] != "No" || !changed.Updated.Equal(noon) {
		t.Errorf("got %+v", changed)
	}
	if len(old.Outcomes) != 1 {
		t.Errorf("the old record's outcomes changed: %v", old.Outcomes)
	}
}

func TestApplyIsAllOrNothing(t *testing.T) {
	old := async.Record{
		State:    async.State{Status: api.Running, Rank: 1},
		Outcomes: map[string]async.Outcome{"one": "Yes"},
	}
	for name, c := range map[string]async.Change{
		"stale state":    {State: &async.State{Status: api.Running, Rank: 1}, Stage: "two", Outcome: "No", Updated: noon},
		"recorded stage": {State: &async.State{Status: api.Running, Rank: 2}, Stage: "one", Outcome: "No", Updated: noon},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.Apply(old)
			if !errors.Is(err, async.ErrStale) {
				t.Fatalf("got %v, want ErrStale", err)
			}
			if got.Rank != 1 || got.Outcomes["one"] != "Yes" || len(got.Outcomes) != 1 || !got.Updated.IsZero() {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestClaim(t *testing.T) {
	stored := async.Reservation{
		Key: "k", Fingerprint: "f", ID: "first", Lease: noon.Add(time.Minute), Expires: noon.Add(time.Hour),
	}
	settled := stored
	settled.Settled = true
	claim := func(fingerprint string, after time.Duration) async.Reservation {
		now := noon.Add(after)
		return async.Reservation{
			Key: "k", Fingerprint: fingerprint, ID: "second", Settled: true,
			Now: now, Lease: now.Add(time.Minute), Expires: now.Add(time.Hour),
		}
	}
	tests := []struct {
		name   string
		stored *async.Reservation
		claim  async.Reservation
		mine   bool
		id     string
	}{
		{"a new key", nil, claim("f", 0), true, "second"},
		{"under lease", &stored, claim("f", time.Minute), false, "first"},
		{"abandoned", &stored, claim("f", 2*time.Minute), true, "first"},
		{"abandoned, another input", &stored, claim("other", 2*time.Minute), false, "first"},
		{"settled", &settled, claim("f", 2*time.Minute), false, "first"},
		{"expired", &settled, claim("other", 2*time.Hour), true, "second"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kept, mine := tt.claim.Claim(tt.stored)
			if mine != tt.mine || kept.ID != tt.id || !kept.Now.IsZero() {
				t.Fatalf("got %+v, mine %v", kept, mine)
			}
			if mine && (kept.Settled || !kept.Lease.Equal(tt.claim.Lease) || !kept.Expires.Equal(tt.claim.Expires)) {
				t.Errorf("not the claim's own lease and expiry: %+v", kept)
			}
		})
	}
}

func TestAfter(t *testing.T) {
	at := func(status api.Status, redrive, rank int) async.State {
		return async.State{Status: status, Redrive: redrive, Rank: rank}
	}
	tests := []struct {
		name     string
		old, new async.State
		want     bool
	}{
		{"a later stage", at(api.Running, 0, 1), at(api.Running, 0, 2), true},
		{"the same stage", at(api.Running, 0, 1), at(api.Running, 0, 1), false},
		{"an earlier stage", at(api.Running, 0, 2), at(api.Running, 0, 1), false},
		{"an end", at(api.Running, 0, 2), at(api.Failed, 0, async.RankEnded), true},
		{"another end", at(api.Failed, 0, async.RankEnded), at(api.Canceled, 0, async.RankEnded+1), false},
		{"a redrive of a failure", at(api.Failed, 0, async.RankEnded), at(api.Running, 1, 0), true},
		{"a redrive of what runs", at(api.Running, 0, 3), at(api.Running, 1, 1), true},
		{"a redrive of a success", at(api.Succeeded, 0, async.RankEnded), at(api.Running, 1, 1), false},
		{"a redrive of a cancellation", at(api.Canceled, 0, async.RankEnded), at(api.Running, 1, 1), false},
		{"an earlier run", at(api.Running, 1, 0), at(api.Failed, 0, async.RankEnded), false},
	}
	for _, tt := range tests {
		if got := tt.new.After(tt.old); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestValid(t *testing.T) {
	long := strings.Repeat("x", async.MaxText+1)
	state := async.State{Status: api.Running, CustomStatus: strings.Repeat("x", async.MaxText)}
	text := func(n int) json.RawMessage { return json.RawMessage(strings.Repeat("x", n)) }
	type validator interface{ Valid() error }
	tests := []struct {
		name  string
		value validator
		want  string
	}{
		{"whole record", async.Record{ID: "a", State: state, Outcomes: map[string]async.Outcome{"s": ""}}, ""},
		{"no id", async.Record{State: state}, "id has to have"},
		{"long id", async.Record{ID: strings.Repeat("x", async.MaxName+1), State: state}, "id has to have"},
		{"outcome", async.Record{ID: "a", State: state, Outcomes: map[string]async.Outcome{"s": async.Outcome(long)}}, "outcome is longer"},
		{"outcome of nothing", async.Record{ID: "a", State: state, Outcomes: map[string]async.Outcome{"": "X"}}, "stage of an outcome is empty"},
		{"values", async.Record{ID: "a", State: state, Values: map[string]json.RawMessage{"v": text(async.MaxValues)}}, "values are longer"},
		{"most values", async.Record{ID: "a", State: state, Values: map[string]json.RawMessage{"v": text(async.MaxValues - 1)}}, ""},
		{"result", async.Record{ID: "a", State: state, Result: text(async.MaxResult + 1)}, "result is longer"},
		{"token", async.Record{ID: "a", State: state, Waiting: async.Waiting{Token: strings.Repeat("x", 2049)}}, "token is longer"},
		{"no status", async.State{}, "status is empty"},
		{"negative rank", async.State{Status: api.Running, Rank: -1}, "out of bounds"},
		{"percent", async.State{Status: api.Running, Percent: 101}, "out of bounds"},
		{"error", async.State{Status: api.Failed, Error: &api.Error{Message: long}}, "error message is longer"},
		{"empty change", async.Change{}, ""},
		{"change of state", async.Change{State: &async.State{Status: api.Running, Message: long}}, "message is longer"},
		{"continue", async.Change{Stage: "s", Outcome: async.Continue}, ""},
		{"outcome without stage", async.Change{Outcome: "Approved"}, "without its stage"},
		{"result without stage", async.Change{Result: text(1)}, "without its stage"},
		{"reservation", async.Reservation{Key: "k", ID: "a", Fingerprint: "f"}, ""},
		{"reservation without key", async.Reservation{ID: "a", Fingerprint: "f"}, "key has to have"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.value.Valid()
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, async.ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want ErrInvalid naming %q", err, tt.want)
			}
		})
	}
	if err := async.ValidInput(text(async.MaxInput)); err != nil {
		t.Error(err)
	}
	if err := async.ValidInput(text(async.MaxInput + 1)); !errors.Is(err, async.ErrInvalid) {
		t.Errorf("a long input: %v", err)
	}
}
