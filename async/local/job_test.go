package local

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// film is an input of a job that these tests make up.
type film struct {
	Title string `json:"title"`
}

type cut struct {
	Minutes int `json:"minutes"`
}

type filmRun = async.Run[film, cut]

func films(stages ...async.Stage[film, cut]) async.Job[film, cut] {
	return async.Job[film, cut]{
		Name: "films", Stages: stages, Done: async.End{Outcome: "Shown", Message: "It is shown."},
		Examples: []film{{Title: "It's a film"}},
	}
}

func cutting(do func(context.Context, *filmRun) (async.Outcome, error)) async.Stage[film, cut] {
	return async.Stage[film, cut]{Name: "Cutting", Message: "It is cut.", Do: do, Timeout: time.Minute}
}

// of returns settings for a system of the job.
func of(t *testing.T, job async.Definition) testSettings {
	s := fast(t, "")
	s.Job = job
	return s
}

func submitFilm(t *testing.T, url string) response {
	t.Helper()
	r, err := plain("POST", url+api.SubmitPath, `{"title":"x"}`, "Content-Type", "application/json")
	if err != nil || r.StatusCode != http.StatusAccepted {
		t.Fatalf("%v, %v", r, err)
	}
	return decoded(t, r)
}

// plain is a request that api/openapi.yaml, which is about talks, says nothing of.
func plain(method, url, body string, headers ...string) (*http.Response, error) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return http.DefaultClient.Do(req)
}

// A cancellation ends a running stage at once, and nothing that it does
// afterwards is seen.
func TestCancelEndsARunningStage(t *testing.T) {
	t.Parallel()
	began, ended := make(chan struct{}), make(chan error, 1)
	r := start(t, of(t, films(cutting(func(ctx context.Context, r *filmRun) (async.Outcome, error) {
		close(began)
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return async.Continue, r.SetResult(cut{90})
	}))))
	s := submitFilm(t, r.url)
	<-began
	canceled, err := plain("DELETE", s.CancelURL, "")
	if err != nil || canceled.StatusCode != http.StatusOK || decoded(t, canceled).Status != api.Canceled {
		t.Fatalf("%+v, %v", canceled, err)
	}
	select {
	case cause := <-ended:
		if !errors.Is(cause, async.ErrCanceled) {
			t.Errorf("the stage ended with %v", cause)
		}
	case <-time.After(patience):
		t.Fatal("the stage runs on")
	}
	if got := awaitFilm(t, r.url+api.StatusPath+s.ID); got.Status != api.Canceled || got.Result != nil {
		t.Errorf("%+v", got.Submission)
	}
}

// awaitFilm polls a status until it has ended.
func awaitFilm(t *testing.T, url string) response {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		res, err := plain("GET", url, "")
		if err != nil {
			t.Fatal(err)
		}
		if r := decoded(t, res); ended(r) || time.Now().After(deadline) {
			return r
		}
	}
}

// decoded reads a response's status.
func decoded(t *testing.T, res *http.Response) response {
	t.Helper()
	defer res.Body.Close()
	r := response{code: res.StatusCode, header: res.Header}
	if err := json.NewDecoder(res.Body).Decode(&r.Submission); err != nil {
		t.Fatal(err)
	}
	return r
}

// The text of a stage's plain error is in the log for who asks for it, and in
// nothing that a client sees.
func TestErrorTextsAreLogged(t *testing.T) {
	t.Parallel()
	for _, logged := range []bool{true, false} {
		s := of(t, films(cutting(func(context.Context, *filmRun) (async.Outcome, error) {
			return async.Continue, errors.New("scissors are blunt")
		})))
		s.LogErrors = logged
		failed := make(chan struct{}, 100)
		s.Options.Observer = func(_ context.Context, e async.Event) {
			if e.Kind == async.StageError {
				failed <- struct{}{}
			}
		}
		r := start(t, s)
		film := submitFilm(t, r.url)
		<-failed
		res, err := plain("GET", r.url+api.StatusPath+film.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err := errors.Join(err, res.Body.Close(), r.stop()); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(body), "blunt") || strings.Contains(r.log.String(), "scissors are blunt") != logged || !strings.Contains(r.log.String(), "stage error") {
			t.Errorf("LogErrors %v: %s\n%s", logged, body, r.log)
		}
	}
}

func TestCompensationRunsAfterACancellation(t *testing.T) {
	t.Parallel()
	began, undone := make(chan struct{}), make(chan string, 1)
	job := films(cutting(func(ctx context.Context, _ *filmRun) (async.Outcome, error) {
		close(began)
		return async.Continue, async.Sleep(ctx, time.Minute)
	}))
	job.Compensate = func(_ context.Context, r *filmRun) error {
		undone <- r.ID
		return nil
	}
	s := submitFilm(t, start(t, of(t, job)).url)
	<-began
	if canceled, err := plain("POST", s.CancelURL, ""); err != nil || canceled.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", canceled, err)
	}
	select {
	case id := <-undone:
		if id != s.ID {
			t.Errorf("undone is %s", id)
		}
	case <-time.After(patience):
		t.Fatal("nothing is undone")
	}
}

