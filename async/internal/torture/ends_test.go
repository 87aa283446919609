package torture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

// delivery is what the outside knows of one submission of the job deliver.
type delivery struct {
	asking sync.Mutex // held from request to answer

	parcel parcel
	key    string
	id     string // empty until a 202 was seen
	cancel string // the path of its cancelUrl; empty where the answer was lost
	last   api.Submission
	// canceled is set once a cancellation was answered with Canceled, signature
	// once a callback was answered 200.
	canceled  bool
	signature int
}

// saw checks an answer against what was seen before.
func (d *delivery) saw(got api.Submission) error {
	switch {
	case d.last.Status.Terminal() && !reflect.DeepEqual(got, d.last):
		return fmt.Errorf("%s had ended as %+v, is %+v now", d.key, d.last, got)
	case d.canceled && got.Status != api.Canceled:
		return fmt.Errorf("%s was canceled, and is %+v", d.key, got)
	case got.PercentComplete < d.last.PercentComplete:
		return fmt.Errorf("%s went back from %d %% to %d %%", d.key, d.last.PercentComplete, got.PercentComplete)
	case got.Status == api.Failed:
		return fmt.Errorf("%s failed: %+v", d.key, got)
	}
	d.last = got
	return nil
}

// post is a harness's deliveries.
type post struct {
	w     *harness
	links string

	mu         sync.Mutex
	deliveries []*delivery
	counts     map[string]int
}

func (p *post) count(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[what]++
}

func (p *post) add() *delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.deliveries)
	d := &delivery{key: fmt.Sprintf("torture-delivery-%d", n), parcel: parcel{n, 1 << (8 + rand.IntN(11))}}
	p.deliveries = append(p.deliveries, d)
	return d
}

func (p *post) all() []*delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*delivery(nil), p.deliveries...)
}

func (p *post) any() *delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.deliveries) == 0 {
		return nil
	}
	return p.deliveries[rand.IntN(len(p.deliveries))]
}

// request returns the status code and the body; errDown without an answer.
func (p *post) request(ctx context.Context, method, path, body string, headers ...string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.w.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, errors.Join(errDown, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, errors.Join(errDown, err)
	}
	return resp.StatusCode, text, nil
}

// status makes a request whose answer is a status, and notes it.
func (p *post) status(ctx context.Context, d *delivery, method, path, body string, headers ...string) error {
	code, text, err := p.request(ctx, method, path, body, headers...)
	switch {
	case err != nil:
		return err
	case code == http.StatusConflict, code == http.StatusServiceUnavailable, code == http.StatusTooManyRequests:
		return nil // it is repeated
	case code != http.StatusOK && code != http.StatusAccepted:
		return fmt.Errorf("%s %s: %d %s", method, d.key, code, text)
	}
	var got api.Submission
	if err := json.Unmarshal(text, &got); err != nil {
		return err
	}
	got.ResultURL, got.CancelURL = pathOf(got.ResultURL), pathOf(got.CancelURL) // each life has another port
	if got.CancelURL != "" {
		d.cancel, got.CancelURL = got.CancelURL, ""
	}
	if d.id != "" && d.id != got.ID {
		return fmt.Errorf("%s was accepted twice", d.key)
	}
	d.id = got.ID
	return d.saw(got)
}

func pathOf(url string) string {
	if i := strings.Index(url, "/api/"); i >= 0 {
		return url[i:]
	}
	return url
}

func (p *post) submit(ctx context.Context, d *delivery) error {
	d.asking.Lock()
	defer d.asking.Unlock()
	body, err := json.Marshal(d.parcel)
	if err != nil {
		return err
	}
	return p.status(ctx, d, http.MethodPost, api.SubmitPath, string(body), "Content-Type", "application/json", "Idempotency-Key", d.key)
}

func (p *post) poll(ctx context.Context, d *delivery) error {
	d.asking.Lock()
	defer d.asking.Unlock()
	if d.id == "" {
		return nil
	}
	return p.status(ctx, d, http.MethodGet, api.StatusPath+d.id, "")
}

// tryCancel cancels, if the capability is known.
func (p *post) tryCancel(ctx context.Context, d *delivery) error {
	d.asking.Lock()
	defer d.asking.Unlock()
	if d.cancel == "" {
		return nil
	}
	before := d.last
	err := p.status(ctx, d, http.MethodPost, d.cancel, "")
	if err == nil && d.last.Status == api.Canceled && !d.canceled {
		d.canceled = true
		p.count("cancellations answered")
	} else if errors.Is(err, errDown) && !before.Status.Terminal() {
		p.count("cancellations without an answer")
	}
	return err
}

