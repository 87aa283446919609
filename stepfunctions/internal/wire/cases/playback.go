package cases

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Playback is a Lambda endpoint that answers what the tasks of a case were
// answered: each call takes the first unused task of the same function and
// payload.
type Playback struct {
	mu    sync.Mutex
	tasks []Task
	// handlers are the functions of a case whose answers were not recorded.
	handlers map[string]string
	// surprises are calls that no task of the case answers.
	surprises []string
	hanging   int
}

// NewPlayback plays back the tasks of c.
func NewPlayback(c Case) *Playback {
	p := &Playback{handlers: map[string]string{}}
	for _, t := range c.Tasks {
		if t.function() != "" {
			p.tasks = append(p.tasks, t)
		}
	}
	for _, l := range c.Lambdas {
		p.handlers[l.Name] = l.Handler
	}
	return p
}

// Mocks returns a mock file of what the tasks of c were answered that call other
// services, for the state machine of that name.
func Mocks(c Case, machine string) []byte {
	states, responses := map[string]string{}, map[string]map[string]any{}
	for _, t := range c.Tasks {
		if t.Scheduled != "TaskScheduled" || t.ResourceType == "lambda" || t.ResourceType == "states" || t.Outcome == nil {
			continue
		}
		states[t.State] = t.State
		if responses[t.State] == nil {
			responses[t.State] = map[string]any{}
		}
		responses[t.State][strconv.Itoa(len(responses[t.State]))] = t.mock()
	}
	return encoded(map[string]any{
		"StateMachines":   map[string]any{machine: map[string]any{"DefaultTestCase": "recorded", "TestCases": map[string]any{"recorded": states}}},
		"MockedResponses": responses,
	})
}

// mock returns the task's outcome as a mock file has it.
func (t Task) mock() map[string]any {
	o := t.Outcome
	if text, ok := o.Output.(string); ok && json.Valid([]byte(text)) {
		return map[string]any{"Return": json.RawMessage(text)} // JSON that the recorder left alone
	}
	if strings.HasSuffix(o.Event, "Succeeded") {
		return map[string]any{"Return": o.Output}
	}
	thrown := map[string]any{"Error": o.Error}
	switch cause := o.Cause.(type) {
	case nil:
	case string:
		thrown["Cause"] = cause
	default:
		thrown["Cause"] = string(encoded(cause))
	}
	return map[string]any{"Throw": thrown}
}

// ServeHTTP is the Invoke API.
func (p *Playback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/"), "/invocations")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	task, ok := p.take(name, decoded(body))
	switch {
	case !ok || task.Outcome == nil && p.handlers[name] != "":
		p.byHandler(w, name, body)
	case task.Outcome == nil || strings.HasSuffix(task.Outcome.Event, "TimedOut"):
		p.hang(r)
	default:
		task.answer(w)
	}
}

// hang waits for the caller to give up, as a recorded task without an answer
// made it do.
func (p *Playback) hang(r *http.Request) {
	p.count(1)
	<-r.Context().Done()
	p.count(-1)
}

func (p *Playback) count(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hanging += n
}

// Surprises returns the calls that the recording does not have.
func (p *Playback) Surprises() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.surprises)
}

// Hangs reports whether a call waits for its caller to give up.
func (p *Playback) Hangs() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hanging > 0
}

// take finds the task that a call is about. A payload that is recorded as
// something random has no equal: then the function's next task it is.
func (p *Playback) take(name string, payload any) (Task, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	same := func(t Task) bool { return t.function() == name }
	i := slices.IndexFunc(p.tasks, func(t Task) bool {
		return same(t) && len(NewMatcher(nil).Diff(t.payload(), payload)) == 0
	})
	if i < 0 {
		i = slices.IndexFunc(p.tasks, same)
	}
	if i < 0 {
		return Task{}, false
	}
	t := p.tasks[i]
	p.tasks = slices.Delete(p.tasks, i, i+1)
	return t, true
}

// byHandler runs the two functions that recordings without tasks use.
func (p *Playback) byHandler(w http.ResponseWriter, name string, body []byte) {
	switch p.handlers[name] {
	case "id_function.py", "echo_function.py":
		succeed(w, body)
	case "raise_exception.py":
		fail(w, []byte(`{"errorMessage":"Some exception was raised.","errorType":"Exception","requestId":"r","stackTrace":[]}`))
	default:
		p.mu.Lock()
		p.surprises = append(p.surprises, "a call that was not recorded: "+name+" "+string(body))
		p.mu.Unlock()
		http.Error(w, `{"Message":"Function not found: `+name+`"}`, http.StatusNotFound)
	}
}

// function returns the name of the function a task calls, empty for other tasks.
func (t Task) function() string {
	arn := t.Resource
	if t.Scheduled == "TaskScheduled" {
		request, ok := t.Request.(map[string]any)
		if !ok || t.ResourceType != "lambda" {
			return ""
		}
		arn, _ = request["FunctionName"].(string)
	}
	if _, name, ok := strings.Cut(arn, ":function:"); ok {
		arn = name
	}
	name, _, _ := strings.Cut(arn, ":")
	return name
}

func (t Task) payload() any {
	if t.Scheduled == "TaskScheduled" {
		request, _ := t.Request.(map[string]any)
		return request["Payload"]
	}
	return t.Request
}

// tooLarge is a result that no state may have.
const tooLarge = 300 << 10

func (t Task) answer(w http.ResponseWriter) {
	o := t.Outcome
	switch {
	case strings.HasSuffix(o.Event, "Succeeded"):
		succeed(w, t.result())
	case o.Error == "States.DataLimitExceeded":
		succeed(w, encoded(strings.Repeat("x", tooLarge)))
	case strings.HasPrefix(o.Error, "Lambda."):
		t.refuse(w)
	default:
		fail(w, encoded(o.Cause))
	}
}

// result returns what the function returned, taken out of what the integration
// makes of it. An output that is text is JSON that the recorder left alone.
func (t Task) result() []byte {
	output, ok := t.Outcome.Output.(map[string]any)
	if t.Scheduled == "TaskScheduled" && ok {
		return encoded(output["Payload"])
	}
	if text, ok := t.Outcome.Output.(string); ok {
		return []byte(text)
	}
	return encoded(t.Outcome.Output)
}

// refuse answers as the Lambda service does when it does not run a function.
func (t Task) refuse(w http.ResponseWriter) {
	message, _ := t.Outcome.Cause.(string)
	message, _, _ = strings.Cut(message, " (Service:")
	w.Header().Set("X-Amzn-Errortype", strings.TrimPrefix(t.Outcome.Error, "Lambda."))
	w.WriteHeader(http.StatusNotFound)
	w.Write(encoded(map[string]string{"Message": message}))
}

func succeed(w http.ResponseWriter, payload []byte) {
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	w.Header().Set("Content-Type", "application/json")
	w.Write(payload)
}

func fail(w http.ResponseWriter, payload []byte) {
	w.Header().Set("X-Amz-Function-Error", "Unhandled")
	succeed(w, payload)
}

func encoded(v any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return []byte("null")
	}
	return bytes.TrimSpace(out.Bytes())
}

func decoded(text []byte) any {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return string(text)
	}
	return v
}
