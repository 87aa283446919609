package ops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/operate"
	"example.org/asynchttpapi/async/internal/sfn"
)

// ask returns an error unless the operator agrees before ctx ends.
func (s *session) ask(ctx context.Context, question string) error {
	if s.yes {
		return nil
	}
	fmt.Fprintf(s.stderr, "%s [y/N] ", question)
	answered := make(chan string, 1)
	go func() {
		line, _ := s.in.ReadString('\n') // what cannot be read is no consent
		answered <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case answer := <-answered:
		if answer == "y" || answer == "yes" {
			return nil
		}
	case <-ctx.Done():
		fmt.Fprintln(s.stderr)
	}
	return errors.New("nothing was done")
}

// each does something to one submission after another, reports each, and stops
// between two when ctx ends. Failures do not stop it. do returns what was done.
func (s *session) each(ctx context.Context, ids []string, do func(context.Context, string) (string, error)) error {
	done, failed := 0, 0
	for i, id := range ids {
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: %d of %d done, %d failed; the same command goes on with the rest", done, len(ids), failed)
		}
		// What has begun is finished: an interruption waits for it.
		what, err := do(context.WithoutCancel(ctx), id)
		if err != nil {
			failed++
			fmt.Fprintf(s.stderr, "%d/%d %v\n", i+1, len(ids), s.about(id, err))
			continue
		}
		done++
		fmt.Fprintf(s.stdout, "%d/%d %s %s\n", i+1, len(ids), s.shown(id), what)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d failed", failed, len(ids))
	}
	return nil
}

// many asks about ids, where that is due, and does something to each of them.
func (s *session) many(ctx context.Context, verb string, atLeast int, do func(context.Context, string) (string, error)) error {
	ids, err := s.ids(ctx, s.args)
	if err != nil {
		return err
	}
	if len(ids) >= atLeast {
		if err := s.ask(ctx, fmt.Sprintf("%s %s?", verb, number(len(ids), "submission"))); err != nil {
			return err
		}
	}
	return s.each(ctx, ids, do)
}

func (s *session) cancel(ctx context.Context) error {
	return s.many(ctx, "Cancel", 2, func(ctx context.Context, id string) (string, error) {
		status, err := s.submissions.Cancel(ctx, id)
		if err == nil && status != api.Canceled {
			return fmt.Sprintf("had ended already: %s", status), nil
		}
		return "canceled", err
	})
}

func (s *session) reconcile(ctx context.Context) error {
	return s.many(ctx, "Reconcile", 2, func(ctx context.Context, id string) (string, error) {
		if err := s.submissions.Reconcile(ctx, id); err != nil {
			return "", err
		}
		r, err := s.submissions.Record(ctx, id)
		return "is " + string(r.Status), err
	})
}

// purgeAttempts bounds how often a purge looks whether the execution has ended.
const purgeAttempts = 10

func (s *session) purge(ctx context.Context) error {
	fmt.Fprintln(s.stderr, stays)
	return s.many(ctx, "Delete for good", 1, func(ctx context.Context, id string) (string, error) {
		for attempt := 1; ; attempt++ {
			items, err := s.submissions.Purge(ctx, id)
			if errors.Is(err, operate.ErrRunning) && attempt < purgeAttempts {
				if err := async.Sleep(ctx, time.Second); err != nil {
					return "", err
				}
				continue
			}
			return fmt.Sprintf("purged (%s)", number(items, "item")), err
		}
	})
}

func (s *session) redrive(ctx context.Context) error {
	if (s.failedSince > 0) == (len(s.args) > 0) {
		return usagef("redrive needs ids or -failed-since, and not both")
	}
	if len(s.codes) > 0 && s.failedSince == 0 {
		return usagef("redrive: -code needs -failed-since")
	}
	redrive := func(ctx context.Context, id string) (string, error) { return "redriven", s.redriveOne(ctx, id) }
	if s.failedSince == 0 {
		return s.many(ctx, "Redrive", 2, redrive)
	}
	ids, err := s.broken(ctx, s.now().Add(-s.failedSince))
	if err != nil || len(ids) == 0 {
		return err
	}
	if err := s.ask(ctx, fmt.Sprintf("Redrive %s?", number(len(ids), "submission"))); err != nil {
		return err
	}
	return s.each(ctx, ids, redrive)
}

// redriveOne redrives an execution that the record may be reopened for: one that
// has succeeded or was canceled stays as it is whatever its execution does.
func (s *session) redriveOne(ctx context.Context, id string) error {
	r, err := s.submissions.Record(ctx, id)
	switch {
	case err != nil:
		return err
	case r.Status == api.Succeeded || r.Status == api.Canceled:
		return fmt.Errorf("not redriven: the submission is %s for good", r.Status)
	}
	err = s.executions.Redrive(ctx, id)
	if errors.Is(err, sfn.ErrNotRedrivable) {
		return fmt.Errorf("%w: it runs, has succeeded, or ended more than 14 days ago", err)
	}
	if errors.Is(err, async.ErrNotFound) {
		return errors.New("there is no execution: it never started, or ended more than 90 days ago")
	}
	return err
}

// brokenDown are the codes of failures that no job declares.
var brokenDown = []string{api.CodeProcessFailed, api.CodeProcessLost, api.CodeTimedOut}

// broken returns the submissions that -failed-since and -code mean, and says what
// was found.
func (s *session) broken(ctx context.Context, since time.Time) (ids []string, err error) {
	codes := []string(s.codes)
	if len(codes) == 0 {
		codes = brokenDown
	}
	taken, left := map[string]int{}, map[string]int{}
	err = s.executions.Ended(ctx, since, 0, func(id string, x async.Execution) error {
		if x.Status == api.Canceled {
			return nil
		}
		r, err := s.submissions.Record(ctx, id)
		switch {
		case errors.Is(err, async.ErrNotFound):
			left["without a record"]++
			return nil
		case err != nil:
			return err
		case r.Status == api.Succeeded || r.Status == api.Canceled:
			left[string(r.Status)]++
			return nil
		}
		// One whose end is not recorded yet has broken down as well.
		if code := code(r); slices.Contains(codes, code) || len(s.codes) == 0 && r.Error == nil {
			taken[code]++
			ids = append(ids, id)
		} else {
			left[code]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(s.stderr, "%s failed since %s%s\n", number(len(ids), "submission"), stamp(since), counted(taken))
	if len(left) > 0 {
		fmt.Fprintf(s.stderr, "left alone%s\n", counted(left))
	}
	return ids, nil
}
