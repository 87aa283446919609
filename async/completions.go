package async

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"example.org/asynchttpapi/api"
)

// Completions is an optional port: records in the order in which they ended. A
// Store that implements it lists every record with a Scope once Advance has
// given it an end.
type Completions interface {
	// Ended returns the oldest ends after a position. It returns ErrInvalid for
	// a position that it has not made.
	//
	// Whoever follows Next from page to page gets every end of the scope exactly
	// once: an end appears in a page only when nothing can appear before it any
	// more. An end that was undone by a redrive before it was listed is not
	// listed; the end that follows it is one of its own.
	Ended(ctx context.Context, q EndedQuery) (EndedPage, error)
}

// EndedQuery chooses ends.
type EndedQuery struct {
	// Scope is that of the records; "" for all scopes.
	Scope string
	// After is the Next of another page. "" is the present: it finds no records,
	// and its Next is the position after every end so far.
	After string
	// Limit is the most records of a page, 1 or more.
	Limit int
}

// EndedPage is a page of ends, the oldest first.
type EndedPage struct {
	Records []Record
	// Next is the position after the page, After where it has found nothing. It
	// consists of letters, digits and hyphens.
	Next string
	// More reports whether there are more ends after Next already.
	More bool
}

// MaxCompletions is the most submissions of one CompletionsPage.
const MaxCompletions = 100

// completionsRetry is when to ask for completions again where there are no more.
// A workflow platform's own recurrence is minutes; a program may ask sooner.
const completionsRetry = 30 * time.Second

// CompletionsRequest asks for the submissions that have ended since a cursor.
type CompletionsRequest struct {
	// Scope is the caller's: submissions of others are not shown. It is not
	// looked at with All, which is for an operator.
	Scope string
	All   bool
	// Since is the Next of another page, "" for now.
	Since string
	// Limit is the most submissions that the caller takes: MaxCompletions if it
	// is 0 or more than that.
	Limit int
}

// CompletionsPage are submissions that have ended.
type CompletionsPage struct {
	// Submissions are the oldest after the cursor, the newest of them first, as
	// pollers of lists expect. They have no inline result: who may see that
	// something has ended may not thereby read what it produced.
	Submissions []View
	// Next is the cursor that goes on after them.
	Next string
	// RetryAfter is when to ask again: 0 while more wait.
	RetryAfter time.Duration
}

// emptyPages bounds how many pages without anything to show are passed over for
// one request: those whose submissions are past their retention.
const emptyPages = 5

// Completions returns the submissions of a scope that have ended since a cursor.
// A chain of cursors delivers each end exactly once; see Completions.Ended. The
// error is a *RequestError: api.CodeNotFound where Config.Completions is nil.
func (s *Service) Completions(ctx context.Context, in CompletionsRequest) (CompletionsPage, error) {
	if s.Config.Completions == nil {
		return CompletionsPage{}, &RequestError{Code: api.CodeNotFound, Detail: "There is nothing at this path."}
	}
	q := EndedQuery{After: in.Since, Limit: in.Limit}
	if q.Limit <= 0 || q.Limit > MaxCompletions {
		q.Limit = MaxCompletions
	}
	if !in.All {
		q.Scope = scopeHash(in.Scope)
	}
	var page CompletionsPage
	for range emptyPages {
		found, err := call(ctx, s.CallTimeout, func(ctx context.Context) (EndedPage, error) { return s.Config.Completions.Ended(ctx, q) })
		if errors.Is(err, ErrInvalid) {
			return CompletionsPage{}, &RequestError{Code: api.CodeMalformedRequest, Detail: "The parameter since is not a cursor of this list."}
		}
		if err != nil {
			return CompletionsPage{}, s.dependencyError("Completions.Ended", err)
		}
		for _, r := range found.Records {
			if !expired(r) {
				page.Submissions = append(page.Submissions, listed(r))
			}
		}
		page.Next, q.After = found.Next, found.Next
		if page.RetryAfter = 0; !found.More {
			page.RetryAfter = completionsRetry
		}
		if !found.More || len(page.Submissions) > 0 {
			break
		}
	}
	slices.Reverse(page.Submissions)
	return page, nil
}

// Completion returns a submission as Completions lists it, and whether it has
// ended. One that is not known, or past its retention, has not.
func (s *Service) Completion(ctx context.Context, id string) (v View, ended bool, err error) {
	r, err := s.get(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return v, false, nil
	case err != nil:
		return v, false, s.dependencyError("Store.Get", err)
	}
	return listed(r), r.Status.Terminal() && !expired(r), nil
}

// listed is the view of a record in a list.
func listed(r Record) View {
	s := Project(r)
	s.Result = json.RawMessage(nil)
	return View{Submission: s, HasResult: hasResult(r)}
}

// scopeHash is what a record keeps of who submitted it.
func scopeHash(scope string) string { return hash("scope\x00" + scope) }
