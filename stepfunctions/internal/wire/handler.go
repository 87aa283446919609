// Package wire speaks the AWS Step Functions JSON protocol (awsJson1_0) in
// front of the engine, so that AWS's own SDKs and CLI work with nothing
// changed but the endpoint. Requests may be signed; signatures are not checked.
package wire

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"

	"example.org/asynchttpapi/internal/hostguard"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

type handler struct{ service *service }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	w.Header().Set("X-Amzn-Requestid", id)
	w.Header().Set("Content-Type", contentType)
	answer, err := h.run(w, r)
	if err != nil {
		h.refuse(w, r, id, err)
		return
	}
	body, err := json.Marshal(answer)
	if err != nil {
		h.refuse(w, r, id, err)
		return
	}
	h.write(w, http.StatusOK, body)
}

// run finds the operation and runs it. A panic is a fault of this program: it
// is logged with its place and answered like any other failure.
func (h *handler) run(w http.ResponseWriter, r *http.Request) (answer any, err error) {
	defer func() {
		if p := recover(); p != nil {
			h.service.log.Error("panic", "operation", r.Header.Get("X-Amz-Target"), "reason", panicReason(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in %s", r.Header.Get("X-Amz-Target"))
		}
	}()
	name, refusal := readTarget(r)
	if refusal != nil {
		return nil, refusal
	}
	run, ok := operations[name]
	if !ok {
		return nil, fault("UnknownOperationException", "The operation %q is not one of AWS Step Functions, or not one that runs on one machine", name)
	}
	body, refusal := readBody(w, r)
	if refusal != nil {
		return nil, refusal
	}
	return run(r.Context(), h.service, body)
}

// panicReason returns what the runtime says of its own panics. Of any other it
// is the type alone: the value may hold data of an execution, or its name.
func panicReason(p any) string {
	if fault, ok := p.(runtime.Error); ok {
		return fault.Error()
	}
	return fmt.Sprintf("%T", p)
}

// refuse answers an error: a Fault as it is, anything else without its text,
// which is for the log.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, id string, err error) {
	f := (*Fault)(nil)
	if errors.Is(err, engine.ErrJournalLost) {
		// Logged once, by the journal's provider.
		f = &Fault{Type: "ServiceUnavailable", Message: "Nothing can be stored before the program is started again; its log says why", Status: http.StatusServiceUnavailable}
	} else if !errors.As(err, &f) {
		if !errors.Is(err, context.Canceled) {
			h.service.log.Error("request failed", "operation", r.Header.Get("X-Amz-Target"), "request", id, slog.Any("error", err))
		}
		f = &Fault{Type: "InternalServerException", Message: "The request failed; the log has the reason under request " + id, Status: http.StatusInternalServerError}
	}
	if f.Status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	body, err := json.Marshal(f)
	if err != nil {
		h.service.log.Error("fault not written", slog.Any("error", err))
		return
	}
	h.write(w, f.status(), body)
}

func (h *handler) write(w http.ResponseWriter, status int, body []byte) {
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		h.service.log.Debug("caller left", slog.Any("error", err))
	}
}

// Guard keeps web pages away from a handler of this package: it answers only
// to hosts that hostguard allows, names among them, with or without the
// "sync-" that SDKs put before some, and to no page of another origin.
func Guard(next http.Handler, names []string, log *slog.Logger) http.Handler {
	refuse := func(w http.ResponseWriter, r *http.Request, status int, message string) {
		kind := "AccessDeniedException"
		if status == http.StatusMisdirectedRequest {
			kind = "MisdirectedRequestException"
		}
		id := requestID()
		w.Header().Set("X-Amzn-Requestid", id)
		w.Header().Set("Content-Type", contentType)
		(&handler{&service{log: log}}).refuse(w, r, id, &Fault{Type: kind, Message: message, Status: status})
	}
	return hostguard.New(hostguard.Config{Names: names, Prefix: "sync-", SameOrigin: true, Refuse: refuse, Log: log}, next)
}

func requestID() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never returns an error
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
