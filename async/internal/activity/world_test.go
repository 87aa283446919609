package activity

import (
	"context"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/speakers"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// end gives the submission a terminal status, as reconciliation does.
func (w *world) end(status api.Status) {
	r, _ := w.store.Get(context.Background(), "id")
	r.Status, r.Rank = status, 4
	w.store.Put(r)
}

// payload replaces the stored presentation.
func (w *world) payload(text string) {
	r, _ := w.store.Get(context.Background(), "id")
	r.Payload = []byte(text)
	w.store.Put(r)
}

// broken is a Store whose reads or changes fail, where an error is given.
type broken struct {
	async.Store
	get, advance error
}

func (b broken) Get(ctx context.Context, id string) (async.Record, error) {
	if b.get != nil {
		return async.Record{}, b.get
	}
	return b.Store.Get(ctx, id)
}

func (b broken) Advance(ctx context.Context, id string, c async.Change) (async.Record, error) {
	if b.advance != nil {
		return async.Record{}, b.advance
	}
	return b.Store.Advance(ctx, id, c)
}

// failing is a committee that only fails.
type failing struct {
	speakers.Committee
	err error
}

func (f failing) Decide(context.Context, string, speakers.Stage, speakers.Presentation) (speakers.Decision, error) {
	return "", f.err
}
