package ops

import (
	"context"
	"fmt"
	"time"

	"example.org/asynchttpapi/async"
)

func (s *session) explain(ctx context.Context) error {
	id, err := s.oneID(ctx)
	if err != nil {
		return err
	}
	r, err := s.submissions.Record(ctx, id)
	if err != nil {
		return s.about(id, err)
	}
	fmt.Fprintln(s.stdout, explanation(r, s.now()))
	return nil
}

// explanation says why a poll at this moment gets the Retry-After that it gets.
func explanation(r async.Record, now time.Time) string {
	if r.Status.Terminal() {
		return fmt.Sprintf("none: the submission is %s, and a client stops asking", r.Status)
	}
	answer := async.RetryAfter(r.State, now)
	text := fmt.Sprintf("Retry-After: %d\n", int(answer.Seconds()))
	if r.CustomStatus != "" {
		text += fmt.Sprintf("The submission is in %s. ", r.CustomStatus)
	}
	left := r.Due.Sub(now)
	var wanted time.Duration // before it is bounded
	switch {
	case r.Due.IsZero() && r.Began.IsZero():
		return text + "It is not known when its stage began or is due: a client asks every 20 seconds."
	case r.Due.IsZero():
		wanted = now.Sub(r.Began) / 20
		text += fmt.Sprintf("Its stage began %s ago, and has no expected end: a client asks after a twentieth of that.", ago(now.Sub(r.Began)))
	case left < 0:
		wanted = -left
		text += fmt.Sprintf("Its stage was due %s ago: a client asks again after as long as it is late.", ago(-left))
	default:
		wanted = left
		text += fmt.Sprintf("Its stage is due in %s, and a client asks then.", ago(left))
	}
	switch {
	case answer < wanted && answer == 5*time.Minute:
		text += " That would be more than 5 minutes, the longest pause."
	case answer < wanted.Truncate(time.Second):
		text += fmt.Sprintf(" That would be %s: the pause is bounded to 20 seconds, or to a twentieth of the longer of the time that the stage has been at work and the time that is left.", ago(wanted))
	case wanted < time.Second:
		text += " The shortest pause is 1 second."
	}
	if now.After(r.Deadline) {
		text += "\nIt is past its deadline: the next poll compares it with its execution."
	}
	return text
}
