package async_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

func TestNewChecksItsConfig(t *testing.T) {
	good := async.Config{
		Store: &asynctest.Store{}, Workflows: &asynctest.Workflows{}, Work: errand{}, Lifetime: time.Hour, Retention: time.Hour,
	}
	if _, err := async.New(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*async.Config){
		"no Store":           func(c *async.Config) { c.Store = nil },
		"no Workflows":       func(c *async.Config) { c.Workflows = nil },
		"no Work":            func(c *async.Config) { c.Work = nil },
		"no Lifetime":        func(c *async.Config) { c.Lifetime = 0 },
		"no Retention":       func(c *async.Config) { c.Retention = 0 },
		"negative MaxWait":   func(c *async.Config) { c.MaxWait = -1 },
		"Lease is too short": func(c *async.Config) { c.Lease = 20 * time.Second },
	} {
		c := good
		spoil(&c)
		if _, err := async.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := async.NewID()
		if !async.ValidID(id) || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
	for _, id := range []string{"", "a", strings.Repeat("a", 25), strings.Repeat("a", 27), strings.Repeat("A", 26), strings.Repeat("a", 25) + "1", strings.Repeat("a", 25) + "/"} {
		if async.ValidID(id) {
			t.Errorf("%q is valid", id)
		}
	}
}

// keys notes what a Store sees of idempotency keys.
type keys struct {
	*asynctest.Store
	seen []async.Reservation
}

func (k *keys) Reserve(ctx context.Context, r async.Reservation) (async.Reservation, bool, error) {
	k.seen = append(k.seen, r)
	return k.Store.Reserve(ctx, r)
}

// A Store sees neither a key nor who sent it, and keys of two callers differ.
func TestKeysAreHashed(t *testing.T) {
	k := &keys{Store: &asynctest.Store{}}
	w := newWorld(t)
	w.Store = k
	for _, scope := range []string{"", "ada@example.org"} {
		in := async.Submission{Body: []byte(`"x"`), Key: strings.Repeat("order-7", 30), Scope: scope}
		if _, err := w.Submit(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range k.seen {
		if len(r.Key) != 43 || len(r.Fingerprint) != 43 || strings.Contains(r.Key, "order") {
			t.Errorf("reservation %+v", r)
		}
	}
	if k.seen[0].Key == k.seen[1].Key {
		t.Error("two callers share a key")
	}
}

// A record that a Store keeps beyond its retention is gone all the same, and a
// key is not remembered longer than its submission.
func TestExpiry(t *testing.T) {
	w := newWorld(t)
	in := async.Submission{Body: []byte(`"x"`), Key: "key"}
	first, err := w.Submit(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(24*time.Hour + time.Second)
	var f *async.Failure
	if _, err := w.Status(t.Context(), first.ID, 0); !errors.As(err, &f) || f.Code != api.CodeGone {
		t.Errorf("status: %v", err)
	}
	second, err := w.Submit(t.Context(), in)
	if err != nil || second.ID == first.ID {
		t.Errorf("submit: %v, the same: %v", err, second.ID == first.ID)
	}
}

func TestSubmitRefusesWhatWorkDoes(t *testing.T) {
	w := newWorld(t)
	_, err := w.Submit(t.Context(), async.Submission{Body: []byte(`"bad"`)})
	var f *async.Failure
	if !errors.As(err, &f) || f.Code != api.CodeInvalidSubmission || len(f.Fields) != 1 {
		t.Errorf("got %v", err)
	}
	if calls := w.faults.Calls(); len(calls) > 0 {
		t.Errorf("it cost %v", calls)
	}
}

// A payload that no Store keeps is a mistake of ours, not an outage.
func TestSubmitBeyondTheStoresBounds(t *testing.T) {
	w := newWorld(t)
	body := `"` + strings.Repeat("x", async.MaxPayload) + `"`
	_, err := w.Submit(t.Context(), async.Submission{Body: []byte(body)})
	var f *async.Failure
	if !errors.As(err, &f) || f.Code != api.CodeInternal {
		t.Errorf("got %v", err)
	}
}

// Waiting polls ever more slowly, and reads no more than it has to.
func TestWaitPollsSparingly(t *testing.T) {
	w := newWorld(t)
	id := w.put(async.State{Status: api.Running, Rank: 1})
	v, err := w.Status(t.Context(), id, time.Hour)
	if err != nil || v.Waited != 10*time.Second || w.clock.Now().Sub(start) != 10*time.Second {
		t.Errorf("waited %v until %v, %v", v.Waited, w.clock.Now(), err)
	}
	if reads := len(w.faults.Calls()); reads < 5 || reads > 20 {
		t.Errorf("%d reads in 10 s", reads)
	}
}

// A request that is over does not wait on.
func TestWaitEndsWithItsRequest(t *testing.T) {
	w := newWorld(t)
	id := w.put(async.State{Status: api.Running, Rank: 1})
	ctx, cancel := context.WithCancel(t.Context())
	w.clock.Slept = cancel
	v, err := w.Status(ctx, id, 10*time.Second)
	if err != nil || v.ID != id {
		t.Errorf("%+v, %v", v, err)
	}
	if waited := w.clock.Now().Sub(start); waited > time.Second {
		t.Errorf("waited %v", waited)
	}
}

// forgetful is a Store whose claims succeed, but whose answer is that of a
// second try: somebody has claimed the key.
type forgetful struct{ *asynctest.Store }

func (f forgetful) Reserve(ctx context.Context, r async.Reservation) (async.Reservation, bool, error) {
	if _, _, err := f.Store.Reserve(ctx, r); err != nil {
		return r, false, err
	}
	return f.Store.Reserve(ctx, r)
}

func TestClaimThatMeetsItself(t *testing.T) {
	w := newWorld(t)
	w.Store = forgetful{&asynctest.Store{}}
	if _, err := w.Submit(t.Context(), async.Submission{Body: []byte(`"x"`), Key: "key"}); err != nil {
		t.Error(err)
	}
}
