package engine_test

import (
	"fmt"
	"sync"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// A machine may be changed while executions of it start, end and are asked
// about: what go test -race has to say about that.
func TestMachineInUseIsChanged(t *testing.T) {
	w := newWorld(t)
	machine := w.create("m", passOn)
	var all sync.WaitGroup
	each := func(do func(i int) error) {
		all.Go(func() {
			for i := range 50 {
				if err := do(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	each(func(i int) error {
		_, err := w.UpdateStateMachine(t.Context(), engine.UpdateStateMachine{ARN: machine, Revision: engine.Revision{RoleARN: fmt.Sprintf("arn:aws:iam::123456789012:role/r%d", i)}, Publish: true})
		return err
	})
	each(func(i int) error {
		s, err := w.StartExecution(t.Context(), engine.StartExecution{MachineARN: machine})
		if err == nil {
			_, err = w.DescribeExecution(t.Context(), s.ARN)
		}
		return err
	})
	each(func(int) error { _, _, err := w.ListExecutions(t.Context(), machine, "", 0, 10); return err })
	each(func(int) error { _, err := w.DescribeStateMachine(t.Context(), machine); return err })
	each(func(int) error { _, err := w.StateMachineVersions(machine); return err })
	each(func(i int) error { return w.Tag(t.Context(), machine, map[string]string{"i": fmt.Sprint(i)}) })
	each(func(int) error { _, err := w.Tags(machine); w.StateMachines(); return err })
	all.Wait()
}