// A stage waits for an answer to its callback, and goes on waiting in the next
// life of the system.
func TestCallbackOutlivesARestart(t *testing.T) {
	t.Parallel()
	type verdict struct {
		Minutes int `json:"minutes"`
	}
	backs := make(chan async.Callback, 1)
	settings := of(t, films(async.Stage[film, cut]{
		Name: "Rating", Message: "It is rated.", Timeout: time.Hour,
		Wait: async.WaitFor(func(_ context.Context, _ *filmRun, c async.Callback) error {
			backs <- c
			return nil
		}, func(_ context.Context, r *filmRun, v verdict) (async.Outcome, error) {
			return async.Continue, r.SetResult(cut(v))
		}),
	}))
	first := start(t, settings)
	s := submitFilm(t, first.url)
	back := <-backs
	if !strings.HasPrefix(back.URL, first.url+api.CallbackPath) {
		t.Fatalf("callback %s", back.URL)
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	second := start(t, settings)
	url := strings.Replace(back.URL, first.url, second.url, 1)
	page, err := plain("GET", url, "", "Accept", "text/html")
	if err != nil || page.StatusCode != http.StatusOK || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%v, %v", page, err)
	}
	for _, step := range []struct {
		path, body, kind string
		status           int
	}{
		{"/heartbeat", "", "", 204}, {"", `{"minutes":"x"}`, "application/json", 422}, {"", "minutes=90", "application/x-www-form-urlencoded", 200},
		{"", `{"minutes":90}`, "application/json", 200}, {"", `{"minutes":91}`, "application/json", 410},
	} {
		if got, err := plain("POST", url+step.path, step.body, "Content-Type", step.kind); err != nil || got.StatusCode != step.status {
			t.Errorf("%+v: %v, %v", step, got, err)
		}
	}
	got := awaitFilm(t, second.url+api.StatusPath+s.ID)
	if got.CustomStatus != "Shown" || string(got.Result) != `{"minutes":90}` || got.ResultURL != second.url+api.ResultPath+s.ID {
		t.Errorf("%+v", got.Submission)
	}
	checkNoSecrets(t, second.log.String(), s.ID, strings.TrimPrefix(back.URL, first.url+api.CallbackPath))
}

// checkNoSecrets holds that a log has none of the capabilities.
func checkNoSecrets(t *testing.T, log string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if secret == "" || strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}

// A large result is written, served whole and in ranges, and outlives a restart,
// with no more of it in memory than a few buffers.
func TestLargeResultsAreStreamed(t *testing.T) {
	const size = 64 << 20
	settings := of(t, films(cutting(func(ctx context.Context, r *filmRun) (async.Outcome, error) {
		w, err := r.ResultWriter(ctx, "video/mp4", "film.mp4")
		if err != nil {
			return async.Continue, err
		}
		defer w.Abort()
		if _, err := io.CopyN(w, endless{}, size); err != nil {
			return async.Continue, err
		}
		return async.Continue, w.Commit()
	})))
	first := start(t, settings)
	before := allocated()
	s := submitFilm(t, first.url)
	awaitFilm(t, first.url+api.StatusPath+s.ID)
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	second := start(t, settings)
	url := second.url + api.ResultPath + s.ID
	res, err := plain("GET", url, "")
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, res.Body)
	if used := allocated() - before; err != nil || n != size || used > size/2 {
		t.Errorf("%d bytes, %v, with %d bytes allocated", n, err, used)
	}
	if got := res.Header; got.Get("Content-Type") != "video/mp4" || got.Get("Content-Disposition") != "attachment; filename=film.mp4" || got.Get("ETag") == "" {
		t.Errorf("header %v", got)
	}
	part, err := plain("GET", url, "", "Range", "bytes=1000-1003")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(part.Body)
	if err != nil || part.StatusCode != http.StatusPartialContent || string(text) != "aaaa" {
		t.Errorf("%d %q, %v", part.StatusCode, text, err)
	}
	if files, err := os.ReadDir(filepath.Join(settings.Data, resultsFolder)); err != nil || len(files) != 1 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// endless is a text of one letter.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// allocated is how much memory was ever allocated.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// A Server can be part of another program.
func TestNewReturnsAHandler(t *testing.T) {
	t.Parallel()
	job := films(cutting(func(context.Context, *filmRun) (async.Outcome, error) { return async.Continue, nil }))
	o := Options{Data: t.TempDir(), BaseURL: "https://films.example.org", HostNames: []string{"films.example.org"}}
	s, err := New(t.Context(), job, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(t.Context(), job, o); err == nil {
		t.Error("two have one folder")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	again, err := New(t.Context(), job, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	job.Done.Outcome = "not a word"
	if _, err := New(t.Context(), job, o); err == nil || !strings.Contains(err.Error(), "not a word") {
		t.Errorf("a job with a mistake: %v", err)
	}
}

// What is printed can be pasted into a shell.
func TestReadyLines(t *testing.T) {
	t.Parallel()
	s := system{job: films(cutting(nil)), options: Options{OpenAPI: []byte("openapi: 3.1.0\n")}}
	s.Addr = "127.0.0.1:0"
	d, err := s.listen()
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	text := string(s.readyLines(d))
	if !strings.HasPrefix(text, "ready "+d.apiURL()+"\n") || strings.Contains(text, "page") || !strings.Contains(text, d.apiURL()+"/docs\n") ||
		!strings.Contains(text, `-d '{"title":"It'\''s a film"}' `+d.apiURL()+api.SubmitPath+"\n") {
		t.Errorf("%s", text)
	}
}
