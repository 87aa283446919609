package apigateway_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/apigateway"
	"example.org/asynchttpapi/async/internal/functions"
)

// loan is what the job of these tests is about.
type loan struct {
	Amount int `json:"amount"`
}

// verdict is what its reviewer answers.
type verdict struct {
	Approved bool    `json:"approved"`
	Rate     float64 `json:"rate,omitempty"`
	Note     string  `json:"note"`
}

// loans waits for a reviewer, whose callback it notes in back.
func loans(back *async.Callback) async.Job[loan, async.None] {
	return async.Job[loan, async.None]{
		Name: "loans",
		Stages: []async.Stage[loan, async.None]{{
			Name: "Review", Message: "A reviewer looks at the <loan>.", Timeout: time.Hour,
			Ends: []async.End{{Outcome: "Declined", Message: "The loan was declined."}},
			Wait: async.WaitFor(func(_ context.Context, _ *async.Run[loan, async.None], c async.Callback) error {
				*back = c
				return nil
			}, func(_ context.Context, _ *async.Run[loan, async.None], v verdict) (async.Outcome, error) {
				var problems async.Problems
				if v.Rate > 20 {
					problems.Add("/rate", "must be at most 20")
				}
				if len(problems) > 0 {
					return async.Continue, problems
				}
				if !v.Approved {
					return "Declined", nil
				}
				return async.Continue, nil
			}),
		}},
		Done: async.End{Outcome: "Offered", Message: "The loan is offered."},
	}
}

// waiting is a fixture with a submission that waits for its reviewer, and the path
// of the callback.
func waiting(t *testing.T) (w *fixture, path string) {
	t.Helper()
	var back async.Callback
	w = newFixture(t, func(c *functions.Config, _ *apigateway.Config) { c.Job = loans(&back) })
	id := w.do(other(post(`{"amount":7}`))).id(t)
	w.workflows.Wait(id, "token")
	if _, err := w.handlers["review"].Invoke(t.Context(), []byte(`{"id":"`+id+`","redrive":0,"token":"token"}`)); err != nil {
		t.Fatal(err)
	}
	return w, strings.TrimPrefix(back.URL, "https://api.example.org")
}

const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

func form(path, body string) request {
	return other(to(path, post(body, "Content-Type", "application/x-www-form-urlencoded", "Accept", browser)))
}

func answer(path, body string) request { return other(to(path, post(body))) }

// Each answer in turn to one callback, with whole responses in testdata.
func TestCallback(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, path := waiting(t)
		steps := []struct {
			name   string
			status int
			ask    request
		}{
			{"callback-page", 200, other(get(path, "Accept", browser))},
			{"callback-head", 200, other(method("HEAD", get(path)))},
			{"callback-wrong-method", 405, other(method("PUT", get(path)))},
			{"callback-heartbeat", 204, other(to(path+"/heartbeat", post("")))},
			{"callback-heartbeat-wrong-method", 405, other(get(path + "/heartbeat"))},
			{"callback-malformed", 400, answer(path, `{"approved":`)},
			{"callback-invalid", 422, answer(path, `{"approved":1,"rate":"x"}`)},
			{"callback-invalid-page", 422, form(path, "approved=true&rate=99&note=%3Cb%3E")},
			{"callback-wrong-type", 415, answer(path, `{}`).with("Content-Type", "text/plain")},
			{"callback-answer", 200, answer(path, "\ufeff{\"approved\": true, \"note\":\"ok\"}")},
			{"callback-repeated", 200, answer(path, `{"approved":true,"note":"ok"}`)},
			{"callback-other-answer", 410, answer(path, `{"approved":false}`)},
			{"callback-other-answer-page", 410, form(path, "approved=false")},
			{"callback-answered", 410, other(get(path))},
			{"callback-answered-page", 410, other(get(path, "Accept", browser))},
			{"callback-heartbeat-late", 410, other(to(path+"/heartbeat", post("")))},
			{"callback-unknown", 404, other(get(api.CallbackPath + async.NewSecret()))},
			{"callback-unknown-page", 404, other(get(api.CallbackPath+async.NewSecret(), "Accept", browser))},
			{"callback-nothing-behind-it", 404, other(get(path + "/other"))},
		}
		for _, step := range steps {
			r := w.do(step.ask)
			if r.StatusCode != step.status {
				t.Errorf("%s: %d %s", step.name, r.StatusCode, r.text)
			}
			if !strings.Contains(step.name, "nothing") && r.Header.Get("Referrer-Policy") != "no-referrer" && step.status != 405 {
				t.Errorf("%s: Referrer-Policy %q", step.name, r.Header.Get("Referrer-Policy"))
			}
			if r.text != "" {
				checkResponse(t, r)
			}
			compare(t, step.name, r)
		}
		if r := w.do(other(get(api.StatusPath + w.store.IDs()[0]))); r.submission(t).CustomStatus != "Offered" {
			t.Errorf("the answer was not recorded: %s", r.text)
		}
		answers := w.workflows.Answers()
		if len(answers) != 2 || answers[0].Output != "" || !strings.Contains(answers[1].Output, `"ended":true`) {
			t.Errorf("the task was answered with %+v", answers)
		}
	})
}

