package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"example.org/asynchttpapi/async"
)

// hiddenWhile are the seconds that messages are hidden from others while they
// are listed, or redelivered.
const (
	hiddenWhileListed      = 30
	hiddenWhileRedelivered = 120
)

// letter is what is read of a dead letter: an event of the rule, or what Lambda
// writes about an invocation that failed, which has the event as its payload.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
type letter struct {
	event
	Payload *event `json:"requestPayload"`
}

type event struct {
	Detail struct{ Name, Status string } `json:"detail"`
}

// letterOf returns the submission's id and the status of the execution that a
// message is about; "" where it is about none.
func letterOf(m message) (id, status string) {
	var l letter
	if json.Unmarshal([]byte(m.Body), &l) != nil {
		return "", ""
	}
	e := l.event
	if l.Payload != nil {
		e = *l.Payload
	}
	if !async.ValidID(e.Detail.Name) {
		return "", ""
	}
	return e.Detail.Name, e.Detail.Status
}

func sent(m message) time.Time {
	ms, err := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func (s *session) deadLetters(ctx context.Context) error {
	switch {
	case s.args[0] != "list" && s.args[0] != "redeliver":
		return usagef("deadletters: %q is neither list nor redeliver", s.args[0])
	case s.local != "":
		return usagef("deadletters: a service on one machine has no such queue; reconcile ID brings a record in line")
	case s.dead == nil:
		return usagef("deadletters needs -dead-letters URL, or a -stack whose output is called DeadLettersName")
	case s.args[0] == "list":
		return s.listLetters(ctx)
	}
	return s.redeliver(ctx)
}

// receiveAll calls found with each message once, until the queue gives no more.
func (s *session) receiveAll(ctx context.Context, hidden int, found func(message) error) error {
	seen := map[string]bool{}
	for {
		messages, err := s.dead.receive(ctx, hidden)
		if err != nil {
			return err
		}
		fresh := 0
		for _, m := range messages {
			if seen[m.MessageID] {
				continue
			}
			seen[m.MessageID] = true
			fresh++
			if err := found(m); err != nil {
				return err
			}
		}
		if fresh == 0 {
			return nil
		}
	}
}

func (s *session) listLetters(ctx context.Context) error {
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SENT\tSUBMISSION\tSTATUS OF ITS EXECUTION")
	n := 0
	err := s.receiveAll(ctx, hiddenWhileListed, func(m message) error {
		n++
		id, status := letterOf(m)
		if id == "" {
			status = "(not an event of an execution)"
		}
		_, err := fmt.Fprintf(w, "%s\t%s\t%s\n", stamp(sent(m)), s.shown(id), status)
		return err
	})
	if err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(s.stdout, number(n, "message"))
	if n > 0 {
		fmt.Fprintf(s.stderr, "they are hidden from other readers for %d seconds\n", hiddenWhileListed)
	}
	return nil
}

// redeliver brings the record of each message's execution in line, and deletes
// the message. It asks Step Functions, as the reconcile function would.
func (s *session) redeliver(ctx context.Context) error {
	if err := s.ask(ctx, "Bring the records in line with the executions of all dead letters, and delete these?"); err != nil {
		return err
	}
	done, failed := 0, 0
	err := s.receiveAll(ctx, hiddenWhileRedelivered, func(m message) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.redeliverOne(context.WithoutCancel(ctx), m); err != nil {
			failed++
			fmt.Fprintln(s.stderr, err)
			return nil
		}
		done++
		id, _ := letterOf(m)
		fmt.Fprintf(s.stdout, "%d %s redelivered\n", done, s.shown(id))
		return nil
	})
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("interrupted: %s redelivered; the others are in the queue again within %d seconds", number(done, "message"), hiddenWhileRedelivered)
	case err != nil:
		return err
	case failed > 0:
		return fmt.Errorf("%s redelivered, %d failed and stay in the queue", number(done, "message"), failed)
	}
	fmt.Fprintln(s.stderr, number(done, "message")+" redelivered")
	return nil
}

func (s *session) redeliverOne(ctx context.Context, m message) error {
	id, _ := letterOf(m)
	if id == "" {
		return errors.New("a message is not an event of an execution: it stays in the queue")
	}
	// An execution without a record is one whose acceptance failed, or was purged.
	if err := s.submissions.Reconcile(ctx, id); err != nil && !errors.Is(err, async.ErrNotFound) {
		return s.about(id, err)
	}
	return s.dead.remove(ctx, m)
}
