package async_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

var bread = async.Submission{Body: []byte(`{"Name":"bread"}`), Key: "key"}

// keys notes what a Store sees of idempotency keys.
type keys struct {
	async.Store
	seen []async.Reservation
}

func (k *keys) Reserve(ctx context.Context, r async.Reservation) (async.Reservation, bool, error) {
	k.seen = append(k.seen, r)
	return k.Store.Reserve(ctx, r)
}

// A Store sees neither a key nor who sent it, and keys of two callers differ.
func TestKeysAreHashed(t *testing.T) {
	k := &keys{Store: &asynctest.Store{}}
	withFixture(t, func(t *testing.T, w *fixture) {
		for _, scope := range []string{"", "ada@example.org"} {
			in := async.Submission{Body: bread.Body, Key: strings.Repeat("order-7", 30), Scope: scope}
			if _, err := w.Submit(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
	}, func(_ *fixture, c *async.Config) { c.Store = k })
	for _, r := range k.seen {
		if len(r.Key) != 43 || len(r.Fingerprint) != 43 || strings.Contains(r.Key, "order") {
			t.Errorf("reservation %+v", r)
		}
	}
	if k.seen[0].Key == k.seen[1].Key {
		t.Error("two callers share a key")
	}
	if k.seen[0].Cancel != "" || k.seen[1].Cancel == "" {
		t.Errorf("cancellation secrets are stored as %q for an anonymous caller, %q for a known one", k.seen[0].Cancel, k.seen[1].Cancel)
	}
}

// The right to cancel goes to whoever submitted, once more to a known caller who
// repeats the request, and to no one else.
func TestCancelSecret(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		submit := func(scope string) async.View {
			in := bread
			in.Scope = scope
			v, err := w.Submit(t.Context(), in)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		first, again := submit("ada"), submit("ada")
		if again.ID != first.ID || again.CancelSecret != first.CancelSecret || async.IDOf(first.CancelSecret) != first.ID {
			t.Errorf("%s with %q, then %s with %q", first.ID, first.CancelSecret, again.ID, again.CancelSecret)
		}
		first, again = submit(""), submit("")
		if again.ID != first.ID || first.CancelSecret == "" || again.CancelSecret != "" {
			t.Errorf("anonymous: %s with %q, then %s with %q", first.ID, first.CancelSecret, again.ID, again.CancelSecret)
		}
		if v, err := w.Status(t.Context(), first.ID, 0); err != nil || v.CancelSecret != "" {
			t.Errorf("a status has the secret %q, %v", v.CancelSecret, err)
		}
	})
	withFixture(t, func(t *testing.T, w *fixture) {
		v, err := w.Submit(t.Context(), async.Submission{Body: bread.Body, Key: "k", Scope: "ada"})
		if err != nil || v.CancelSecret != "" {
			t.Errorf("not cancelable, but the secret is %q, %v", v.CancelSecret, err)
		}
	}, func(_ *fixture, c *async.Config) { c.Cancelable = false })
}

// A record that a Store keeps beyond its retention is gone all the same, and a
// key is not remembered longer than its submission.
func TestExpiry(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		first, err := w.Submit(t.Context(), bread)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(24*time.Hour + 2*time.Second)
		second, err := w.Submit(t.Context(), bread)
		if err != nil || second.ID == first.ID {
			t.Errorf("submitted with a key of the day before: %v, the same: %v", err, second.ID == first.ID)
		}
		time.Sleep(89 * 24 * time.Hour)
		if _, err := w.Status(t.Context(), first.ID, 0); code(err) != api.CodeGone {
			t.Errorf("status after the retention: %v", err)
		}
		if _, err := w.CancelID(t.Context(), first.ID); code(err) != api.CodeGone {
			t.Errorf("cancel after the retention: %v", err)
		}
		if _, err := w.Status(t.Context(), second.ID, 0); err != nil {
			t.Errorf("status within the retention: %v", err)
		}
	})
}

