package speakers_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/speakers"
)

var stages = []string{speakers.Moderation, speakers.Shortlisting, speakers.Selection}

// instant is a committee that takes no time.
func instant(seed string) speakers.Simulated {
	return speakers.Simulated{Seed: seed, Speed: math.Inf(1)}
}

func decide(t *testing.T, c speakers.Committee, stage, id string) bool {
	t.Helper()
	accepted, err := c.Decide(t.Context(), stage, &speakers.Run{ID: id, Began: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return accepted
}

func TestSimulatedRatesAreTheSamples(t *testing.T) {
	const n = 60000
	for stage, rate := range map[string]float64{speakers.Moderation: 1. / 6, speakers.Shortlisting: 1. / 2, speakers.Selection: 2. / 6} {
		rejected := 0
		for i := range n {
			if !decide(t, instant("s"), stage, fmt.Sprint(i)) {
				rejected++
			}
		}
		if got := float64(rejected) / n; math.Abs(got-rate) > 0.01 {
			t.Errorf("%s rejects %.3f, want %.3f", stage, got, rate)
		}
	}
}

func TestSimulatedStagesThrowDiceOfTheirOwn(t *testing.T) {
	patterns := map[string]int{}
	for i := range 6000 {
		pattern := ""
		for _, stage := range stages {
			pattern += fmt.Sprint(decide(t, instant(""), stage, fmt.Sprint(i)))
		}
		patterns[pattern]++
	}
	if len(patterns) != 8 {
		t.Errorf("stages hang together: %v", patterns)
	}
}

func TestSimulatedDecidesTheSameAgain(t *testing.T) {
	differs := 0
	for i := range 200 {
		id := fmt.Sprint(i)
		first := decide(t, instant("a"), speakers.Shortlisting, id)
		if again := decide(t, instant("a"), speakers.Shortlisting, id); first != again {
			t.Fatalf("%s: %v, then %v", id, first, again)
		}
		if other := decide(t, instant("b"), speakers.Shortlisting, id); other != first {
			differs++
		}
	}
	if differs == 0 {
		t.Error("the seed changes nothing")
	}
}

func TestARunAfterACrashDoesNotStartOver(t *testing.T) {
	for name, c := range map[string]struct{ began, want time.Duration }{
		"new":           {0, 20 * time.Second},
		"after a crash": {-15 * time.Second, 5 * time.Second},
		"long since":    {-time.Hour, 0},
		"clock set back": {
			time.Hour, 20 * time.Second,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			_, err := speakers.Simulated{}.Decide(t.Context(), speakers.Moderation, &speakers.Run{ID: "x", Began: start.Add(c.began)})
			if took := time.Since(start); err != nil || took != c.want {
				t.Errorf("%s: %v, %v", name, took, err)
			}
		})
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(async.ErrCanceled)
	if _, err := (speakers.Simulated{}).Decide(ctx, speakers.Moderation, &speakers.Run{Began: time.Now()}); err != async.ErrCanceled {
		t.Error(err)
	}
}

func policy(t *testing.T, policy string, speed float64) async.Job[speakers.Presentation, async.None] {
	t.Helper()
	c, err := speakers.ParsePolicy(policy, speakers.Simulated{Speed: speed})
	if err != nil {
		t.Fatal(err)
	}
	return speakers.Job(c)
}

func TestPoliciesDecideTheEnd(t *testing.T) {
	received := []string{"Received"}
	for name, c := range map[string]struct {
		status api.Status
		took   time.Duration
		seen   []string
	}{
		"approve":             {api.Succeeded, 45 * time.Second, append(append(received, stages...), "Approved")},
		"reject@moderation":   {api.Succeeded, 20 * time.Second, []string{"Received", "Moderation", "Rejected"}},
		"reject@shortlisting": {api.Succeeded, 35 * time.Second, []string{"Received", "Moderation", "Shortlisting", "Rejected"}},
		"reject@selection":    {api.Succeeded, 45 * time.Second, append(append(received, stages...), "Rejected")},
		"fail@moderation":     {api.Failed, 20 * time.Second, []string{"Received", "Moderation"}},
		"fail@shortlisting":   {api.Failed, 35 * time.Second, []string{"Received", "Moderation", "Shortlisting"}},
		"fail@selection":      {api.Failed, 45 * time.Second, append(received, stages...)},
	} {
		s := asynctest.Run(t, policy(t, name, 1), talk())
		if s.Status != c.status || s.Took != c.took || !reflect.DeepEqual(s.Seen, c.seen) {
			t.Errorf("%s: %s after %v: %v", name, s.Status, s.Took, s.Seen)
		}
		if c.status == api.Failed && (s.Error == nil || *s.Error != api.Error{Code: "ProcessFailed", Message: "The committee could not decide."}) {
			t.Errorf("%s: %+v", name, s.Error)
		}
		if strings.HasPrefix(name, "reject") && s.Record().Message != "We are sorry: your proposal was not selected this time. We hope to hear from you again." {
			t.Errorf("%s: %s", name, s.Record().Message)
		}
	}
}

func TestSpeedDividesTheTimes(t *testing.T) {
	for speed, want := range map[float64]time.Duration{10: 4500 * time.Millisecond, math.Inf(1): 0, speakers.MinSpeed: 15 * time.Minute} {
		if s := asynctest.Run(t, policy(t, "approve", speed), talk()); s.Took != want || s.Outcome != "Approved" {
			t.Errorf("speed %v: %s after %v", speed, s.Outcome, s.Took)
		}
	}
}

func TestCancellation(t *testing.T) {
	s := asynctest.Run(t, policy(t, "approve", 1), talk(), func(s *asynctest.Submission[async.None]) {
		s.Sleep(25 * time.Second)
		s.Cancel()
	})
	if r := s.Record(); s.Status != api.Canceled || s.Outcome != "Shortlisting" || s.Took != 25*time.Second || r.Message != "The review of your proposal was canceled." {
		t.Errorf("%s %s after %v: %s", s.Status, s.Outcome, s.Took, r.Message)
	}
}

func TestParsePolicyRefuses(t *testing.T) {
	for policy, want := range map[string]string{
		"":                    "want simulate, approve",
		"Approve":             "want simulate, approve",
		"reject":              "want simulate, approve",
		"approve@moderation":  "want simulate, approve",
		"reject@":             "no such stage",
		"fail@Moderation":     "no such stage",
		"fail@unknown":        "no such stage",
		"reject@a@moderation": "no such stage",
	} {
		if _, err := speakers.ParsePolicy(policy, speakers.Simulated{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", policy, err)
		}
	}
}

func TestFromEnv(t *testing.T) {
	set := func(review, speed string) {
		t.Setenv("REVIEW", review)
		t.Setenv("SPEED", speed)
	}
	expected := func() (all []time.Duration) {
		job, err := speakers.FromEnv()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range job.Describe().Stages {
			all = append(all, s.Expected)
		}
		return all
	}
	set("", "")
	if got := expected(); !reflect.DeepEqual(got, []time.Duration{2 * time.Second, 1500 * time.Millisecond, time.Second}) {
		t.Errorf("by default: %v", got)
	}
	set("reject@selection", "1")
	if got := expected(); got[0] != 20*time.Second {
		t.Errorf("at speed 1: %v", got)
	}
	set("perhaps", "0")
	_, err := speakers.FromEnv()
	for _, want := range []string{`REVIEW: review policy "perhaps": want simulate`, `SPEED: speed "0": want a number from 0.05, or inf`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for _, speed := range []string{"-1", "x", "NaN", "0.01"} {
		if _, err := speakers.ParseSpeed(speed); err == nil {
			t.Errorf("speed %s is accepted", speed)
		}
	}
}
