package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// rule says how long a client pauses, in seconds, after its n-th answer; the
// first one is that of the submit.
type rule func(s async.State, now time.Time, n int) float64

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// outcome is how a rule did.
type outcome struct {
	polls, mean, p95 float64
}

// run has a client for each submission and returns the means. learn, if not nil,
// is called behind each of them.
func run(w workload, all [][]float64, next rule, learn func([]float64)) (o outcome) {
	var delays []float64
	for _, took := range all {
		polls, delay := follow(w, took, next)
		o.polls += float64(polls) / float64(len(all))
		o.mean += delay / float64(len(all))
		delays = append(delays, delay)
		if learn != nil {
			learn(took)
		}
	}
	slices.Sort(delays)
	o.p95 = delays[len(delays)*95/100]
	return o
}

// follow takes one client to the end: how often it polls, and how late it knows.
func follow(w workload, took []float64, next rule) (polls int, delay float64) {
	end := 0.0
	for _, d := range took {
		end += d
	}
	at := 0.0
	for n := 0; ; n++ {
		at += next(stateAt(w, took, at, n == 0), noon.Add(seconds(at)), n)
		if polls++; at >= end {
			return polls, at - end
		}
	}
}

// stateAt is the record of a submission that has not ended.
func stateAt(w workload, took []float64, at float64, submit bool) async.State {
	if submit {
		return async.State{Status: api.NotStarted, CustomStatus: "Received", Began: noon, Due: noon}
	}
	began := 0.0
	for i, d := range took {
		if at < began+d {
			s := async.State{Status: api.Running, CustomStatus: w.stages[i].Name, Rank: i + 1, Began: noon.Add(seconds(began))}
			s.Due = s.Began.Add(w.stages[i].Expected)
			return s
		}
		began += d
	}
	panic("it has ended")
}

// learned is async's own rule with a Pace that learns each submission.
func learned(w workload) (rule, func([]float64)) {
	pace := async.NewPace(async.Description{Stages: w.stages})
	spread := rand.New(rand.NewPCG(7, 7))
	return func(s async.State, now time.Time, _ int) float64 {
			return pace.RetryAfter(s, now, spread.Float64()).Seconds()
		}, func(took []float64) {
			for i, d := range took {
				pace.Observe(w.stages[i].Name, seconds(d), i == len(took)-1)
			}
		}
}

func constant(s float64) rule { return func(async.State, time.Time, int) float64 { return s } }

// backoff doubles from a second to half a minute.
func backoff(_ async.State, _ time.Time, n int) float64 { return min(float64(int(1)<<min(n, 10)), 30) }

// azure is the durable functions' extension: 10 seconds first, then 5.
func azure(_ async.State, _ time.Time, n int) float64 {
	return map[bool]float64{true: 10, false: 5}[n == 0]
}

// formerly is the rule before stages were learned: when the stage is due, within
// 20 seconds or a twentieth of what it has taken or has left, and once it is
// overdue in as long again as it is late.
func formerly(s async.State, now time.Time, _ int) float64 {
	const short, longest = 20 * time.Second, 5 * time.Minute
	at, left := now.Sub(s.Began), s.Due.Sub(now)
	if left < 0 {
		left = -left
	}
	limit := min(max(short, max(left, at)/20), longest).Truncate(time.Second)
	whole := min(max((left+time.Second-1).Truncate(time.Second), time.Second), longest)
	return min(whole, limit).Seconds()
}

// waiting is a client that sends Prefer: wait=20 and asks again at once; the
// server looks for the end once a second.
func waiting(all [][]float64) (o outcome) {
	for _, took := range all {
		end := 0.0
		for _, d := range took {
			end += d
		}
		o.polls += float64(1+int(end/20)) / float64(len(all))
	}
	o.mean, o.p95 = 0.5, 0.95
	return o
}

func draw(w workload, seed uint64, n int) (all [][]float64) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range n {
		all = append(all, w.draw(r))
	}
	return all
}

func (o outcome) String() string { return fmt.Sprintf("%.1f | %.1f | %.1f", o.polls, o.mean, o.p95) }
