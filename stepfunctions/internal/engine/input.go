package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// errEnded rejects an input because the execution has ended.
var errEnded = errors.New("the execution has ended")

// errIgnored says that the input concerns nothing that the run waits for.
var errIgnored = errors.New("the execution waits for no such input")

// submit applies an input, and returns when it is on disk and acted on. check,
// if not nil, may reject it, looking at the run.
func (x *execution) submit(ctx context.Context, in interp.Input, check func() error) error {
	done := make(chan error, 1)
	calls, err := x.stage(ctx, in, check, done)
	if err != nil {
		return err
	}
	x.engine.functions.push(calls...)
	return <-done
}

// report applies an input that no caller waits for: a function's answer, a timer.
// Where it cannot be kept, the execution goes back to what the journal has and
// does what is outstanding again.
func (x *execution) report(in interp.Input) { x.engine.functions.push(x.reported(in)...) }

// reported is report, and returns the calls that follow.
func (x *execution) reported(in interp.Input) []call {
	calls, err := x.stage(context.Background(), in, nil, nil)
	switch {
	case err == nil, errors.Is(err, errEnded), errors.Is(err, errIgnored), errors.Is(err, errCannotReplay):
		return calls
	}
	x.engine.cfg.Log.Error("an execution could not be read", "execution", x.record.ID, "error", err)
	x.again(in.Ref, err)
	return nil
}

// note applies an input that nothing follows from, and leaves the write to the
// next input. After a crash before that it is as if it had not been.
func (x *execution) note(in interp.Input) {
	x.mu.Lock()
	defer x.mu.Unlock()
	before := len(x.staged)
	if err := x.apply(context.Background(), in, nil, nil); err == nil && len(x.staged) > before {
		x.staged[before].lazy = true
	}
}

// flush writes what is noted, for a reader of the journal, and returns when
// that is done or has failed.
func (x *execution) flush() {
	if x.engine.gate.enter() != nil {
		return // what is noted goes with the engine
	}
	defer x.engine.gate.leave()
	x.mu.Lock()
	if len(x.staged) == 0 {
		x.mu.Unlock()
		return
	}
	for i := range x.staged {
		x.staged[i].lazy = false
	}
	written := make(chan error, 1)
	if last := &x.staged[len(x.staged)-1]; last.done == nil {
		last.done = written
	} else {
		written <- nil // its own caller waits for it
	}
	mine := !x.committing
	x.committing = true
	x.mu.Unlock()
	if mine {
		x.engine.functions.push(x.commit()...)
	}
	<-written
}

// stage applies the input and sees to it that it is committed. It returns the calls that follow.
func (x *execution) stage(ctx context.Context, in interp.Input, check func() error, done chan<- error) ([]call, error) {
	x.mu.Lock()
	if err := x.apply(ctx, in, check, done); err != nil {
		if done == nil {
			x.refused(in, err)
		}
		x.mu.Unlock()
		return nil, err
	}
	mine := !x.committing
	x.committing = true
	x.mu.Unlock()
	if !mine {
		return nil, nil
	}
	return x.commit(), nil
}

// refused forgets the wait for an answer that the run does not take. That may be due to
// an input that is not on disk yet: if it never is, there is no other answer, and the
// work has to be done again. The caller holds mu.
func (x *execution) refused(in interp.Input, err error) {
	answer := in.Kind == interp.TaskSucceeded || in.Kind == interp.TaskFailed
	if w := x.waits[in.Ref]; answer && w != nil && w.cancel == nil && (errors.Is(err, errEnded) || errors.Is(err, errIgnored)) {
		delete(x.waits, in.Ref)
	}
}

// apply is called with mu held.
func (x *execution) apply(ctx context.Context, in interp.Input, check func() error, done chan<- error) error {
	if x.ended {
		return errEnded
	}
	if in.Kind != interp.TaskStarted { // which takes nothing but a note
		defer x.engine.worked(x.durableID()).done()
	}
	if err := x.load(ctx); x.suspended != nil && in.Kind == interp.Stopped {
		in.At = x.at()
		x.queue(x.stopSuspended(in, done))
		return nil
	} else if err != nil {
		return fmt.Errorf("read the execution: %w", err)
	}
	if check != nil {
		if err := check(); err != nil {
			return err
		}
	}
	if !x.run.Accepts(in) {
		return errIgnored
	}
	in.At = x.at()
	s, err := x.applied(in, done)
	if err != nil {
		x.suspend(err)
		return err
	}
	if in.Kind == interp.TaskHeartbeat && len(s.effects.Timers) == 0 {
		return errIgnored // the task has no HeartbeatSeconds: nothing has changed
	}
	x.queue(s)
	return nil
}

// queue has the next write take the input along.
func (x *execution) queue(s staged) {
	if x.staged == nil { // of a call there are mostly its start and its answer
		if x.spare == nil {
			x.spare = new([2]staged)
		}
		x.staged, x.spare = x.spare[:0], nil
	}
	x.staged = append(x.staged, s)
	x.seq++
}

