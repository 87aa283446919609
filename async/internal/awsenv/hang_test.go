package awsenv_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"example.org/asynchttpapi/async/internal/awsenv"
)

// A connection that hangs costs one attempt, not the call.
func TestHungAttemptIsRepeated(t *testing.T) {
	var calls atomic.Int32
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			<-release
			return
		}
		rw.Write([]byte(`{"stateMachines":[]}`))
	}))
	defer server.Close()
	defer close(release)
	cfg, err := awsenv.Config(with(map[string]string{"AWS_ENDPOINT_URL_SFN": server.URL}), "SFN")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sfn.NewFromConfig(cfg).ListStateMachines(t.Context(), nil); err != nil || calls.Load() != 2 {
		t.Errorf("%v after %d calls, want none after 2", err, calls.Load())
	}
}
