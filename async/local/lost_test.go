package local

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/personal"
)

// A data folder that is removed under the running service: nothing is accepted
// any more, the log says so once, and a start that would be without the data
// is refused.
func TestNothingIsAcceptedOnceTheDataFolderIsGone(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	args := []string{"-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", data, "-review", "approve", "-speed", "100"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	log, status := personal.Watch(t, presentation), make(chan int, 1)
	go func() { status <- lostProgram(in, log).run(ctx, args) }()
	url := readReady(t, out)
	submit(t, url, "")
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		// A problem is no submission: only its status counts.
		if r, _ := try(t, "POST", url+api.SubmitPath, presentation); r.code != http.StatusServiceUnavailable {
			t.Errorf("submit: %d, want 503", r.code)
		}
	}
	cancel()
	if got := <-status; got != exitFailed {
		t.Errorf("status %d at the end, want %d", got, exitFailed)
	}
	if n := strings.Count(log.String(), `level=ERROR msg="data folder failed"`); n != 1 {
		t.Errorf("%d lines say why, want 1:\n%s", n, log)
	}
	if strings.Contains(log.String(), "could not be written") {
		t.Errorf("each execution says so, too:\n%s", log)
	}
}

func TestADataFolderWithoutItsDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve")
	if err := start(t, s).stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.Data, "data.db")); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	status := lostProgram(&stdout, &stderr).run(ctx, []string{"-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", s.Data})
	if status != exitNotBegun || !strings.Contains(stderr.String(), "restore its files from a backup") {
		t.Errorf("status %d, %q, %q", status, &stdout, &stderr)
	}
}

func lostProgram(stdout, stderr io.Writer) program {
	return program{newJob: newJob, settings: ownSettings, lookupEnv: environment(), stdout: stdout, stderr: stderr}
}
