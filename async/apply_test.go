package async_test

import (
	"errors"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func TestApplyLeavesTheGivenRecordAlone(t *testing.T) {
	old := async.Record{
		State:     async.State{Status: api.Running, Rank: 1},
		Decisions: map[string]string{"one": "yes"},
	}
	c := async.Change{State: &async.State{Status: api.Running, Rank: 2}, Stage: "two", Decision: "no", At: noon}
	changed, err := c.Apply(old)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Rank != 2 || changed.Decisions["two"] != "no" || !changed.Updated.Equal(noon) {
		t.Errorf("got %+v", changed)
	}
	if len(old.Decisions) != 1 {
		t.Errorf("the old record's decisions changed: %v", old.Decisions)
	}
}

func TestApplyIsAllOrNothing(t *testing.T) {
	old := async.Record{
		State:     async.State{Status: api.Running, Rank: 1},
		Decisions: map[string]string{"one": "yes"},
	}
	for name, c := range map[string]async.Change{
		"stale state":   {State: &async.State{Status: api.Running, Rank: 1}, Stage: "two", Decision: "no", At: noon},
		"decided stage": {State: &async.State{Status: api.Running, Rank: 2}, Stage: "one", Decision: "no", At: noon},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.Apply(old)
			if !errors.Is(err, async.ErrStale) {
				t.Fatalf("got %v, want ErrStale", err)
			}
			if got.Rank != 1 || got.Decisions["one"] != "yes" || len(got.Decisions) != 1 || !got.Updated.IsZero() {
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
		{"abandoned, another payload", &stored, claim("other", 2*time.Minute), false, "first"},
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
