package loan_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/local"
	"example.org/asynchttpapi/examples/loan"
)

// office is a bureau and a desk.
type office struct {
	score   int
	numbers []string
	answers []async.Callback
	// crash is returned after the first case has reached the desk.
	crash error
}

func (o *office) Score(context.Context, string) (int, error) { return o.score, nil }

func (o *office) Open(_ context.Context, number string, _ loan.Application, _ int, answer async.Callback) error {
	o.numbers, o.answers = append(o.numbers, number), append(o.answers, answer)
	crash := o.crash
	o.crash = nil
	return crash
}

func application() loan.Application {
	return loan.Application{Applicant: "Ada", AmountCents: 500_000, TermMonths: 24}
}

type submission = asynctest.Submission[loan.Offer]

func run(t *testing.T, o *office, steps ...func(*submission)) *submission {
	t.Helper()
	return asynctest.Run(t, loan.Job(o, o), application(), steps...)
}

func TestAnUnderwriterOffers(t *testing.T) {
	o := &office{score: 700}
	s := run(t, o, func(s *submission) {
		s.Sleep(60 * time.Hour)
		var refused *async.RequestError
		if err := s.Answer(o.answers[0], loan.Decision{Approve: true, RateBasisPoints: 9999}); !errors.As(err, &refused) || refused.Code != api.CodeInvalidSubmission {
			t.Errorf("a rate of 99.99 %%: %v", err)
		}
		if err := s.Answer(o.answers[0], loan.Decision{Approve: true, RateBasisPoints: 450}); err != nil {
			t.Error(err)
		}
		if err := s.Answer(o.answers[0], loan.Decision{}); !errors.As(err, &refused) || refused.Code != api.CodeGone {
			t.Errorf("a second decision: %v", err)
		}
	})
	if s.Outcome != "Offered" || s.Result.RateBasisPoints != 450 || s.Took != 60*time.Hour {
		t.Errorf("%s after %v: %+v", s.Outcome, s.Took, s.Result)
	}
	if strings.Contains(o.numbers[0], s.ID) || strings.Contains(o.answers[0].URL, s.ID) {
		t.Error("the underwriter gets the submission's id")
	}
}

func TestACrashPutsTheCaseOnTheDeskAgain(t *testing.T) {
	o := &office{score: 700, crash: errors.New("crash")}
	s := run(t, o, func(s *submission) {
		s.Sleep(time.Hour)
		if err := s.Answer(o.answers[0], loan.Decision{}); err != nil {
			t.Error(err)
		}
	})
	if s.Outcome != "Declined" || len(o.answers) != 2 || o.numbers[0] != o.numbers[1] || o.answers[0].URL == o.answers[1].URL {
		t.Errorf("%s: %d cases, %v", s.Outcome, len(o.answers), o.numbers)
	}
}

func TestALowScoreIsDeclinedAtOnce(t *testing.T) {
	o := &office{score: 299}
	if s := run(t, o); s.Outcome != "Declined" || len(o.answers) != 0 {
		t.Errorf("%s, %d cases", s.Outcome, len(o.answers))
	}
}

func TestACaseLapses(t *testing.T) {
	s := run(t, &office{score: 700})
	if s.Outcome != "Lapsed" || s.Status != api.Succeeded || s.Took < 120*time.Hour || s.Took > 121*time.Hour {
		t.Errorf("%s %s after %v", s.Status, s.Outcome, s.Took)
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		a    loan.Application
		want []string
	}{
		{application(), nil},
		{loan.Application{}, []string{"/applicant", "/amountCents", "/termMonths"}},
		{loan.Application{Applicant: strings.Repeat("a", 101), AmountCents: 100_000_001, TermMonths: 361}, []string{"/applicant", "/amountCents", "/termMonths"}},
	} {
		var got []string
		for _, f := range c.a.Validate() {
			got = append(got, f.Pointer)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c.a, got)
		}
	}
}

// The whole on one machine: the underwriter finds a letter, opens the page that
// it links to, and sends its form.
func TestTheReviewersPage(t *testing.T) {
	mailbox := delivered{loan.Mailbox{Folder: filepath.Join(t.TempDir(), "mailbox")}, make(chan string, 1)}
	var server *local.Server
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { server.ServeHTTP(w, r) }))
	defer front.Close()
	server, err := local.New(t.Context(), loan.Job(&office{score: 700}, mailbox),
		local.Options{Data: t.TempDir(), BaseURL: front.URL, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	do := func(method, target, kind, body, want string) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Accept", "text/html, */*")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s %s: %d %s, want %s", method, req.URL.Path[:8], res.StatusCode, text, want)
		}
		return res.Header.Get("Location")
	}
	status := do(http.MethodPost, front.URL+api.SubmitPath, "application/json", `{"applicant":"Ada","amountCents":500000,"termMonths":24}`, `"Received"`)
	letter, err := os.ReadFile(filepath.Join(mailbox.Folder, <-mailbox.numbers+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	link := linked.FindString(string(letter))
	do(http.MethodGet, link, "", "", "rateBasisPoints")
	do(http.MethodPost, link, "application/x-www-form-urlencoded", "rateBasisPoints=450", "is required")
	form := url.Values{"approve": {"true"}, "rateBasisPoints": {"0"}}
	do(http.MethodPost, link, "application/x-www-form-urlencoded", form.Encode(), "must be from 1 to 2000")
	form.Set("rateBasisPoints", "450")
	do(http.MethodPost, link, "application/x-www-form-urlencoded", form.Encode(), "Thank you")
	do(http.MethodGet, status+"?wait=20", "", "", `"rateBasisPoints":450`)
	do(http.MethodGet, link, "", "", "answered already")
}

var linked = regexp.MustCompile(`http://\S+`)

// delivered is a mailbox that says when a letter is in it.
type delivered struct {
	loan.Mailbox
	numbers chan string
}

func (d delivered) Open(ctx context.Context, number string, a loan.Application, score int, answer async.Callback) error {
	err := d.Mailbox.Open(ctx, number, a, score, answer)
	d.numbers <- number
	return err
}
