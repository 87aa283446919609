package console

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"html/template"
)

// pageSize is how many executions a page has.
const pageSize = 50

// executionsPage is the list of executions, and the form that filters it.
type executionsPage struct {
	Machines   []engine.StateMachine
	Statuses   []engine.Status
	Machine    string
	Status     engine.Status
	Name       string
	Executions []engine.Execution
	Older      string // the link to the page after this one, empty after the last
	Newest     string // the link to the first page, empty on it
}

// Filtered reports whether the list shows less than all.
func (p executionsPage) Filtered() bool { return p.Machine != "" || p.Status != "" || p.Name != "" }

var statuses = []engine.Status{engine.Running, engine.Succeeded, engine.Failed, engine.TimedOut, engine.Aborted}

func (h *handler) showExecutions(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	p := executionsPage{
		Machines: h.engine.StateMachines(), Statuses: statuses,
		Machine: query.Get("machine"), Status: engine.Status(query.Get("status")), Name: query.Get("name"),
	}
	before, _ := strconv.ParseInt(query.Get("before"), 10, 64) // the first page, if it is no number
	var next int64
	var err error
	p.Executions, next, err = h.engine.Search(r.Context(), engine.Search{MachineARN: p.Machine, Status: p.Status, Name: p.Name, Before: before, Limit: pageSize})
	if err != nil {
		h.writeError(w, r, err)
		return
	}
	link := func(before string) string {
		return "/?" + url.Values{"machine": {p.Machine}, "status": {string(p.Status)}, "name": {p.Name}, "before": {before}}.Encode()
	}
	if next != 0 {
		p.Older = link(strconv.FormatInt(next, 10))
	}
	if before != 0 {
		p.Newest = link("")
	}
	h.show(w, http.StatusOK, "executions.html", p)
}

// machinePage is a state machine, and the form that starts an execution of it.
type machinePage struct {
	engine.StateMachine
	Graph template.HTML
	// Input is what the form begins with.
	Input string
	// Problem says why the form was rejected.
	Problem string
	Given   string // the name that was typed
	// TestCases are those of the mock file, TestCase the chosen one, empty for
	// DefaultCase, which is empty where there is none.
	TestCases             []string
	TestCase, DefaultCase string
	// Result is the end of an Express execution.
	Result *engine.Execution
	Shown  excerpt // of its output
}

func (h *handler) showMachine(w http.ResponseWriter, r *http.Request) {
	p, err := h.machine(r, r.URL.Query().Get("arn"))
	if err != nil {
		h.writeError(w, r, err)
		return
	}
	p.Input = "{}"
	if from := r.URL.Query().Get("from"); from != "" {
		x, err := h.engine.DescribeExecution(r.Context(), from)
		if err != nil {
			h.writeError(w, r, err)
			return
		}
		p.Input = string(x.Input)
		p.choose(x.TestCase)
	}
	h.show(w, http.StatusOK, "machine.html", p)
}

// choose chooses a test case, unless the mock file has it no longer.
func (p *machinePage) choose(testCase string) {
	if slices.Contains(p.TestCases, testCase) {
		p.TestCase = testCase
	}
}

func (h *handler) machine(r *http.Request, arn string) (machinePage, error) {
	m, err := h.engine.DescribeStateMachine(r.Context(), arn)
	if err != nil {
		return machinePage{}, err
	}
	p := machinePage{StateMachine: m}
	p.TestCases, p.DefaultCase = h.engine.TestCases(m.Name)
	parsed, err := asl.Parse([]byte(m.Definition))
	if err == nil && countStates(parsed) <= maxDrawn {
		p.Graph = svg(parsed, nil)
	}
	return p, nil
}
