package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"example.org/asynchttpapi/api"
)

const talk = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Writes programs.","country":"GB"},` +
	`"title":"On engines","description":"What they can and cannot do.","track":"History"}`

// clients calls the API from many goroutines over kept connections.
type clients struct {
	n    int
	http *http.Client
	url  string
}

func newClients(n int, url string) *clients {
	return &clients{n: n, url: url, http: &http.Client{
		Timeout: time.Minute,
		// The API never redirects; a POST that became a GET would be measured as a submission.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{MaxIdleConnsPerHost: n, MaxConnsPerHost: n},
	}}
}

// each calls fn for 0…count-1, spread over the clients, and stops at the
// first error.
func (c *clients) each(ctx context.Context, count int, fn func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	for range c.n {
		wg.Go(func() {
			for i := range next {
				if err := fn(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := 0; i < count && ctx.Err() == nil; i++ {
		next <- i
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}

// submit posts the talk and returns the submission's status URL.
func (c *clients) submit(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/api/submit", strings.NewReader(talk))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.do(req, http.StatusAccepted, nil)
	if err != nil {
		return "", err
	}
	return resp.Header.Get("Location"), nil
}

// poll reads a status URL, waiting up to wait seconds for the end.
func (c *clients) poll(ctx context.Context, url string, wait int) (api.Submission, error) {
	var got api.Submission
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return got, err
	}
	if wait > 0 {
		req.Header.Set("Prefer", fmt.Sprintf("wait=%d", wait))
	}
	resp, err := c.do(req, 0, &got)
	if err == nil && resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("GET %s: %s", url, resp.Status)
	}
	return got, err
}

// completion waits for the end of all, and hands over how long each took.
func (c *clients) completion(ctx context.Context, urls []string, took func(time.Duration)) error {
	return c.each(ctx, len(urls), func(ctx context.Context, i int) error {
		for {
			got, err := c.poll(ctx, urls[i], 1)
			if err != nil {
				return err
			}
			if got.Status.Terminal() {
				took(got.LastUpdatedTime.Sub(got.CreatedTime))
				return nil
			}
		}
	})
}

// do sends req and reads its body to the end, so that the connection is kept.
// A want of 0 takes any status.
func (c *clients) do(req *http.Request, want int, body any) (*http.Response, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if want != 0 && resp.StatusCode != want {
		return nil, fmt.Errorf("%s %s: %s: %s", req.Method, req.URL.Path, resp.Status, b)
	}
	if body != nil {
		return resp, json.Unmarshal(b, body)
	}
	return resp, nil
}