// applied returns the run an input, and what is to be written and done about it.
func (x *execution) applied(in interp.Input, done chan<- error) (staged, error) {
	effects, err := apply(x.run, in)
	if err != nil {
		return staged{}, err
	}
	s := staged{entry: encode(in, sumOf(effects)), effects: effects, events: x.events, done: done}
	x.events = nil
	switch in.Kind {
	case interp.TaskSucceeded, interp.TaskFailed:
		s.task, s.answered = in.Ref, true
	case interp.TaskSubmitted:
		s.task = in.Ref
	}
	if s.effects.Outcome != nil {
		x.ended = true
		s.head = x.endedHead(s.effects.Outcome)
	}
	return s, nil
}

// at returns the time of the next input. It may be before that of the last one,
// where the clock was set back.
func (x *execution) at() time.Time {
	now := x.engine.now()
	if now.After(x.last) {
		x.last = now
	}
	return now
}

// endedHead returns the record's head at the end, which is no earlier than any input.
func (x *execution) endedHead(o *interp.Outcome) *Head {
	h := x.record.Head
	h.Status, h.Stopped = Status(o.Status), x.last
	h.Output, h.Error, h.Cause = o.Output, o.Error, o.Cause
	h.Unannounced = x.engine.cfg.announces(h.Status) && !x.ephemeral()
	return &h
}

// entryVersion is the first byte of an entry. A reader knows all versions ever
// written: version 1 has no sum. Version 3 has two more byte strings, the test
// case and the source of an answer; it is written only where there is one, so
// that an earlier program can read everything else.
const (
	plainVersion = 2
	entryVersion = 3
)

var errEntry = errors.New("a journal entry is damaged")

// encode writes an input as a journal entry: version, kind, time in
// milliseconds since 1970, ref, the sum of its effects (0 where it is not
// known), and three byte strings with their lengths.
func encode(in interp.Input, sum uint32) []byte {
	b := make([]byte, 0, 29+len(in.Output)+len(in.Error)+len(in.Cause))
	version := byte(plainVersion)
	if in.TestCase != "" || in.Source != "" {
		version = entryVersion
	}
	b = append(b, version, byte(in.Kind))
	b = binary.AppendVarint(b, in.At.UnixMilli())
	b = binary.AppendUvarint(b, in.Ref)
	b = binary.AppendUvarint(b, uint64(sum))
	b = appendBytes(b, in.Output)
	b = appendBytes(b, in.Error)
	b = appendBytes(b, in.Cause)
	if version > plainVersion {
		b = appendBytes(appendBytes(b, in.TestCase), in.Source)
	}
	return b
}

func appendBytes[T ~string | ~[]byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// decode reads what encode wrote. The input shares b's memory.
func decode(b []byte) (in interp.Input, sum uint32, err error) {
	if len(b) < 2 || b[0] == 0 {
		return in, 0, errEntry
	}
	if b[0] > entryVersion {
		return in, 0, fmt.Errorf("a journal entry is of version %d, this program knows %d", b[0], entryVersion)
	}
	r := entryReader{rest: b[2:]}
	in.Kind = interp.InputKind(b[1])
	in.At = time.UnixMilli(r.varint()).UTC()
	in.Ref = r.uvarint()
	if b[0] > 1 {
		sum = uint32(r.uvarint())
	}
	in.Output = r.bytes()
	in.Error = string(r.bytes())
	in.Cause = string(r.bytes())
	if b[0] > plainVersion {
		in.TestCase, in.Source = string(r.bytes()), interp.Source(r.bytes())
	}
	if r.bad || len(r.rest) != 0 {
		return interp.Input{}, 0, errEntry
	}
	return in, sum, nil
}

// entryReader takes an entry apart; bad is set by the first part that is not there.
type entryReader struct {
	rest []byte
	bad  bool
}

func (r *entryReader) varint() int64 {
	v, n := binary.Varint(r.rest)
	r.skip(n)
	return v
}

func (r *entryReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.skip(n)
	return v
}

func (r *entryReader) skip(n int) {
	if n <= 0 {
		r.bad, r.rest = true, nil
		return
	}
	r.rest = r.rest[n:]
}

func (r *entryReader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.bad = true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	if n == 0 {
		return nil
	}
	return b
}

// sum is a 32-bit FNV-1a hash, https://www.rfc-editor.org/rfc/rfc9923. The
// one of hash/fnv would move what is hashed to the heap, for every entry.
type sum uint32

const newSum, sumPrime sum = 2166136261, 16777619

func (s *sum) text(t string) {
	for i := range len(t) {
		*s = (*s ^ sum(t[i])) * sumPrime
	}
	s.number(uint64(len(t)))
}

func (s *sum) number(n uint64) {
	for ; n > 0; n >>= 8 {
		*s = (*s ^ sum(n&0xff)) * sumPrime
	}
	*s *= sumPrime
}

// sumOf returns a hash of where an input leads: to which states and which end. It leaves
// out data, which may be written another way and mean the same. It is never 0.
func sumOf(e interp.Effects) uint32 {
	s := newSum
	for _, t := range e.Tasks {
		s.number(t.Ref)
		s.text(t.State)
		s.text(t.Resource)
	}
	for _, t := range e.Timers {
		s.number(t.Ref)
	}
	if e.Outcome != nil {
		s.text(e.Outcome.Status)
	}
	return uint32(max(s, 1))
}
