// Package render is a job with a typed input and a typed result: a video is
// transcoded, gets a thumbnail, and is published.
package render

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// Video is what is to be rendered.
type Video struct {
	SourceURL string `json:"sourceUrl" jsonschema:"format=uri,pattern=^https://" jsonschema_description:"Where the source is."`
	Format    string `json:"format" jsonschema:"enum=mp4,enum=webm"`
	MaxHeight int    `json:"maxHeight,omitempty" jsonschema:"minimum=144,maximum=4320,default=1080" jsonschema_description:"In pixels."`
}

// Validate reports every problem, and fills in defaults.
func (v *Video) Validate() []api.FieldError {
	var found async.Problems
	if u, err := url.Parse(v.SourceURL); err != nil || u.Scheme != "https" || u.Host == "" {
		found.Add("/sourceUrl", "must be an https URL")
	}
	if !slices.Contains([]string{"mp4", "webm"}, v.Format) {
		found.Add("/format", "must be mp4 or webm")
	}
	if v.MaxHeight == 0 {
		v.MaxHeight = 1080
	}
	if v.MaxHeight < 144 || v.MaxHeight > 4320 {
		found.Add("/maxHeight", "must be from 144 to 4320")
	}
	return found
}

// Published is where the video is.
type Published struct {
	URL          string `json:"url"`
	ThumbnailURL string `json:"thumbnailUrl"`
}

// Encoder, Images and Site are the services that stages call. Each activity's
// main passes the one that its stage needs, and links no other.
type (
	Encoder interface {
		// Encode reports frames as it goes, and repeats with the same key what
		// it has begun. ErrUnplayable means that the source is no video.
		Encode(ctx context.Context, key string, v Video, frame func(done, all int) error) (Master, error)
	}
	Images interface {
		Thumbnail(ctx context.Context, key string, m Master) (url string, err error)
	}
	Site interface {
		Publish(ctx context.Context, key string, m Master) (url string, err error)
		Withdraw(ctx context.Context, key string) error
	}
	Services struct {
		Encoder Encoder
		Images  Images
		Site    Site
	}
)

// Master is a transcoded video.
type Master struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
}

// ErrUnplayable fails a submission.
var ErrUnplayable = async.Failure{Code: "Unplayable", Message: "The source is not a video that can be played."}

// What stages leave to later ones.
var (
	master    = async.Value[Master]{Name: "master"}
	thumbnail = async.Value[string]{Name: "thumbnail"}
)

type run = async.Run[Video, Published]

// Job renders videos with the services given.
func Job(s Services) async.Job[Video, Published] {
	return async.Job[Video, Published]{
		Name:     "render",
		Validate: (*Video).Validate,
		Stages: []async.Stage[Video, Published]{
			{Name: "Transcode", Message: "Your video is being transcoded.", Expected: 10 * time.Minute, Timeout: 14 * time.Minute, Do: s.transcode},
			{Name: "Thumbnail", Message: "A thumbnail is being made.", Expected: 20 * time.Second, Do: s.thumbnail},
			{Name: "Publish", Message: "Your video is being published.", Expected: 5 * time.Second, Do: s.publish},
		},
		Done:       async.End{Outcome: "Published", Message: "Your video is online."},
		Failures:   []async.Failure{ErrUnplayable},
		Compensate: func(ctx context.Context, r *run) error { return s.Site.Withdraw(ctx, r.ID) },
		Examples:   []Video{{SourceURL: "https://example.org/talk.mov", Format: "mp4"}},
	}
}

func (s Services) transcode(ctx context.Context, r *run) (async.Outcome, error) {
	m, err := s.Encoder.Encode(ctx, r.ID, r.Input, func(done, all int) error {
		if err := r.Progress(ctx, float64(done)/float64(all)); errors.Is(err, async.ErrCanceled) {
			return err
		}
		return nil // what else goes wrong with the progress is no reason to stop
	})
	if err != nil {
		return async.Continue, err
	}
	return async.Continue, master.Set(r, m)
}

func (s Services) thumbnail(ctx context.Context, r *run) (async.Outcome, error) {
	m, err := master.Get(r)
	if err != nil {
		return async.Continue, err
	}
	u, err := s.Images.Thumbnail(ctx, r.ID, m)
	if err != nil {
		return async.Continue, err
	}
	return async.Continue, thumbnail.Set(r, u)
}

func (s Services) publish(ctx context.Context, r *run) (async.Outcome, error) {
	m, err := master.Get(r)
	if err != nil {
		return async.Continue, err
	}
	u, err := s.Site.Publish(ctx, r.ID, m)
	if err != nil {
		return async.Continue, err
	}
	t, err := thumbnail.Get(r)
	if err != nil {
		return async.Continue, err
	}
	return async.Continue, r.SetResult(Published{URL: u, ThumbnailURL: t})
}

// publicName returns a name for what is made of a submission. Whoever knows an id
// can read the status, so that it is part of no public URL.
func publicName(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}
