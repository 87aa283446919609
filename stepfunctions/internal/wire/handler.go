// Package wire speaks the AWS Step Functions JSON protocol (awsJson1_0) in
// front of the engine, so that AWS's own SDKs and CLI work with nothing
// changed but the endpoint. Requests may be signed; signatures are not checked.
package wire

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"example.org/asynchttpapi/internal/hostguard"
	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

type handler struct {
	service *service
	bodies  bodies
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	setHeaders(w.Header(), id)
	answer, err := h.run(w, r)
	if err != nil {
		h.writeError(w, r, id, err)
		return
	}
	defer onSent(answer)()
	body, err := json.Marshal(answer)
	if err != nil {
		h.writeError(w, r, id, err)
		return
	}
	h.write(w, http.StatusOK, body)
}

func setHeaders(h http.Header, id string) {
	h.Set("X-Amzn-Requestid", id)
	h.Set("Content-Type", contentType)
	h.Set("X-Content-Type-Options", "nosniff")
}

// run finds the operation and runs it. A panic is a defect of this program: it
// is logged with its place and answered like any other failure.
func (h *handler) run(w http.ResponseWriter, r *http.Request) (answer any, err error) {
	defer func() {
		if p := recover(); p != nil {
			h.service.log.Error("panic", "operation", r.Header.Get("X-Amz-Target"), "reason", panicReason(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in %s", r.Header.Get("X-Amz-Target"))
		}
	}()
	name, apiErr := readTarget(r)
	if apiErr != nil {
		return nil, apiErr
	}
	run, ok := operations[name]
	if !ok {
		return nil, errorf("UnknownOperationException", "The operation %q is not one of AWS Step Functions, or not one that runs on one machine", name)
	}
	var call call
	apiErr = h.bodies.read(w, r, func(body []byte) (f *Error) {
		call, f = run(body)
		return f
	})
	if apiErr != nil {
		return nil, apiErr
	}
	return call(r.Context(), h.service)
}

// panicReason returns what the runtime says of its own panics. Of any other it
// is the type alone: the value may hold data of an execution, or its name.
func panicReason(p any) string {
	if errorf, ok := p.(runtime.Error); ok {
		return errorf.Error()
	}
	return fmt.Sprintf("%T", p)
}

// writeError answers an error: an *Error as it is, anything else without its text,
// which is for the log.
func (h *handler) writeError(w http.ResponseWriter, r *http.Request, id string, err error) {
	f := (*Error)(nil)
	if errors.Is(err, engine.ErrJournalLost) {
		// Logged once, by the journal's provider.
		f = &Error{Type: "ServiceUnavailable", Message: "Nothing can be stored before the program is started again; its log says why", Status: http.StatusServiceUnavailable}
	} else if errors.Is(err, engine.ErrJournalFull) {
		h.service.log.Error("nothing can be stored", "operation", r.Header.Get("X-Amz-Target"), "request", id, slog.Any("error", err))
		f = &Error{Type: "ServiceUnavailable", Message: "The disk is full: nothing can be stored before there is room for the data folder", Status: http.StatusServiceUnavailable}
	} else if !errors.As(err, &f) {
		if !errors.Is(err, context.Canceled) {
			h.service.log.Error("request failed", "operation", r.Header.Get("X-Amz-Target"), "request", id, slog.Any("error", err))
		}
		f = &Error{Type: "InternalServerException", Message: "The request failed; the log has the reason under request " + id, Status: http.StatusInternalServerError}
	}
	if f.Status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	body, err := json.Marshal(f)
	if err != nil {
		h.service.log.Error("error response not written", slog.Any("error", err))
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
		setHeaders(w.Header(), id)
		(&handler{service: &service{log: log}}).writeError(w, r, id, &Error{Type: kind, Message: message, Status: status})
	}
	return hostguard.New(hostguard.Config{Names: names, Prefix: "sync-", SameOrigin: true, Refuse: refuse, Log: log}, next)
}

func requestID() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never returns an error
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// operation reads a request body for one of the service's operations. The call
// that it returns does not use the body.
type operation func(body []byte) (call, *Error)

// call runs an operation with its input.
type call func(ctx context.Context, s *service) (any, error)

// op makes an operation of a method that takes a decoded, checked input.
func op[In, Out any](run func(*service, context.Context, *In) (Out, error)) operation {
	return func(body []byte) (call, *Error) {
		input := new(In)
		if f := decode(body, input); f != nil {
			return nil, f
		}
		return func(ctx context.Context, s *service) (any, error) { return run(s, ctx, input) }, nil
	}
}

// empty is the response of operations that answer nothing.
type empty struct{}

const (
	contentType  = "application/x-amz-json-1.0"
	targetPrefix = "AWSStepFunctions."
)

// readTarget returns the name of the operation that a request is for.
func readTarget(r *http.Request) (string, *Error) {
	if r.Method != http.MethodPost {
		return "", &Error{Type: "MethodNotAllowedException", Status: http.StatusMethodNotAllowed,
			Message: "This is the AWS Step Functions JSON protocol: POST only, got " + r.Method}
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != contentType && media != "application/x-amz-json-1.1" {
		return "", &Error{Type: "UnsupportedMediaTypeException", Status: http.StatusUnsupportedMediaType,
			Message: "The Content-Type has to be " + contentType}
	}
	name, ok := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	if !ok {
		return "", errorf("UnknownOperationException", "The X-Amz-Target header has to name an operation of AWSStepFunctions")
	}
	return name, nil
}

// utf8BOM precedes the text that some Windows programs write: RFC 8259, section
// 8.1, lets a reader ignore it.
var utf8BOM = []byte("\xef\xbb\xbf")

// decode reads a body into an operation's input and holds it against the
// input's constraints. An empty body is an empty input, as the service has it.
func decode(body []byte, input any) *Error {
	body = bytes.TrimPrefix(body, utf8BOM)
	if len(body) == 0 {
		body = []byte("{}")
	}
	err := json.Unmarshal(body, input)
	mismatch := (*json.UnmarshalTypeError)(nil)
	if errors.As(err, &mismatch) && mismatch.Field != "" {
		return malformed("The member '%s' is a JSON %s, which is not its type", mismatch.Field, mismatch.Value)
	}
	switch {
	case mismatch != nil || string(bytes.TrimSpace(body)) == "null":
		return malformed("The request body is not a JSON object")
	case err != nil:
		return malformed("The request body is not a JSON object: %s", err)
	}
	return checkConstraints(input)
}

// NewHandler serves the protocol for the state machines and executions of e,
// whatever the path and the Host of a request (SDKs put "sync-" before the
// host of some operations). Internal errors are logged to log.
func NewHandler(e *engine.Engine, log *slog.Logger) http.Handler {
	return &handler{service: &service{engine: e, log: log}}
}

type service struct {
	engine *engine.Engine
	log    *slog.Logger
	pages  pages
}

// operations are those of the service that run on one machine.
var operations = map[string]operation{
	"CreateStateMachine":               op((*service).createStateMachine),
	"CreateStateMachineAlias":          op((*service).createStateMachineAlias),
	"DeleteStateMachine":               op((*service).deleteStateMachine),
	"DeleteStateMachineAlias":          op((*service).deleteStateMachineAlias),
	"DeleteStateMachineVersion":        op((*service).deleteStateMachineVersion),
	"DescribeExecution":                op((*service).describeExecution),
	"DescribeMapRun":                   op((*service).describeMapRun),
	"DescribeStateMachine":             op((*service).describeStateMachine),
	"DescribeStateMachineAlias":        op((*service).describeStateMachineAlias),
	"DescribeStateMachineForExecution": op((*service).describeStateMachineForExecution),
	"GetExecutionHistory":              op((*service).getExecutionHistory),
	"ListExecutions":                   op((*service).listExecutions),
	"ListMapRuns":                      op((*service).listMapRuns),
	"ListStateMachineAliases":          op((*service).listStateMachineAliases),
	"ListStateMachineVersions":         op((*service).listStateMachineVersions),
	"ListStateMachines":                op((*service).listStateMachines),
	"ListTagsForResource":              op((*service).listTagsForResource),
	"PublishStateMachineVersion":       op((*service).publishStateMachineVersion),
	"RedriveExecution":                 op((*service).redriveExecution),
	"SendTaskFailure":                  op((*service).sendTaskFailure),
	"SendTaskHeartbeat":                op((*service).sendTaskHeartbeat),
	"SendTaskSuccess":                  op((*service).sendTaskSuccess),
	"StartExecution":                   op((*service).startExecution),
	"StartSyncExecution":               op((*service).startSyncExecution),
	"StopExecution":                    op((*service).stopExecution),
	"TagResource":                      op((*service).tagResource),
	"TestState":                        op((*service).testState),
	"UntagResource":                    op((*service).untagResource),
	"UpdateMapRun":                     op((*service).updateMapRun),
	"UpdateStateMachine":               op((*service).updateStateMachine),
	"UpdateStateMachineAlias":          op((*service).updateStateMachineAlias),
	"ValidateStateMachineDefinition":   op((*service).validateStateMachineDefinition),
}

// serviceError turns the engine's errors into the service's, and leaves other
// errors as they are.
func serviceError(err error) error {
	if e := (*engine.Error)(nil); errors.As(err, &e) {
		f := &Error{Type: string(e.Code), Message: e.Message}
		if e.Code == engine.ServiceQuotaExceededException {
			f.Status = http.StatusPaymentRequired // as the API reference has it
		}
		return f
	}
	return err
}

// resourceError is serviceError for a request about a resource: an ARN of the right
// form in another region or account is one of something that is not here.
func resourceError(err error, absent *Error) error {
	if errors.Is(err, &engine.Error{Code: engine.InvalidARN}) {
		return absent
	}
	return serviceError(err)
}

// Timeouts of a server for this protocol. Synchronous executions take up to
// five minutes, https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 60 * time.Second
	answerTimeout = 6 * time.Minute
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
)

// SetTimeouts bounds how long a caller that says nothing holds a connection,
// and how large its headers may be.
func SetTimeouts(server *http.Server) {
	server.ReadHeaderTimeout = headerTimeout
	server.ReadTimeout = bodyTimeout
	server.WriteTimeout = answerTimeout
	server.IdleTimeout = idleTimeout
	server.MaxHeaderBytes = maxHeader
}
