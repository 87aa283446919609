package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// startParameters are the Parameters of a states:startExecution task.
type startParameters struct {
	StateMachineArn string
	Name            string
	Input           json.RawMessage
}

// startNested starts the execution that a task asks for. It may run again after a
// crash: the child then is there already, and is known by its Parent.
func (x *execution) startNested(t interp.Task) {
	do, _, _ := parseResource(t.Resource)
	s, err := x.nestedStart(t)
	var child Record
	if err == nil {
		child, err = x.engine.start(context.Background(), s, x.nestFor(t.Ref, t.Token == "" && do != startNested))
	}
	var refused *Error
	switch {
	case errors.As(err, &refused):
		x.settled(t.Ref, interp.Input{Kind: interp.TaskFailed, Ref: t.Ref, Error: errorName(refused.Code), Cause: x.nestedRefusal(t.Ref, refused)})
	case err != nil:
		x.engine.logJournal("a nested execution could not be written", x.record.ID, err)
		x.again(t.Ref, err)
	case t.Token != "":
		x.report(interp.Input{Kind: interp.TaskSubmitted, Ref: t.Ref, Output: x.engine.startAnswer(child)})
	case do == startNested:
		x.settled(t.Ref, interp.Input{Kind: interp.TaskSucceeded, Ref: t.Ref, Output: x.engine.startAnswer(child)})
	default:
		x.await(t.Ref, child, do == runNestedJSON)
	}
}

// errorName names a refusal as the states language sees it.
func errorName(code Code) string {
	return "StepFunctions." + strings.TrimSuffix(string(code), "Exception") + "Exception"
}

// nestedRefusal words a refusal as the service's integration with itself does.
func (x *execution) nestedRefusal(ref uint64, refused *Error) string {
	return fmt.Sprintf("%s (Service: AWSStepFunctions; Status Code: 400; Error Code: %s; Request ID: %s; Proxy: null)",
		refused.Message, refused.Code, formatUUID(derive(x.record.Seed, "request", ref)))
}

func (x *execution) nestedStart(t interp.Task) (StartExecution, error) {
	var p startParameters
	if err := json.Unmarshal(t.Parameters, &p); err != nil {
		return StartExecution{}, refuse(ValidationException, "The parameters of the nested execution are not valid: %s", err)
	}
	s := StartExecution{MachineARN: p.StateMachineArn, Name: p.Name, Input: p.Input}
	if s.Name == "" {
		s.Name = formatUUID(derive(x.record.Seed, "name", t.Ref))
	}
	var text string
	switch {
	case len(p.Input) == 0 || string(p.Input) == "null":
		s.Input = nil
	case json.Unmarshal(p.Input, &text) == nil:
		s.Input = json.RawMessage(text)
	}
	return s, nil
}

// nest is where a nested execution comes from.
type nest struct {
	Parent
	seed [16]byte
	// awaited tells that the task ends with the execution.
	awaited bool
}

func (x *execution) nestFor(ref uint64, awaited bool) *nest {
	return &nest{Parent: Parent{ID: x.record.ID, Ref: ref}, seed: derive(x.record.Seed, "seed", ref), awaited: awaited}
}

// derive gives a child's name, seed or request id. It is the same at every attempt of a
// task, so that a crash never starts two, and no other task's: the parent's
// seed is its own and known to nobody.
func derive(seed [16]byte, purpose string, ref uint64) [16]byte {
	mac := hmac.New(sha256.New, seed[:])
	mac.Write(binary.BigEndian.AppendUint64([]byte("child "+purpose), ref))
	return [16]byte(mac.Sum(nil)[:16])
}

// settled reports the result of a task if it still matters.
func (x *execution) settled(ref uint64, in interp.Input) {
	if x.answered(ref) {
		x.report(in)
	}
}

// again forgets that the task is under way, since the journal failed with err,
// and takes it up later.
func (x *execution) again(ref uint64, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.waits, ref)
	x.reviveLater(err)
}

// await has the child's end reported to the task, at once if it has ended.
func (x *execution) await(ref uint64, child Record, asJSON bool) {
	x.report(interp.Input{Kind: interp.TaskSubmitted, Ref: ref, Output: x.engine.startAnswer(child)})
	x.mu.Lock()
	if w := x.waits[ref]; w != nil {
		w.child, w.childJSON = child.ID, asJSON
	} else {
		// The task timed out or was stopped before its child was known.
		x.engine.stopChild(child.ID)
	}
	x.mu.Unlock()
	if x.engine.alive(child.ID) != nil {
		return
	}
	ended, err := x.engine.cfg.Journal.Record(context.Background(), child.ID)
	if err != nil {
		x.engine.cfg.Log.Error("a nested execution could not be read", "execution", child.ID, "error", err)
		x.again(ref, err)
		return
	}
	x.childEnded(ended)
}

// childEnded reports the end of a child to the task that waits for it.
func (x *execution) childEnded(child Record) {
	ref := child.Parent.Ref
	x.mu.Lock()
	w := x.waits[ref]
	due := w != nil && w.child == child.ID
	asJSON := false
	if due {
		w.child, asJSON = 0, w.childJSON
	}
	x.mu.Unlock()
	if !due {
		return
	}
	in, err := x.childResult(ref, child, asJSON)
	if err != nil {
		x.engine.cfg.Log.Error("a nested execution could not be read", "execution", child.ID, "error", err)
		x.again(ref, err)
		return
	}
	x.report(in)
}

func (x *execution) childResult(ref uint64, child Record, asJSON bool) (interp.Input, error) {
	input, err := x.engine.input(context.Background(), child.ID)
	if err != nil {
		return interp.Input{}, err
	}
	told, err := x.engine.endAnswer(child, input, asJSON)
	switch {
	case err != nil:
		return interp.Input{Kind: interp.TaskFailed, Ref: ref, Error: "States.Runtime", Cause: "The output of the nested execution has too many levels."}, nil
	case child.Status == Succeeded:
		return interp.Input{Kind: interp.TaskSucceeded, Ref: ref, Output: told}, nil
	}
	return interp.Input{Kind: interp.TaskFailed, Ref: ref, Error: "States.TaskFailed", Cause: string(told)}, nil
}
