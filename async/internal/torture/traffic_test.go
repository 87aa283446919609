package torture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.org/asynchttpapi/api"
)

// errDown says that the server was gone before it answered: after a kill
// that is as it should be.
var errDown = errors.New("the server is down")

// traffic sends submits and polls to one run of the server.
type traffic struct {
	base   string
	http   *http.Client
	ledger *ledger
	// unavailable, if not nil, counts submits that were answered 503.
	unavailable *atomic.Int64
}

func newTraffic(base string, l *ledger) *traffic {
	return &traffic{base: base, ledger: l, http: &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
}

const talk = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Writes programs.","country":"GB"},` +
	`"title":"Talk %s","description":"What engines can and cannot do.","track":"History"}`

// submit sends e, for the first time or again.
func (tr *traffic) submit(ctx context.Context, e *entry) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, tr.base+"/api/submit", strings.NewReader(fmt.Sprintf(talk, e.key)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", `"`+e.key+`"`)
	e.asking.Lock()
	defer e.asking.Unlock()
	tr.ledger.sending(e)
	resp, got, err := tr.do(req)
	if err != nil {
		return err
	}
	switch resp.StatusCode {
	case http.StatusAccepted, http.StatusOK:
		status, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || status.Path == "" {
			status = &url.URL{Path: "/api/status/" + got.ID}
		}
		return tr.ledger.accepted(e, status.Path, got)
	case http.StatusServiceUnavailable:
		if resp.Header.Get("Retry-After") == "" {
			return fmt.Errorf("POST %s: 503 without Retry-After", e.key)
		}
		if tr.unavailable != nil {
			tr.unavailable.Add(1)
		}
		return nil // it will be sent again
	case http.StatusConflict:
		return nil // still being accepted, or not at all: it will be sent again
	}
	return fmt.Errorf("POST %s: %s", e.key, resp.Status)
}

// poll asks for the status of an accepted submission: a 404 is a loss.
func (tr *traffic) poll(ctx context.Context, e *entry) error {
	e.asking.Lock()
	defer e.asking.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, tr.base+e.path, nil)
	if err != nil {
		return err
	}
	resp, got, err := tr.do(req)
	if err != nil {
		return err
	}
	switch resp.StatusCode {
	case http.StatusAccepted, http.StatusOK:
		return tr.ledger.polled(e, got)
	case http.StatusServiceUnavailable:
		return nil
	}
	return fmt.Errorf("GET %s: %s", e.path, resp.Status)
}

func (tr *traffic) do(req *http.Request) (*http.Response, api.Submission, error) {
	var got api.Submission
	resp, err := tr.http.Do(req)
	if err != nil {
		return nil, got, errors.Join(errDown, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, got, errors.Join(errDown, err)
	}
	if resp.StatusCode < 300 {
		err = json.Unmarshal(body, &got)
	}
	return resp, got, err
}

// storm submits count new entries and polls at random until the server is
// gone or ctx ends; its error is anything but errDown.
func (tr *traffic) storm(ctx context.Context, count int) error {
	again := tr.ledger.unanswered()
	work := make(chan *entry, len(again)+count)
	for _, e := range again {
		work <- e
	}
	for range count {
		work <- tr.ledger.add()
	}
	close(work)
	errs := make(chan error, 24)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() { errs <- tr.submitAll(ctx, work) })
	}
	for range 8 {
		wg.Go(func() { errs <- tr.pollAtRandom(ctx) })
	}
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

func (tr *traffic) submitAll(ctx context.Context, work <-chan *entry) error {
	for e := range work {
		if err := tr.submit(ctx, e); err != nil {
			return unlessDown(err)
		}
	}
	return nil
}

func (tr *traffic) pollAtRandom(ctx context.Context) error {
	for ctx.Err() == nil {
		e := tr.ledger.anyAccepted()
		if e == nil {
			time.Sleep(time.Millisecond) // nothing to ask for yet
			continue
		}
		if err := tr.poll(ctx, e); err != nil {
			return unlessDown(err)
		}
	}
	return nil
}

func unlessDown(err error) error {
	if errors.Is(err, errDown) {
		return nil
	}
	return err
}