// sign answers the callback, each time with another signature: only one counts.
func (p *post) sign(ctx context.Context, d *delivery) error {
	d.asking.Lock()
	defer d.asking.Unlock()
	url, err := os.ReadFile(filepath.Join(p.links, d.id))
	if d.id == "" || errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	n := 1 + rand.IntN(1_000_000)
	code, text, err := p.request(ctx, http.MethodPost, pathOf(string(url)), fmt.Sprintf(`{"signature":%d}`, n), "Content-Type", "application/json")
	switch {
	case err != nil:
		p.count("callbacks without an answer")
		return err
	case code == http.StatusOK && d.signature != 0 && n != d.signature:
		return fmt.Errorf("%s was answered twice: %d, then %d", d.key, d.signature, n)
	case code == http.StatusOK:
		d.signature = n
		p.count("callbacks answered")
	case code != http.StatusGone && code != http.StatusNotFound && code != http.StatusServiceUnavailable && code != http.StatusTooManyRequests:
		return fmt.Errorf("callback of %s: %d %s", d.key, code, text)
	}
	return nil
}

// storm submits count new deliveries, and cancels, answers and polls at random,
// until the server is gone or ctx ends.
func (p *post) storm(ctx context.Context, count int) error {
	var all sync.WaitGroup
	errs := make(chan error, 16)
	work := make(chan *delivery, count+len(p.all()))
	for _, d := range p.all() {
		if d.id == "" {
			work <- d
		}
	}
	for range count {
		work <- p.add()
	}
	close(work)
	for range 4 {
		all.Go(func() {
			for d := range work {
				if err := p.submit(ctx, d); err != nil {
					errs <- unlessDown(err)
					return
				}
			}
		})
	}
	for _, do := range []func(context.Context, *delivery) error{p.sign, p.sign, p.sign, p.poll, p.poll, p.tryCancel} {
		all.Go(func() {
			for ctx.Err() == nil {
				d := p.any()
				if d == nil {
					time.Sleep(time.Millisecond) // nothing to ask for yet
					continue
				}
				if err := do(ctx, d); err != nil {
					errs <- unlessDown(err)
					return
				}
			}
		})
	}
	all.Wait()
	close(errs)
	var found []error
	for err := range errs {
		found = append(found, err)
	}
	return errors.Join(found...)
}

// Kills during cancellation, completion by callback and the upload of a result:
// every accepted submission comes to exactly one end, a canceled one to no other,
// one answer of a callback counts, and a result is whole or absent.
func TestEndsKilledAgainAndAgain(t *testing.T) {
	cycles, count := setting(t, "TORTURE_CYCLES", 3), setting(t, "TORTURE_SUBMISSIONS", 90)/3
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := &post{links: filepath.Join(dir, "links"), counts: map[string]int{}}
	p.w = &harness{t: t, bin: self, data: filepath.Join(dir, "data"), env: []string{asServer + "=" + p.links}}
	if err := os.Mkdir(p.links, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.w.kill() }) // where the test gives up
	for range cycles {
		p.w.start()
		ctx, cancel := context.WithCancel(t.Context())
		killed := time.AfterFunc(time.Duration(100+rand.IntN(900))*time.Millisecond, func() {
			p.w.cmd.Process.Kill()
			cancel()
		})
		err := p.storm(ctx, count)
		killed.Stop()
		cancel()
		p.w.kill()
		if err != nil {
			t.Fatalf("%v\n%s", err, p.w.logs.String())
		}
	}
	p.w.start()
	p.finish(t)
	p.w.stop()
	p.w.start()
	p.check(t)
	p.w.stop()
	t.Logf("%d kills, %d submissions: %v", cycles, len(p.all()), p.counts)
}

// finish has every delivery accepted, answered and ended.
func (p *post) finish(t *testing.T) {
	t.Helper()
	eventually(t, "finishing", func() bool {
		open := 0
		for _, d := range p.all() {
			step := p.poll
			switch {
			case d.id == "":
				step = p.submit
			case d.signature == 0 && !d.last.Status.Terminal():
				step = func(ctx context.Context, d *delivery) error { return errors.Join(p.sign(ctx, d), p.poll(ctx, d)) }
			}
			if err := step(t.Context(), d); err != nil {
				t.Fatalf("%v\n%s", err, p.w.logs.String())
			}
			if !d.last.Status.Terminal() {
				open++
			}
		}
		return open == 0
	})
}

// check holds what clients read at last against what they were promised.
func (p *post) check(t *testing.T) {
	t.Helper()
	for _, d := range p.all() {
		if err := p.poll(t.Context(), d); err != nil {
			t.Error(err)
		}
		p.counts[string(d.last.Status)]++
		code, body, err := p.request(t.Context(), http.MethodGet, api.ResultPath+d.id, "")
		if err != nil {
			t.Fatal(err)
		}
		var got receipt
		switch {
		case d.last.Status == api.Canceled:
			if code != http.StatusNotFound {
				t.Errorf("%s was canceled, and has a result: %d", d.key, code)
			}
		case code != http.StatusOK || string(body) != content(d.parcel):
			t.Errorf("%s: %d, %d bytes of %d", d.key, code, len(body), len(content(d.parcel)))
		default:
			if err := json.Unmarshal(d.last.Result, &got); err != nil || d.signature != 0 && got.Signature != d.signature {
				t.Errorf("%s: signed %d, recorded %s, %v", d.key, d.signature, d.last.Result, err)
			}
		}
	}
}
