package torture

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/e2e/damage"
	"example.org/asynchttpapi/internal/e2e/program"
)

// wantRefusedOrWhole starts the server on a copy of the data folder: it says
// that the folder is damaged, or it has everything that was promised.
func (w *harness) wantRefusedOrWhole(dir, what string, promised []*entry) (refused bool) {
	w.t.Helper()
	c := &harness{t: w.t, bin: w.bin, data: dir, args: w.args, env: w.env}
	cmd := c.command()
	url, err := program.Start(cmd)
	if err != nil {
		said := c.logs.String()
		exit := (*exec.ExitError)(nil)
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || strings.Contains(said, "goroutine ") ||
			!strings.Contains(said, "damaged") && !strings.Contains(said, "missing") && !strings.Contains(said, "not a database") {
			w.t.Errorf("%s: %v\n%s", what, err, said)
		}
		return true
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	for _, e := range promised {
		if err := stillTrue(url, e); err != nil {
			w.t.Errorf("%s, and the start said nothing: %v\n%s", what, err, c.logs.String())
			return false
		}
	}
	return false
}

// stillTrue returns an error unless the server says of a submission what was
// seen of it, or more.
func stillTrue(url string, e *entry) error {
	resp, err := http.Get(url + e.path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusAccepted {
		return fmt.Errorf("GET %s: %s %s", e.path, resp.Status, body)
	}
	var got api.Submission
	if err := json.Unmarshal(body, &got); err != nil {
		return err
	}
	return e.saw(got)
}

// TestDamagedCopies kills the server again and again. After each kill copies of
// its data folder are damaged, each at one random place, and started; so is a
// copy that was made file by file while the server ran.
func TestDamagedCopies(t *testing.T) {
	const copies = 4
	cycles, count := setting(t, "TORTURE_CYCLES", 2), setting(t, "TORTURE_SUBMISSIONS", 150)
	w, l := newHarness(t), &ledger{}
	tally := map[string]int{}
	try := func(dir, kind, what string, promised []*entry) {
		if w.wantRefusedOrWhole(dir, what, promised) {
			tally[kind+", refused"]++
		} else {
			tally[kind+", whole"]++
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	for cycle := range cycles {
		w.start()
		torn := filepath.Join(t.TempDir(), "torn")
		var promised []*entry
		w.stormAnd(l, count, func() {
			promised = l.promised()
			damage.Copy(t, w.data, torn)
		})
		try(torn, "copied while in use", "a copy of a folder in use", promised)
		for range copies {
			dir := filepath.Join(t.TempDir(), "copy")
			damage.Copy(t, w.data, dir)
			try(dir, "damaged", damage.Random(t, dir), l.promised())
		}
		if cycle%3 == 2 { // what follows has the log in the database
			w.start()
			w.stop()
		}
	}
	w.start()
	acceptTheRest(t, w, l)
	finishAll(t, w, l)
	w.stop()
	if tally["damaged, refused"] == 0 {
		t.Error("no damage was found")
	}
	t.Logf("%d kills, %d submissions; %v", cycles, len(l.all()), tally)
}
