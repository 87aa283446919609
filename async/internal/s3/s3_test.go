package s3_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/async/internal/s3"
)

// emulator names the environment variable with an emulator of AWS.
const emulator = "AWS_EMULATOR"

func environment(url string) func(string) string {
	return func(name string) string {
		return map[string]string{
			"AWS_ENDPOINT_URL": url, "AWS_REGION": "us-east-1",
			"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		}[name]
	}
}

// newBucket makes a bucket in the emulator, or skips the test where there is none.
func newBucket(t *testing.T) (*s3.Results, *awss3.Client, string) {
	t.Helper()
	if os.Getenv(emulator) == "" {
		t.Skipf("NOT RUN: %s is not set; .ci/ministack/run sets it", emulator)
	}
	getenv := environment(os.Getenv(emulator))
	cfg, err := awsenv.Config(getenv, "S3")
	if err != nil {
		t.Fatal(err)
	}
	client := awss3.NewFromConfig(cfg, func(o *awss3.Options) { o.UsePathStyle = true })
	bucket := "results-" + strings.ToLower(rand.Text())
	if _, err := client.CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
	r, err := s3.New(getenv, bucket)
	if err != nil {
		t.Fatal(err)
	}
	return r, client, bucket
}

func TestResults(t *testing.T) {
	r, _, _ := newBucket(t)
	asynctest.TestResults(t, func(*testing.T) async.Results { return r })
}

// The URL alone gives the result, as the file and of the type that it is.
func TestURL(t *testing.T) {
	r, _, _ := newBucket(t)
	info := async.ResultInfo{Key: "aB-_+ /é", MediaType: "text/csv; charset=utf-8", FileName: `räport "1".csv`}
	f, err := r.Create(t.Context(), info.Key, "application/octet-stream", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("a,b\r\n")); err != nil {
		t.Fatal(err)
	}
	if info.Size, info.ETag, err = f.Commit(); err != nil {
		t.Fatal(err)
	}
	url, err := r.URL(t.Context(), info.Key, info)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || string(body) != "a,b\r\n" {
		t.Fatalf("%d %s %v", resp.StatusCode, body, err)
	}
	kind, parameters, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
	if err != nil || kind != "attachment" || parameters["filename"] != info.FileName || resp.Header.Get("Content-Type") != info.MediaType {
		t.Errorf("%v, %v", resp.Header, err)
	}
}

// Nothing is left, and billed, of a multipart upload that is given up.
func TestAbortLeavesNoParts(t *testing.T) {
	r, client, bucket := newBucket(t)
	ctx, cancel := context.WithCancel(t.Context())
	f, err := r.Create(ctx, "k", "text/plain", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 20<<20)); err != nil {
		t.Fatal(err)
	}
	uploads := func() int {
		t.Helper()
		out, err := client.ListMultipartUploads(t.Context(), &awss3.ListMultipartUploadsInput{Bucket: &bucket})
		if err != nil {
			t.Fatal(err)
		}
		return len(out.Uploads)
	}
	if n := uploads(); n != 1 {
		t.Fatalf("%d uploads, want one", n)
	}
	cancel()
	f.Abort()
	if n := uploads(); n != 0 {
		t.Errorf("%d uploads are left", n)
	}
}

// A reader does not go on in what has replaced its result.
func TestReplacedWhileRead(t *testing.T) {
	r, client, bucket := newBucket(t)
	put := func(text string) {
		t.Helper()
		_, err := client.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: &bucket, Key: aws.String("k"), Body: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
	}
	put("first")
	f, err := r.Open(t.Context(), "k")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	put("second")
	if text, err := io.ReadAll(f); err == nil {
		t.Errorf("read %q", text)
	}
}

// scripted answers as S3 does when something is wrong.
func scripted(t *testing.T, status int, code string) (*s3.Results, *atomic.Int32) {
	t.Helper()
	calls := &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		rw.WriteHeader(status)
		fmt.Fprintf(rw, `<Error><Code>%s</Code><Message>for arn:aws:s3:::results</Message></Error>`, code)
	}))
	t.Cleanup(server.Close)
	r, err := s3.New(environment(server.URL), "results")
	if err != nil {
		t.Fatal(err)
	}
	return r, calls
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		status    int
		code      string
		throttled bool
		calls     int32
	}{
		{http.StatusServiceUnavailable, "SlowDown", true, 3},
		{http.StatusInternalServerError, "InternalError", false, 3},
		{http.StatusForbidden, "AccessDenied", false, 1},
		{http.StatusNotFound, "NoSuchBucket", false, 1},
	} {
		r, calls := scripted(t, tt.status, tt.code)
		f, err := r.Create(t.Context(), "k", "text/plain", "")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = f.Commit()
		var says interface{ Throttled() bool }
		throttled := errors.As(err, &says) && says.Throttled()
		if err == nil || err.Error() != "s3 PutObject: "+tt.code || throttled != tt.throttled || calls.Load() != tt.calls {
			t.Errorf("%s: %v, throttled %v, after %d calls", tt.code, err, throttled, calls.Load())
		}
		if _, _, again := f.Commit(); again == nil {
			t.Errorf("%s: committed after a failure", tt.code)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	_, err := s3.New(func(string) string { return "" }, "")
	for _, want := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "bucket's name"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s named", err, want)
		}
	}
}
