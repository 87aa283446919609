package journaltest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

func appendInOrder(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(1, "a"), "1")
	create(t, j, newRecord(2, "b"), "x")
	for _, step := range []struct {
		seq     int
		entries []string
	}{{1, []string{"2", "3"}}, {3, []string{"4"}}} {
		if err := j.Append(t.Context(), 1, step.seq, blobs(step.entries), nil); err != nil {
			t.Fatal(err)
		}
	}
	wantEntries(t, j, 1, 0, 100, "1", "2", "3", "4")
	wantEntries(t, j, 2, 0, 100, "x")
}

// However many entries a write has, and however large they are, they can be read from any place.
func appendMany(t *testing.T, j engine.Journal) {
	all := []string{"first"}
	create(t, j, newRecord(1, "a"), all...)
	for _, n := range []int{1, 2, 63, 64, 65, 200} {
		more := make([]string, n)
		for i := range more {
			more[i] = strings.Repeat("x", i%7) + fmt.Sprint(len(all)+i)
		}
		if n == 63 {
			more[1] = strings.Repeat("long", 1<<18)
		}
		if err := j.Append(t.Context(), 1, len(all), blobs(more), nil); err != nil {
			t.Fatal(err)
		}
		all = append(all, more...)
	}
	if n, err := j.Length(t.Context(), 1); err != nil || n != len(all) {
		t.Errorf("length %d, %v, want %d", n, err, len(all))
	}
	for after := range len(all) + 1 {
		wantEntries(t, j, 1, after, 64, all[after:min(after+64, len(all))]...)
	}
}

func appendRefusesWrongPlace(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(1, "a"), "1", "2")
	for _, seq := range []int{0, 1, 3} {
		if err := j.Append(t.Context(), 1, seq, blobs([]string{"x"}), closed(start)); err == nil {
			t.Errorf("append after %d entries of 2 succeeded", seq)
		}
	}
	wantEntries(t, j, 1, 0, 100, "1", "2")
	if r, err := j.Record(t.Context(), 1); err != nil || r.Status != engine.Running {
		t.Errorf("status %s, %v: a refused append has left its head", r.Status, err)
	}
}

func appendWithHead(t *testing.T, j engine.Journal) {
	create(t, j, newRecord(1, "a"), "1")
	head := closed(start.Add(time.Second))
	if err := j.Append(t.Context(), 1, 1, blobs([]string{"2"}), head); err != nil {
		t.Fatal(err)
	}
	r, err := j.Record(t.Context(), 1)
	if err != nil || !reflect.DeepEqual(r.Head, *head) {
		t.Errorf("head %+v, %v, want %+v", r.Head, err, *head)
	}
	wantEntries(t, j, 1, 0, 100, "1", "2")
	reopened := engine.Head{Status: engine.Running, RedriveCount: 1, Redriven: start.Add(time.Minute)}
	if err := j.Append(t.Context(), 1, 2, blobs([]string{"3"}), &reopened); err != nil {
		t.Fatal(err)
	}
	if r, err := j.Record(t.Context(), 1); err != nil || !reflect.DeepEqual(r.Head, reopened) {
		t.Errorf("head %+v, %v, want %+v", r.Head, err, reopened)
	}
}

func announced(t *testing.T, j engine.Journal) {
	r := newRecord(1, "a")
	r.Head = *closed(start)
	r.Unannounced = true
	create(t, j, r)
	for range 2 {
		if err := j.Announced(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	r.Unannounced = false
	if got, err := j.Record(t.Context(), 1); err != nil || !reflect.DeepEqual(got, r) {
		t.Errorf("%+v, %v, want %+v", got, err, r)
	}
	if err := j.Announced(t.Context(), 99); err != nil {
		t.Errorf("announcing what expired meanwhile: %v", err)
	}
}
