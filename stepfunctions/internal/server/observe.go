package server

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// observer writes what happens to executions to the developer's log: names of
// machines, executions, states and errors; no inputs, outputs or causes. Only
// the token and the parameters of a task that waits for its developer are shown.
type observer struct {
	log      *slog.Logger
	machines *machines
	// engine is what is observed; it is set before the engine starts.
	engine *engine.Engine
	tasks  tasks
}

// observer writes to log.
func (m *machines) observer(log *slog.Logger) *observer { return &observer{log: log, machines: m} }

func (o *observer) observe(n engine.Observation) {
	name := n.Machine + "/" + n.Execution
	switch {
	case n.Defined != nil:
		mocks := o.machines.mocks
		mocks.report(n.Machine, n.Defined, o.machines.stubs, o.log)
		if o.machines.template == "" { // else deploy reports them all
			mocks.reportMeant(n.Machine, o.engine, o.log)
		}
	case n.Ended != nil:
		o.tasks.end(name)
		o.log.Info(name + " " + n.Ended.String())
	case n.Event != nil:
		if line := eventLine(n.Event, o.tasks.state(name, n.Event)); line != "" {
			o.log.Info(name + " " + line)
		}
	case n.Stub != nil:
		o.log.Info(name+" answered by a stub", "state", n.Stub.State, "call", n.Stub.Call)
	case n.Unanswered != "":
		o.log.Warn(name+" has a task without a mock, stub or function", "why", n.Unanswered)
	case n.Waits != nil:
		o.log.Info(name+" waits for a task token", "state", n.Waits.State, "call", n.Waits.Call,
			"token", n.Waits.Token, "parameters", string(n.Waits.Parameters))
	}
}

// tasks know the state of each event of a task: only the first and the last name it.
type tasks struct {
	mu sync.Mutex
	// of has the states by execution and by the latest event of their task.
	of map[string]map[int64]string
}

// state returns the state of an event of a task; "" for other events, and where
// the task began before the program did.
func (t *tasks) state(execution string, e *interp.Event) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.of[execution]
	if e.Type == "TaskStateEntered" {
		if of == nil {
			of = map[int64]string{}
			if t.of == nil {
				t.of = map[string]map[int64]string{}
			}
			t.of[execution] = of
		}
		of[e.ID], _ = e.Details["name"].(string)
		return of[e.ID]
	}
	state := of[e.Previous]
	delete(of, e.Previous)
	if !strings.HasPrefix(e.Type, "Task") && !strings.HasPrefix(e.Type, "LambdaFunction") {
		return ""
	}
	if state != "" && e.Type != "TaskStateExited" {
		of[e.ID] = state
	}
	return state
}

// end has an execution forgotten.
func (t *tasks) end(execution string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, execution)
}

// eventLine returns an event in one line: the state's name, and the error's.
func eventLine(e *interp.Event, state string) string {
	name, _ := e.Details["name"].(string)
	failed, _ := e.Details["error"].(string)
	switch {
	case strings.HasPrefix(e.Type, "Execution"):
		return "" // the end has a line of its own
	case failed != "" && state != "":
		return e.Type + " at " + state + ": " + failed
	case failed != "":
		return e.Type + ": " + failed
	case name != "":
		return e.Type + " " + name
	}
	return ""
}

// checkEndpoint warns if nothing answers at the Lambda endpoint.
func checkEndpoint(endpoint string, log *slog.Logger) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), u.Scheme) // a service name is as good as a number
	}
	conn, err := net.DialTimeout("tcp", host, dialWithin)
	if err == nil {
		conn.Close()
		return
	}
	log.Warn("nothing answers at the Lambda endpoint: tasks that call functions will fail. Start sam local start-lambda, "+
		"name another with -lambda-endpoint, or mock the functions with -mock", "endpoint", endpoint, "error", cause(err))
}

const dialWithin = 300 * time.Millisecond

// suggest writes a command that starts an execution, ready to be pasted.
func suggest(w io.Writer, address net.Addr, region string, all []engine.StateMachine) {
	if len(all) == 0 {
		return
	}
	call := "start-execution"
	if all[0].Type == engine.Express {
		call = "start-sync-execution"
	}
	fmt.Fprintf(w, "start an execution:\n  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws stepfunctions %s --endpoint-url http://%s --region %s --state-machine-arn %s --input '{}'\n",
		call, address, region, all[0].ARN)
}
