package main

import (
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
