package engine

import (
	"context"
	"fmt"
)

// Progress notes which executions a program works on at the moment, so that the
// next one knows which of them it died with: what takes more memory than there
// is ends the program, and would end every later one at its start, with all
// other executions of the journal. Adapter: internal/sqlite.
type Progress interface {
	// Begin notes that the execution is worked on, until End is called with
	// the place that Begin returned. Both take microseconds.
	Begin(id int64) (place int)
	End(place int)
	// Deaths is how many programs in a row, up to the one before this one,
	// ended between the execution's Begin and End. From MaxDeaths on it stays
	// as it is.
	Deaths(id int64) int
	// Forget sets the execution's Deaths to 0.
	Forget(id int64) error
}

// MaxDeaths is how many programs in a row end amid the work on an execution
// before it is suspended. One or two may have been killed from outside.
const MaxDeaths = 3

// noProgress is a Progress that notes nothing.
type noProgress struct{}

func (noProgress) Begin(int64) int    { return 0 }
func (noProgress) End(int)            {}
func (noProgress) Deaths(int64) int   { return 0 }
func (noProgress) Forget(int64) error { return nil }

// suspended is why an execution is set aside that programs died with.
type suspended struct{ deaths int }

func (s *suspended) Error() string {
	return fmt.Sprintf("the program ended amid the work on this execution %d times in a row", s.deaths)
}

// Is makes it one of the reasons to set an execution aside.
func (*suspended) Is(target error) bool { return target == errAstray }

// worked notes that the execution is worked on until done is called; id 0 is
// none that could be found again.
func (e *Engine) worked(id int64) (done func()) {
	if id == 0 {
		return func() {}
	}
	place := e.cfg.Progress.Begin(id)
	return func() { e.cfg.Progress.End(place) }
}

// suspension is a *suspended for an execution that must not be worked on, or nil.
func (e *Engine) suspension(id int64) error {
	if deaths := e.cfg.Progress.Deaths(id); deaths >= MaxDeaths {
		return &suspended{deaths: deaths}
	}
	return nil
}

// durableID is the id by which a later program finds the execution, or the one
// that would start it again; 0 where there is none.
func (x *execution) durableID() int64 {
	switch {
	case !x.ephemeral():
		return x.record.ID
	case x.record.Parent != nil:
		return x.record.Parent.ID
	}
	return 0
}

// starterID is that of an execution that is not written yet.
func (x *execution) starterID() int64 {
	if x.record.Parent != nil {
		return x.record.Parent.ID
	}
	return 0
}

// forgive lets an execution that has ended be worked on, by a redrive.
func (e *Engine) forgive(id int64) {
	if err := e.cfg.Progress.Forget(id); err != nil {
		e.cfg.Log.Warn("the suspension of an execution could not be removed", "execution", id, "error", err)
	}
}

// length is the number of an execution's entries.
func (e *Engine) length(ctx context.Context, id int64) (int, error) {
	n, err := e.cfg.Journal.Length(ctx, id)
	if err != nil {
		return 0, fmt.Errorf("read the execution: %w", err)
	}
	return n, nil
}
