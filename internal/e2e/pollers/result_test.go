package pollers

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

const video = `{"sourceUrl":"https://example.org/talk.mov","format":"webm"}`

// published is the result of examples/render.
type published struct {
	URL          string `json:"url"`
	ThumbnailURL string `json:"thumbnailUrl"`
}

func (p published) whole() bool {
	return strings.HasSuffix(p.URL, ".webm") && strings.HasSuffix(p.ThumbnailURL, ".png")
}

// patience is more than the longest Retry-After of a video, which is expected to
// take ten minutes and takes none.
const patience = 2 * time.Minute

func rendererFor(t *testing.T) string {
	t.Helper()
	url, err := renderer()
	if err != nil {
		t.Fatal(err)
	}
	return url + "/api/submit"
}

// After a POST azcore reads Location once more in the end, whatever path to the
// result an SDK names: what comes out is the whole status, with the result in it.
func TestAzcoreResult(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	pl := azPipeline()
	poller, err := runtime.NewPoller(azSubmitBody(t, ctx, pl, rendererFor(t), video), pl,
		&runtime.NewPollerOptions[struct{ Result published }]{OperationLocationResultPath: "result"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := poller.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: time.Second})
	if err != nil || !got.Result.whole() {
		t.Errorf("%+v, %v", got, err)
	}
}

// The client of HashiCorp's SDK keeps the last answer, whose body has the result.
func TestHashicorpResult(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := hashiClient(strings.TrimSuffix(rendererFor(t), "/api/submit"))
	poller, err := hashiPoll(t, ctx, c, hashiSubmitBody(t, ctx, c, "", video))
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Result published }
	last := poller.LatestResponse()
	if last == nil {
		t.Fatal("no response is kept")
	}
	if err := json.NewDecoder(last.Body).Decode(&got); err != nil || !got.Result.whole() {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestScriptsResult(t *testing.T) {
	for _, name := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := runScriptWith(t, name, rendererFor(t), video)
			var result published
			if err := json.Unmarshal(got.Result, &result); err != nil || !result.whole() || got.CustomStatus != "Published" {
				t.Errorf("%+v, %s, %v", got, got.Result, err)
			}
		})
	}
}

func TestJavaResult(t *testing.T) {
	t.Parallel()
	verdicts := runJavaWith(t, rendererFor(t), video)
	for _, name := range javaVariants {
		var result published
		if got := verdicts[name]; json.Unmarshal(got.Result, &result) != nil || !result.whole() || got.Status != javaSucceeded {
			t.Errorf("%s: %+v, %s", name, got, got.Result)
		}
	}
}
