package console_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/console"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
	"example.org/asynchttpapi/stepfunctions/internal/enginetest"
	"example.org/asynchttpapi/stepfunctions/internal/mock"
	"example.org/asynchttpapi/stepfunctions/internal/wire"
)

// fixture is an engine behind its page, as the program has it. It lives in a
// bubble of synctest, where time passes when nothing else happens.
type fixture struct {
	*testing.T
	*engine.Engine
	page http.Handler
}

// in runs a test of the page.
func in(t *testing.T, test func(w *fixture)) {
	t.Helper()
	inMocked(t, nil, test)
}

// inMocked runs a test of the page of an engine with a mock file, nil for none.
func inMocked(t *testing.T, file *mock.File, test func(w *fixture)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		invoker := &enginetest.Invoker{}
		invoker.Handle("arn:aws:lambda:us-east-1:123456789012:function:Decline", func(context.Context, []byte) ([]byte, error) {
			return nil, &engine.FunctionError{Payload: []byte(`{"errorType":"Declined","errorMessage":"no"}`)}
		})
		mocks := func() *mock.File { return file }
		e := engine.New(engine.Config{Journal: enginetest.NewJournal(), Invoker: invoker, Integrations: engine.Integrations{Mocks: mocks}})
		if err := e.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		log := slog.New(slog.NewTextHandler(t.Output(), nil))
		test(&fixture{t, e, wire.Guard(console.New(e, wire.NewHandler(e, log), log), nil, log)})
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func (w *fixture) do(r *http.Request) *httptest.ResponseRecorder {
	w.Helper()
	r.Host = "localhost:8083"
	rec := httptest.NewRecorder()
	w.page.ServeHTTP(rec, r)
	return rec
}

// get returns a page, which has to be there.
func (w *fixture) get(path string) string {
	w.Helper()
	rec := w.do(httptest.NewRequest("GET", path, nil))
	if rec.Code != 200 {
		w.Fatalf("GET %s: %d\n%s", path, rec.Code, rec.Body)
	}
	return rec.Body.String()
}

// post sends a form of the page's own.
func (w *fixture) post(path string, fields ...string) *httptest.ResponseRecorder {
	w.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://localhost:8083")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.do(r)
}

// does sends a form that is taken, and returns the page that it leads to.
func (w *fixture) does(path string, fields ...string) string {
	w.Helper()
	rec := w.post(path, fields...)
	if rec.Code != http.StatusSeeOther {
		w.Fatalf("POST %s: %d\n%s", path, rec.Code, rec.Body)
	}
	synctest.Wait()
	return w.get(rec.Header().Get("Location"))
}

func (w *fixture) create(name, definition string) string {
	w.Helper()
	m, err := w.CreateStateMachine(w.Context(), engine.NewStateMachine{Name: name, Revision: engine.Revision{Definition: definition}})
	if err != nil {
		w.Fatal(err)
	}
	return m.ARN
}

func (w *fixture) begin(machine, name, input string) string {
	w.Helper()
	s, err := w.StartExecution(w.Context(), engine.StartExecution{MachineARN: machine, Name: name, Input: json.RawMessage(input)})
	if err != nil {
		w.Fatal(err)
	}
	synctest.Wait()
	return s.ARN
}

func (w *fixture) has(page string, parts ...string) {
	w.Helper()
	for _, part := range parts {
		if !strings.Contains(page, part) {
			w.Errorf("the page has no %q:\n%s", part, page)
		}
	}
}

func (w *fixture) hasNot(page string, parts ...string) {
	w.Helper()
	for _, part := range parts {
		if strings.Contains(page, part) {
			w.Errorf("the page has %q:\n%s", part, page)
		}
	}
}

const (
	pass = `{"StartAt":"S","States":{"S":{"Type":"Pass","End":true}}}`
	hour = `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"Next":"A"},"A":{"Type":"Pass","End":true}}}`
	ask  = `{"StartAt":"Ask","States":{"Ask":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
		"Parameters":{"FunctionName":"Mail","Payload":{"to":"ada","token.$":"$$.Task.Token"}},"End":true}}}`
)

func executionPath(arn string) string { return "/execution?arn=" + url.QueryEscape(arn) }

func TestExecutionsAreListedAndFiltered(t *testing.T) {
	in(t, func(w *fixture) {
		w.has(w.get("/"), "no execution yet", "There is none.")
		short, long := w.create("short", pass), w.create("long", hour)
		w.begin(short, "first", "{}")
		w.begin(long, "second", "{}")
		page := w.get("/")
		w.has(page, "first", "second", "SUCCEEDED", "RUNNING")
		if strings.Index(page, "second</a>") > strings.Index(page, "first</a>") {
			w.Error("the newest is not the first")
		}
		for _, query := range []string{"machine=" + url.QueryEscape(short), "status=SUCCEEDED", "name=irs"} {
			page := w.get("/?" + query)
			w.has(page, "first</a>")
			w.hasNot(page, "second</a>")
		}
		w.has(w.get("/?name=third"), "No execution matches.")
	})
}

func TestExecutionsArePaged(t *testing.T) {
	in(t, func(w *fixture) {
		m := w.create("m", pass)
		for i := range 51 {
			w.begin(m, fmt.Sprintf("number-%02d", i), "{}")
		}
		page := w.get("/?name=number")
		w.has(page, "number-50</a>", "number-01</a>")
		w.hasNot(page, "number-00</a>", ">Newest</a>")
		_, rest, _ := strings.Cut(page, `<a href="/?before=`)
		link, _, _ := strings.Cut(rest, `"`)
		page = w.get("/?before=" + strings.ReplaceAll(link, "&amp;", "&"))
		w.has(page, "number-00</a>", ">Newest</a>")
		w.hasNot(page, "number-01</a>", ">Older</a>")
	})
}

func TestAnExecutionIsStarted(t *testing.T) {
	in(t, func(w *fixture) {
		m := w.create("m", pass)
		page := w.does("/start", "machine", m, "name", "mine", "input", `{"a": [1]}`)
		w.has(page, "<h1>mine</h1>", "SUCCEEDED", "&#34;a&#34;: [")
		w.has(w.get("/machine?arn="+url.QueryEscape(m)+"&from="+url.QueryEscape(strings.Replace(m, "stateMachine", "execution", 1)+":mine")), `{&#34;a&#34;: [1]}`)
		rec := w.post("/start", "machine", m, "name", "a/b", "input", "{}<")
		if w.has(rec.Body.String(), `role="alert"`, "{}&lt;", `value="a/b"`); rec.Code != 400 {
			w.Errorf("status %d", rec.Code)
		}
	})
}

func TestATestCaseIsChosen(t *testing.T) {
	file, err := mock.Parse("mocks.json", []byte(`{
		"StateMachines": {
			"m": {"DefaultTestCase": "Good", "TestCases": {"Good": {"Call": "good"}, "A \"bad\" one": {"Call": "bad"}}},
			"free": {"TestCases": {"Good": {"Call": "good"}}},
			"none": {}
		},
		"MockedResponses": {"good": {"0": {"Return": {"Item": {}}}}, "bad": {"0": {"Throw": {"Error": "Busy"}}}}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	const get = `{"StartAt":"Call","States":{"Call":{"Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem","Parameters":{},"End":true}}}`
	inMocked(t, file, func(w *fixture) {
		m, form := w.create("m", get), func(arn string) string { return w.get("/machine?arn=" + url.QueryEscape(arn)) }
		w.has(form(m), `<option value="">The default: Good</option>`, `<option value="A &#34;bad&#34; one">`, `<option value="Good">`)
		w.has(form(w.create("free", get)), `<option value="">None</option>`, `<option value="Good">`)
		w.hasNot(form(w.create("none", get)), `name="case"`)

		page := w.does("/start", "machine", m, "name", "bad", "input", "{}", "case", `A "bad" one`)
		w.has(page, "FAILED", "Busy", "Test case A &#34;bad&#34; one")
		page = w.get("/machine?arn=" + url.QueryEscape(m) + "&from=" + url.QueryEscape(strings.Replace(m, "stateMachine", "execution", 1)+":bad"))
		w.has(page, `<option value="A &#34;bad&#34; one" selected>`)

		page = w.does("/start", "machine", m, "name", "good", "input", "{}", "case", "")
		w.has(page, "SUCCEEDED")
		w.hasNot(page, "Test case")

		rec := w.post("/start", "machine", m, "name", "a/b", "input", "{}", "case", "Good")
		w.has(rec.Body.String(), `role="alert"`, `<option value="Good" selected>`)
		rec = w.post("/start", "machine", m, "input", "{}", "case", "Nosuch")
		w.has(rec.Body.String(), `role="alert"`, "has no &#34;Nosuch&#34;: A &#34;bad&#34; one, Good")
	})
}

func TestAnExpressExecutionShowsItsResult(t *testing.T) {
	in(t, func(w *fixture) {
		m, err := w.CreateStateMachine(w.Context(), engine.NewStateMachine{Name: "m", Type: engine.Express, Revision: engine.Revision{Definition: pass}})
		if err != nil {
			w.Fatal(err)
		}
		rec := w.post("/start", "machine", m.ARN, "input", `{"b":2}`)
		if w.has(rec.Body.String(), "Result", "SUCCEEDED", "&#34;b&#34;: 2"); rec.Code != 200 {
			w.Errorf("status %d", rec.Code)
		}
	})
}

func TestAnExecutionIsStoppedAndRedriven(t *testing.T) {
	in(t, func(w *fixture) {
		x := w.begin(w.create("m", hour), "x", "{}")
		w.has(w.get(executionPath(x)), "running for 0 ms", "Stop the execution", `is-running"><title>W`)
		page := w.does("/stop", "execution", x, "error", "Mine", "cause", "<b>")
		w.has(page, "ABORTED", "<strong>Mine</strong>", "&lt;b&gt;", `is-aborted"><title>W`, "Redrive</button>")
		w.hasNot(page, "Stop the execution", "<b>")
		w.has(w.does("/redrive", "execution", x), "RUNNING", "redriven 1 time")
		time.Sleep(2 * time.Hour)
		page = w.get(executionPath(x))
		w.has(page, "SUCCEEDED", `is-succeeded"><title>A`)
		w.hasNot(page, "Redrive</button>", "is-aborted\"><title>")
		if rec := w.post("/redrive", "execution", x); rec.Code != 400 || !strings.Contains(rec.Body.String(), "cannot be redriven") {
			w.Errorf("status %d\n%s", rec.Code, rec.Body)
		}
	})
}

// What a path that leads nowhere ends has failed, although it has no event that
// says so; what ran beside it was aborted.
func TestAStateThatEndsTheExecutionHasFailed(t *testing.T) {
	const lost = `"Lost":{"Type":"Pass","InputPath":"$.nowhere","End":true}`
	for name, definition := range map[string]string{
		"alone":     `{"StartAt":"Lost","States":{` + lost + `}}`,
		"in a Map":  `{"StartAt":"All","States":{"All":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"Lost","States":{` + lost + `}}}}}`,
		"no choice": `{"StartAt":"Lost","States":{"Lost":{"Type":"Choice","Choices":[{"Variable":"$[0]","NumericEquals":1,"Next":"End"}]},"End":{"Type":"Succeed"}}}`,
		"in a branch": `{"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"Rest","States":{
			"Rest":{"Type":"Wait","Seconds":1000,"End":true}}},{"StartAt":"Lost","States":{` + lost + `}}]}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(w *fixture) {
				page := w.get(executionPath(w.begin(w.create("m", definition), "x", "[{}]")))
				w.has(page, "FAILED", `is-failed"><title>Lost`)
				if name == "in a branch" {
					w.has(page, `is-aborted"><title>Rest`)
				}
			})
		})
	}
}

