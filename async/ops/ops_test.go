package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

func TestLook(t *testing.T) {
	eachFixture(t, false, func(t *testing.T, w *fixture) {
		packed, broken, soldOut, held := w.submit(t, "pack"), w.submit(t, "break"), w.submit(t, "sell out"), w.submit(t, "hold")
		<-w.packing
		ids := []string{packed, broken, soldOut, held}
		w.await(t, packed, api.Succeeded)
		w.await(t, broken, api.Failed)
		w.await(t, soldOut, api.Failed)

		all := w.must(t, ids, "list")
		for _, id := range ids {
			if !strings.Contains(all, async.LogID(id)) {
				t.Errorf("the list lacks %s:\n%s", async.LogID(id), all)
			}
		}
		for args, want := range map[string][]string{
			"-status open": {held}, "-status Failed": {broken, soldOut}, "-status Succeeded": {packed}, "-code SoldOut": {soldOut},
			"-older 1h": {}, "-younger 1h -status Succeeded,Running": {packed, held},
		} {
			got := w.must(t, ids, append([]string{"list"}, strings.Fields(args)...)...)
			for _, id := range ids {
				if has := strings.Contains(got, async.LogID(id)); has != slices.Contains(want, id) {
					t.Errorf("list %s: %s listed: %v\n%s", args, async.LogID(id), has, got)
				}
			}
		}
		if got := w.must(t, ids, "list", "-limit", "1"); !strings.Contains(got, "3 older ones are not printed") || !strings.Contains(got, "4 submissions: 2 Failed, 1 Running, 1 Succeeded") {
			t.Errorf("list -limit 1:\n%s", got)
		}

		shown := w.must(t, ids, "show", broken)
		for _, want := range []string{"ProcessFailed", "TaskStateEntered", "Activity.Unavailable", "Packing", "ExecutionFailed", async.LogID(broken)} {
			if !strings.Contains(shown, want) {
				t.Errorf("show lacks %q:\n%s", want, shown)
			}
		}
		if shown := w.must(t, ids, "show", async.LogID(packed)); !strings.Contains(shown, "outcome of Packing  Packed") {
			t.Errorf("show of a hash:\n%s", shown)
		}
		if got := w.must(t, ids, "explain", held); !strings.Contains(got, "is in Packing") || !strings.Contains(got, "from 1 second to 5 minutes") {
			t.Errorf("explain:\n%s", got)
		}
		if got := w.must(t, ids, "explain", packed); !strings.Contains(got, "the submission is Succeeded") {
			t.Errorf("explain of an end:\n%s", got)
		}
		if got := w.must(t, nil, "find", "-show-ids", async.LogID(held)); !strings.Contains(got, held) {
			t.Errorf("find -show-ids:\n%s", got)
		}
		w.must(t, ids, "find", async.LogID(held))
		if _, errs, code := w.ops("", "show", "0123456789ab"); code != exitFailed || !strings.Contains(errs, "there is no submission 0123456789ab") {
			t.Errorf("an unknown hash: %d %s", code, errs)
		}
		unknown := async.NewSecret()
		if _, errs, code := w.ops("", "show", unknown); code != exitFailed || strings.Contains(errs, unknown) || !strings.Contains(errs, async.LogID(unknown)) {
			t.Errorf("an unknown id: %d %s", code, errs)
		}
	})
}

