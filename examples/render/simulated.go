package render

import (
	"context"
	"path"
	"strings"
	"sync"
	"time"

	"example.org/asynchttpapi/async"
)

// Simulated does what the services of a Job do, without any video.
type Simulated struct {
	// Frame is how long a hundredth of the encoding takes.
	Frame time.Duration

	mu        sync.Mutex
	published map[string]bool
}

// Services returns a Job's services, all of them simulated.
func (s *Simulated) Services() Services { return Services{Encoder: s, Images: s, Site: s} }

// Encode implements Encoder. Sources that end with .txt are unplayable.
func (s *Simulated) Encode(ctx context.Context, key string, v Video, frame func(done, all int) error) (Master, error) {
	if strings.EqualFold(path.Ext(v.SourceURL), ".txt") {
		return Master{}, ErrUnplayable
	}
	const all = 100
	for done := range all {
		if err := async.Sleep(ctx, s.Frame); err != nil {
			return Master{}, err
		}
		if err := frame(done+1, all); err != nil {
			return Master{}, err
		}
	}
	return Master{Bucket: "masters", Key: publicName(key) + "." + v.Format}, nil
}

// Thumbnail implements Images.
func (s *Simulated) Thumbnail(_ context.Context, key string, _ Master) (string, error) {
	return "https://videos.example/" + publicName(key) + ".png", nil
}

// Publish implements Site.
func (s *Simulated) Publish(_ context.Context, key string, m Master) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.published == nil {
		s.published = map[string]bool{}
	}
	s.published[key] = true
	return "https://videos.example/" + m.Key, nil
}

// Withdraw implements Site.
func (s *Simulated) Withdraw(_ context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.published, key)
	return nil
}

// Online returns how many videos are published.
func (s *Simulated) Online() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.published)
}
