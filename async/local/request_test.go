package local

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

func TestLogLinesNameTheirInvocation(t *testing.T) {
	var b strings.Builder
	log := slog.New(requestHandler{slog.NewTextHandler(&b, nil)}).With("a", 1).WithGroup("g")
	ctx := withRequest(t.Context())
	log.InfoContext(ctx, "inside")
	log.Info("outside")
	request, _ := lambdacontext.FromContext(ctx)
	lines := strings.Split(b.String(), "\n")
	if request.AwsRequestID == "" || !strings.Contains(lines[0], request.AwsRequestID) || strings.Contains(lines[1], "requestId") {
		t.Errorf("got %s", &b)
	}
}

func TestJSONLogLinesAreWhole(t *testing.T) {
	t.Parallel()
	s := fast(t, "approve") // with a speed that JSON has no number for
	s.JSONLog = true
	r := start(t, s)
	await(t, submit(t, r.url, ""), ended)
	for line := range strings.Lines(r.log.String()) {
		if !json.Valid([]byte(line)) || strings.Contains(line, "!ERROR") {
			t.Errorf("logged %s", line)
		}
	}
}
