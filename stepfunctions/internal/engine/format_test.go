package engine

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	database "example.org/asynchttpapi/internal/sqlite"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// formats are the hashes of what the engine has the journal keep, in each format
// of the data folder: entries, and the documents of machines and revisions. A
// program that writes them another way writes another format, so that earlier
// ones refuse the folder: raise database.FormatVersion, keep a folder of the
// format before in stepfunctions/internal/server/testdata, and see to it that
// what it has is read as before.
var formats = map[int]string{
	2: "9bc575088fb18e86",
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