func TestTasksThatWaitAreAnswered(t *testing.T) {
	in(t, func(w *fixture) {
		m := w.create("m", ask)
		token := func(page string) string {
			_, rest, _ := strings.Cut(page, `name="token" value="`)
			token, _, _ := strings.Cut(rest, `"`)
			return token
		}
		well, badly := w.begin(m, "well", "{}"), w.begin(m, "badly", "{}")
		page := w.get(executionPath(well))
		w.has(page, "Waiting for an answer", "&#34;to&#34;: &#34;ada&#34;")
		if rec := w.post("/answer", "execution", well, "token", token(page), "answer", "success", "output", "{"); rec.Code != 400 {
			w.Errorf("status %d for an output that is no JSON", rec.Code)
		}
		page = w.does("/answer", "execution", well, "token", token(page), "answer", "success", "output", `{"yes":1}`)
		w.has(page, "SUCCEEDED", "&#34;yes&#34;: 1")
		w.hasNot(page, "Waiting for an answer")
		page = w.does("/answer", "execution", badly, "token", token(w.get(executionPath(badly))), "answer", "failure", "error", "No", "cause", "why")
		w.has(page, "FAILED", "<strong>No</strong>", `is-failed"><title>Ask`)
		if rec := w.post("/answer", "execution", badly, "token", "x", "answer", "perhaps"); rec.Code != 400 {
			w.Errorf("status %d for neither", rec.Code)
		}
	})
}

