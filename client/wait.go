package client

import (
	"bytes"
	"context"
	"iter"
)

// Polls asks again and again, as often as the server allows, and yields every
// answer, the starting state first. It ends after the final state or after an
// error, which comes with the last state known.
//
// A starting state that has only its URL set is asked about at once.
func (c *Client[T]) Polls(ctx context.Context, from State[T]) iter.Seq2[State[T], error] {
	return func(yield func(State[T], error) bool) {
		s := from
		if s.Status != "" && !yield(s, nil) {
			return
		}
		for !s.Done() {
			next, err := c.next(ctx, s)
			if err != nil {
				yield(s, err)
				return
			}
			s = next
			if !yield(s, nil) {
				return
			}
		}
	}
}

func (c *Client[T]) next(ctx context.Context, s State[T]) (State[T], error) {
	if err := c.conn.cfg.Sleep(ctx, s.RetryAfter); err != nil {
		return s, pauseError(ctx, err)
	}
	return c.poll(ctx, s, c.conn.cfg.PreferWait)
}

// Changes is [Client.Polls] without the answers that say nothing new.
func (c *Client[T]) Changes(ctx context.Context, from State[T]) iter.Seq2[State[T], error] {
	return func(yield func(State[T], error) bool) {
		var last []byte
		for s, err := range c.Polls(ctx, from) {
			if err == nil && last != nil && bytes.Equal(last, s.body) {
				continue
			}
			last = s.body
			if !yield(s, err) {
				return
			}
		}
	}
}

// Wait polls until the work is finished and returns its final state. When it
// failed or was cancelled, the error says so and the state is final
// nevertheless; after any other error the state is the last one known.
func (c *Client[T]) Wait(ctx context.Context, from State[T]) (State[T], error) {
	last := from
	for s, err := range c.Polls(ctx, from) {
		if err != nil {
			return s, err
		}
		last = s
	}
	return last, last.Err()
}
