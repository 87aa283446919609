package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

func none(string) string { return "" }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// running is a program under test: its client, and what ends it.
type running struct {
	*sfn.Client
	stop   context.CancelFunc
	status chan int
}

// begin runs the program with these arguments until it is ready.
func begin(t *testing.T, getenv func(string) string, args ...string) *running {
	t.Helper()
	return beginLogging(t, t.Output(), getenv, args...)
}

func beginLogging(t *testing.T, stderr io.Writer, getenv func(string) string, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p := &running{stop: stop, status: make(chan int, 1)}
	reader, stdout := io.Pipe()
	go func() {
		p.status <- run(ctx, args, getenv, stdout, stderr)
		stdout.Close()
	}()
	t.Cleanup(stop)
	line, err := bufio.NewReader(reader).ReadString('\n')
	must(t, err)
	var address string
	if _, err := fmt.Sscanf(line, "ready %s", &address); err != nil || !strings.HasPrefix(address, "http://") {
		t.Fatalf("the ready line is %q", line)
	}
	p.Client = sfn.New(sfn.Options{Region: "us-east-1", BaseEndpoint: &address, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "any", SecretAccessKey: "any"}, nil
		})})
	return p
}

// end has the program stop, as a signal does, and wants status 0.
func (p *running) end(t *testing.T) {
	t.Helper()
	p.stop()
	if status := <-p.status; status != 0 {
		t.Errorf("it ended with status %d", status)
	}
}

// until polls an execution until it has that status.
func (p *running) until(t *testing.T, execution *string, want types.ExecutionStatus) *sfn.DescribeExecutionOutput {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		out, err := p.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: execution})
		must(t, err)
		if out.Status == want {
			return out
		}
	}
	t.Fatalf("%s is not %s", *execution, want)
	return nil
}

const definition = `{"StartAt":"Ask","States":{"Ask":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:ask","Next":"Sleep"},
	"Sleep":{"Type":"Wait","SecondsPath":"$.seconds","End":true}}}`

// TestExecutionsOutliveTheProgram: a task over the Invoke API, then a stop and
// a start in the middle of a wait.
func TestExecutionsOutliveTheProgram(t *testing.T) {
	functions := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/2015-03-31/functions/ask/invocations" {
			t.Errorf("called %s", r.URL.Path)
		}
		io.WriteString(w, `{"seconds":1}`)
	}))
	defer functions.Close()
	env := map[string]string{"STEPFUNCTIONS_DATA": t.TempDir(), "LAMBDA_ENDPOINT": functions.URL, "STEPFUNCTIONS_ADDR": "127.0.0.1:0"}
	getenv := func(name string) string { return env[name] }

	p := begin(t, getenv)
	machine, err := p.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), Definition: aws.String(definition), RoleArn: aws.String("any")})
	must(t, err)
	started, err := p.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: machine.StateMachineArn})
	must(t, err)
	for waits := false; !waits; {
		history, err := p.GetExecutionHistory(t.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: started.ExecutionArn, ReverseOrder: true, MaxResults: 1})
		must(t, err)
		waits = history.Events[0].Type == types.HistoryEventTypeWaitStateEntered
	}
	p.end(t)

	p = begin(t, getenv)
	if x := p.until(t, started.ExecutionArn, types.ExecutionStatusSucceeded); *x.Output != `{"seconds":1}` {
		t.Errorf("output %s", *x.Output)
	}
	p.end(t)
}

func TestItSaysWhyItDoesNotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer taken.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	must(t, os.WriteFile(file, []byte("not a folder"), 0o600))
	newer := filepath.Join(dir, "newer")
	makeNewer(t, newer)
	used := filepath.Join(dir, "used")
	defer begin(t, none, "-addr", "127.0.0.1:0", "-data", used).end(t)

	free := []string{"-addr", "127.0.0.1:0", "-data", filepath.Join(dir, "new")}
	for _, c := range []struct {
		title string
		args  []string
		says  string
	}{
		{"unknown flag", []string{"-verbose"}, "-verbose"},
		{"argument", append(free, "more"), `unexpected argument "more": a template is given as -template FILE`},
		{"account", append(free, "-account", "12"), `-account "12" is not 12 digits`},
		{"region", append(free, "-region", "a b"), `-region "a b"`},
		{"no folder", []string{"-addr", "127.0.0.1:0", "-data", ""}, "-data must name a folder"},
		{"Lambda", append(free, "-lambda-endpoint", "localhost"), `"localhost" is not an http:// or https:// address`},
		{"address", []string{"-addr", "nowhere", "-data", dir}, "cannot listen on nowhere"},
		{"busy port", []string{"-addr", taken.Addr().String(), "-data", dir}, "address already in use; -addr or the variable STEPFUNCTIONS_ADDR chooses another, and its port 0 a free one"},
		{"folder is a file", []string{"-addr", "127.0.0.1:0", "-data", file}, "file"},
		{"folder in use", []string{"-addr", "127.0.0.1:0", "-data", used}, "in use by another process"},
		{"parameter", append(free, "-parameter", "x"), `invalid value "x" for flag -parameter: not of the form NAME=VALUE`},
		{"parameter of no template", append(free, "-parameter", "X=y"), "-parameter needs -template"},
		{"watch of no template", append(free, "-watch"), "-write-mocks and -watch need -template"},
		{"integrations", append(free, "-integrations", "mock"), `-integrations "mock" is neither refuse nor stub`},
		{"time scale", append(free, "-time-scale", "-1"), `-time-scale "-1" is not a number from 0 to 1000`},
		{"no mock file", append(free, "-mock", filepath.Join(dir, "nosuch.json")), "nosuch.json: no such file or directory"},
		{"mock file", append(free, "-mock", file), file + ":1:1: "},
		{"no template", append(free, "-template", filepath.Join(dir, "nosuch.yaml")), "nosuch.yaml: no such file or directory"},
		{"newer folder", []string{"-addr", "127.0.0.1:0", "-data", newer}, "newer version"},
	} {
		t.Run(c.title, func(t *testing.T) {
			var stdout, stderr strings.Builder
			status := run(t.Context(), c.args, none, &stdout, &stderr)
			if status != 2 || stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), c.says) {
				t.Errorf("status %d, out %q, err %q", status, stdout.String(), stderr.String())
			}
		})
	}
}

// makeNewer makes a data folder as a later version of the program would.
func makeNewer(t *testing.T, folder string) {
	t.Helper()
	begin(t, none, "-addr", "127.0.0.1:0", "-data", folder).end(t)
	conn, err := sqlite.OpenConn(filepath.Join(folder, "data.db"))
	must(t, err)
	must(t, sqlitex.ExecuteTransient(conn, "PRAGMA user_version = 1000000", nil))
	must(t, conn.Close())
}

func TestHelp(t *testing.T) {
	var stderr strings.Builder
	if status := run(t.Context(), []string{"-h"}, none, io.Discard, &stderr); status != 0 || !strings.Contains(stderr.String(), "LAMBDA_ENDPOINT") || !strings.Contains(stderr.String(), "backup DIR") {
		t.Errorf("status %d, %s", status, stderr.String())
	}
}

// A data folder that is removed under the running program: nothing is accepted
// any more, the log says so once, and a start without the data is rejected.
func TestNothingIsAcceptedOnceTheDataFolderIsGone(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	args := []string{"-addr", "127.0.0.1:0", "-data", data}
	var log lockedBuffer
	p := beginLogging(t, &log, none, args...)
	machine, err := p.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{Name: aws.String("m"), RoleArn: aws.String("any"),
		Definition: aws.String(`{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":1,"End":true}}}`)})
	must(t, err)
	started := func() error {
		_, err := p.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: machine.StateMachineArn})
		return err
	}
	must(t, started())
	must(t, os.Remove(filepath.Join(data, "data.db")))
	for range 3 {
		var response *smithyhttp.ResponseError
		if err := started(); !errors.As(err, &response) || response.HTTPStatusCode() != http.StatusServiceUnavailable {
			t.Errorf("start: %v, want 503", err)
		}
	}
	p.stop()
	if status := <-p.status; status != exitFailed {
		t.Errorf("status %d at the end, want %d", status, exitFailed)
	}
	if n := strings.Count(log.String(), "level=ERROR"); n != 1 || !strings.Contains(log.String(), "data.db was removed") {
		t.Errorf("%d errors in the log, want 1:\n%s", n, log.String())
	}
	var stdout, stderr strings.Builder
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if status := run(ctx, args, none, &stdout, &stderr); status != exitRefused || !strings.Contains(stderr.String(), "restore its files from a backup") {
		t.Errorf("the next start: status %d, %q, %q", status, stdout.String(), stderr.String())
	}
}

// lockedBuffer may be written and read at once.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
