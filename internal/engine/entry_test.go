package engine

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"asynchttpapi/internal/asl/interp"
)

func TestEntryGivesBackTheInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := interp.Input{
			Kind:  interp.InputKind(rapid.Byte().Draw(t, "kind")),
			At:    time.UnixMilli(rapid.Int64Range(-1e14, 1e14).Draw(t, "at")).UTC(),
			Ref:   rapid.Uint64().Draw(t, "ref"),
			Error: rapid.String().Draw(t, "error"),
			Cause: rapid.String().Draw(t, "cause"),
		}
		if output := rapid.SliceOf(rapid.Byte()).Draw(t, "output"); len(output) > 0 {
			want.Output = output
		}
		got, err := decode(encode(want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, %v, want %+v", got, err, want)
		}
	})
}

// Entries that earlier versions wrote stay readable: this one is of version 1.
func TestEntryOfVersion1(t *testing.T) {
	entry := []byte("\x01\x05\xf6\xa1\xab\xfe\xf9\x62\x03\x02{}\x01E\x00")
	in, err := decode(entry)
	if err != nil {
		t.Fatal(err)
	}
	want := interp.Input{Kind: interp.TimerFired, At: time.UnixMilli(1_700_000_000_123).UTC(), Ref: 3, Output: []byte(`{}`), Error: "E"}
	if !reflect.DeepEqual(in, want) {
		t.Errorf("%+v, want %+v", in, want)
	}
	if again := encode(in); !bytes.Equal(again, entry) {
		t.Errorf("written as %q", again)
	}
}

func TestDamagedEntries(t *testing.T) {
	whole := encode(interp.Input{Kind: interp.Started, At: time.UnixMilli(1), Output: []byte(`{"a":1}`)})
	for n := range whole {
		if _, err := decode(whole[:n]); err == nil {
			t.Errorf("the first %d bytes of %d pass for an entry", n, len(whole))
		}
	}
	if _, err := decode(append(bytes.Clone(whole), 0)); err == nil {
		t.Error("a byte too many passes")
	}
	if _, err := decode(append([]byte{2}, whole[1:]...)); err == nil {
		t.Error("an unknown version passes")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(interp.Input{Kind: interp.TaskFailed, At: time.UnixMilli(1_700_000_000_000), Ref: 7, Error: "E", Cause: "C"}))
	f.Add([]byte{1, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, entry []byte) {
		if in, err := decode(entry); err == nil && in.At.UnixMilli() != in.At.UTC().UnixMilli() {
			t.Errorf("%+v", in)
		}
	})
}
