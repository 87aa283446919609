package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	hashi "github.com/hashicorp/go-azure-sdk/sdk/client"
	"github.com/hashicorp/go-azure-sdk/sdk/client/resourcemanager"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

const talk = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Writes programs.","country":"GB"},` +
	`"title":"On engines","description":"What they can and cannot do.","track":"History"}`

// poller submits the talk to the API below base, and follows it to its end.
type poller struct {
	name   string
	follow func(ctx context.Context, base string) error
}

// pollers are this repository's client, to which the others are compared, and
// those others: in other languages where there is a program for them.
func pollers() []poller {
	all := []poller{
		{"this client", ours(0)},
		{"this client, PreferWait of 25 s", ours(25 * time.Second)},
		{"azcore, Go", azcore},
		{"HashiCorp's poller, Go", hashicorp},
	}
	for _, other := range []struct{ name, variable string }{{"azure-core, Python", "AZURE_CORE"}, {"core-lro, JavaScript", "CORE_LRO"}} {
		if command := os.Getenv(other.variable); command != "" {
			all = append(all, poller{other.name, script(command)})
		}
	}
	return all
}

func ours(wait time.Duration) func(context.Context, string) error {
	return func(ctx context.Context, base string) error {
		c, err := client.New[json.RawMessage](client.Config{BaseURL: base, PreferWait: wait})
		if err != nil {
			return err
		}
		accepted, err := c.Submit(ctx, json.RawMessage(talk))
		if err != nil {
			return err
		}
		_, err = c.Wait(ctx, accepted)
		return err
	}
}

func azcore(ctx context.Context, base string) error {
	pl := runtime.NewPipeline("bench", "v0", runtime.PipelineOptions{}, &policy.ClientOptions{})
	req, err := runtime.NewRequest(ctx, http.MethodPost, base+api.SubmitPath)
	if err != nil {
		return err
	}
	if err := req.SetBody(streaming.NopCloser(strings.NewReader(talk)), "application/json"); err != nil {
		return err
	}
	resp, err := pl.Do(req)
	if err != nil {
		return err
	}
	p, err := runtime.NewPoller[api.Submission](resp, pl, nil)
	if err != nil {
		return err
	}
	_, err = p.PollUntilDone(ctx, nil)
	return err
}

func hashicorp(ctx context.Context, base string) error {
	c := &resourcemanager.Client{Client: hashi.NewClient(base, "speakers", "v1")}
	req, err := c.NewRequest(ctx, hashi.RequestOptions{
		ContentType:         "application/json; charset=utf-8",
		ExpectedStatusCodes: []int{http.StatusAccepted},
		HttpMethod:          http.MethodPost,
		Path:                api.SubmitPath,
	})
	if err != nil {
		return err
	}
	if err := req.Marshal(json.RawMessage(talk)); err != nil {
		return err
	}
	resp, err := req.Execute(ctx)
	if err != nil {
		return err
	}
	p, err := resourcemanager.PollerFromResponse(resp, c)
	if err != nil {
		return err
	}
	return p.PollUntilDone(ctx)
}
