package async_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
)

// model drives one submission through actions in any order: stages, answers,
// failures, cancellation, expiry, redrives and notifications, late and repeated
// ones among them. Any call of a port may be lost, before or after it took
// effect, and other actions may happen in between: what happens in one process
// interleaves with what happens in all others at their calls of ports.
type model struct {
	*fixture
	// tape decides what happens next, and nothing more once it is over.
	tape             []byte
	id, cancelSecret string
	// redrive is the number of the latest run of the execution.
	redrive int
	depth   int
	// answers are the hashes of the answers that were recorded, by the run of
	// the execution, and answered all of them.
	answers  map[int]string
	answered map[string]bool
	tokens   int
	// calm keeps calls from being lost and other actions from coming in between.
	calm bool
}

// watched is a Store that checks every change of a record.
type watched struct {
	async.Store
	m *model
}

func (s watched) Advance(ctx context.Context, id string, c async.Change) (async.Record, error) {
	before, err := s.Store.Get(ctx, id)
	if err != nil {
		return before, err
	}
	after, err := s.Store.Advance(ctx, id, c)
	if err == nil {
		s.m.changed(before, after)
	}
	return after, err
}

// changed holds a change against the rules that no history may break.
func (m *model) changed(before, after async.Record) {
	bad := func(format string, args ...any) {
		m.Fatalf(format+"\n%+v\n%+v", append(args, before, after)...)
	}
	moved := !sameState(before.State, after.State) && after.Percent == before.Percent || after.Status != before.Status
	switch ended := before.Status; {
	case (ended == api.Succeeded || ended == api.Canceled) && moved:
		bad("%s was not the end", ended)
	case ended == api.Failed && moved && after.Redrive <= before.Redrive:
		bad("a failure was replaced without a redrive")
	case after.Redrive < before.Redrive, after.Redrive == before.Redrive && after.Rank < before.Rank:
		bad("the record moved back")
	case after.Percent < before.Percent && after.Redrive == before.Redrive && before.Rank > 0: // 0 is just reopened
		bad("percent fell")
	case after.Status == api.Succeeded && after.Percent != 100, !after.Status.Terminal() && after.Percent > 99:
		bad("percent is %d", after.Percent)
	case after.Waiting.Attempt < before.Waiting.Attempt:
		bad("a late attempt took the place of a later one")
	case (after.Error != nil) != (after.Status == api.Failed):
		bad("the error does not fit the status")
	}
	for stage, outcome := range before.Outcomes {
		if now, kept := after.Outcomes[stage]; !kept || now != outcome {
			bad("the outcome of %s changed", stage)
		}
	}
	if before.Status.Terminal() && len(after.Outcomes) != len(before.Outcomes) {
		bad("an outcome was recorded after the end")
	}
	if after.Status == api.Succeeded && before.Status != api.Succeeded {
		found := false
		for outcome := range maps.Values(after.Outcomes) {
			found = found || string(outcome) == after.CustomStatus
		}
		if !found {
			bad("succeeded without an outcome")
		}
	}
	if answer := after.Waiting.Answer; answer != "" && answer != before.Waiting.Answer {
		if first := m.answers[after.Redrive]; first != "" && first != answer {
			bad("two answers were recorded in one run")
		}
		m.answers[after.Redrive], m.answered[answer] = answer, true
	}
}

// port is what happens at a call of a port.
func (m *model) port(ctx context.Context, call func(context.Context) error) error {
	if m.calm {
		return call(ctx)
	}
	m.between()
	switch m.weighted(12, 1, 1) {
	case 1:
		return asynctest.ErrDown
	case 2:
		return asynctest.LoseAnswer(ctx, call)
	}
	err := call(ctx)
	m.between()
	return err
}

// between lets something else happen in the middle of an action.
func (m *model) between() {
	if m.depth < 3 && m.weighted(9, 1) == 1 {
		m.act()
	}
}

// broken is the panic that a broken rule ends a history with.
type broken string

func (m *model) Fatalf(format string, args ...any) { panic(broken(fmt.Sprintf(format, args...))) }

// next is a number below n from the tape.
func (m *model) next(n int) int {
	if len(m.tape) == 0 {
		return 0
	}
	b := int(m.tape[0])
	m.tape = m.tape[1:]
	return b % n
}

// weighted draws an index, each as often as its weight says.
func (m *model) weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := m.next(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return 0
}

func pick[T any](m *model, all []T) T { return all[m.next(len(all))] }

