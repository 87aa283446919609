package interp

import (
	"math"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// fail deals with the failure of a scope's state: retry, else catch, else the
// scope fails with it.
func (r *Run) fail(s *scope, f failure) {
	r.releaseAll(s)
	if r.retry(s, f) {
		return
	}
	if s.fork != nil {
		r.event(s, string(s.state.Type)+"StateFailed", nil)
	}
	if r.catch(s, f) {
		return
	}
	r.scopeFailed(s, f)
}

// retry applies the first retrier that is about f
// (states-language.net, "Retrying after error").
func (r *Run) retry(s *scope, f failure) bool {
	for i, retrier := range s.state.Retry {
		if !f.matches(retrier.ErrorEquals) {
			continue
		}
		if s.attempts == nil {
			s.attempts = make([]int64, len(s.state.Retry))
		}
		if r.trial != nil {
			s.attempts[i] = r.trial.with.RetrierRetryCount
		}
		if s.attempts[i] >= retrier.MaxAttempts {
			return false
		}
		if r.trial != nil {
			r.trial.retriable(f, i, Backoff(retrier, s.attempts[i]))
			return true
		}
		delay := r.delay(retrier, s.attempts[i])
		s.attempts[i]++
		s.retries++
		r.discard(s)
		s.pause = r.timer(s, retryDue, r.now.Add(delay))
		return true
	}
	return false
}

// delay is how long to wait before another attempt, after this many retries.
func (r *Run) delay(retrier *asl.Retrier, retries int64) time.Duration {
	delay := Backoff(retrier, retries)
	if retrier.JitterStrategy == "FULL" {
		delay *= r.random()
	}
	return time.Duration(delay * float64(time.Second))
}

// Backoff is the delay in seconds before another attempt, after this many
// retries, without jitter.
func Backoff(retrier *asl.Retrier, retries int64) float64 {
	const longest = 100 * 365 * 24 * 3600 // keeps every sum of times in range
	delay := float64(retrier.IntervalSeconds) * math.Pow(retrier.BackoffRate, float64(retries))
	if m := retrier.MaxDelaySeconds; m > 0 {
		delay = min(delay, float64(m))
	}
	if math.IsNaN(delay) {
		return 0
	}
	return max(0, min(delay, longest))
}

// catch applies the first catcher that is about f
// (states-language.net, "Fallback states").
func (r *Run) catch(s *scope, f failure) bool {
	for i, catcher := range s.state.Catch {
		if !f.matches(catcher.ErrorEquals) {
			continue
		}
		r.discard(s)
		r.trial.caught(f, i)
		caught := data{v: f.output()}
		out, broken := s.placed(catcher.ResultPath, caught)
		if broken != nil {
			r.scopeFailed(s, *broken)
			return true
		}
		r.leave(s, out, exit{assign: catcher.Assign, from: caught, next: catcher.Next, caught: true})
		return true
	}
	return false
}

// output is what a catcher gives its state.
func (f failure) output() *value.Object {
	return value.NewObject(
		value.Member{Name: "Error", Value: f.name},
		value.Member{Name: "Cause", Value: f.cause},
	)
}
