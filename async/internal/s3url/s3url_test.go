package s3url_test

import (
	"maps"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/awsenv"
	"example.org/asynchttpapi/async/internal/s3url"
)

func environment(more map[string]string) func(string) string {
	env := map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token/+=",
	}
	maps.Copy(env, more)
	return func(name string) string { return env[name] }
}

// The URLs are those that the SDK's client of S3 makes, in every form of name.
func TestURLsAreTheSDKs(t *testing.T) {
	tests := map[string]struct {
		env         map[string]string
		bucket, key string
	}{
		"plain":         {nil, "results", "aB-_9/abc"},
		"dots":          {nil, "results.example.org", "a/b"},
		"escaped":       {nil, "results", "a b+c/é%/~!*'()=&?#"},
		"China":         {map[string]string{"AWS_REGION": "cn-north-1"}, "results", "a"},
		"GovCloud":      {map[string]string{"AWS_REGION": "us-gov-west-1"}, "results", "a"},
		"us-east-1":     {map[string]string{"AWS_REGION": "us-east-1"}, "results", "a"},
		"own endpoint":  {map[string]string{"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:4566/"}, "results", "a"},
		"no session":    {map[string]string{"AWS_SESSION_TOKEN": ""}, "results", "a"},
		"own endpoint2": {map[string]string{"AWS_ENDPOINT_URL": "https://s3.example.org"}, "results", "a/b"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // where time stands still
				getenv := environment(tt.env)
				r, err := s3url.New(getenv, tt.bucket)
				if err != nil {
					t.Fatal(err)
				}
				got, err := r.URL(t.Context(), tt.key, async.ResultInfo{MediaType: "text/csv; charset=utf-8", FileName: "report.csv"})
				if err != nil {
					t.Fatal(err)
				}
				cfg, err := awsenv.Config(getenv, "S3")
				if err != nil {
					t.Fatal(err)
				}
				client := s3.NewPresignClient(s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cfg.BaseEndpoint != nil }),
					s3.WithPresignExpires(10*time.Minute))
				want, err := client.PresignGetObject(t.Context(), &s3.GetObjectInput{
					Bucket: &tt.bucket, Key: &tt.key,
					ResponseContentType: aws.String("text/csv; charset=utf-8"), ResponseContentDisposition: aws.String(`attachment; filename=report.csv`),
				})
				if err != nil {
					t.Fatal(err)
				}
				if got != want.URL {
					t.Errorf("got\n%s\nwant\n%s", got, want.URL)
				}
			})
		})
	}
}

// A result without a name or type is a file to keep all the same.
func TestURLOfANamelessResult(t *testing.T) {
	r, err := s3url.New(environment(nil), "results")
	if err != nil {
		t.Fatal(err)
	}
	for fileName, want := range map[string]string{
		"": "attachment", "talk.mp4": "attachment; filename=talk.mp4", `a"b.csv`: `attachment; filename="a\"b.csv"`,
		"räport.csv": "attachment; filename*=utf-8''r%C3%A4port.csv", "two\r\nlines": "attachment; filename*=utf-8''two%0D%0Alines",
	} {
		text, err := r.URL(t.Context(), "k", async.ResultInfo{FileName: fileName})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		query := u.Query()
		if got := query.Get("response-content-disposition"); got != want || query.Get("response-content-type") != "application/octet-stream" || query.Get("X-Amz-Expires") != "600" {
			t.Errorf("%q: %q, %v", fileName, got, query)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	_, err := s3url.New(func(string) string { return "" }, "")
	if err == nil || !strings.Contains(err.Error(), "AWS_REGION") || !strings.Contains(err.Error(), "bucket's name") {
		t.Errorf("got %v", err)
	}
}
