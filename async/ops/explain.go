package ops

import (
	"context"
	"fmt"
	"time"

	"example.org/asynchttpapi/async"
)

func (s *session) explain(ctx context.Context) error {
	_, r, err := s.record(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.stdout, explanation(r, s.now()))
	return nil
}

// explanation says what the Retry-After of a poll at this moment follows from.
func explanation(r async.Record, now time.Time) string {
	if r.Status.Terminal() {
		return fmt.Sprintf("none: the submission is %s, and a client stops asking", r.Status)
	}
	text := ""
	if r.CustomStatus != "" {
		text += fmt.Sprintf("The submission is in %s. ", r.CustomStatus)
	}
	switch left := r.Due.Sub(now); {
	case r.Due.IsZero() && r.Began.IsZero():
		text += "It is not known when its stage began or is due."
	case r.Due.IsZero():
		text += fmt.Sprintf("Its stage began %s ago, and has no expected end.", ago(now.Sub(r.Began)))
	case left < 0:
		text += fmt.Sprintf("Its stage was due %s ago.", ago(-left))
	default:
		text += fmt.Sprintf("Its stage is due in %s.", ago(left))
	}
	text += " The pause follows from how long such stages take, from 1 second to 5 minutes: docs/retry-after.md."
	if now.After(r.Deadline) {
		text += "\nIt is past its deadline: the next poll compares it with its execution."
	}
	return text
}
