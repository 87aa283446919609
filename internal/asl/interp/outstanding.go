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
