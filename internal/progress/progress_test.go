package progress

import (
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLog(t *testing.T) {
	var text strings.Builder
	now := time.Unix(0, 0)
	report := Log(slog.New(slog.NewTextHandler(&text, nil)), func() time.Time { return now }, "checking")
	for done := range 10 {
		report(done, 10)
		now = now.Add(time.Second)
	}
	if n := strings.Count(text.String(), "\n"); n != 4 || !strings.Contains(text.String(), "msg=checking done=2 of=10") {
		t.Errorf("%d lines:\n%s", n, &text)
	}
}