// act is one action, of a process of its own.
func (m *model) act() {
	m.depth++
	defer func() { m.depth-- }()
	redrive := m.redrive
	if redrive > 0 && m.weighted(5, 1) == 1 {
		redrive-- // a process of the run before
	}
	switch m.weighted(6, 5, 5, 5, 2, 3, 2, 3, 1) {
	case 0:
		m.runStage("First", redrive)
	case 1:
		m.runStage("Approval", redrive)
	case 2:
		m.runStage("Last", redrive)
	case 3:
		m.answer()
	case 4:
		m.cancel()
	case 5:
		m.recordFailure(redrive)
	case 6:
		m.redriveIt()
	case 7:
		m.reconcile(redrive)
	case 8:
		time.Sleep(pick(m, []time.Duration{time.Second, time.Hour, 47 * time.Hour}))
	}
}

// decision is what a stage or an answer comes to.
func (m *model) decision(r *run, end async.Outcome) (async.Outcome, error) {
	if m.weighted(1, 1) == 1 {
		if err := r.Progress(context.Background(), float64(m.next(11))/10); errors.Is(err, async.ErrCanceled) {
			return async.Continue, err
		}
	}
	m.between()
	switch m.weighted(5, 2, 1, 1) {
	case 1:
		return end, nil
	case 2:
		return async.Continue, errRefused
	case 3:
		return async.Continue, errors.New("connection reset")
	}
	return async.Continue, nil
}

func (m *model) runStage(stage string, redrive int) {
	in := async.ActivityInput{ID: m.id, Redrive: redrive}
	if stage == "Approval" {
		m.tokens++
		in.Token = fmt.Sprint("token ", m.tokens)
		in.Attempt = m.next(m.tokens) // one that was given up may come late
		m.workflows.Wait(m.id, in.Token)
	}
	_, err := m.RunStage(m.ctx(), stage, in)
	r := m.stored()
	_, recorded := r.Outcomes[stage]
	if err == nil && stage != "Approval" && !recorded && r.Status != api.Succeeded {
		m.Fatalf("%s is over without an outcome: %+v", stage, r)
	}
	if got := name(err); err != nil && got != async.Unavailable && got != async.TimedOut && got != async.Overtaken && got != errRefused.Code {
		m.Fatalf("%s ended with %v", stage, err)
	}
}

func (m *model) answer() {
	if len(m.secrets) == 0 {
		return
	}
	secret := pick(m, m.secrets)
	body := fmt.Sprintf(`{"ok":true,"n":%d}`, m.weighted(1, 1, 1))
	err := m.Complete(m.ctx(), secret, []byte(body))
	sum := sha256.Sum256([]byte(body))
	switch got := code(err); {
	case got == "" && !m.answered[base64.RawURLEncoding.EncodeToString(sum[:])]:
		m.Fatalf("an answer was accepted and not recorded")
	case got != "" && got != api.CodeGone && got != api.CodeUnavailable && got != api.CodeInternal:
		m.Fatalf("an answer is refused with %v", err)
	}
}

func (m *model) cancel() {
	v, err := m.Cancel(m.ctx(), m.cancelSecret)
	r := m.stored()
	switch {
	case err == nil && v.Status == api.Failed: // which may have been redriven since
	case err == nil && (!r.Status.Terminal() || r.Status != v.Status):
		m.Fatalf("canceled as %s, but the record is %+v", v.Status, r.State)
	case err != nil && code(err) != api.CodeUnavailable:
		m.Fatalf("cancel: %v", err)
	}
}

func (m *model) recordFailure(redrive int) {
	in := async.ActivityInput{ID: m.id, Redrive: redrive, FailedIn: redrive}
	in.Error = pick(m, []string{"States.Timeout", "States.HeartbeatTimeout", "Lambda.Unknown", errRefused.Code})
	err := m.RecordFailure(m.ctx(), in)
	r := m.stored()
	_, approved := r.Outcomes["Approval"]
	switch got := name(err); {
	case got == async.Unavailable:
	case got == "" && r.Status != api.Succeeded && r.Status != api.Canceled && !approved:
		m.Fatalf("the execution goes on after %s: %+v", in.Error, r)
	case got == async.Failed && !r.Status.Terminal() && r.Redrive <= redrive:
		m.Fatalf("the execution has failed, and the record is open: %+v", r)
	case got != "" && got != async.Failed:
		m.Fatalf("recording a failure ended with %v", err)
	}
}

// redriveIt reopens the execution, whatever the record says: it may lag behind.
func (m *model) redriveIt() {
	if m.redrive < 4 {
		m.redrive++
	}
}