func TestExport(t *testing.T) {
	eachFixture(t, false, func(t *testing.T, w *fixture) {
		id := w.submit(t, "pack")
		w.await(t, id, api.Succeeded)
		var line map[string]any
		out, _, code := w.ops("", "export")
		if err := json.Unmarshal([]byte(out), &line); err != nil || code != exitOK || line["submission"] != async.LogID(id) || line["input"] != nil {
			t.Errorf("export: %d %v %s", code, err, out)
		}
		w.must(t, []string{id}, "export")
		if _, errs, code := w.ops("", "export", "-contents"); code != exitUsage || !strings.Contains(errs, "-o") {
			t.Errorf("contents on the terminal: %d %s", code, errs)
		}
		file := filepath.Join(t.TempDir(), "export.jsonl")
		w.must(t, []string{id}, "export", "-contents", "-o", file)
		text, err := os.ReadFile(file)
		if err != nil || !bytes.Contains(text, []byte(secretName)) || !bytes.Contains(text, []byte(id)) || !bytes.Contains(text, []byte(`"for"`)) {
			t.Errorf("export -contents: %v %s", err, text)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		if _, _, code := w.ops("", "export", "-o", file); code != exitFailed {
			t.Errorf("an export over another: %d", code)
		}
	})
}

func TestCancel(t *testing.T) {
	eachFixture(t, false, func(t *testing.T, w *fixture) {
		first, second, done := w.submit(t, "hold"), w.submit(t, "hold"), w.submit(t, "pack")
		w.await(t, done, api.Succeeded)
		<-w.packing
		<-w.packing
		if _, errs, code := w.ops("n\n", "cancel", first, second); code != exitFailed || !strings.Contains(errs, "Cancel 2 submissions?") {
			t.Errorf("without consent: %d %s", code, errs)
		}
		if _, s := w.status(t, first); s.Status != api.Running {
			t.Errorf("without consent it is %s", s.Status)
		}
		w.must(t, []string{first, second}, "cancel", "-yes", first, async.LogID(second))
		w.await(t, first, api.Canceled)
		w.await(t, second, api.Canceled)
		if out := w.must(t, []string{done}, "cancel", done); !strings.Contains(out, "had ended already: Succeeded") {
			t.Errorf("cancel of an end: %s", out)
		}
	})
}

// An operator's cancellation compensates, though ops does not know the job.
func TestCancelCompensates(t *testing.T) {
	eachFixture(t, true, func(t *testing.T, w *fixture) {
		id := w.submit(t, "hold")
		<-w.packing
		w.must(t, []string{id}, "cancel", id)
		select {
		case name := <-w.undone:
			if name != secretName {
				t.Errorf("undone %q", name)
			}
		case <-time.After(patience):
			out, _, _ := w.ops("", "show", id)
			t.Fatalf("nothing is undone\n%s", out)
		}
		w.await(t, id, api.Canceled)
	})
}

func TestRedrive(t *testing.T) {
	eachFixture(t, false, func(t *testing.T, w *fixture) {
		first, second, declared := w.submit(t, "break"), w.submit(t, "break"), w.submit(t, "sell out")
		ids := []string{first, second, declared}
		for _, id := range ids {
			w.await(t, id, api.Failed)
		}
		w.broken.Store(false)
		w.must(t, ids, "redrive", first)
		w.await(t, first, api.Succeeded)
		if out := w.must(t, ids, "redrive", "-yes", "-failed-since", "1h"); !strings.Contains(out, "1 submission failed since") ||
			!strings.Contains(out, "1 ProcessFailed") || !strings.Contains(out, "left alone: 1 SoldOut") || strings.Contains(out, async.LogID(declared)) {
			t.Errorf("redrive -failed-since:\n%s", out)
		}
		w.await(t, second, api.Succeeded)
		if _, errs, code := w.ops("", "redrive", first); code != exitFailed || !strings.Contains(errs, "Succeeded for good") {
			t.Errorf("redrive of a success: %d %s", code, errs)
		}
		if out := w.must(t, ids, "redrive", "-yes", "-failed-since", "1h", "-code", "SoldOut"); !strings.Contains(out, async.LogID(declared)) {
			t.Errorf("redrive -code: %s", out)
		}
		if out := w.must(t, ids, "redrive", "-failed-since", "1ns"); !strings.Contains(out, "0 submissions failed") {
			t.Errorf("redrive of nothing: %s", out)
		}
	})
}

// A bulk action that is interrupted says how far it has come.
func TestInterrupted(t *testing.T) {
	w := newLocal(t, false)
	first, second := w.submit(t, "hold"), w.submit(t, "hold")
	<-w.packing
	<-w.packing
	ctx, interrupt := context.WithCancel(t.Context())
	var errs bytes.Buffer
	p := program{stdin: strings.NewReader(""), stdout: writerFunc(func(b []byte) { interrupt() }), stderr: &errs, getenv: w.getenv, now: time.Now}
	if code := p.run(ctx, []string{"cancel", "-yes", first, second}); code != exitFailed || !strings.Contains(errs.String(), "1 of 2 done, 0 failed") {
		t.Errorf("%d %s", code, &errs)
	}
	w.await(t, first, api.Canceled)
	if _, s := w.status(t, second); s.Status != api.Running {
		t.Errorf("the second is %s", s.Status)
	}
}

// An operator who leaves at the question has done nothing.
func TestInterruptedAtTheQuestion(t *testing.T) {
	w := newLocal(t, false)
	first, second := w.submit(t, "hold"), w.submit(t, "hold")
	<-w.packing
	<-w.packing
	ctx, interrupt := context.WithCancel(t.Context())
	stdin, never := io.Pipe()
	defer never.Close()
	var errs bytes.Buffer
	asked := writerFunc(func(b []byte) {
		errs.Write(b)
		if bytes.Contains(b, []byte("Cancel 2 submissions?")) {
			interrupt()
		}
	})
	p := program{stdin: stdin, stdout: io.Discard, stderr: asked, getenv: w.getenv, now: time.Now}
	if code := p.run(ctx, []string{"cancel", first, second}); code != exitFailed || !strings.Contains(errs.String(), "nothing was done") {
		t.Errorf("%d %s", code, &errs)
	}
	if _, s := w.status(t, first); s.Status != api.Running {
		t.Errorf("it is %s", s.Status)
	}
}

type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) {
	f(b)
	return len(b), nil
}