// What has become of each state, by every way to end.
func TestStatesShowWhatBecameOfThem(t *testing.T) {
	const definition = `{"StartAt":"Both","States":{
		"Both":{"Type":"Parallel","Next":"End","Catch":[{"ErrorEquals":["Declined"],"Next":"Sorry"}],"Branches":[
			{"StartAt":"Pay","States":{"Pay":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:Decline",
				"Retry":[{"ErrorEquals":["Declined"],"MaxAttempts":2}],"End":true}}},
			{"StartAt":"Rest","States":{"Rest":{"Type":"Wait","Seconds":1000,"End":true}}}]},
		"Sorry":{"Type":"Map","Next":"End","ItemsPath":"$$.Execution.Input.items",
			"ItemProcessor":{"StartAt":"Each","States":{"Each":{"Type":"Pass","End":true}}}},
		"End":{"Type":"Fail","Error":"E"}}}`
	in(t, func(w *fixture) {
		x := w.begin(w.create("m", definition), "x", `{"items":[1,2]}`)
		w.has(w.get(executionPath(x)), `is-running"><title>Both`, `is-running"><title>Pay`, `is-running"><title>Rest`, `is-not-reached"><title>End`)
		time.Sleep(time.Minute)
		page := w.get(executionPath(x))
		w.has(page, `is-caught"><title>Both`, `is-failed"><title>Pay`, `is-aborted"><title>Rest`, `is-succeeded"><title>Sorry`,
			`is-succeeded"><title>Each`, `is-failed"><title>End`)
		row := page[strings.Index(page, `">Pay</a>`):]
		w.has(row[:strings.Index(row, "</tr>")], `data-label="Visits">1</td><td class="number" data-label="Retries">2</td>`, "Declined")
	})
}

