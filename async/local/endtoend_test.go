package local

import (
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
)

func TestEveryOutcome(t *testing.T) {
	tests := []struct {
		review, query string
		code          int
		status        api.Status
		custom        string
	}{
		{"approve", "", 200, api.Succeeded, "Approved"},
		{"reject@moderation", "", 200, api.Succeeded, "Rejected"},
		{"reject@shortlisting", "", 200, api.Succeeded, "Rejected"},
		{"reject@selection", "?failureStatus=409", 200, api.Succeeded, "Rejected"},
		{"fail@moderation", "", 200, api.Failed, "Moderation"},
		{"fail@shortlisting", "?failureStatus=200", 200, api.Failed, "Shortlisting"},
		{"fail@selection", "?failureStatus=409", 409, api.Failed, "Selection"},
	}
	for _, test := range tests {
		t.Run(test.review, func(t *testing.T) {
			t.Parallel()
			r := start(t, fast(t, test.review))
			got := await(t, submit(t, r.url, test.query), ended)
			if got.code != test.code || got.Status != test.status || got.CustomStatus != test.custom {
				t.Errorf("%d %+v", got.code, got.Submission)
			}
			if failed := test.status == api.Failed; failed != (got.Error != nil) || failed && got.Error.Code != api.CodeProcessFailed {
				t.Errorf("error %+v", got.Error)
			}
			checkNothingPersonal(t, r.log.String())
		})
	}
}

func checkNothingPersonal(t *testing.T, log string) {
	t.Helper()
	for _, word := range []string{"ada@", "Ada", "Wrote programs", "On the engine", "arn:aws"} {
		if strings.Contains(log, word) {
			t.Errorf("the log holds %q:\n%s", word, log)
		}
	}
}

func TestEveryStageIsSeen(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve")
	s.Speed = 100
	location := submit(t, start(t, s).url, "")
	var seen []string
	await(t, location, func(r response) bool {
		if len(seen) == 0 || seen[len(seen)-1] != r.CustomStatus {
			seen = append(seen, r.CustomStatus)
		}
		return ended(r)
	})
	if got := strings.TrimPrefix(strings.Join(seen, " "), "Received "); got != "Moderation Shortlisting Selection Approved" {
		t.Errorf("seen %v", seen)
	}
}

func TestRestartGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve")
	s.Speed = 1 // the first stage would take 20 seconds
	first := start(t, s)
	location := submit(t, first.url, "")
	before := await(t, location, func(r response) bool { return r.CustomStatus == "Moderation" })
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	s.Speed = fast(t, "").Speed
	second := start(t, s)
	after := await(t, strings.Replace(location, first.url, second.url, 1), ended)
	if after.CustomStatus != "Approved" || after.ID != before.ID || !after.CreatedTime.Equal(before.CreatedTime) {
		t.Errorf("before %+v, after %+v", before.Submission, after.Submission)
	}
}

func TestLocationIsAbsoluteAndFollowsTheSetting(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve")
	r := start(t, s)
	if location := submit(t, r.url, ""); !strings.HasPrefix(location, r.url+api.StatusPath) {
		t.Errorf("location %s", location)
	}
	s = fast(t, "approve")
	s.BaseURL = "https://api.example.org/talks"
	if location := submit(t, start(t, s).url, ""); !strings.HasPrefix(location, s.BaseURL+api.StatusPath) {
		t.Errorf("location %s", location)
	}
}

func TestLocationThatOthersCannotFollowIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		addr, base string
		warned     bool
	}{{":0", "", true}, {"0.0.0.0:0", "", true}, {":0", "https://api.example.org", false}, {"127.0.0.1:0", "", false}} {
		s := fast(t, "approve")
		s.Addr, s.BaseURL = tt.addr, tt.base
		if log := start(t, s).log.String(); strings.Contains(log, "cannot follow Location") != tt.warned {
			t.Errorf("%+v: %q", tt, log)
		}
	}
}
