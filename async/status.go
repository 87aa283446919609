package async

import (
	"context"
	"errors"
	"time"
)

// Status answers a poll, after at most wait. It reads the record once, and
// asks Workflows only about one that has outlived its execution.
func (s *Service) Status(ctx context.Context, id string, wait time.Duration) (View, error) {
	r, err := s.find(ctx, id)
	if err != nil {
		return View{}, err
	}
	if s.overdue(r) && !s.expired(r) {
		if r, err = s.reconcile(ctx, r); err != nil {
			return View{}, err
		}
	}
	view, err := s.answer(ctx, r, wait)
	if err == nil {
		s.polled(ctx, view)
	}
	return view, err
}

// answer gives the view of a record after at most wait. What fails while it
// waits does not matter to a submission that is accepted and known.
func (s *Service) answer(ctx context.Context, r Record, wait time.Duration) (View, error) {
	if s.expired(r) {
		return View{}, errGone
	}
	granted := s.grant(wait)
	return s.view(s.await(ctx, r, granted), granted), nil
}

// find reads the record of an id that came from a client.
func (s *Service) find(ctx context.Context, id string) (Record, error) {
	if !ValidID(id) {
		return Record{}, errNotFound
	}
	r, err := s.get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return r, errNotFound
	}
	if err != nil {
		return r, dependencyFailed("Store.Get", err)
	}
	return r, nil
}

func (s *Service) expired(r Record) bool { return !s.Clock.Now().Before(r.Expires) }

func (s *Service) overdue(r Record) bool {
	return !r.Status.Terminal() && s.Clock.Now().After(r.Deadline)
}
