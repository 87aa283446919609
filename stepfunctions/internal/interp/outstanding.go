package interp

import "slices"

// Outstanding gives the tasks and timers that the run waits for at present, in
// the order in which they were asked for: what has to be set going again after
// a replay.
func (r *Run) Outstanding() ([]Task, []Timer) {
	refs := make([]uint64, 0, len(r.pending))
	for ref := range r.pending {
		refs = append(refs, ref)
	}
	slices.Sort(refs)
	var tasks []Task
	var timers []Timer
	for _, ref := range refs {
		if w := r.pending[ref]; w.task != nil {
			tasks = append(tasks, *w.task)
		} else {
			timers = append(timers, Timer{Ref: ref, At: w.at})
		}
	}
	return tasks, timers
}

// Heeds tells whether the run waits for what the input is about: Apply would
// do nothing about any other. An input that is heeded may change the run
// without an effect or an event of its own history, as the end of one child of
// a distributed Map does.
func (r *Run) Heeds(in Input) bool {
	w, waits := r.pending[in.Ref]
	switch in.Kind {
	case TaskSucceeded, TaskFailed, TaskHeartbeat, TaskSubmitted:
		return waits && w.task != nil
	case TimerFired:
		return waits && w.task == nil
	case Started:
		return r.root == nil
	case Redriven:
		return r.redrivable()
	}
	return r.root != nil && r.outcome == nil
}