// A form without a choice decides nothing.
func TestCallbackByEmptyForm(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w, path := waiting(t)
		for _, body := range []string{"", "note=a", "approved="} {
			if r := w.do(form(path, body)); r.StatusCode != 422 || !strings.Contains(r.text, "is required") {
				t.Errorf("%q: %d %s", body, r.StatusCode, r.text)
			}
		}
		if s := w.do(other(get(api.StatusPath + w.store.IDs()[0]))).submission(t); s.Status != api.Running {
			t.Errorf("it is %s", s.CustomStatus)
		}
	})
}

// The form of a browser decides as the JSON does.
func TestCallbackByForm(t *testing.T) {
	for body, want := range map[string]string{
		"approved=true&rate=4.5&note=a+b": "Offered", "approved=on": "Offered", "approved=false&rate=": "Declined",
	} {
		runInBubble(t, body, func(t *testing.T) {
			w, path := waiting(t)
			r := w.do(form(path, body))
			if r.StatusCode != 200 || !strings.Contains(r.text, "Thank you") {
				t.Errorf("%d %s", r.StatusCode, r.text)
			}
			if s := w.do(other(get(api.StatusPath + w.store.IDs()[0]))).submission(t); s.CustomStatus != want {
				t.Errorf("it is %s, want %s", s.CustomStatus, want)
			}
		})
	}
}

// presigned are results that clients read elsewhere.
type presigned struct{ *asynctest.Results }

func (presigned) URL(_ context.Context, key string, _ async.ResultInfo) (string, error) {
	return "https://bucket.example/" + url.PathEscape(key) + "?X-Signature=1", nil
}

// putLarge keeps a large result and returns its path.
func (w *fixture) putLarge(content string) string {
	file, err := w.results.Create(w.t.Context(), "hash/key", "text/plain", "")
	if err != nil {
		w.t.Fatal(err)
	}
	io.WriteString(file, content) //nolint:errcheck // it is in memory
	size, etag, err := file.Commit()
	if err != nil {
		w.t.Fatal(err)
	}
	return api.ResultPath + w.putRecord(async.Record{State: approved, Large: &async.ResultInfo{
		Key: "hash/key", MediaType: "text/plain; charset=utf-8", FileName: "Grüße \"1\".txt", ETag: etag, Size: size,
	}}, time.Minute)
}

func TestLargeResult(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, nil)
		path := w.putLarge("0123456789")
		whole := w.do(other(get(path)))
		tag := whole.Header.Get("ETag")
		if whole.text != "0123456789" || len(tag) < 10 {
			t.Errorf("%q, ETag %s", whole.text, tag)
		}
		compare(t, "result-large", whole)
		for name, tt := range map[string]struct {
			status int
			header []string
			body   string
		}{
			"a range":            {206, []string{"Range", "bytes=2-4"}, "234"},
			"a range if same":    {206, []string{"Range", "bytes=8-", "If-Range", tag}, "89"},
			"another file":       {200, []string{"Range", "bytes=8-", "If-Range", `"other"`}, "0123456789"},
			"another unit":       {200, []string{"Range", "lines=2-4"}, "0123456789"},
			"a unit has no case": {206, []string{"Range", "Bytes=2-4"}, "234"},
			"a large number":     {206, []string{"Range", "bytes=8-99999999999999999999"}, "89"},
			"a large suffix":     {206, []string{"Range", "bytes=-99999999999999999999"}, "0123456789"},
			"no last byte":       {416, []string{"Range", "bytes=-0"}, ""},
			"a first one":        {206, []string{"Range", "bytes=-0, 0-0"}, "0"},
			"beyond the end":     {416, []string{"Range", "bytes=10-"}, ""},
			"no part":            {416, []string{"Range", "bytes=x"}, ""},
			"not the same":       {412, []string{"If-Match", `"other"`}, ""},
			"what a client has":  {304, []string{"If-None-Match", tag}, ""},
		} {
			r := w.do(other(get(path, append(tt.header, "Origin", "https://page.example")...)))
			if r.StatusCode != tt.status || tt.status < 400 && r.text != tt.body || r.Header.Get("X-Sendfile") != "" {
				t.Errorf("%s: %d %q %v", name, r.StatusCode, r.text, r.Header)
			}
			checkFileRefusal(t, name, r)
		}
		if r := w.do(other(method("HEAD", get(path, "Range", "bytes=2-4")))); r.StatusCode != 200 || r.Header.Get("Content-Length") != "10" {
			t.Errorf("HEAD: %d %v", r.StatusCode, r.Header)
		}
		if s := w.do(other(get(strings.Replace(path, api.ResultPath, api.StatusPath, 1)))).submission(t); s.ResultURL != "https://api.example.org"+path {
			t.Errorf("resultUrl %q", s.ResultURL)
		}
		if err := w.results.Delete(t.Context(), "hash/key"); err != nil {
			t.Fatal(err)
		}
		if r := w.do(other(get(path))); r.StatusCode != 404 {
			t.Errorf("a result that is gone: %d", r.StatusCode)
		}
	})
}