func TestSubmitRefusesInputs(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		for body, want := range map[string]string{
			`{"Name":"BAD"}`:                   api.CodeInvalidSubmission,
			`{"Name":1}`:                       api.CodeInvalidSubmission,
			`{"Name":"a","name":"b"}`:          api.CodeMalformedRequest,
			`{"Name":`:                         api.CodeMalformedRequest,
			``:                                 api.CodeMalformedRequest,
			"\xef\xbb\xbf" + `{"Name":"good"}`: "",
			"\xef\xbb\xbf\xef\xbb\xbf" + `{"Name":"good"}`:    api.CodeMalformedRequest,
			`{"Name":"` + strings.Repeat("x", 300<<10) + `"}`: api.CodePayloadTooLarge, // beyond what a Store keeps
		} {
			w.faults.Calls()
			_, err := w.Submit(t.Context(), async.Submission{Body: []byte(body)})
			if code(err) != want {
				t.Errorf("%.40q: %v, want %s", body, err, want)
			}
			if calls := w.faults.Calls(); want != "" && len(calls) > 0 {
				t.Errorf("%.40q: it cost %v", body, calls)
			}
		}
		if _, err := w.Submit(t.Context(), async.Submission{Body: bread.Body, Key: "k"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Submit(t.Context(), async.Submission{Body: []byte(`{"name":"BREAD"}`), Key: "k"}); err != nil {
			t.Errorf("the same input in another form: %v", err)
		}
		if _, err := w.Submit(t.Context(), async.Submission{Body: []byte(`{"Name":"milk"}`), Key: "k"}); code(err) != api.CodeKeyReused {
			t.Errorf("another input with the key: %v", err)
		}
	})
}

// forgetful is a Store whose claims succeed, but whose answer is that of a
// second try: the key is claimed already.
type forgetful struct{ *asynctest.Store }

func (f forgetful) Reserve(ctx context.Context, r async.Reservation) (async.Reservation, bool, error) {
	if _, _, err := f.Store.Reserve(ctx, r); err != nil {
		return r, false, err
	}
	return f.Store.Reserve(ctx, r)
}

func TestClaimThatMeetsItself(t *testing.T) {
	withFixture(t, func(t *testing.T, w *fixture) {
		if _, err := w.Submit(t.Context(), bread); err != nil {
			t.Error(err)
		}
	}, func(w *fixture, c *async.Config) { c.Store = forgetful{w.store} })
}

var acceptance = []string{"Store.Reserve", "Store.Create", "Workflows.Start", "Store.Settle"}

// An attempt that fails half-way is taken back, even where its client has left
// meanwhile: the repetition is accepted at once, and not when a lease is over.
func TestRepetitionNeedNotWaitForAnAttemptThatFailed(t *testing.T) {
	faults := map[string]asynctest.Fault{"refused": asynctest.Refuse, "answer lost": asynctest.LoseAnswer, "hung": asynctest.Hang}
	for _, op := range acceptance {
		for how, fault := range faults {
			t.Run(op+" "+how, func(t *testing.T) {
				withFixture(t, func(t *testing.T, w *fixture) {
					ctx, leave := context.WithCancel(t.Context())
					w.faults.Once(op, func(ctx context.Context, call func(context.Context) error) error {
						defer leave()
						return fault(ctx, call)
					})
					if _, err := w.Submit(ctx, bread); err == nil {
						t.Fatal("the fault goes unnoticed")
					}
					if _, err := w.Submit(t.Context(), bread); err != nil {
						t.Errorf("repetition: %v", err)
					}
					if ids := w.store.IDs(); len(ids) != 1 {
						t.Errorf("%d records", len(ids))
					}
				})
			})
		}
	}
}

// A request that is held up in any call until its lease is over, while its
// repetition is accepted, starts nothing of its own.
func TestOvertakenAttemptStartsNothing(t *testing.T) {
	for _, op := range acceptance {
		for when, before := range map[string]bool{"before the call": true, "after it": false} {
			t.Run(op+" "+when, func(t *testing.T) { withFixture(t, func(t *testing.T, w *fixture) { overtake(t, w, op, before) }) })
		}
	}
}

func overtake(t *testing.T, w *fixture, op string, before bool) {
	var repetition async.View
	w.faults.Once(op, func(ctx context.Context, call func(context.Context) error) (err error) {
		ctx = context.WithoutCancel(ctx) // a machine that slept: its own timers have, too
		if !before {
			err = call(ctx)
		}
		time.Sleep(31 * time.Second)
		var failed error
		if repetition, failed = w.Submit(t.Context(), bread); failed != nil {
			t.Errorf("repetition: %v", failed)
		}
		if before {
			err = call(ctx)
		}
		return err
	})
	first, err := w.Submit(t.Context(), bread)
	if err == nil && first.ID != repetition.ID {
		t.Errorf("accepted twice: %s and %s", first.ID, repetition.ID)
	}
	if started := w.workflows.Inputs(); len(started) != 1 || started[repetition.ID] == "" {
		t.Errorf("accepted %s, started %v", repetition.ID, started)
	}
}

