package render_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/async/asynctest"
	"example.org/asynchttpapi/examples/render"
	"example.org/asynchttpapi/stepfunctions"
)

func video() render.Video {
	return render.Video{SourceURL: "https://example.org/talk.mov", Format: "webm"}
}

func TestAVideoIsPublished(t *testing.T) {
	services := &render.Simulated{Frame: 6 * time.Second}
	var half int
	s := asynctest.Run(t, render.Job(services.Services()), video(), func(s *asynctest.Submission[render.Published]) {
		s.Sleep(5 * time.Minute)
		half = s.Record().Percent
	})
	if s.Outcome != "Published" || s.Took != 10*time.Minute || services.Online() != 1 {
		t.Errorf("%s after %v, %d online", s.Outcome, s.Took, services.Online())
	}
	if !strings.HasSuffix(s.Result.URL, ".webm") || strings.Contains(s.Result.URL, s.ID) || s.Result.ThumbnailURL == "" {
		t.Errorf("%+v", s.Result)
	}
	if half < 45 || half > 50 {
		t.Errorf("%d percent complete after half of the encoding", half)
	}
}

func TestAnUnplayableSourceFails(t *testing.T) {
	v := video()
	v.SourceURL = "https://example.org/talk.txt"
	s := asynctest.Run(t, render.Job((&render.Simulated{}).Services()), v)
	if s.Status != api.Failed || s.Error == nil || s.Error.Code != "Unplayable" {
		t.Errorf("%s %+v", s.Status, s.Error)
	}
}

// slowSite publishes, and then takes a while to say so.
type slowSite struct{ *render.Simulated }

func (s slowSite) Publish(ctx context.Context, key string, m render.Master) (string, error) {
	url, err := s.Simulated.Publish(ctx, key, m)
	return url, errors.Join(err, async.Sleep(ctx, 10*time.Second))
}

func TestCancellationWithdrawsWhatIsPublished(t *testing.T) {
	services := &render.Simulated{}
	job := render.Job(render.Services{Encoder: services, Images: services, Site: slowSite{services}})
	online := 0
	s := asynctest.Run(t, job, video(), func(s *asynctest.Submission[render.Published]) {
		s.Sleep(5 * time.Second)
		online = services.Online()
		s.Cancel()
	})
	if s.Status != api.Canceled || online != 1 || services.Online() != 0 || !s.Compensated {
		t.Errorf("%s, %d online, then %d, compensated %v", s.Status, online, services.Online(), s.Compensated)
	}
}

func TestValidate(t *testing.T) {
	for body, want := range map[string][]string{
		`{"sourceUrl":"ftp://x","format":"avi","maxHeight":9}`: {"/sourceUrl", "/format", "/maxHeight"},
		`{"sourceUrl":1,"format":[],"maxHeight":1.5}`:          {"/sourceUrl", "/format", "/maxHeight"},
		`{"SourceURL":"https://x","FORMAT":"mp4","id":3}`:      nil,
		`[]`: {""},
	} {
		var refused *async.RequestError
		var got []string
		if errors.As(asynctest.Submit(t, render.Job(render.Services{}), body), &refused) {
			for _, f := range refused.Fields {
				got = append(got, f.Pointer)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", body, got, want)
		}
	}
}

func TestTheStateMachineIsValid(t *testing.T) {
	definition, err := asyncgen.Definition(render.Job(render.Services{}), func(activity string) string {
		return "arn:aws:lambda:us-east-1:123456789012:function:" + activity
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range stepfunctions.Validate([]byte(definition)) {
		t.Errorf("%+v", d)
	}
}