// checkFileRefusal reports a refusal to send a file that is not a problem document
// by the contract, or that shows the header of the file.
func checkFileRefusal(t *testing.T, name string, r response) {
	t.Helper()
	if r.StatusCode < 400 {
		return
	}
	var p api.Problem
	if err := json.Unmarshal([]byte(r.text), &p); err != nil || p.Error.Code == "" || p.Error.Message == "" || !strings.HasPrefix(p.Instance, api.ResultPath) {
		t.Errorf("%s: %q", name, r.text)
	}
	h := r.Header
	if h.Get("Content-Type") != api.MediaTypeProblem || h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" ||
		h.Get("Access-Control-Allow-Origin") != "https://page.example" || h.Get("Content-Disposition") != "" || h.Get("ETag") != "" {
		t.Errorf("%s: %v", name, h)
	}
	if r.StatusCode == 416 && name == "beyond the end" && h.Get("Content-Range") != "bytes */10" {
		t.Errorf("%s: Content-Range %q", name, h.Get("Content-Range"))
	}
}

func TestLargeResultElsewhere(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, func(c *functions.Config, _ *apigateway.Config) { c.Results = presigned{c.Results.(*asynctest.Results)} })
		path := w.putLarge("0123456789")
		compare(t, "result-redirect", w.do(other(get(path))))
		compare(t, "result-redirect-head", w.do(other(method("HEAD", get(path)))))
	})
}

func TestInlineResultIsNotModified(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, nil)
		path := api.ResultPath + w.putRecord(inline, time.Minute)
		first := w.do(other(get(path)))
		if first.text != string(inline.Result) {
			t.Errorf("%s", first.text)
		}
		if r := w.do(other(get(path, "If-None-Match", first.Header.Get("ETag")))); r.StatusCode != http.StatusNotModified || r.text != "" {
			t.Errorf("%d %q", r.StatusCode, r.text)
		}
	})
}

// After the answer to a cancellation no read shows anything but the end.
func TestCancel(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, nil)
		path := w.cancelPath()
		id := w.store.IDs()[0]
		for range 2 {
			if r := w.do(method("POST", get(path))); r.StatusCode != 200 || r.submission(t).Status != api.Canceled || strings.Contains(r.text, "cancelUrl") {
				t.Errorf("%d %s", r.StatusCode, r.text)
			}
		}
		if r := w.do(get(api.StatusPath + id)); r.submission(t).Status != api.Canceled {
			t.Errorf("%s", r.text)
		}
		if stopped := w.workflows.Stopped(); len(stopped) == 0 || stopped[0] != id {
			t.Errorf("stopped %v", stopped)
		}
		if r := w.do(method("POST", get(api.CancelPath+id))); r.StatusCode != 404 {
			t.Errorf("the id cancels: %d", r.StatusCode)
		}
	})
}

// What an anonymous caller repeats has no cancelUrl: the keys are shared by all.
func TestRepetitionHasNoCancelURL(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, nil)
		first := w.do(post(presentation, "Idempotency-Key", "a-key-with-entropy"))
		again := w.do(post(presentation, "Idempotency-Key", "a-key-with-entropy"))
		var members map[string]any
		if err := json.Unmarshal([]byte(again.text), &members); err != nil || members["cancelUrl"] != nil || first.submission(t).CancelURL == "" {
			t.Errorf("%s, then %s", first.text, again.text)
		}
	})
}

// with returns the request with another header.
func (r request) with(name, value string) request {
	r.header[name] = value
	return r
}
