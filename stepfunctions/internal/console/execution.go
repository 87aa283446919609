package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// What a page shows at most. Everything else has a page of its own.
const (
	eventsShown  = 100
	waitingShown = 50
	excerptBytes = 4 << 10
)

// executionPage is one execution.
type executionPage struct {
	engine.Execution
	In, Out excerpt
	Now     time.Time
	// Unreadable says why there is nothing beside the head.
	Unreadable bool
	Graph      template.HTML
	States     []*stateView
	Waiting    []waitingTask
	MoreWait   int // tasks that wait and are not shown
	MapRuns    []engine.MapRun
	Events     []eventLine
	Count      int64  // of all events
	State      string // the filter of events
	Earlier    string // links, empty where there are none
	Later      string
}

// waitingTask is a task that waits for its token.
type waitingTask struct {
	Number          int
	State, Resource string
	Token           string
	Parameters      excerpt
}

// eventLine is one event of the history.
type eventLine struct {
	interp.Event
	Offset  time.Duration // since the start
	State   string
	Summary string
	Bad     bool
	Details excerpt
	Link    string // to the whole event, where it is cut
}

// Running reports whether the execution has not ended.
func (p executionPage) Running() bool { return p.Status == engine.Running }

// Took returns how long the execution ran, or has been running.
func (p executionPage) Took() time.Duration {
	if p.Stopped.IsZero() {
		return p.Now.Sub(p.Started)
	}
	return p.Stopped.Sub(p.Started)
}

func (h *handler) showExecution(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	x, err := h.engine.DescribeExecution(r.Context(), query.Get("arn"))
	if err != nil {
		h.writeError(w, r, err)
		return
	}
	p := &executionPage{Execution: x, In: excerptOf(x.Input), Out: excerptOf(x.Output), Now: x.Started, State: query.Get("state")}
	after, _ := strconv.ParseInt(query.Get("after"), 10, 64) // from the first event, if it is no number
	if err := h.inspect(r, p, max(after, 0)); err != nil {
		// The head is there; its history may be that of a newer version.
		h.log.Error("console request failed: the history cannot be read", slog.Any("error", err))
		p.Unreadable = true
	}
	h.show(w, http.StatusOK, "execution.html", p)
}

// inspect replays the execution for everything but its head.
func (h *handler) inspect(r *http.Request, p *executionPage, after int64) error {
	var states *progress
	var definition *asl.Machine
	more := false
	visit := func(e interp.Event) {
		states.add(e)
		p.Count = e.ID
		owner := ""
		if v := states.owner(e.ID); v != nil {
			owner = v.State.Name
		}
		switch {
		case e.ID <= after || p.State != "" && p.State != owner:
		case len(p.Events) == eventsShown:
			more = true
		default:
			p.Events = append(p.Events, p.line(e, owner))
		}
	}
	in, err := h.engine.Inspect(r.Context(), p.ARN, func(m *asl.Machine) func(interp.Event) {
		definition, states = m, newProgress(m)
		return visit
	})
	if err != nil {
		return err
	}
	p.Now = in.Now
	states.close(p.Running())
	p.States, p.MapRuns = states.Lines, in.MapRuns
	if len(states.Lines) <= maxDrawn {
		p.Graph = svg(definition, states)
	}
	for i, t := range in.Waiting {
		if i == waitingShown {
			p.MoreWait = len(in.Waiting) - i
			break
		}
		p.Waiting = append(p.Waiting, waitingTask{Number: i + 1, State: t.State, Resource: t.Resource, Token: t.Token, Parameters: excerptOf(t.Parameters)})
	}
	if after > 0 {
		p.Earlier = p.eventsLink(0)
	}
	if more {
		p.Later = p.eventsLink(p.Events[len(p.Events)-1].ID)
	}
	return nil
}

func (p *executionPage) eventsLink(after int64) string {
	return "/execution?" + url.Values{"arn": {p.ARN}, "state": {p.State}, "after": {strconv.FormatInt(after, 10)}}.Encode() + "#events"
}

// StateLink leads to the events of one state.
func (p *executionPage) StateLink(name string) string {
	return "/execution?" + url.Values{"arn": {p.ARN}, "state": {name}}.Encode() + "#events"
}

func (p *executionPage) line(e interp.Event, owner string) eventLine {
	l := eventLine{
		Event: e, Offset: e.At.Sub(p.Started), State: owner,
		Bad: strings.HasSuffix(e.Type, "Failed") || strings.HasSuffix(e.Type, "TimedOut") || strings.HasSuffix(e.Type, "Aborted"),
	}
	l.Summary = text(e.Details["error"])
	l.Details = detailsOf(e)
	if l.Details.Cut {
		l.Link = "/event?" + url.Values{"arn": {p.ARN}, "id": {strconv.FormatInt(e.ID, 10)}}.Encode()
	}
	return l
}

// showEvent writes the details of one event as they are.
func (h *handler) showEvent(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	id, _ := strconv.ParseInt(query.Get("id"), 10, 64) // there is no event 0
	var found *interp.Event
	_, err := h.engine.Inspect(r.Context(), query.Get("arn"), func(*asl.Machine) func(interp.Event) {
		return func(e interp.Event) {
			if e.ID == id {
				found = &e
			}
		}
	})
	switch {
	case err != nil:
		h.writeError(w, r, err)
	case found == nil:
		h.fail(w, r, http.StatusNotFound, "The execution has no such event.")
	default:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		h.write(w, http.StatusOK, wholeDetails(*found))
	}
}

// excerpt is JSON for a page: indented, and cut where it is long.
type excerpt struct {
	Text string
	Cut  bool
	Size int
}

// excerptOf takes a JSON text as a history or a record carries it.
func excerptOf(v any) excerpt {
	var raw []byte
	switch v := v.(type) {
	case string:
		raw = []byte(v)
	case json.RawMessage:
		raw = v
	}
	return cut(raw)
}

// cut indents a JSON text if it is short enough to be shown whole.
func cut(raw []byte) excerpt {
	e := excerpt{Size: len(raw)}
	if len(raw) > excerptBytes {
		e.Text, e.Cut = strings.ToValidUTF8(string(raw[:excerptBytes]), "")+"…", true
		return e
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		b.Reset()
		b.Write(raw)
	}
	e.Text = b.String()
	return e
}

func detailsOf(e interp.Event) excerpt {
	if len(e.Details) == 0 {
		return excerpt{}
	}
	return cut(wholeDetails(e))
}

// wholeDetails returns an event's details as JSON. Members that are JSON in a string,
// as the API has them, are shown as JSON.
func wholeDetails(e interp.Event) []byte {
	shown := make(map[string]any, len(e.Details))
	for name, v := range e.Details {
		if s, ok := v.(string); ok && jsonMembers[name] && json.Valid([]byte(s)) {
			v = json.RawMessage(s)
		}
		shown[name] = v
	}
	b, err := json.MarshalIndent(shown, "", "  ")
	if err != nil {
		return []byte(fmt.Sprintf("%q", err.Error()))
	}
	return b
}

var jsonMembers = map[string]bool{"input": true, "output": true, "parameters": true}
