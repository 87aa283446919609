package lambdahost

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"example.org/asynchttpapi/internal/hostguard"
)

// maxPayload is Lambda's limit for a synchronous answer, in bytes.
const maxPayload = 6 << 20

// runtimeAPI serves the paths that a runtime calls, which finds it by its
// address alone.
func (in *instance) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	const base = "/2018-06-01/runtime/"
	mux.HandleFunc("GET "+base+"invocation/next", in.serveNext)
	mux.HandleFunc("POST "+base+"invocation/{id}/response", in.serveAnswer(""))
	mux.HandleFunc("POST "+base+"invocation/{id}/error", in.serveAnswer("Unhandled"))
	mux.HandleFunc("POST "+base+"init/error", in.serveAnswer("Unhandled"))
	refuse := func(w http.ResponseWriter, _ *http.Request, status int, message string) {
		http.Error(w, message, status)
	}
	return hostguard.New(hostguard.Config{SameOrigin: true, Refuse: refuse}, mux)
}

func (in *instance) serveNext(w http.ResponseWriter, r *http.Request) {
	in.readyOnce.Do(func() {
		in.readyAt = time.Now()
		close(in.ready)
	})
	select {
	case next := <-in.next:
		h := w.Header()
		h.Set("Lambda-Runtime-Aws-Request-Id", next.id)
		h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(next.deadline.UnixMilli(), 10))
		h.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:"+in.function.Name)
		h.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0")
		h.Set("Content-Type", "application/json")
		w.Write(next.payload)
	case <-r.Context().Done():
	}
}

func (in *instance) serveAnswer(functionError string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
		if err != nil {
			http.Error(w, "the payload is too large", http.StatusRequestEntityTooLarge)
			return
		}
		select {
		case in.results <- Result{Payload: payload, FunctionError: functionError}:
			w.WriteHeader(http.StatusAccepted)
		default:
			http.Error(w, "that invocation has its answer", http.StatusForbidden)
		}
	}
}

// failure returns an answer that Lambda itself gives in the function's place.
func failure(errorType, message string) Result {
	payload, err := json.Marshal(map[string]string{"errorType": errorType, "errorMessage": message})
	if err != nil {
		panic(err) // strings always marshal
	}
	return Result{Payload: payload, FunctionError: "Unhandled"}
}

// requestID has the form of a version 4 UUID, as Lambda's have.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
