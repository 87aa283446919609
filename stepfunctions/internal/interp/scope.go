package interp

import (
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
)

// status says where a scope stands.
type status uint8

const (
	running status = iota
	succeeded
	failed  // its state failed, and nothing caught it
	aborted // stopped because something around it ended
)

// scope is one sequence of states: the machine itself, a branch of a Parallel
// state, or an iteration of a Map state.
type scope struct {
	machine *asl.Machine
	log     *log
	vars    *variables
	// parent is the scope whose Parallel or Map state this is a part of; index
	// is the number of the branch or iteration in it.
	parent *scope
	index  int
	item   *item
	child  *child // set for the root of a distributed Map's child execution
	status status
	// prev is the event that the scope's next event follows.
	prev int64

	visit
}

// visit is one stay in a state, from its entry to its exit.
type visit struct {
	state     *asl.State // nil where there is none of this name
	name      string
	input     data // as it came, before InputPath
	entered   int64
	enteredAt time.Time
	// attempts counts the retries of each retrier; retries is their sum.
	attempts []int64
	retries  int64
	// Refs of what the state waits for; 0 is none. pause is a Wait state's or a
	// retry's timer.
	task, timeout, heartbeat, pause uint64
	// fork is what a Parallel or Map state has in progress.
	fork *fork
}

// item is the element of an array that an iteration works on.
type item struct {
	index int
	value any
}

// waitingKind says what a ref stands for.
type waitingKind uint8

const (
	taskAnswer waitingKind = iota
	taskTimeout
	taskHeartbeat
	waitOver
	retryDue
	deadline
)

// waiting is one task or timer that the run waits for.
type waiting struct {
	kind  waitingKind
	scope *scope
	at    time.Time // of a timer
	// interval is the HeartbeatSeconds of a heartbeat's timer.
	interval time.Duration
	task     *Task
	bytes    int // what was made for the task, for taskBytes
}

func (r *Run) timer(s *scope, kind waitingKind, at time.Time) uint64 {
	r.lastRef++
	r.pending[r.lastRef] = &waiting{kind: kind, scope: s, at: at}
	r.effects.Timers = append(r.effects.Timers, Timer{Ref: r.lastRef, At: at})
	return r.lastRef
}

func (r *Run) forget(ref uint64) {
	if w := r.pending[ref]; w != nil {
		r.taskBytes -= w.bytes
		delete(r.pending, ref)
	}
}

// release forgets one task or timer, telling that it is of no use any more.
func (r *Run) release(ref *uint64) {
	if _, ok := r.pending[*ref]; ok {
		r.forget(*ref)
		r.effects.Dropped = append(r.effects.Dropped, *ref)
	}
	*ref = 0
}

// releaseAll forgets all that the scope's own state waits for.
func (r *Run) releaseAll(s *scope) {
	for _, ref := range []*uint64{&s.task, &s.timeout, &s.heartbeat, &s.pause} {
		r.release(ref)
	}
}