func TestPurge(t *testing.T) {
	eachFixture(t, false, func(t *testing.T, w *fixture) {
		gone, open, other := w.submit(t, "pack"), w.submit(t, "hold"), w.submit(t, "pack")
		<-w.packing
		w.await(t, gone, api.Succeeded)
		w.await(t, other, api.Succeeded)
		if _, errs, code := w.ops("\n", "purge", gone); code != exitFailed || !strings.Contains(errs, "What stays") {
			t.Errorf("without consent: %d %s", code, errs)
		}
		// Record, input and the key's reservation.
		if out := w.must(t, []string{gone, open}, "purge", "-yes", gone, open); strings.Count(out, "purged (") != 2 {
			t.Errorf("purge:\n%s", out)
		}
		for _, id := range []string{gone, open} {
			if code, _ := w.status(t, id); code != http.StatusNotFound {
				t.Errorf("the status of what was purged: %d", code)
			}
		}
		if code, s := w.status(t, other); code != http.StatusOK || s.Status != api.Succeeded {
			t.Errorf("another is %d %+v", code, s)
		}
		if _, errs, code := w.ops("", "purge", "-yes", gone); code != exitFailed || !strings.Contains(errs, "there is no submission") {
			t.Errorf("purged twice: %d %s", code, errs)
		}
		if out := w.must(t, nil, "list"); !strings.Contains(out, "1 submission: 1 Succeeded") {
			t.Errorf("left:\n%s", out)
		}
	})
}

func TestReconcile(t *testing.T) {
	eachFixture(t, false, func(t *testing.T, w *fixture) {
		id := w.submit(t, "break")
		w.await(t, id, api.Failed)
		if out := w.must(t, []string{id}, "reconcile", id); !strings.Contains(out, "is Failed") {
			t.Errorf("%s", out)
		}
	})
}

// What operators may do is not at the address that clients come to, nor for a page
// of another origin.
func TestOperatorsDoorIsNotTheClients(t *testing.T) {
	w := newLocal(t, false)
	id := w.submit(t, "pack")
	resp, err := http.Get(w.url + "/operator/submissions/" + id)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotFound {
		t.Errorf("the API answers an operator's request with %d", resp.StatusCode)
	}
	for header, value := range map[string]string{"Origin": "https://evil.example", "Host": "evil.example"} {
		req, err := http.NewRequest(http.MethodDelete, w.engine+"/operator/submissions/"+id, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(header, value)
		if header == "Host" {
			req.Host = value
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("%s: %d", header, resp.StatusCode)
		}
	}
	w.await(t, id, api.Succeeded)
}

func TestUsage(t *testing.T) {
	w := &fixture{env: map[string]string{}}
	for line, want := range map[string]string{
		"":                               "a command is needed",
		"delete":                         `"delete" is not a command`,
		"list":                           "where is the service?",
		"list -local http://a -stack b":  "choose one",
		"list -local nonsense":           "not an http or https URL",
		"list -table t":                  "-table and -state-machine are needed",
		"list -table t -state-machine m": "AWS_ACCESS_KEY_ID",
		"cancel":                         "cancel needs ID...",
		"show a b":                       "takes one argument",
		"list a":                         "unexpected argument",
		"list -nonsense":                 "-nonsense",
		"hash x":                         "not an id",
		"list -local http://127.0.0.1:1 -status Gone": `"Gone" is not a status`,
		"redrive -local http://127.0.0.1:1":           "redrive needs ids or -failed-since",
		"deadletters list -local http://127.0.0.1:1":  "no such queue",
		"show -local http://127.0.0.1:1 something":    "argument 1 is neither an id",
	} {
		if _, errs, code := w.ops("", strings.Fields(line)...); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("ops %s: %d %s, want %q", line, code, errs, want)
		}
	}
	id := async.NewSecret()
	if _, errs, code := w.ops("", "show", "-local", "http://127.0.0.1:1", id); code != exitFailed || !strings.Contains(errs, "cannot be reached") || !strings.Contains(errs, "has to be running") || strings.Contains(errs, id) {
		t.Errorf("nothing there: %d %s", code, errs)
	}
	if out, _, code := w.ops(id+"\n", "hash", "-"); code != exitOK || strings.TrimSpace(out) != async.LogID(id) {
		t.Errorf("hash: %d %s", code, out)
	}
	for _, c := range commands() {
		if out, _, code := w.ops("", c.name, "-h"); code != exitOK || !strings.Contains(out, "usage: ops "+c.name) {
			t.Errorf("%s -h: %d %s", c.name, code, out)
		}
	}
}
