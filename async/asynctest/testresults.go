package asynctest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"

	"example.org/asynchttpapi/async"
)

// TestResults runs the conformance suite of async.Results. newResults is called
// for each test and may return the same ones each time: the tests share no keys.
func TestResults(t *testing.T, newResults func(*testing.T) async.Results) {
	tests := []struct {
		name string
		run  func(t *testing.T, r async.Results)
	}{
		{"commit then open", commitThenOpen},
		{"parts of any size", partsOfAnySize},
		{"seek", seekResult},
		{"nothing before commit", nothingBeforeCommit},
		{"commit replaces", commitReplaces},
		{"validators", validators},
		{"writers of their own", writersOfTheirOwn},
		{"delete", deleteResult},
		{"canceled context", canceledResults},
		{"context ends while writing", contextEndsWhileWriting},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, newResults(t)) })
	}
}

// newKey has the form of Run.ResultWriter's keys.
func newKey() string {
	return "aB-_" + rand.Text() + "/" + strings.ToLower(rand.Text())
}

func createResult(t *testing.T, r async.Results, key string) async.ResultFile {
	t.Helper()
	f, err := r.Create(t.Context(), key, "text/csv; charset=utf-8", `räport "1".csv`)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return f
}

func writeResult(t *testing.T, f async.ResultFile, content []byte) {
	t.Helper()
	if n, err := f.Write(content); err != nil || n != len(content) {
		t.Fatalf("write: %d of %d bytes, %v", n, len(content), err)
	}
}

// putResult keeps a result and returns what describes it.
func putResult(t *testing.T, r async.Results, key string, content []byte) async.ResultInfo {
	t.Helper()
	f := createResult(t, r, key)
	defer f.Abort()
	writeResult(t, f, content)
	size, etag, err := f.Commit()
	if err != nil || size != int64(len(content)) || etag == "" || strings.ContainsAny(etag, "\" \r\n") {
		t.Fatalf("commit: %d of %d bytes, validator %q, %v", size, len(content), etag, err)
	}
	return async.ResultInfo{Key: key, MediaType: "text/csv; charset=utf-8", FileName: `räport "1".csv`, ETag: etag, Size: size}
}

func wantContent(t *testing.T, r async.Results, key string, want []byte) {
	t.Helper()
	f, err := r.Open(t.Context(), key)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer f.Close()
	got, err := io.ReadAll(f)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("read %d bytes, %v; want %d bytes, the same", len(got), err, len(want))
	}
}

func wantNoResult(t *testing.T, r async.Results, key string) {
	t.Helper()
	f, err := r.Open(t.Context(), key)
	if err == nil {
		f.Close()
	}
	wantErr(t, err, async.ErrNotFound)
}

func commitThenOpen(t *testing.T, r async.Results) {
	key := newKey()
	info := putResult(t, r, key, []byte("a,b\r\n1,2\r\n"))
	for range 2 {
		wantContent(t, r, key, []byte("a,b\r\n1,2\r\n"))
	}
	if _, err := r.URL(t.Context(), key, info); err != nil {
		t.Errorf("URL: %v", err)
	}
	wantNoResult(t, r, newKey())
}

// partsOfAnySize: none at all, single bytes, and more than one part of an S3
// upload, which has 5 MiB at least.
func partsOfAnySize(t *testing.T, r async.Results) {
	putResult(t, r, newKey(), nil)
	key := newKey()
	putResult(t, r, key, nil)
	wantContent(t, r, key, nil)

	content := make([]byte, 11<<20+1)
	for i := range content {
		content[i] = byte(i * i >> 8)
	}
	key = newKey()
	f := createResult(t, r, key)
	defer f.Abort()
	for rest := content; len(rest) > 0; {
		n := min(1+len(rest)/3, len(rest))
		writeResult(t, f, rest[:n])
		rest = rest[n:]
	}
	if size, _, err := f.Commit(); err != nil || size != int64(len(content)) {
		t.Fatalf("commit: %d bytes, %v", size, err)
	}
	wantContent(t, r, key, content)
}

