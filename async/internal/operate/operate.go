// Package operate is what an operator does to the submissions of a service: the
// management API of the pattern, kept from clients. Direct works on the service's
// own store; Handler and Client are the same over HTTP, for a service whose data
// one process owns.
//
// Nothing that it returns is personal, but what Contents returns.
package operate

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// ErrRunning refuses to purge a submission whose execution has not ended.
var ErrRunning = errors.New("its execution has not ended yet")

// Submissions are the submissions of one service. Methods that take an id return
// async.ErrNotFound where there is no such record.
type Submissions interface {
	// Each calls found with every record, in no order, until it returns an error,
	// which Each returns. Outcomes may be missing.
	Each(ctx context.Context, found func(async.Record) error) error
	// Record returns one record.
	Record(ctx context.Context, id string) (async.Record, error)
	// Contents returns what was submitted and what came of it.
	Contents(ctx context.Context, id string) (Contents, error)
	// Cancel ends a submission and its execution, and returns its status: that of
	// the end which was recorded first.
	Cancel(ctx context.Context, id string) (api.Status, error)
	// Reconcile brings the record in line with its execution.
	Reconcile(ctx context.Context, id string) error
	// Purge removes a submission and all that belongs to it, and returns how many
	// items went. An open one is canceled first. It returns ErrRunning while the
	// execution runs. Repeating it goes on with what an interrupted one has left.
	Purge(ctx context.Context, id string) (items int, err error)
}

// Contents are the personal part of a submission.
type Contents struct {
	Input  json.RawMessage            `json:"input,omitempty"`
	Values map[string]json.RawMessage `json:"values,omitempty"`
	Result json.RawMessage            `json:"result,omitempty"`
}

// Store is a store with what operators need beside async.Store.
type Store interface {
	async.Store
	// Each is that of Submissions. The records have no values and no results.
	Each(ctx context.Context, found func(async.Record) error) error
	// Purge removes the record of id and all that belongs to it but a large
	// result, the record last. It returns how many items went.
	Purge(ctx context.Context, id string) (items int, err error)
}

// Direct is Submissions on the service's own store.
type Direct struct {
	Store   Store
	Service *async.Service
	// Results keeps large results; purging a submission that has one is refused
	// if it is nil.
	Results async.Results
}

var _ Submissions = Direct{}

// Each implements Submissions.
func (d Direct) Each(ctx context.Context, found func(async.Record) error) error {
	return d.Store.Each(ctx, func(r async.Record) error { return found(bare(r)) })
}

// Record implements Submissions.
func (d Direct) Record(ctx context.Context, id string) (async.Record, error) {
	r, err := d.Store.Get(ctx, id)
	return bare(r), err
}

// Contents implements Submissions.
func (d Direct) Contents(ctx context.Context, id string) (c Contents, err error) {
	r, err := d.Store.Get(ctx, id)
	if err != nil {
		return c, err
	}
	c = Contents{Values: r.Values, Result: r.Result}
	c.Input, err = d.Store.Input(ctx, id)
	return c, err
}

// Cancel implements Submissions.
func (d Direct) Cancel(ctx context.Context, id string) (api.Status, error) {
	v, err := d.Service.CancelID(ctx, id)
	return v.Status, notFound(err)
}

// Reconcile implements Submissions.
func (d Direct) Reconcile(ctx context.Context, id string) error {
	if _, err := d.Store.Get(ctx, id); err != nil {
		return err
	}
	return notFound(d.Service.Reconcile(ctx, id, nil))
}

// Purge implements Submissions.
func (d Direct) Purge(ctx context.Context, id string) (items int, err error) {
	r, err := d.Store.Get(ctx, id)
	switch {
	case errors.Is(err, async.ErrNotFound): // what an interrupted purge has left
		if items, err = d.Store.Purge(ctx, id); err == nil && items == 0 {
			err = async.ErrNotFound
		}
		return items, err
	case err != nil:
		return 0, err
	case r.Large != nil && d.Results == nil:
		return 0, errors.New("it has a large result, and where those are kept is not known")
	}
	if err := d.end(ctx, r); err != nil {
		return 0, err
	}
	// The result that an end may have recorded meanwhile is in the record now.
	if r, err = d.Store.Get(ctx, id); err != nil {
		return 0, err
	}
	if r.Large != nil {
		if d.Results == nil {
			return 0, errors.New("it has a large result, and where those are kept is not known")
		}
		if err := d.Results.Delete(ctx, r.Large.Key); err != nil {
			return 0, err
		}
		items++
	}
	n, err := d.Store.Purge(ctx, id)
	return items + n, err
}

// end cancels a submission that is open, and returns ErrRunning until its
// execution has ended: what it undoes after a cancellation needs the input.
func (d Direct) end(ctx context.Context, r async.Record) error {
	if !r.Status.Terminal() && time.Now().Before(r.Expires) {
		if _, err := d.Cancel(ctx, r.ID); err != nil {
			return err
		}
	}
	x, err := d.Service.Workflows.Outcome(ctx, r.ID)
	switch {
	case errors.Is(err, async.ErrNotFound):
		return nil
	case err == nil && x.Status == api.Running:
		return ErrRunning
	}
	return err
}

// notFound returns async.ErrNotFound for a request's error that means it.
func notFound(err error) error {
	if e := (*async.RequestError)(nil); errors.As(err, &e) && e.Code == api.CodeNotFound {
		return async.ErrNotFound
	}
	return err
}

// bare returns r without what may be personal or secret.
func bare(r async.Record) async.Record {
	r.Values, r.Result, r.Message = nil, nil, ""
	r.Waiting.Token, r.Waiting.Answer = "", ""
	if r.Error != nil {
		r.Error = &api.Error{Code: r.Error.Code}
	}
	if r.Large != nil {
		large := *r.Large
		large.FileName = ""
		r.Large = &large
	}
	return r
}
