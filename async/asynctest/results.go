package asynctest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"

	"example.org/asynchttpapi/async"
)

// Results is an async.Results in memory, which serves what it keeps by Open. The
// zero value is ready for use.
type Results struct {
	mu   sync.Mutex
	kept map[string][]byte
}

// Create implements async.Results.
func (r *Results) Create(ctx context.Context, key, _, _ string) (async.ResultFile, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return &resultFile{ctx: ctx, results: r, key: key}, nil
}

// URL implements async.Results: there is none.
func (r *Results) URL(ctx context.Context, _ string, _ async.ResultInfo) (string, error) {
	return "", ctx.Err()
}

// Open implements async.Results.
func (r *Results) Open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	content, ok := r.kept[key]
	if !ok {
		return nil, async.ErrNotFound
	}
	return resultReader{bytes.NewReader(content)}, nil
}

// Delete implements async.Results.
func (r *Results) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.kept, key)
	return nil
}

// Keys returns the keys of all results, sorted.
func (r *Results) Keys() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.kept))
}

type resultReader struct{ *bytes.Reader }

func (resultReader) Close() error { return nil }

// resultFile is a result that is being written.
type resultFile struct {
	ctx     context.Context
	results *Results
	key     string
	content bytes.Buffer
	over    bool
}

var errResultOver = errors.New("the result is committed or aborted already")

func (f *resultFile) Write(p []byte) (int, error) {
	switch {
	case f.over:
		return 0, errResultOver
	case f.ctx.Err() != nil:
		return 0, f.ctx.Err()
	}
	return f.content.Write(p)
}

func (f *resultFile) Commit() (size int64, etag string, err error) {
	switch {
	case f.over:
		return 0, "", errResultOver
	case f.ctx.Err() != nil:
		return 0, "", f.ctx.Err()
	}
	f.over = true
	f.results.mu.Lock()
	defer f.results.mu.Unlock()
	if f.results.kept == nil {
		f.results.kept = map[string][]byte{}
	}
	f.results.kept[f.key] = f.content.Bytes()
	sum := sha256.Sum256(f.content.Bytes())
	return int64(f.content.Len()), hex.EncodeToString(sum[:]), nil
}

func (f *resultFile) Abort() { f.over = true }
