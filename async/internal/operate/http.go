package operate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Path begins the paths of Handler. None of them is a path of the API.
const Path = "/operator/"

const submissions = Path + "submissions"

// reply is what Handler answers about one submission.
type reply struct {
	Record   *async.Record `json:"record,omitempty"`
	Contents *Contents     `json:"contents,omitempty"`
	Status   api.Status    `json:"status,omitempty"`
	Items    int           `json:"items,omitempty"`
	Error    string        `json:"error,omitempty"`
}

// Handler serves s below Path. Whoever reaches it may do everything: it belongs
// on the operator's port, behind the guard of the Step Functions endpoint.
func Handler(s Submissions, log *slog.Logger) http.Handler {
	h := handler{s, log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+submissions, h.each)
	for pattern, run := range map[string]func(context.Context, string) (reply, error){
		"GET " + submissions + "/{id}":            h.record,
		"GET " + submissions + "/{id}/contents":   h.contents,
		"POST " + submissions + "/{id}/cancel":    h.cancel,
		"POST " + submissions + "/{id}/reconcile": h.reconcile,
		"DELETE " + submissions + "/{id}":         h.purge,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			out, err := run(r.Context(), r.PathValue("id"))
			h.answer(w, out, err)
		})
	}
	return mux
}

type handler struct {
	submissions Submissions
	log         *slog.Logger
}

// each writes a JSON text a line for each record, and one with an error where it
// has to break off.
func (h handler) each(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	err := h.submissions.Each(r.Context(), func(r async.Record) error { return out.Encode(reply{Record: &r}) })
	if err == nil {
		err = out.Encode(reply{}) // the end: a connection that breaks has none
	} else {
		err = errors.Join(err, out.Encode(reply{Error: text(err)}))
	}
	if err != nil {
		h.log.Warn("operator: the list broke off", "reason", async.Reason(err))
	}
}

func (h handler) record(ctx context.Context, id string) (reply, error) {
	r, err := h.submissions.Record(ctx, id)
	return reply{Record: &r}, err
}

func (h handler) contents(ctx context.Context, id string) (reply, error) {
	c, err := h.submissions.Contents(ctx, id)
	return reply{Contents: &c}, err
}

func (h handler) cancel(ctx context.Context, id string) (reply, error) {
	status, err := h.submissions.Cancel(ctx, id)
	return reply{Status: status}, err
}

func (h handler) reconcile(ctx context.Context, id string) (reply, error) {
	return reply{}, h.submissions.Reconcile(ctx, id)
}

func (h handler) purge(ctx context.Context, id string) (reply, error) {
	items, err := h.submissions.Purge(ctx, id)
	if err == nil {
		h.log.Info("operator: purged", "submission", async.LogID(id), "items", items)
	}
	return reply{Items: items}, err
}

func (h handler) answer(w http.ResponseWriter, out reply, err error) {
	status := http.StatusOK
	switch {
	case errors.Is(err, async.ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, ErrRunning):
		status = http.StatusConflict
	case err != nil:
		status = http.StatusInternalServerError
	}
	if err != nil {
		out = reply{Items: out.Items, Error: text(err)}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(out); err != nil {
		h.log.Debug("caller left", "reason", async.Reason(err))
	}
}

// text says what failed in words that have no value in them.
func text(err error) string {
	if e := (*async.RequestError)(nil); errors.As(err, &e) {
		return e.Error()
	}
	if errors.Is(err, ErrRunning) {
		return ErrRunning.Error()
	}
	return async.Reason(err)
}

// Client is the Submissions of a Handler.
type Client struct {
	base string
	http *http.Client
}

var _ Submissions = (*Client)(nil)

// NewClient returns a client of the handler at the operator's port, such as
// http://127.0.0.1:8083.
func NewClient(base string) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is not an http or https URL", base)
	}
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{strings.TrimRight(base, "/"), &http.Client{CheckRedirect: noRedirect}}, nil
}

func (c *Client) send(ctx context.Context, method, path string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return nil, errors.New("the request cannot be made")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		var failed *url.Error // its text has the path, and with it the id
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return nil, fmt.Errorf("%s cannot be reached: %w; the service has to be running, and this is the address of its -stepfunctions-addr", c.base, err)
	}
	return resp, nil
}

func (c *Client) call(ctx context.Context, method, id, rest string) (out reply, err error) {
	resp, err := c.send(ctx, method, submissions+"/"+url.PathEscape(id)+rest)
	if err != nil {
		return out, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return out, fmt.Errorf("%s: the answer broke off", c.base)
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&out); err != nil || resp.StatusCode != http.StatusOK && out.Error == "" {
		return out, fmt.Errorf("%s answered %d: is it the address of -stepfunctions-addr, and the program new enough?", c.base, resp.StatusCode)
	}
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return out, async.ErrNotFound
	case resp.StatusCode == http.StatusConflict:
		return out, ErrRunning
	case out.Error != "":
		return out, errors.New(out.Error)
	}
	return out, nil
}

// Each implements Submissions.
func (c *Client) Each(ctx context.Context, found func(async.Record) error) error {
	resp, err := c.send(ctx, http.MethodGet, submissions)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d: is it the address of -stepfunctions-addr, and the program new enough?", c.base, resp.StatusCode)
	}
	for d := json.NewDecoder(resp.Body); ; {
		var line reply
		if err := d.Decode(&line); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%s: the list broke off", c.base)
		}
		switch {
		case line.Error != "":
			return errors.New(line.Error)
		case line.Record == nil:
			return nil
		}
		if err := found(bare(*line.Record)); err != nil {
			return err
		}
	}
}

// Record implements Submissions.
func (c *Client) Record(ctx context.Context, id string) (r async.Record, err error) {
	out, err := c.call(ctx, http.MethodGet, id, "")
	if err == nil && out.Record != nil {
		r = bare(*out.Record) // an empty result comes as null
	}
	return r, err
}

// Contents implements Submissions.
func (c *Client) Contents(ctx context.Context, id string) (contents Contents, err error) {
	out, err := c.call(ctx, http.MethodGet, id, "/contents")
	if err == nil && out.Contents != nil {
		contents = *out.Contents
	}
	return contents, err
}

// Cancel implements Submissions.
func (c *Client) Cancel(ctx context.Context, id string) (api.Status, error) {
	out, err := c.call(ctx, http.MethodPost, id, "/cancel")
	return out.Status, err
}

// Reconcile implements Submissions.
func (c *Client) Reconcile(ctx context.Context, id string) error {
	_, err := c.call(ctx, http.MethodPost, id, "/reconcile")
	return err
}

// Purge implements Submissions.
func (c *Client) Purge(ctx context.Context, id string) (items int, err error) {
	out, err := c.call(ctx, http.MethodDelete, id, "")
	return out.Items, err
}
