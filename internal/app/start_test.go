package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"asynchttpapi/internal/asyncapi/fake"
)

// warmable is a store that counts how often it is connected.
type warmable struct {
	fake.Store
	warmed int
	err    error
}

func (w *warmable) Warm(context.Context) error {
	w.warmed++
	return w.err
}

func TestBeginConnectsAheadOfTheFirstCall(t *testing.T) {
	for _, err := range []error{nil, errors.New("no route")} {
		var log strings.Builder
		store := &warmable{err: err}
		c := Config{Store: store, Settings: Settings{Review: "approve", Speed: 1, Retention: time.Hour},
			Log: slog.New(slog.NewTextHandler(&log, nil))}
		if h, err := begin("moderate", c); h == nil || err != nil {
			t.Errorf("no handler: %v", err)
		}
		if store.warmed != 1 || (err != nil) != strings.Contains(log.String(), "no route") {
			t.Errorf("warmed %d times, logged %q", store.warmed, log.String())
		}
	}
}

func TestBeginReportsEveryMistake(t *testing.T) {
	_, err := begin("moderate", Config{}, errors.New("TABLE_NAME"), nil, errors.New("SPEED"))
	if err == nil || !strings.Contains(err.Error(), "TABLE_NAME") || !strings.Contains(err.Error(), "SPEED") {
		t.Error(err)
	}
	if _, err := begin("unknown", Config{}); err == nil {
		t.Error("an unknown function begins")
	}
}
