package functions

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/async/asynctest"
)

// warmable is a store that counts how often it is connected.
type warmable struct {
	asynctest.Store
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
		if h, err := begin(NewStage("moderate"), c); h == nil || err != nil {
			t.Errorf("no handler: %v", err)
		}
		if store.warmed != 1 || (err != nil) != strings.Contains(log.String(), "no route") {
			t.Errorf("warmed %d times, logged %q", store.warmed, log.String())
		}
	}
}

func TestBeginReportsEveryMistake(t *testing.T) {
	_, err := begin(NewStage("moderate"), Config{}, errors.New("TABLE_NAME"), nil, errors.New("SPEED"))
	if err == nil || !strings.Contains(err.Error(), "TABLE_NAME") || !strings.Contains(err.Error(), "SPEED") {
		t.Error(err)
	}
	if _, err := begin(NewStage("moderate"), Config{}); err == nil {
		t.Error("a function without a store begins")
	}
}

// Only what every invocation calls is connected: a status hardly ever asks
// Step Functions.
func TestStatusDoesNotWaitForWorkflows(t *testing.T) {
	for name, tt := range map[string]struct {
		newHandler Maker
		warmed     int
	}{"submit": {NewSubmit, 1}, "status": {NewStatus, 0}, "reconcile": {NewReconcile, 1}} {
		workflows := &warmableWorkflows{}
		c := Config{Store: &asynctest.Store{}, Workflows: workflows, Log: slog.New(slog.DiscardHandler),
			Settings: Settings{Review: "approve", Speed: 1, Retention: time.Hour}}
		if _, err := begin(tt.newHandler, c); err != nil || workflows.warmed != tt.warmed {
			t.Errorf("%s: connected %d times, %v", name, workflows.warmed, err)
		}
	}
}

// warmableWorkflows counts how often it is connected.
type warmableWorkflows struct {
	asynctest.Workflows
	warmed int
}

func (w *warmableWorkflows) Warm(context.Context) error {
	w.warmed++
	return nil
}
