package pollers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-azure-sdk/sdk/client"
	"github.com/hashicorp/go-azure-sdk/sdk/client/pollers"
	"github.com/hashicorp/go-azure-sdk/sdk/client/resourcemanager"
	"github.com/hashicorp/go-azure-sdk/sdk/odata"
)

func hashiClient(base string) *resourcemanager.Client {
	return &resourcemanager.Client{Client: client.NewClient(base, "speakers", "v1")}
}

type query string

func (q query) ToHeaders() *client.Headers { return nil }
func (q query) ToOData() *odata.Query      { return nil }
func (q query) ToQuery() *client.QueryParams {
	out := &client.QueryParams{}
	if name, value, ok := strings.Cut(strings.TrimPrefix(string(q), "?"), "="); ok {
		out.Append(name, value)
	}
	return out
}

func hashiSubmit(t *testing.T, ctx context.Context, c *resourcemanager.Client, q string) *client.Response {
	t.Helper()
	return hashiSubmitBody(t, ctx, c, q, talk)
}

func hashiSubmitBody(t *testing.T, ctx context.Context, c *resourcemanager.Client, q, body string) *client.Response {
	t.Helper()
	req, err := c.NewRequest(ctx, client.RequestOptions{
		ContentType:         "application/json; charset=utf-8",
		ExpectedStatusCodes: []int{http.StatusAccepted},
		HttpMethod:          http.MethodPost,
		OptionsObject:       query(q),
		Path:                "/api/submit",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := req.Marshal(json.RawMessage(body)); err != nil {
		t.Fatal(err)
	}
	resp, err := req.Execute(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func hashiPoll(t *testing.T, ctx context.Context, c *resourcemanager.Client, resp *client.Response) (*pollers.Poller, error) {
	t.Helper()
	poller, err := resourcemanager.PollerFromResponse(resp, c)
	if err != nil {
		t.Fatal(err)
	}
	return &poller, poller.PollUntilDone(ctx)
}

func TestHashicorp(t *testing.T) {
	t.Parallel()
	for _, o := range outcomes {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			c := hashiClient(serverFor(t, o.policy))
			poller, err := hashiPoll(t, ctx, c, hashiSubmit(t, ctx, c, o.query))
			if o.failed {
				wantFailure(t, o, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := poller.LatestStatus(); got != pollers.PollingStatusSucceeded {
				t.Fatalf("the poller ended with %q", got)
			}
		})
	}
}

// wantFailure: a 200 that says Failed is the poller's own PollingFailedError;
// a 409 is an unexpected status, which it reports as an error too.
func wantFailure(t *testing.T, o outcome, err error) {
	t.Helper()
	var failed pollers.PollingFailedError
	switch {
	case o.query == "" && !errors.As(err, &failed):
		t.Fatalf("got %v; want a PollingFailedError", err)
	case o.query != "" && (err == nil || !strings.Contains(err.Error(), "409")):
		t.Fatalf("got %v; want an error that names the 409", err)
	}
}

// This poller takes a 404 for "not there yet" and goes on until its context
// ends: what matters is that it never reports success.
func TestHashicorpUnknownID(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	c := hashiClient(serverFor(t, "approve"))
	resp := hashiSubmit(t, ctx, c, "")
	url := resp.Header.Get("Location")
	resp.Header.Set("Location", url[:strings.LastIndex(url, "/")+1]+unknownID)
	_, err := hashiPoll(t, ctx, c, resp)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v; want the deadline", err)
	}
}