func seekResult(t *testing.T, r async.Results) {
	key := newKey()
	putResult(t, r, key, []byte("0123456789"))
	f, err := r.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if end, err := f.Seek(0, io.SeekEnd); err != nil || end != 10 {
		t.Errorf("the end is at %d, %v", end, err)
	}
	if _, err := f.Seek(4, io.SeekStart); err != nil {
		t.Error(err)
	}
	part := make([]byte, 3)
	if _, err := io.ReadFull(f, part); err != nil || string(part) != "456" {
		t.Errorf("read %q, %v after a seek", part, err)
	}
}

// nothingBeforeCommit: a result is whole or not there, and Abort leaves nothing.
func nothingBeforeCommit(t *testing.T, r async.Results) {
	key := newKey()
	f := createResult(t, r, key)
	writeResult(t, f, []byte("half"))
	wantNoResult(t, r, key)
	f.Abort()
	f.Abort()
	wantNoResult(t, r, key)
	if _, _, err := f.Commit(); err == nil {
		t.Error("committed after Abort")
	}
	wantNoResult(t, r, key)

	f = createResult(t, r, key)
	writeResult(t, f, []byte("whole"))
	if _, _, err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Abort()
	wantContent(t, r, key, []byte("whole"))
}

func commitReplaces(t *testing.T, r async.Results) {
	key := newKey()
	putResult(t, r, key, []byte("first, and longer"))
	f := createResult(t, r, key)
	writeResult(t, f, []byte("second"))
	wantContent(t, r, key, []byte("first, and longer"))
	f.Abort()
	wantContent(t, r, key, []byte("first, and longer"))
	putResult(t, r, key, []byte("second"))
	wantContent(t, r, key, []byte("second"))
}

// validators: other content has another one.
func validators(t *testing.T, r async.Results) {
	key := newKey()
	first := putResult(t, r, key, []byte("content 1"))
	if second := putResult(t, r, key, []byte("content 2")); first.ETag == second.ETag {
		t.Errorf("two contents have the validator %q", first.ETag)
	}
}

// writersOfTheirOwn: attempts that overlap do not meet.
func writersOfTheirOwn(t *testing.T, r async.Results) {
	prefix := newKey()
	one, two := prefix+"1", prefix+"2"
	a, b := createResult(t, r, one), createResult(t, r, two)
	defer b.Abort()
	writeResult(t, a, []byte("a1"))
	writeResult(t, b, []byte("b1"))
	writeResult(t, a, []byte("a2"))
	a.Abort()
	writeResult(t, b, []byte("b2"))
	if _, _, err := b.Commit(); err != nil {
		t.Fatal(err)
	}
	wantNoResult(t, r, one)
	wantContent(t, r, two, []byte("b1b2"))
}

func deleteResult(t *testing.T, r async.Results) {
	key, other := newKey(), newKey()
	putResult(t, r, key, []byte("x"))
	putResult(t, r, other, []byte("y"))
	for range 2 {
		wantErr(t, r.Delete(t.Context(), key), nil)
		wantNoResult(t, r, key)
	}
	wantContent(t, r, other, []byte("y"))
}

func canceledResults(t *testing.T, r async.Results) {
	key := newKey()
	info := putResult(t, r, key, []byte("x"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func() error{
		"create": func() error { _, err := r.Create(ctx, newKey(), "text/plain", ""); return err },
		"URL":    func() error { _, err := r.URL(ctx, key, info); return err },
		"open":   func() error { _, err := r.Open(ctx, key); return err },
		"delete": func() error { return r.Delete(ctx, key) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context.Canceled", name, err)
		}
	}
	wantContent(t, r, key, []byte("x"))
}

// contextEndsWhileWriting: the result of a run that was given up is not kept.
func contextEndsWhileWriting(t *testing.T, r async.Results) {
	ctx, cancel := context.WithCancel(t.Context())
	key := newKey()
	f, err := r.Create(ctx, key, "text/plain", "")
	if err != nil {
		t.Fatal(err)
	}
	writeResult(t, f, []byte("half"))
	cancel()
	if _, _, err := f.Commit(); err == nil {
		t.Error("committed after the context had ended")
	}
	f.Abort()
	wantNoResult(t, r, key)
}
