package journal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
)

// operations reads a fuzzer's bytes; 0 where there are no more.
type operations []byte

func (o *operations) next() byte {
	if len(*o) == 0 {
		return 0
	}
	b := (*o)[0]
	*o = (*o)[1:]
	return b
}

// twins are a journal in a file and the one in memory, which are given the same
// operations and have to answer alike.
type twins struct {
	t     *testing.T
	dir   string
	db    *database.DB
	model *enginetest.Journal
	last  int64
}

var fuzzBase = time.UnixMilli(1_700_000_000_000).UTC()

func at(b byte) time.Time { return fuzzBase.Add(time.Duration(b) * time.Second) }

// both calls do with each of the two and compares what it returns.
func both[T any](w *twins, what string, do func(engine.Journal) (T, error)) {
	w.t.Helper()
	file, fileErr := do(New(w.db))
	memory, memoryErr := do(w.model)
	if (fileErr == nil) != (memoryErr == nil) {
		w.t.Fatalf("%s: in the file %v, in memory %v", what, fileErr, memoryErr)
	}
	if a, b := reflect.ValueOf(file), reflect.ValueOf(memory); a.Kind() == reflect.Slice && a.Len()+b.Len() == 0 {
		return // nil or empty
	}
	if !reflect.DeepEqual(file, memory) {
		w.t.Fatalf("%s:\nin the file %+v\nin memory   %+v", what, file, memory)
	}
}

func (w *twins) write(what string, do func(engine.Journal) error) {
	w.t.Helper()
	both(w, what, func(j engine.Journal) (struct{}, error) { return struct{}{}, do(j) })
}

// step does one operation.
func (w *twins) step(ctx context.Context, op, a, b byte) {
	w.t.Helper()
	id := int64(a%7) + 1
	switch op % 8 {
	case 0:
		w.last++
		r := newRecord(w.last, a, b)
		past := engine.Past{ClosedBefore: at(b), UpTo: int64(a % 5)}
		w.write("create", func(j engine.Journal) error { return j.Create(ctx, r, [][]byte{{a, b}}, past) })
	case 1:
		w.write("append", func(j engine.Journal) error { return j.Append(ctx, id, int(b%5), [][]byte{{b}, {a}}, nil) })
	case 2:
		h := newHead(b)
		w.write("append", func(j engine.Journal) error { return j.Append(ctx, id, int(b%5), [][]byte{{b}}, &h) })
	case 3:
		w.write("announced", func(j engine.Journal) error { return j.Announced(ctx, id) })
	case 4:
		both(w, "expire", func(j engine.Journal) (int, error) { return j.Expire(ctx, at(a), int(b%4)+1) })
	case 5:
		if err := w.db.Close(); err != nil {
			w.t.Fatal(err)
		}
		w.db = open(w.t, w.dir)
	case 6:
		w.write("save", func(j engine.Journal) error { return j.SaveMachine(ctx, fmt.Sprint("m", a%3), []byte{b}, nil) })
	case 7:
		f := engine.Filter{
			MachineARN: fmt.Sprint("m", a%2), AllMachines: a%5 == 0, Limit: int(b%5) + 1, Status: []engine.Status{"", engine.Running, engine.Failed}[a%3],
			Before: int64(b % 9), After: int64(a % 4), ClosedAfter: at(a % 50), NamePart: []string{"", "n", "1"}[b%3],
		}
		both(w, "list", func(j engine.Journal) ([]engine.Record, error) { return j.List(ctx, f) })
	}
	both(w, "record", func(j engine.Journal) (engine.Record, error) { return j.Record(ctx, id) })
	both(w, "entries", func(j engine.Journal) ([][]byte, error) { return j.Entries(ctx, id, int(b%3), 3) })
	both(w, "length", func(j engine.Journal) (int, error) { return j.Length(ctx, id) })
	both(w, "unfinished", func(j engine.Journal) ([]engine.Record, error) { return j.Unfinished(ctx, int64(a%4), 3) })
	both(w, "machines", func(j engine.Journal) ([][]byte, error) { return j.Machines(ctx) })
}

func newRecord(id int64, a, b byte) engine.Record {
	r := engine.Record{
		ID: id, MachineARN: fmt.Sprint("m", a%2), Name: fmt.Sprint("n", b%4), Revision: "r", VersionARN: []string{"", "v"}[a/2%2],
		Started: at(byte(id)), Head: engine.Head{Status: engine.Running},
	}
	r.Seed[0] = b
	if a%3 == 0 {
		r.Parent = &engine.Parent{ID: int64(b) + 1, Ref: 1<<63 + uint64(a)}
	}
	return r
}

func newHead(b byte) engine.Head {
	h := engine.Head{Status: []engine.Status{engine.Succeeded, engine.Failed, engine.Running}[b%3], Error: "e", Cause: "c", Unannounced: b%2 == 0, RedriveCount: int(b % 3)}
	if h.Status != engine.Running {
		h.Stopped, h.Output = at(b), []byte(`{"a":1}`)
	}
	return h
}

// FuzzJournal: any sequence of operations, with the file closed and opened
// anywhere between them, leaves the same in the file as in memory.
func FuzzJournal(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 0, 9, 1, 1, 3, 2, 5, 4, 5, 0, 0, 4, 200, 7, 3, 0, 1, 7, 2, 3})
	f.Add([]byte{0, 0, 0, 0, 1, 0, 2, 0, 1, 2, 0, 0, 0, 4, 0, 5, 0, 0, 4, 255, 0, 0, 0, 0, 7, 1, 2})
	f.Add([]byte{6, 1, 9, 0, 2, 2, 2, 0, 1, 0, 2, 2, 0, 4, 2, 5, 1, 1, 7, 0, 4, 7, 3, 4})
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		text := make([]byte, 90)
		for i := range text {
			text[i] = byte(random.Uint32())
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 120 {
			return
		}
		dir := t.TempDir()
		w := &twins{t: t, dir: dir, db: open(t, dir), model: enginetest.NewJournal()}
		defer func() { w.db.Close() }()
		for ops := operations(text); len(ops) > 0; {
			op, a, b := ops.next(), ops.next(), ops.next()
			w.step(t.Context(), op, a, b)
		}
	})
}
