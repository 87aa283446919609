package speakers

import (
	"testing"

	"example.org/asynchttpapi/api"
)

func TestProgressOnlyGrows(t *testing.T) {
	rank := Received().Rank
	for _, stage := range Stages() {
		begun := Begun(stage)
		if begun.Rank <= rank || begun.Status != api.Running {
			t.Errorf("%s begins with %+v after rank %d", stage, begun, rank)
		}
		rank = begun.Rank
	}
	if end := Failed("Moderation"); end.Rank <= rank || end.Status != api.Failed || end.Custom != "Moderation" {
		t.Errorf("failed: %+v", end)
	}
	if end := Cancelled("Moderation"); end.Rank <= rank || end.Status != api.Canceled || end.Custom != "Moderation" {
		t.Errorf("cancelled: %+v", end)
	}
	if again := Reopened("Selection"); again.Rank >= Begun(Moderation).Rank || again.Status != api.Running || again.Custom != "Selection" {
		t.Errorf("reopened: %+v", again)
	}
	for _, stage := range Stages() {
		if end, ended := Decided(stage, Rejected); !ended || end.Rank <= rank {
			t.Errorf("rejected by %s: %+v, %v", stage, end, ended)
		}
	}
}

func TestWordsAreTheSamples(t *testing.T) {
	if got := Received().Custom; got != "Received" {
		t.Error(got)
	}
	want := map[Stage][3]string{
		Moderation:   {"Moderation", "", "Rejected"},
		Shortlisting: {"Shortlisting", "", "Rejected"},
		Selection:    {"Selection", "Approved", "Rejected"},
	}
	for stage, words := range want {
		accepted, _ := Decided(stage, Accepted)
		rejected, _ := Decided(stage, Rejected)
		if got := [3]string{Begun(stage).Custom, accepted.Custom, rejected.Custom}; got != words {
			t.Errorf("%s: %v", stage, got)
		}
	}
}

func TestBusinessOutcomesAreSuccesses(t *testing.T) {
	for _, d := range []Decision{Accepted, Rejected} {
		if end, ended := Decided(Selection, d); !ended || end.Status != api.Succeeded || end.Message == "" {
			t.Errorf("%s: %+v, %v", d, end, ended)
		}
	}
}