// A state that waited for its next attempt when another one failed was aborted.
func TestAbortedBetweenAttempts(t *testing.T) {
	const definition = `{"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[
		{"StartAt":"Pay","States":{"Pay":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:Decline",
			"Retry":[{"ErrorEquals":["Declined"],"IntervalSeconds":1000}],"End":true}}},
		{"StartAt":"Rest","States":{"Rest":{"Type":"Wait","Seconds":2,"Next":"Stop"},"Stop":{"Type":"Fail","Error":"E"}}}]}}}`
	in(t, func(w *fixture) {
		x := w.begin(w.create("m", definition), "x", `{}`)
		time.Sleep(time.Minute)
		w.has(w.get(executionPath(x)), `is-failed"><title>Both`, `is-aborted"><title>Pay`, `is-succeeded"><title>Rest`, `is-failed"><title>Stop`)
	})
}

func TestEventsArePagedFilteredAndCut(t *testing.T) {
	const definition = `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","End":true,
		"ItemProcessor":{"StartAt":"Each","States":{"Each":{"Type":"Pass","End":true}}}}}}`
	in(t, func(w *fixture) {
		items := make([]string, 40)
		for i := range items {
			items[i] = strings.Repeat("long", 100)
		}
		input, err := json.Marshal(map[string]any{"items": items})
		if err != nil {
			w.Fatal(err)
		}
		x := w.begin(w.create("m", definition), "x", string(input))
		page := w.get(executionPath(x))
		w.has(page, "166 events", "The beginning of", "/event?arn=", `>100</th>`)
		w.hasNot(page, `>101</th>`, ">The first ones</a>")
		page = w.get(executionPath(x) + "&after=100")
		w.has(page, `>101</th>`, `>166</th>`, ">The first ones</a>")
		w.hasNot(page, `>100</th>`, ">The next ones</a>")
		page = w.get(executionPath(x) + "&state=Each")
		w.has(page, "Events of Each", "PassStateEntered")
		w.hasNot(page, "<td>MapStateEntered</td>")
		var event struct{ Input struct{ Items []string } }
		if err := json.Unmarshal([]byte(w.get("/event?arn="+url.QueryEscape(x)+"&id=1")), &event); err != nil || len(event.Input.Items) != 40 {
			w.Errorf("%v, %d items", err, len(event.Input.Items))
		}
	})
}

