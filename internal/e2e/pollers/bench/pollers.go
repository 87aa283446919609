package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
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

// pollers returns this repository's client, to which the others are compared, and
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

// script returns a poller in another language: a program and its script, with a
// space between, as .ci/pollers/run names them. It is done when it prints what
// came out.
func script(command string) func(context.Context, string) error {
	return func(ctx context.Context, base string) error {
		program, file, _ := strings.Cut(command, " ")
		cmd := exec.CommandContext(ctx, program, file, base+api.SubmitPath, talk)
		cmd.Env = append(os.Environ(), "PYTHONUNBUFFERED=1")
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cmd.Start(); err != nil {
			return err
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		go cmd.Wait() // its end is not what is measured
		if err != nil || !strings.Contains(line, `"Approved"`) {
			return fmt.Errorf("it printed %q, %v", line, err)
		}
		return nil
	}
}

// tally is what came of the submissions of one poller.
type tally struct {
	mu           sync.Mutex
	submissions  int
	polls        int
	delay, worst time.Duration // from the recorded end to the poller's return
}

func (t *tally) add(s submission, returned time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	late := returned.Sub(s.ended)
	t.submissions++
	t.polls += s.polls
	t.delay += late
	t.worst = max(t.worst, late)
}

func (t *tally) means() (polls, delay float64) {
	n := float64(t.submissions)
	return float64(t.polls) / n, t.delay.Seconds() * 1000 / n
}

// printTable has a row for each poller, with its ratios to the first.
func printTable(out io.Writer, all []poller, tallies []tally) {
	fmt.Fprintf(out, "%-32s %9s %6s %12s %6s %9s\n", "", "polls", "ratio", "delay, mean", "ratio", "worst")
	firstPolls, firstDelay := tallies[0].means()
	for i, p := range all {
		polls, delay := tallies[i].means()
		fmt.Fprintf(out, "%-32s %9.1f %6.2f %9.0f ms %6.2f %6d ms\n",
			p.name, polls, polls/firstPolls, delay, delay/firstDelay, tallies[i].worst.Milliseconds())
	}
}