// storm lets faults of all kinds happen to calls at random. Calls that answer
// late take effect at some later moment, but before their lease is over.
type storm struct {
	*fixture
	dice *rand.Rand
	late chan struct{}
	mu   sync.Mutex // late calls take effect side by side
	// live says of each execution whether it found its record.
	live map[string]bool
}

// blow injects the next faults, but none after the tenth try.
func (s *storm) blow(tries int) {
	s.faults.Clear()
	if tries >= 10 {
		return
	}
	for _, op := range append([]string{"Store.Discard", "Store.Release", "Store.Get"}, acceptance...) {
		switch s.dice.IntN(12) {
		case 0:
			s.faults.Once(op, asynctest.Refuse)
		case 1:
			s.faults.Once(op, asynctest.LoseAnswer)
		case 2:
			s.faults.Once(op, asynctest.Hang)
		case 3:
			s.faults.Once(op, asynctest.AnswerLate(s.late))
		case 4:
			s.faults.Once(op, asynctest.Throttle)
		}
	}
}

// calm lets everything late happen now.
func (s *storm) calm() {
	close(s.late)
	synctest.Wait()
	s.late = make(chan struct{})
}

// A client repeats a request with one key until it is accepted, whatever breaks
// meanwhile. What it learns then is true and stays so, and there is one live
// execution of it, whatever else was tried on the way.
func TestRepetitionsThroughStorms(t *testing.T) {
	for seed := range uint64(500) {
		s := &storm{dice: rand.New(rand.NewPCG(seed, 1)), live: map[string]bool{}}
		withFixture(t, func(t *testing.T, w *fixture) {
			s.fixture, s.late = w, make(chan struct{})
			s.blow(0)
			accepted, err := s.Submit(t.Context(), bread)
			for tries := 0; err != nil; tries++ {
				s.afterwards(t, err)
				s.blow(tries + 1)
				accepted, err = s.Submit(t.Context(), bread)
			}
			s.calm()
			s.faults.Clear()
			s.check(t, seed, accepted.ID)
		}, func(w *fixture, c *async.Config) {
			c.Workflows = asynctest.FaultyWorkflows{Workflows: starting{w.workflows, s}, Faults: w.faults}
		})
	}
}

// starting fails an execution whose record is not there when it starts.
type starting struct {
	async.Workflows
	s *storm
}

func (x starting) Start(ctx context.Context, id string, input []byte) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if _, started := x.s.workflows.Inputs()[id]; !started {
		_, err := x.s.store.Get(ctx, id)
		x.s.live[id] = err == nil
	}
	return x.Workflows.Start(ctx, id, input)
}

// afterwards is what a client does about a failure: it waits.
func (s *storm) afterwards(t *testing.T, err error) {
	t.Helper()
	f, ok := err.(*async.RequestError)
	if !ok || f.RetryAfter <= 0 {
		t.Fatalf("got %v after %v", err, s.faults.Calls())
	}
	if f.Code == api.CodeAcceptanceInProgress {
		s.calm()
		time.Sleep(31 * time.Second)
	}
	if s.dice.IntN(3) == 0 {
		s.calm()
	}
}

func (s *storm) check(t *testing.T, seed uint64, id string) {
	t.Helper()
	if _, err := s.Status(context.Background(), id, 0); err != nil {
		t.Errorf("seed %d: the accepted submission: %v", seed, err)
	}
	if !s.live[id] {
		t.Errorf("seed %d: it has no live execution", seed)
	}
	for _, other := range s.store.IDs() {
		if other != id && s.live[other] {
			t.Errorf("seed %d: it has a second execution", seed)
		}
	}
	started := len(s.workflows.Inputs())
	again, err := s.Submit(t.Context(), bread)
	if err != nil || again.ID != id || len(s.workflows.Inputs()) != started {
		t.Errorf("seed %d: repeated: %s after %s, %v", seed, again.ID, id, err)
	}
}
