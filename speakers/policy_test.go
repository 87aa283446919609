package speakers

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestSimulatedRatesAreTheSamples(t *testing.T) {
	const n = 60000
	want := map[Stage]float64{Moderation: 1. / 6, Shortlisting: 1. / 2, Selection: 2. / 6}
	for stage, rate := range want {
		rejected := 0
		for i := range n {
			if d, _ := (Simulated{Seed: "s"}).Decide(t.Context(), fmt.Sprint(i), stage, Presentation{}); d == Rejected {
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
		for _, stage := range Stages() {
			d, _ := (Simulated{}).Decide(t.Context(), fmt.Sprint(i), stage, Presentation{})
			pattern += string(d[0])
		}
		patterns[pattern]++
	}
	if len(patterns) != 8 {
		t.Errorf("stages hang together: %v", patterns)
	}
}

func TestSimulatedDecidesTheSameAgain(t *testing.T) {
	bySeed := map[string]int{}
	for i := range 200 {
		id := fmt.Sprint(i)
		first, _ := (Simulated{Seed: "a"}).Decide(t.Context(), id, Shortlisting, Presentation{})
		again, _ := (Simulated{Seed: "a"}).Decide(t.Context(), id, Shortlisting, Presentation{Title: "other"})
		if first != again {
			t.Fatalf("%s: %s, then %s", id, first, again)
		}
		if other, _ := (Simulated{Seed: "b"}).Decide(t.Context(), id, Shortlisting, Presentation{}); other != first {
			bySeed["differs"]++
		}
	}
	if bySeed["differs"] == 0 {
		t.Error("the seed changes nothing")
	}
}

func TestParsePolicy(t *testing.T) {
	type answers map[Stage]Decision // "" stands for a refusal
	all := answers{Moderation: Accepted, Shortlisting: Accepted, Selection: Accepted}
	but := func(s Stage, d Decision) answers {
		return answers{Moderation: all[Moderation], Shortlisting: all[Shortlisting], Selection: all[Selection], s: d}
	}
	tests := map[string]answers{"approve": all}
	for _, s := range Stages() {
		tests["reject@"+s.String()] = but(s, Rejected)
		tests["fail@"+s.String()] = but(s, "")
	}
	for policy, want := range tests {
		committee, err := ParsePolicy(policy, "")
		if err != nil {
			t.Fatal(err)
		}
		for stage, decision := range want {
			got, err := committee.Decide(t.Context(), "id", stage, Presentation{})
			if got != decision || errors.Is(err, ErrRefused) != (decision == "") {
				t.Errorf("%s, %s: %q, %v", policy, stage, got, err)
			}
		}
	}
}

func TestPoliciesTakeTheSamplesTimes(t *testing.T) {
	for _, policy := range []string{"simulate", "approve", "fail@selection"} {
		committee, err := ParsePolicy(policy, "seed")
		if err != nil {
			t.Fatal(err)
		}
		got := [3]time.Duration{committee.Takes(Moderation), committee.Takes(Shortlisting), committee.Takes(Selection)}
		if want := [3]time.Duration{20 * time.Second, 15 * time.Second, 10 * time.Second}; got != want {
			t.Errorf("%s: %v", policy, got)
		}
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
		if _, err := ParsePolicy(policy, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", policy, err)
		}
	}
}
