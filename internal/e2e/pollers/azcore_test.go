package pollers

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
)

func azPipeline() runtime.Pipeline {
	return runtime.NewPipeline("pollers", "v0", runtime.PipelineOptions{},
		&policy.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}})
}

func azSubmit(t *testing.T, ctx context.Context, pl runtime.Pipeline, url string) *http.Response {
	t.Helper()
	return azSubmitBody(t, ctx, pl, url, talk)
}

func azSubmitBody(t *testing.T, ctx context.Context, pl runtime.Pipeline, url, body string) *http.Response {
	t.Helper()
	req, err := runtime.NewRequest(ctx, http.MethodPost, url)
	if err != nil {
		t.Fatal(err)
	}
	if err := req.SetBody(streaming.NopCloser(strings.NewReader(body)), "application/json"); err != nil {
		t.Fatal(err)
	}
	resp, err := pl.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func azPoll(t *testing.T, ctx context.Context, pl runtime.Pipeline, resp *http.Response) (status, error) {
	t.Helper()
	poller, err := runtime.NewPoller[status](resp, pl, nil)
	if err != nil {
		t.Fatal(err)
	}
	// azcore refuses a frequency under a second; Retry-After overrides it.
	return poller.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: time.Second})
}

func TestAzcore(t *testing.T) {
	t.Parallel()
	for _, o := range outcomes {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			pl := azPipeline()
			resp := azSubmit(t, ctx, pl, serverFor(t, o.policy)+"/api/submit"+o.query)
			got, err := azPoll(t, ctx, pl, resp)
			var refused *azcore.ResponseError
			if o.failed {
				if !errors.As(err, &refused) {
					t.Fatalf("got %+v, %v; want a failure that the response states", got, err)
				}
				return
			}
			if err != nil || got.Status != "Succeeded" || got.CustomStatus != o.customStatus {
				t.Fatalf("got %+v, %v; want Succeeded and %s", got, err, o.customStatus)
			}
		})
	}
}

// An id that the server does not know ends the polling with the 404.
func TestAzcoreUnknownID(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	pl := azPipeline()
	resp := azSubmit(t, ctx, pl, serverFor(t, "approve")+"/api/submit")
	for _, h := range []string{"Location", "Operation-Location"} {
		url := resp.Header.Get(h)
		resp.Header.Set(h, url[:strings.LastIndex(url, "/")+1]+unknownID)
	}
	got, err := azPoll(t, ctx, pl, resp)
	var refused *azcore.ResponseError
	if !errors.As(err, &refused) || refused.StatusCode != http.StatusNotFound || refused.ErrorCode == "" {
		t.Fatalf("got %+v, %v; want a 404 with an error code", got, err)
	}
}
