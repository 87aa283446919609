package torture

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/local"
)

// asServer makes this test binary the server of the job deliver instead; its
// value is the folder for the callbacks' URLs.
const asServer = "TORTURE_LINKS"

func TestMain(m *testing.M) {
	if links := os.Getenv(asServer); links != "" {
		local.Main(deliver(links)) // ends the process
		return
	}
	os.Exit(m.Run())
}

// parcel is an input: its content is as long as Size, and depends on Number.
type parcel struct {
	Number int `json:"number"`
	Size   int `json:"size"`
}

// receipt is the inline result, beside the content: what the callback answered.
type receipt struct {
	Signature int `json:"signature"`
}

var signed = async.Value[int]{Name: "signed"}

type deliverRun = async.Run[parcel, receipt]

// deliver is a job that uploads a result, waits for an answer, and takes a
// little longer, each slow enough to be killed in.
func deliver(links string) async.Job[parcel, receipt] {
	return async.Job[parcel, receipt]{
		Name: "deliver",
		Stages: []async.Stage[parcel, receipt]{
			{Name: "Signing", Message: "Waiting for a signature.", Timeout: time.Hour, Wait: async.WaitFor(
				func(_ context.Context, r *deliverRun, back async.Callback) error {
					file := filepath.Join(links, r.ID)
					if err := os.WriteFile(file+".new", []byte(back.URL), 0o600); err != nil {
						return err
					}
					return os.Rename(file+".new", file)
				},
				func(_ context.Context, r *deliverRun, s receipt) (async.Outcome, error) {
					return async.Continue, signed.Set(r, s.Signature)
				})},
			{Name: "Packing", Message: "It is packed.", Do: pack},
			{Name: "Sending", Message: "It is on its way.", Do: func(ctx context.Context, _ *deliverRun) (async.Outcome, error) {
				return async.Continue, async.Sleep(ctx, 20*time.Millisecond)
			}},
		},
		Done: async.End{Outcome: "Delivered", Message: "It was delivered."},
	}
}

// pack uploads the content in pieces.
func pack(ctx context.Context, r *deliverRun) (async.Outcome, error) {
	w, err := r.ResultWriter(ctx, "text/plain", "content.txt")
	if err != nil {
		return async.Continue, err
	}
	defer w.Abort()
	content := content(r.Input)
	for len(content) > 0 {
		n := min(len(content), 16<<10)
		if _, err := io.WriteString(w, content[:n]); err != nil {
			return async.Continue, err
		}
		content = content[n:]
		if err := async.Sleep(ctx, 2*time.Millisecond); err != nil {
			return async.Continue, err
		}
	}
	if err := w.Commit(); err != nil {
		return async.Continue, err
	}
	n, err := signed.Get(r)
	if err != nil {
		return async.Continue, err
	}
	return async.Continue, r.SetResult(receipt{n})
}

// content is what a parcel's result has to be, byte by byte.
func content(p parcel) string {
	text := make([]byte, 0, p.Size+16)
	for i := 0; len(text) < p.Size; i++ {
		text = fmt.Appendf(text, "%d:%d\n", p.Number, i)
	}
	return string(text)
}