func TestMapRunsAreShown(t *testing.T) {
	const definition = `{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","Label":"runs","End":true,
		"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"Each","States":{"Each":{"Type":"Pass","End":true}}}}}}`
	in(t, func(w *fixture) {
		x := w.begin(w.create("m", definition), "x", `{"items":[1,2,3]}`)
		w.has(w.get(executionPath(x)), "Map runs", `runs:`, `<td class="number">3</td><td class="number">3</td><td class="number">0</td>`, `is-elsewhere"><title>Each`)
	})
}

func TestNamesAreText(t *testing.T) {
	const name = `<script>alert(1)</script>"'`
	in(t, func(w *fixture) {
		definition := fmt.Sprintf(`{"StartAt":%[1]q,"States":{%[1]q:{"Type":"Pass","Comment":"</pre><script>","End":true}}}`, name)
		m := w.create("m", definition)
		x := w.begin(m, "x", fmt.Sprintf(`{"a":%q}`, name))
		for _, path := range []string{executionPath(x), "/machine?arn=" + url.QueryEscape(m), "/?name=" + url.QueryEscape(name)} {
			w.hasNot(w.get(path), "<script>")
		}
	})
}

// A form of another site is rejected, whether or not the browser says so in both
// ways; the page's policy keeps everything else away.
func TestOtherSitesAreRefused(t *testing.T) {
	in(t, func(w *fixture) {
		x := w.begin(w.create("m", hour), "x", "{}")
		for _, headers := range []http.Header{
			{"Origin": {"http://evil.example"}}, {"Origin": {"null"}}, {"Sec-Fetch-Site": {"cross-site"}},
			{"Sec-Fetch-Site": {"same-site"}}, {"Host": {"evil.example"}},
		} {
			r := httptest.NewRequest("POST", "/stop", strings.NewReader(url.Values{"execution": {x}}.Encode()))
			r.Header = headers.Clone()
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			rec := httptest.NewRecorder()
			if r.Host = "localhost:8083"; headers.Get("Host") != "" {
				r.Host = headers.Get("Host")
			}
			if w.page.ServeHTTP(rec, r); rec.Code != http.StatusForbidden && rec.Code != http.StatusMisdirectedRequest {
				w.Errorf("%v: status %d", headers, rec.Code)
			}
		}
		if d, err := w.DescribeExecution(w.Context(), x); err != nil || d.Status != engine.Running {
			w.Errorf("%v, %s", err, d.Status)
		}
		rec := w.do(httptest.NewRequest("GET", "/", nil))
		if policy := rec.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			w.Errorf("policy %q", policy)
		}
		w.hasNot(rec.Body.String(), "style=", "onclick", "http://", "https://")
	})
}

func TestWhatIsNotThere(t *testing.T) {
	in(t, func(w *fixture) {
		m := w.create("m", pass)
		x := w.begin(m, "x", "{}")
		for path, want := range map[string]int{
			"/none": 404, "/execution?arn=x": 404, "/execution": 404, "/machine?arn=" + m + "2": 404, "/event?arn=" + x + "&id=99": 404,
			"/event?arn=" + x + "&id=y": 404, "/console.css": 200, "/console.js": 200, "/?before=x": 200, "/execution?after=-1&arn=" + x: 200,
		} {
			if rec := w.do(httptest.NewRequest("GET", path, nil)); rec.Code != want {
				w.Errorf("%s: status %d, want %d", path, rec.Code, want)
			}
		}
		if rec := w.post("/start", "machine", m, "input", strings.Repeat("x", 1<<20)); rec.Code != http.StatusRequestEntityTooLarge {
			w.Errorf("status %d for a form that is too large", rec.Code)
		}
	})
}

// The API stands on the same port and path.
func TestTheAPIIsThere(t *testing.T) {
	in(t, func(w *fixture) {
		w.create("m", pass)
		r := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("X-Amz-Target", "AWSStepFunctions.ListStateMachines")
		rec := w.do(r)
		body, err := io.ReadAll(rec.Body)
		if err != nil || rec.Code != 200 || !strings.Contains(string(body), `"name":"m"`) {
			w.Errorf("%v, %d, %s", err, rec.Code, body)
		}
		if rec := w.do(httptest.NewRequest("PUT", "/", nil)); rec.Code != http.StatusMethodNotAllowed {
			w.Errorf("PUT: %d", rec.Code)
		}
	})
}
