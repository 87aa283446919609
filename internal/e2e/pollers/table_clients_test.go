package pollers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/hashicorp/go-azure-sdk/sdk/client"
	"github.com/hashicorp/go-azure-sdk/sdk/client/resourcemanager"
	"github.com/hashicorp/go-retryablehttp"

	"example.org/asynchttpapi/internal/simulators"
)

// party is a row of the table.
type party struct {
	name string
	// byCode says that it looks at the status code alone.
	byCode bool
	// variable is the environment variable without which it cannot run.
	variable string
	// follow submits to a URL and follows the submission. It returns customStatus
	// for a success, and an error for a failure.
	follow func(ctx context.Context, url string) (string, error)
	// accepted are scenarios that it fails in, which is known, and what its error
	// then says.
	accepted map[string]string
}

func parties() []party {
	return []party{
		{name: "azcore (Go)", follow: followAzcore},
		{name: "HashiCorp's go-azure-sdk (Go)", follow: followHashicorp, accepted: map[string]string{
			// It takes a 404 for a resource that is not there yet.
			"unknown": context.DeadlineExceeded.Error(),
			// It counts a connection that broke as a status, Unknown, which its loop has no case for.
			"restarted": `unimplemented polling status "Unknown"`,
		}},
		{name: "go-retryablehttp (Go)", byCode: true, follow: followRetryable},
		{name: "azure-core (Python)", variable: "AZURE_CORE", follow: followScript("AZURE_CORE")},
		{name: "core-lro (JavaScript)", variable: "CORE_LRO", follow: followScript("CORE_LRO")},
		{name: "@azure-rest's getLongRunningPoller (JavaScript)", variable: "AZURE_REST", follow: followScript("AZURE_REST")},
		{name: "urllib3 (Python)", variable: "URLLIB3_LOOP", byCode: true, follow: followScript("URLLIB3_LOOP")},
		{name: "botocore waiter (Python)", variable: "BOTOCORE_WAITER", follow: followScript("BOTOCORE_WAITER")},
		{name: "curl in a loop", variable: "CURL_LOOP", byCode: true, follow: followScript("CURL_LOOP")},
		{name: "Logic Apps' HTTP action (simulated)", byCode: true, follow: followLogicApps},
	}
}

// heavyParties take long to install: make test-all has them.
func heavyParties() []party {
	early := map[string]string{}
	for _, s := range scenarios {
		early[s.name] = "poller completed without defining a target"
	}
	return []party{
		{name: "azure_core (Rust), callback as documented", variable: "AZURE_CORE_RUST", follow: followScript("AZURE_CORE_RUST", "documented"), accepted: early},
		{name: "azure_core (Rust), lenient callback", variable: "AZURE_CORE_RUST", follow: followScript("AZURE_CORE_RUST", "lenient")},
		{name: "resilience4j (Java)", variable: "RESILIENCE4J", byCode: true, follow: followScript("RESILIENCE4J")},
		{name: "Airflow's HttpSensor (Python)", variable: "AIRFLOW_SENSOR", byCode: true, follow: followScript("AIRFLOW_SENSOR"), accepted: map[string]string{
			"unknown": "AirflowSensorTimeout", // 404 is on its default allow-list
		}},
		{name: "Ansible's uri (Python)", variable: "ANSIBLE_URI", byCode: true, follow: followScript("ANSIBLE_URI")},
		{name: "Node-RED", variable: "NODE_RED", byCode: true, follow: followScript("NODE_RED")},
		{name: "n8n", variable: "N8N", byCode: true, follow: followScript("N8N")},
	}
}

func followAzcore(ctx context.Context, address string) (string, error) {
	pl := runtime.NewPipeline("pollers", "v0", runtime.PipelineOptions{}, &policy.ClientOptions{})
	req, err := runtime.NewRequest(ctx, http.MethodPost, address)
	if err != nil {
		return "", err
	}
	if err := req.SetBody(streaming.NopCloser(strings.NewReader(talk)), "application/json"); err != nil {
		return "", err
	}
	resp, err := pl.Do(req)
	if err != nil {
		return "", err
	}
	poller, err := runtime.NewPoller[status](resp, pl, nil)
	if err != nil {
		return "", err
	}
	got, err := poller.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: time.Second})
	return got.CustomStatus, err
}

// followHashicorp reads the end itself: this poller keeps no body.
func followHashicorp(ctx context.Context, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	// It takes the path of a Location alone, and puts it behind its base.
	c := &resourcemanager.Client{Client: client.NewClient(u.Scheme+"://"+u.Host, "speakers", "v1")}
	req, err := c.NewRequest(ctx, client.RequestOptions{
		ContentType: "application/json; charset=utf-8", ExpectedStatusCodes: []int{http.StatusAccepted},
		HttpMethod: http.MethodPost, OptionsObject: query(u.RawQuery), Path: u.Path,
	})
	if err == nil {
		err = req.Marshal(json.RawMessage(talk))
	}
	if err != nil {
		return "", err
	}
	resp, err := req.Execute(ctx)
	if err != nil {
		return "", err
	}
	location := resp.Header.Get("Location")
	poller, err := resourcemanager.PollerFromResponse(resp, c)
	if err != nil {
		return "", err
	}
	// Its own deadline, or it would have none: see the accepted exception.
	polling, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := poller.PollUntilDone(polling); err != nil {
		return "", err
	}
	end, err := http.Get(location)
	if err != nil {
		return "", err
	}
	defer end.Body.Close()
	var s status
	err = json.NewDecoder(end.Body).Decode(&s)
	return s.CustomStatus, err
}

func followRetryable(ctx context.Context, address string) (string, error) {
	c := retryablehttp.NewClient()
	c.Logger = nil
	send := func(method, address string, body []byte) (*http.Response, []byte, error) {
		req, err := retryablehttp.NewRequestWithContext(ctx, method, address, body)
		if err != nil {
			return nil, nil, err
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := c.Do(req)
		if err != nil {
			return nil, nil, err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return resp, text, err
	}
	resp, text, err := send(http.MethodPost, address, []byte(talk))
	for err == nil && resp.StatusCode == http.StatusAccepted {
		var seconds int
		if seconds, err = strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
			time.Sleep(time.Duration(seconds) * time.Second)
			resp, text, err = send(http.MethodGet, resp.Header.Get("Location"), nil)
		}
	}
	if err != nil {
		return "", err
	}
	return byCode(resp.StatusCode, text)
}

// byCode is the verdict of who looks at the code alone.
func byCode(code int, text []byte) (string, error) {
	if code != http.StatusOK {
		return "", fmt.Errorf("status %d", code)
	}
	var s status
	err := json.Unmarshal(text, &s)
	return s.CustomStatus, err
}

func followScript(variable string, args ...string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, address string) (string, error) {
		words := append(strings.Fields(os.Getenv(variable)), args...)
		words = append(words, address, talk)
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		var v verdict
		if err == nil {
			err = json.Unmarshal(out, &v)
		}
		switch {
		case err != nil:
			return "", fmt.Errorf("%w: %.300s", err, stderr.String())
		case v.Error != "":
			return "", errors.New(v.Error)
		}
		return v.CustomStatus, nil
	}
}

func followLogicApps(ctx context.Context, address string) (string, error) {
	var p simulators.Platform
	r, err := p.HTTPAction(ctx, http.MethodPost, address, http.Header{"Content-Type": {"application/json"}}, []byte(talk))
	if err != nil {
		return "", err
	}
	return byCode(r.Code, r.Body)
}
