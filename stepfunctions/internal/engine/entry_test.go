package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

func TestEntryGivesBackTheInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := interp.Input{
			Kind:  interp.InputKind(rapid.Byte().Draw(t, "kind")),
			At:    time.UnixMilli(rapid.Int64Range(-1e14, 1e14).Draw(t, "at")).UTC(),
			Ref:   rapid.Uint64().Draw(t, "ref"),
			Error: rapid.String().Draw(t, "error"),
			Cause: rapid.String().Draw(t, "cause"),

			TestCase: rapid.SampledFrom([]string{"", "Good", "é"}).Draw(t, "test case"),
			Source:   rapid.SampledFrom([]interp.Source{"", interp.FromMock, interp.FromStub, interp.FromNothing}).Draw(t, "source"),
		}
		if output := rapid.SliceOf(rapid.Byte()).Draw(t, "output"); len(output) > 0 {
			want.Output = output
		}
		sum := rapid.Uint32().Draw(t, "sum")
		got, gotSum, err := decode(encode(want, sum))
		if err != nil || !reflect.DeepEqual(got, want) || gotSum != sum {
			t.Fatalf("%+v, %d, %v, want %+v, %d", got, gotSum, err, want, sum)
		}
	})
}

// Entries that earlier versions wrote stay readable.
func TestEntryOfEachVersion(t *testing.T) {
	want := interp.Input{Kind: interp.TimerFired, At: time.UnixMilli(1_700_000_000_123).UTC(), Ref: 3, Output: []byte(`{}`), Error: "E"}
	for _, tt := range []struct {
		entry string
		sum   uint32
	}{
		{"\x01\x05\xf6\xa1\xab\xfe\xf9\x62\x03\x02{}\x01E\x00", 0},
		{"\x02\x05\xf6\xa1\xab\xfe\xf9\x62\x03\xe8\x07\x02{}\x01E\x00", 1000},
	} {
		in, sum, err := decode([]byte(tt.entry))
		if err != nil || !reflect.DeepEqual(in, want) || sum != tt.sum {
			t.Errorf("%+v, %d, %v, want %+v, %d", in, sum, err, want, tt.sum)
		}
	}
	// What has a test case or a source is of version 3, and nothing else is.
	mocked := want
	mocked.TestCase, mocked.Source = "Good", interp.FromMock
	const third = "\x03\x05\xf6\xa1\xab\xfe\xf9\x62\x03\xe8\x07\x02{}\x01E\x00\x04Good\x04mock"
	if in, sum, err := decode([]byte(third)); err != nil || !reflect.DeepEqual(in, mocked) || sum != 1000 || string(encode(mocked, 1000)) != third {
		t.Errorf("%+v, %d, %v, written as %q", in, sum, err, encode(mocked, 1000))
	}
	if last := encode(want, 1000); string(last) != "\x02\x05\xf6\xa1\xab\xfe\xf9\x62\x03\xe8\x07\x02{}\x01E\x00" {
		t.Errorf("written as %q", last)
	}
}

func TestDamagedEntries(t *testing.T) {
	whole := encode(interp.Input{Kind: interp.Started, At: time.UnixMilli(1), Output: []byte(`{"a":1}`)}, 1000)
	for n := range whole {
		if _, _, err := decode(whole[:n]); err == nil {
			t.Errorf("the first %d bytes of %d pass for an entry", n, len(whole))
		}
	}
	if _, _, err := decode(append(bytes.Clone(whole), 0)); err == nil {
		t.Error("a byte too many passes")
	}
	if _, _, err := decode(append([]byte{4}, whole[1:]...)); err == nil {
		t.Error("an unknown version passes")
	}
}

// A defect of the interpreter is an error, not the end of the process.
func TestPanicOfTheInterpreter(t *testing.T) {
	run := interp.New(nil, interp.Info{})
	if _, err := apply(run, interp.Input{Kind: interp.Started, Output: []byte(`{}`)}); !errors.Is(err, errCannotReplay) {
		t.Errorf("%v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(interp.Input{Kind: interp.TaskFailed, At: time.UnixMilli(1_700_000_000_000), Ref: 7, Error: "E", Cause: "C"}, 9))
	f.Add([]byte{1, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, entry []byte) {
		if in, _, err := decode(entry); err == nil && in.At.UnixMilli() != in.At.UTC().UnixMilli() {
			t.Errorf("%+v", in)
		}
	})
}

// formats are the hashes of what the engine has the journal keep, in each format
// of the data folder: entries, and the documents of machines and revisions. A
// program that writes them another way writes another format, so that earlier
// ones refuse the folder: raise database.FormatVersion, keep a folder of the
// format before in stepfunctions/internal/server/testdata, and see to it that
// what it has is read as before.
var formats = map[int]string{
	3: "7d41475a514b363d",
}

func TestEntriesAndDocumentsBelongToTheFormat(t *testing.T) {
	in := interp.Input{Kind: interp.TaskFailed, At: time.UnixMilli(1_700_000_000_123), Ref: 300, Output: json.RawMessage(`{"a":1}`), Error: "E", Cause: "C"}
	var text strings.Builder
	fmt.Fprintf(&text, "%x\n", encode(in, 1000))
	fmt.Fprintln(&text, entryVersion, machineFormat, interp.Started, interp.TaskSucceeded, interp.TaskFailed, interp.TaskHeartbeat,
		interp.TimerFired, interp.Stopped, interp.Redriven, interp.TaskSubmitted, interp.MapRunUpdated)
	describe(&text, reflect.TypeFor[interp.Input]())
	describe(&text, reflect.TypeFor[machineDocument]())
	describe(&text, reflect.TypeFor[Revision]())
	if hash := fmt.Sprintf("%x", sha256.Sum256([]byte(text.String())))[:16]; hash != formats[database.FormatVersion] {
		t.Errorf("format %d is %s, this is %s:\n%s", database.FormatVersion, formats[database.FormatVersion], hash, &text)
	}
}

// describe writes the fields of a struct, and of those within it, as JSON has them.
func describe(text *strings.Builder, of reflect.Type) {
	for of.Kind() == reflect.Slice || of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() {
		return
	}
	for i := range of.NumField() {
		field := of.Field(i)
		fmt.Fprintln(text, field.Name, field.Type.Kind(), field.Tag)
		describe(text, field.Type)
	}
}
