package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	zombiezen "zombiezen.com/go/sqlite"

	"example.org/asynchttpapi/api"
)

// process is a process of its own that runs main.
type process struct {
	*exec.Cmd
	url    string
	stdout io.Reader
}

func launch(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0], args...)}
	p.Env = append(os.Environ(), asProgram+"=1")
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Process.Kill() //nolint:errcheck // it may have ended
		p.Wait()         //nolint:errcheck // it may have been waited for
	})
	p.stdout = stdout
	p.url = readReady(t, stdout)
	return p
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.Wait() //nolint:errcheck // killed, as it should be
}

func TestNothingIsLostWhenTheProgramIsKilled(t *testing.T) {
	t.Parallel()
	args := []string{"-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", t.TempDir(), "-review", "approve", "-speed", "100"}
	p := launch(t, args...)
	accepted := submitMany(t, p.url, 40)
	for _, stage := range []string{"Moderation", "Shortlisting"} {
		await(t, p.url+api.StatusPath+accepted[0], func(r response) bool { return r.CustomStatus == stage || ended(r) })
		p.kill(t)
		p = launch(t, args...)
	}
	for _, id := range accepted {
		if r := await(t, p.url+api.StatusPath+id, ended); r.code != http.StatusOK || r.CustomStatus != "Approved" {
			t.Errorf("%s: %d %+v", id, r.code, r.Submission)
		}
	}
}

// submitMany sends n presentations at once and returns the ids accepted.
func submitMany(t *testing.T, url string, n int) []string {
	t.Helper()
	ids := make([]string, n)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			r, err := try(t, "POST", url+api.SubmitPath, presentation)
			if err != nil || r.code != http.StatusAccepted {
				t.Errorf("submit: %d, %v", r.code, err)
			}
			ids[i] = r.ID
		})
	}
	all.Wait()
	return ids
}

func TestWhatCannotStartSaysWhyInOneLine(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	taken := busy.Addr().String()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	garbage := t.TempDir()
	if err := os.WriteFile(filepath.Join(garbage, "data.db"), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := t.TempDir()
	setFormat(t, newer, 1000)
	damaged := t.TempDir()
	damage(t, damaged)
	used := fast(t, "approve")
	start(t, used)

	for about, args := range map[string][]string{
		"unknown flag":           {"-port", "80"},
		"bad policy":             {"-review", "reject@lunch"},
		"busy port":              {"-addr", taken},
		"busy Step Functions":    {"-stepfunctions-addr", taken},
		"no such host":           {"-addr", "256.0.0.1:0"},
		"a file as folder":       {"-data", file},
		"not our folder":         {"-data", garbage},
		"a newer format":         {"-data", newer},
		"a damaged folder":       {"-data", damaged},
		"a folder that is taken": {"-data", used.Data},
		"too slow":               {"-speed", "0.01"},
	} {
		var stdout, stderr bytes.Buffer
		args = append([]string{"-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", t.TempDir()}, args...)
		p := program{newJob: newJob, settings: ownSettings, lookupEnv: environment(), stdout: &stdout, stderr: &stderr}
		status := p.run(t.Context(), args)
		if status != exitNotBegun || stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("%s: status %d, on standard output %q, on standard error %q", about, status, &stdout, &stderr)
		}
		if i := slices.Index(args[6:], "-data"); i >= 0 && !strings.Contains(stderr.String(), args[6+i+1]) {
			t.Errorf("%s: the folder is not named: %q", about, &stderr)
		}
		if about == "busy port" && !strings.Contains(stderr.String(), "ADDR chooses another") {
			t.Errorf("%s: no way out: %q", about, &stderr)
		}
		t.Log(strings.TrimSpace(fmt.Sprint(&stderr)))
	}
}

// An interrupt while it starts is no failure.
func TestInterruptWhileStarting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	p := program{newJob: newJob, settings: ownSettings, lookupEnv: environment(), stdout: &stdout, stderr: &stderr}
	args := []string{"-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", t.TempDir()}
	if status := p.run(ctx, args); status != exitOK || stdout.Len() > 0 {
		t.Errorf("status %d, %q, %q", status, &stdout, &stderr)
	}
}

// damage makes a data folder whose file is ours by its first page alone.
func damage(t *testing.T, dir string) {
	t.Helper()
	db, err := openData(dir, slog.Default())
	if err == nil {
		err = db.Close()
	}
	name := filepath.Join(dir, "data.db")
	text, readErr := os.ReadFile(name)
	if err := errors.Join(err, readErr); err != nil {
		t.Fatal(err)
	}
	const page = 4096
	if err := os.WriteFile(name, append(text[:page], bytes.Repeat([]byte{0xff}, len(text)-page)...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// setFormat makes a data folder of another format.
func setFormat(t *testing.T, dir string, version int) {
	t.Helper()
	db, err := openData(dir, slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(conn *zombiezen.Conn) error {
		_, err := conn.Prep(fmt.Sprintf("PRAGMA user_version = %d", version)).Step()
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}
