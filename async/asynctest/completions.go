package asynctest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/asynchttpapi/async"
)

// end is when a record ended.
type end struct{ scope, position string }

// settle is how long the fake lets an end wait before it is listed: it stands
// for stores whose index is late.
const settle = 20 * time.Second

var _ async.Completions = (*Store)(nil)

// noteEnd lists r as it has just ended, or no longer as it was reopened.
func (s *Store) noteEnd(r async.Record) {
	if r.Scope == "" {
		return
	}
	delete(s.ends, r.ID)
	if r.Status.Terminal() {
		s.ends[r.ID] = end{r.Scope, positionOf(s.time()) + strings.ToLower(async.LogID(r.ID))}
	}
}

func (s *Store) time() time.Time {
	if s.now != nil {
		return s.now()
	}
	return time.Now()
}

// positionOf is before that of every end at t or later, and after all others.
func positionOf(t time.Time) string { return fmt.Sprintf("%019d-", t.UnixNano()) }

// Ended implements async.Completions.
func (s *Store) Ended(ctx context.Context, q async.EndedQuery) (async.EndedPage, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return async.EndedPage{}, err
	}
	defer unlock()
	if q.After == "" {
		return async.EndedPage{Next: positionOf(s.time())}, nil
	}
	if digits, _, ok := strings.Cut(q.After, "-"); !ok || len(digits) != 19 || strings.Trim(digits, "0123456789") != "" {
		return async.EndedPage{}, fmt.Errorf("position: %w", async.ErrInvalid)
	}
	var found []string
	settled := positionOf(s.time().Add(-settle))
	for id, e := range s.ends {
		if (q.Scope == "" || e.scope == q.Scope) && e.position > q.After && e.position < settled {
			found = append(found, id)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(s.ends[a].position, s.ends[b].position) })
	page := async.EndedPage{Next: q.After, More: len(found) > q.Limit}
	for _, id := range found[:min(q.Limit, len(found))] {
		page.Records = append(page.Records, clone(s.records[id]))
		page.Next = s.ends[id].position
	}
	return page, nil
}
