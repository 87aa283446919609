// Package console is a page for people in front of an engine: which executions
// there are, what has become of the states of each, and buttons that start,
// stop and redrive them and answer tasks that wait.
//
// The pages are complete without scripts; a script brings them up to date.
// Nothing is loaded from elsewhere. The page is for all who may call the API:
// it is put behind the same check of Host and Origin (wire.Guard), and its
// forms are accepted from its own origin only.
package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

//go:embed page
var files embed.FS

// handler is the page, in front of the API.
type handler struct {
	engine *engine.Engine
	api    http.Handler
	log    *slog.Logger
	pages  *template.Template
	mux    *http.ServeMux
}

// New serves the page of e to browsers, and everything else by api. Both stand
// on the same port: a browser's request is a GET, or a POST of a form, and a
// request of the API neither.
func New(e *engine.Engine, api http.Handler, log *slog.Logger) http.Handler {
	h := &handler{engine: e, api: api, log: log, mux: http.NewServeMux()}
	h.pages = template.Must(template.New("").Funcs(helpers).ParseFS(files, "page/*.html"))
	h.mux.HandleFunc("GET /{$}", h.showExecutions)
	h.mux.HandleFunc("GET /execution", h.showExecution)
	h.mux.HandleFunc("GET /event", h.showEvent)
	h.mux.HandleFunc("GET /machine", h.showMachine)
	h.mux.HandleFunc("GET /console.css", h.asset("page/console.css", "text/css; charset=utf-8"))
	h.mux.HandleFunc("GET /console.js", h.asset("page/console.js", "text/javascript; charset=utf-8"))
	h.mux.HandleFunc("POST /start", h.start)
	h.mux.HandleFunc("POST /stop", h.stop)
	h.mux.HandleFunc("POST /redrive", h.redrive)
	h.mux.HandleFunc("POST /answer", h.answer)
	h.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		h.fail(w, r, http.StatusNotFound, "There is no such page.")
	})
	return h
}

// maxForm bounds a form. The largest input is 256 KiB, of which each byte may
// take three characters.
const maxForm = 1 << 20

// policy lets the page load its own style and script, and nothing else from
// anywhere: https://www.w3.org/TR/CSP3/.
const policy = "default-src 'none'; img-src data:; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !fromBrowser(r) {
		h.api.ServeHTTP(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin") // none at all would make a form's Origin "null"
	header.Set("Cache-Control", "no-store")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		h.fail(w, r, http.StatusForbidden, "This page takes no forms of other sites.")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	h.mux.ServeHTTP(w, r)
}

// fromBrowser reports whether a request is for the page.
func fromBrowser(r *http.Request) bool {
	if r.Header.Get("X-Amz-Target") != "" {
		return false
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && media == "application/x-www-form-urlencoded"
}

// asset serves a file that is part of the program.
func (h *handler) asset(name, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		content, err := files.ReadFile(name)
		if err != nil {
			h.log.Error("console request failed", slog.Any("error", err))
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", contentType)
		h.write(w, http.StatusOK, content)
	}
}

// show writes a page. It is made in memory first, so that an error of a template
// does not leave half of one.
func (h *handler) show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := h.pages.ExecuteTemplate(&b, name, data); err != nil {
		h.log.Error("console request failed", slog.Any("error", err))
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	h.write(w, status, b.Bytes())
}

func (h *handler) write(w http.ResponseWriter, status int, content []byte) {
	w.WriteHeader(status)
	if _, err := w.Write(content); err != nil {
		h.log.Debug("caller left", slog.Any("error", err))
	}
}

// problem is a page that says what went wrong.
type problem struct {
	Title, Message string
	Back           string // where to go on
}

func (h *handler) fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	p := problem{Title: http.StatusText(status), Message: message, Back: "/"}
	if arn := r.FormValue("execution"); arn != "" {
		p.Back = executionLink(arn)
	} else if arn := r.FormValue("machine"); arn != "" {
		p.Back = machineLink(arn)
	}
	h.show(w, status, "problem.html", p)
}

// writeError answers an error of the engine: an *engine.Error with its message, anything
// else without them, which are for the log.
func (h *handler) writeError(w http.ResponseWriter, r *http.Request, err error) {
	apiErr := (*engine.Error)(nil)
	switch {
	case errors.As(err, &apiErr):
		status := http.StatusBadRequest
		if strings.HasSuffix(string(apiErr.Code), "DoesNotExist") || apiErr.Code == engine.InvalidARN {
			status = http.StatusNotFound
		}
		h.fail(w, r, status, apiErr.Message)
	case errors.Is(err, engine.ErrJournalLost), errors.Is(err, engine.ErrClosed):
		h.fail(w, r, http.StatusServiceUnavailable, "Nothing can be stored before the program is started again; its log says why.")
	case errors.Is(err, engine.ErrJournalFull):
		h.log.Error("nothing can be stored", slog.Any("error", err))
		h.fail(w, r, http.StatusServiceUnavailable, "The disk is full: nothing can be stored before there is room for the data folder.")
	case r.Context().Err() != nil: // the reader has left
	default:
		h.log.Error("console request failed", slog.Any("error", err))
		h.fail(w, r, http.StatusInternalServerError, "The program failed; its log has the reason.")
	}
}

func executionLink(arn string) string { return "/execution?" + url.Values{"arn": {arn}}.Encode() }

func machineLink(arn string) string { return "/machine?" + url.Values{"arn": {arn}}.Encode() }

// helpers are what templates call.
var helpers = template.FuncMap{
	"executionLink": executionLink,
	"machineLink":   machineLink,
	"machineName":   machineName,
	"duration":      duration,
	"iso":           func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") },
	"clock":         func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
	"engineStatus":  func(s string) engine.Status { return engine.Status(s) },
	"status":        func(s engine.Status) string { return strings.ToLower(strings.ReplaceAll(string(s), "_", "-")) },
}

// machineName returns the name at the end of a state machine's ARN.
func machineName(arn string) string {
	_, name, _ := strings.Cut(arn, ":stateMachine:")
	return name
}

// duration writes a time as people read it.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Truncate(time.Second).String()
}
