package lambdahost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// ErrNoFunction says that a host has no function of that name.
var ErrNoFunction = errors.New("no such function")

// instance is one process and the Runtime API that it alone talks to.
type instance struct {
	function Function
	cmd      *exec.Cmd
	server   *http.Server
	started  time.Time

	next    chan invocation // what the process takes with GET …/next
	results chan Result     // what it answers
	exited  chan struct{}
	ending  sync.Once

	readyOnce sync.Once
	ready     chan struct{} // closed at the first GET …/next
	readyAt   time.Time
}

type invocation struct {
	id       string
	deadline time.Time
	payload  []byte
}

func startInstance(f Function) (*instance, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	in := &instance{
		function: f,
		next:     make(chan invocation), results: make(chan Result, 1),
		exited: make(chan struct{}), ready: make(chan struct{}),
	}
	in.server = &http.Server{Handler: in.runtimeAPI()}
	go in.server.Serve(ln)
	in.cmd = exec.Command(f.Binary)
	in.cmd.Env = append(environment(f, ln.Addr().String()), f.Env...)
	in.cmd.Stdout, in.cmd.Stderr = f.Logs, f.Logs
	in.started = time.Now()
	if err := in.cmd.Start(); err != nil {
		in.server.Close()
		return nil, fmt.Errorf("starting %s: %w", f.Name, err)
	}
	go func() {
		in.cmd.Wait()
		close(in.exited)
	}()
	return in, nil
}

// environment returns what Lambda itself sets for every function.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func environment(f Function, api string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + api,
		"AWS_LAMBDA_FUNCTION_NAME=" + f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION=1",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/" + f.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME=local",
		"AWS_LAMBDA_LOG_FORMAT=JSON",
		"AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023",
		"AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test",
		"AWS_SECRET_ACCESS_KEY=test",
		"AWS_SESSION_TOKEN=test",
		"_HANDLER=bootstrap",
		"LAMBDA_TASK_ROOT=/var/task",
		"TZ=:UTC",
	}
}

// invoke hands payload to the process and waits for its answer, its end or
// its timeout; alive reports whether the instance may serve again.
func (in *instance) invoke(ctx context.Context, payload []byte) (result Result, alive bool) {
	timeout := in.function.Timeout
	if timeout == 0 {
		timeout = 3 * time.Second // Lambda's own default
	}
	deadline := time.Now().Add(timeout)
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	select {
	case in.next <- invocation{id: requestID(), deadline: deadline, payload: payload}:
	case <-in.exited:
		return exitError(in), false
	case <-ctx.Done():
		return timedOut(timeout), false
	}
	select {
	case result := <-in.results:
		return result, true
	case <-in.exited:
		return exitError(in), false
	case <-ctx.Done():
		return timedOut(timeout), false
	}
}

// exitError returns what Lambda answers for a process that ended by itself: what
// it said of its end where it said something, Runtime.ExitError otherwise.
func exitError(in *instance) Result {
	select {
	case result := <-in.results:
		return result
	default:
		return failure("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: Runtime exited with %s",
			requestID(), strings.ReplaceAll(in.cmd.ProcessState.String(), "exit status", "error: exit status")))
	}
}

func timedOut(after time.Duration) Result {
	return failure("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds",
		requestID(), after.Seconds()))
}

// end kills the process, as Lambda does when it needs an instance no more.
func (in *instance) end() {
	in.ending.Do(func() {
		in.cmd.Process.Kill()
		<-in.exited
		in.server.Close()
	})
}
