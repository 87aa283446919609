package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

// committee is a server in a test's hands: it knows the submissions that the
// test has put there, and accepts one more.
type committee struct {
	*httptest.Server
	mu    sync.Mutex
	now   time.Time
	talks map[string][]api.Submission // the answers to come; the last one stays
	down  int                         // so many requests will get a 503
	got   []string
	keys  []string

	resultType, resultBody string
	breakOff               int
	ranges                 []string // of the requests for results
	tags                   []string // of their answers, "1" after the last
}

const newID = "kq3xk7mzpa2bcdefghijklmnop"

// silent is the talk about which no answer ever comes.
const silent = "silent"

func seat(t *testing.T) *committee {
	c := &committee{talks: map[string][]api.Submission{}, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/submit", c.submit)
	mux.HandleFunc("GET /api/status/{id}", c.status)
	mux.HandleFunc("GET /api/result/{id}", c.result)
	mux.HandleFunc("POST /api/cancel/{secret}", c.cancel)
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

// state is a talk's state after so many seconds.
func (c *committee) state(id string, after int, status api.Status, custom, message string) api.Submission {
	return api.Submission{
		ID: id, Status: status, CustomStatus: custom, Message: message,
		CreatedTime: c.now, LastUpdatedTime: c.now.Add(time.Duration(after) * time.Second),
	}
}

func percent(done int, s api.Submission) api.Submission {
	s.PercentComplete = done
	return s
}

func (c *committee) moderation(id string) api.Submission {
	return percent(1, c.state(id, 1, api.Running, "Moderation", "Your proposal is being moderated."))
}

func (c *committee) selection(id string) api.Submission {
	return percent(70, c.state(id, 31, api.Running, "Selection", "The committee is making its selection."))
}

func (c *committee) approved(id string) api.Submission {
	return percent(100, c.state(id, 45, api.Succeeded, "Approved", "Congratulations! We look forward to your talk."))
}

func (c *committee) rejected(id string) api.Submission {
	return percent(100, c.state(id, 20, api.Succeeded, "Rejected", "We are sorry: your proposal was not selected this time."))
}

func (c *committee) failed(id string) api.Submission {
	s := percent(44, c.state(id, 60, api.Failed, "Shortlisting", "We are sorry: something went wrong on our side."))
	s.Error = &api.Error{Code: "TimedOut", Message: "The process ran out of time."}
	return s
}

// put sets what the committee will answer about a talk, one after the other.
func (c *committee) put(states ...api.Submission) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.talks[states[0].ID] = states
}

func (c *committee) submit(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuses(w) {
		return
	}
	body, _ := io.ReadAll(r.Body)
	c.got, c.keys = append(c.got, string(body)), append(c.keys, r.Header.Get("Idempotency-Key"))
	if !strings.Contains(string(body), `"title":"`) || strings.Contains(string(body), `"title":""`) {
		c.problem(w, 422, "Two members are wrong.", api.FieldError{Pointer: "/title", Detail: "is required"},
			api.FieldError{Pointer: "/speaker/email", Detail: "is not an email address"})
		return
	}
	w.Header().Set("Location", c.URL+"/api/status/"+newID)
	s := c.state(newID, 0, api.NotStarted, "Received", "Thank you: your proposal has arrived.")
	s.CancelURL = c.URL + "/api/cancel/s3cret-of-" + newID
	c.answer(w, s)
}

// cancel ends a talk that has not ended yet.
func (c *committee) cancel(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, _ := strings.CutPrefix(r.PathValue("secret"), "s3cret-of-")
	switch states := c.talks[id]; {
	case len(states) == 0:
		c.problem(w, 404, "There is no such talk.")
	case states[0].Status.Terminal() || id == "stopping":
		c.answer(w, states[0])
	default:
		c.talks[id] = []api.Submission{percent(1, c.state(id, 9, api.Canceled, "Moderation", "The proposal was canceled."))}
		c.answer(w, c.talks[id][0])
	}
}

// result serves a result, of which each answer breaks off after so many bytes.
func (c *committee) result(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if states := c.talks[r.PathValue("id")]; len(states) > 0 && !states[0].Status.Terminal() {
		c.answer(w, states[0])
		return
	}
	c.ranges = append(c.ranges, r.Header.Get("Range"))
	w.Header().Set("Content-Type", c.resultType)
	tag := `"1"`
	if len(c.tags) > 0 {
		tag, c.tags = c.tags[0], c.tags[1:]
	}
	w.Header().Set("ETag", tag)
	http.ServeContent(&brittle{w, c.breakOff}, r, "", time.Time{}, strings.NewReader(c.resultBody))
}

type brittle struct {
	http.ResponseWriter
	left int // 0: all
}

func (b *brittle) Write(p []byte) (int, error) {
	if b.left == 0 || len(p) <= b.left {
		return b.ResponseWriter.Write(p)
	}
	b.ResponseWriter.Write(p[:b.left])
	http.NewResponseController(b.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

func (c *committee) status(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") == silent {
		<-r.Context().Done()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuses(w) {
		return
	}
	id := r.PathValue("id")
	states := c.talks[id]
	switch {
	case id == "expired":
		c.problem(w, 410, "The talk has expired.")
	case len(states) == 0:
		c.problem(w, 404, "There is no such talk.")
	default:
		c.talks[id] = states[min(1, len(states)-1):]
		c.answer(w, states[0])
	}
}

func (c *committee) refuses(w http.ResponseWriter) bool {
	if c.down == 0 {
		return false
	}
	c.down--
	c.problem(w, 503, "Come back later.")
	return true
}

func (c *committee) answer(w http.ResponseWriter, s api.Submission) {
	w.Header().Set("Content-Type", api.MediaTypeJSON)
	if s.Status.Terminal() {
		w.WriteHeader(http.StatusOK)
	} else {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusAccepted)
	}
	json.NewEncoder(w).Encode(s)
}

func (c *committee) problem(w http.ResponseWriter, code int, detail string, fields ...api.FieldError) {
	w.Header().Set("Content-Type", api.MediaTypeProblem)
	w.WriteHeader(code)
	p := api.Problem{Title: http.StatusText(code), Detail: detail, Errors: fields}
	if err := json.NewEncoder(w).Encode(p); err != nil {
		panic(fmt.Sprint("problem: ", err))
	}
}
