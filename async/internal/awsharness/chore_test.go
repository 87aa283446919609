package awsharness

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/async/internal/operate"
	"example.org/asynchttpapi/async/internal/s3"
	"example.org/asynchttpapi/async/internal/sfn"
)

// choreInput says what the stage of a chore does.
type choreInput struct {
	// Hangs is how many runs do not return. Bytes is the size of a file, 0 for none.
	Hangs, Bytes int
}

// chore is a job that may hang, or write a file.
func chore() async.Job[choreInput, async.None] {
	return async.Job[choreInput, async.None]{
		Name: "chore",
		Stages: []async.Stage[choreInput, async.None]{{
			Name: "Working", Message: "At work.", Timeout: 5 * time.Minute,
			Do: func(ctx context.Context, r *async.Run[choreInput, async.None]) (async.Outcome, error) {
				for i := range r.Input.Hangs {
					if f, err := os.OpenFile(fmt.Sprintf("%s/%s-%d", os.Getenv("NOTES"), r.ID, i), os.O_CREATE|os.O_EXCL, 0o600); err == nil {
						f.Close()
						select {} // whatever becomes of ctx
					}
				}
				if r.Input.Bytes == 0 {
					return async.Continue, nil
				}
				w, err := r.ResultWriter(ctx, "text/csv", "rows.csv")
				if err != nil {
					return async.Continue, err
				}
				defer w.Abort()
				if _, err := io.WriteString(w, rows(r.Input.Bytes)); err != nil {
					return async.Continue, err
				}
				return async.Continue, w.Commit()
			},
		}},
		Done: async.End{Outcome: "Done", Message: "It is done."},
	}
}

func rows(bytes int) string { return strings.Repeat("0123456789abcde\n", bytes/16) }

// A function that its timeout cuts off has logged and counted that before, and is
// repeated once; then the submission fails as one that took too long.
func TestCutOffFunctions(t *testing.T) {
	w, _ := newJob(t, "chore", 5*time.Second)
	again, fails := w.submit(t, `{"Hangs":1}`), w.submit(t, `{"Hangs":9}`)
	if s := w.awaitStatus(t, again.ID); s.Status != api.Succeeded {
		t.Errorf("repeated: %+v\n%s", s, w.logs)
	}
	if s := w.awaitStatus(t, fails.ID); s.Status != api.Failed || s.Error.Code != api.CodeTimedOut {
		t.Errorf("cut off twice: %+v\n%s", s, w.logs)
	}
	for id, want := range map[string]int{again.ID: 1, fails.ID: 2} {
		counted := 0
		for text := range strings.Lines(w.logs.String()) {
			var l struct {
				Msg, Message, Submission, Stage, ErrorType string
				StageErrors                                int
				AWS                                        json.RawMessage `json:"_aws"`
			}
			if json.Unmarshal([]byte(text), &l) == nil && l.Submission == async.LogID(id) && l.ErrorType == async.TimedOut &&
				l.Stage == "Working" && l.StageErrors == 1 && strings.Contains(string(l.AWS), `"StageErrors"`) {
				counted++
			}
		}
		if counted != want {
			t.Errorf("%d cut off runs are logged and counted, want %d\n%s", counted, want, w.logs)
		}
	}
}

// A file that a stage writes goes to S3; the client is sent there, and reads it
// whole or in parts. It goes with the record.
func TestLargeResultInS3(t *testing.T) {
	emulator := os.Getenv("AWS_EMULATOR")
	if emulator == "" {
		t.Skip("NOT RUN: AWS_EMULATOR is not set; .ci/ministack/run sets it")
	}
	env := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL_S3": emulator,
	}
	getenv := func(name string) string { return env[name] }
	cfg, err := awsenv.Config(getenv, "S3")
	if err != nil {
		t.Fatal(err)
	}
	bucket := "results-" + strings.ToLower(rand.Text())
	files := awss3.NewFromConfig(cfg, func(o *awss3.Options) { o.UsePathStyle = true })
	if _, err := files.CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	w, _ := newJob(t, "chore", 20*time.Second, "RESULTS_BUCKET="+bucket, "AWS_ENDPOINT_URL_S3="+emulator,
		"AWS_SESSION_TOKEN=") // which MiniStack has not issued
	const size = 12 << 20 // three parts
	id := w.submit(t, fmt.Sprintf(`{"Bytes":%d}`, size)).ID
	s := w.awaitStatus(t, id)
	if s.Status != api.Succeeded || s.ResultURL != w.url+api.ResultPath+id || s.Result != nil {
		t.Fatalf("%+v\n%s", s, w.logs)
	}
	resp, _ := w.request(t, http.MethodGet, s.ResultURL, "")
	location, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusFound || location.Query().Get("X-Amz-Signature") == "" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v, %v", resp.StatusCode, resp.Header, err)
	}
	get := func(header ...string) (*http.Response, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.ResultURL, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		return received(t, http.DefaultClient.Do, req) // redirects are followed
	}
	whole, text := get()
	if text != rows(size) || whole.Header.Get("Content-Type") != "text/csv" || !strings.Contains(whole.Header.Get("Content-Disposition"), "rows.csv") {
		t.Errorf("%d bytes, %v", len(text), whole.Header)
	}
	part, text := get("Range", "bytes=16-31", "If-Range", whole.Header.Get("ETag"))
	if part.StatusCode != http.StatusPartialContent || text != "0123456789abcde\n" {
		t.Errorf("a part: %d %q", part.StatusCode, text)
	}
	c := w.client(t, 0)
	state, err := c.Status(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := c.Result(t.Context(), state)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if read, err := io.ReadAll(reader); err != nil || string(read) != rows(size) {
		t.Errorf("the client has read %d bytes, %v", len(read), err)
	}
	kept, err := s3.New(getenv, bucket)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.store(t).Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	w.purge(t, id, kept)
	if _, err := kept.Open(t.Context(), r.Large.Key); !errors.Is(err, async.ErrNotFound) {
		t.Errorf("the file outlives its record: %v", err)
	}
	if resp, _ := w.request(t, http.MethodGet, s.ResultURL, ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the result of what is gone: %d", resp.StatusCode)
	}
}

// purge removes a submission as the operators' tool does.
func (w *harness) purge(t *testing.T, id string, kept async.Results) {
	t.Helper()
	env := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL_SFN": w.states.URL,
	}
	workflows, err := sfn.New(func(name string) string { return env[name] }, jobMachine)
	if err != nil {
		t.Fatal(err)
	}
	service, err := async.New(async.Config{Store: w.store(t), Workflows: workflows})
	if err != nil {
		t.Fatal(err)
	}
	err = operate.ErrRunning // the execution ends after its submission
	for deadline := time.Now().Add(30 * time.Second); errors.Is(err, operate.ErrRunning) && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		_, err = operate.Direct{Store: w.store(t), Service: service, Results: kept}.Purge(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
}