func (m *model) reconcile(redrive int) {
	x := async.Execution{Redrive: redrive, Status: api.Running}
	if m.weighted(2, 3) == 1 {
		x.Status = pick(m, []api.Status{api.Succeeded, api.Failed, api.Canceled})
		x.TimedOut = x.Status == api.Failed && m.weighted(1, 1) == 1
	}
	if err := m.Reconcile(m.ctx(), m.id, &x); err != nil && code(err) != api.CodeUnavailable {
		m.Fatalf("reconcile: %v", err)
	}
}

func (m *model) ctx() context.Context { return context.Background() }

func (m *model) stored() async.Record {
	r, err := m.store.Get(m.ctx(), m.id)
	if err != nil {
		m.Fatalf("the record: %v", err)
	}
	return r
}

// finish drives the execution to its end, undisturbed: however it got here, a
// submission ends.
func (m *model) finish() {
	m.calm = true
	m.redrive++
	for _, stage := range []string{"First", "Approval", "Last"} {
		m.tokens++
		in := async.ActivityInput{ID: m.id, Redrive: m.redrive, Token: fmt.Sprint("token ", m.tokens), Attempt: m.tokens}
		m.workflows.Wait(m.id, in.Token)
		_, err := m.RunStage(m.ctx(), stage, in)
		if got := name(err); got == async.Overtaken && m.stored().Status == api.Canceled {
			break
		} else if got != "" {
			m.Fatalf("%s: %v, %+v", stage, err, m.stored())
		}
		if _, recorded := m.stored().Outcomes[stage]; !recorded && m.stored().Status != api.Succeeded {
			if err := m.Complete(m.ctx(), m.secrets[len(m.secrets)-1], []byte(yes)); stage != "Approval" || err != nil {
				m.Fatalf("%s is not answered: %v, %+v", stage, err, m.stored())
			}
		}
	}
	if r := m.stored(); r.Status != api.Succeeded && r.Status != api.Canceled {
		m.Fatalf("it does not end: %+v", r)
	}
}

func TestAnyHistoryKeepsTheRules(t *testing.T) {
	for _, compensates := range []bool{false, true} {
		t.Run(fmt.Sprint("compensates ", compensates), func(t *testing.T) {
			for range 20 { // of 100 histories, or -rapid.checks
				rapid.Check(t, func(rt *rapid.T) {
					// rapid's own bytes are small more often than not, and most of a
					// history would be its first choices.
					dice := rand.NewChaCha8(sha256.Sum256(fmt.Append(nil, rapid.Uint64().Draw(rt, "seed"))))
					tape := make([]byte, rapid.IntRange(0, 400).Draw(rt, "length"))
					dice.Read(tape)
					var rule any
					synctest.Test(t, func(t *testing.T) {
						defer func() { rule = recover() }()
						checkHistory(t, tape, compensates)
					})
					if text, ok := rule.(broken); ok {
						rt.Fatal(text)
					} else if rule != nil {
						panic(rule)
					}
				})
			}
		})
	}
}

func checkHistory(t *testing.T, tape []byte, compensates bool) {
	m := &model{tape: tape, answers: map[int]string{}, answered: map[string]bool{}, calm: true}
	m.fixture = newFixture(t, func(w *fixture, c *async.Config) {
		if compensates {
			compensating(w, c)
		}
		c.Store = asynctest.FaultyStore{Store: watched{w.store, m}, Faults: w.faults}
	})
	m.first = func(_ context.Context, r *run) (async.Outcome, error) { return m.decide(r, "Declined") }
	m.last = func(_ context.Context, r *run) (async.Outcome, error) { return m.decide(r, "Done") }
	m.complete = func(_ context.Context, r *run, _ answer) (async.Outcome, error) { return m.decide(r, "Disapproved") }
	m.steps.start = func(_ context.Context, _ *run, back async.Callback) error {
		m.secrets = append(m.secrets, back.URL[len(back.URL)-26:])
		return nil
	}
	for _, op := range []string{"Store.Get", "Store.Input", "Store.Advance", "Store.PutCallback", "Store.Callback",
		"Workflows.Stop", "Workflows.Complete", "Workflows.Fail"} {
		m.faults.Always(op, m.port)
	}
	v, err := m.Submit(t.Context(), async.Submission{Body: bread.Body})
	if err != nil {
		t.Fatal(err)
	}
	m.id, m.cancelSecret, m.calm = v.ID, v.CancelSecret, false
	for len(m.tape) > 0 {
		m.act()
	}
	m.finish()
}

// decide is decision, or that of an undisturbed stage.
func (m *model) decide(r *run, end async.Outcome) (async.Outcome, error) {
	if m.calm {
		return async.Continue, nil
	}
	return m.decision(r, end)
}
