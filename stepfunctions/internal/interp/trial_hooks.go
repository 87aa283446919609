package interp

import (
	"encoding/json"
	"errors"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

var errNoObject = errors.New("expected a JSON object")

func object(raw json.RawMessage) (*value.Object, error) {
	v, err := value.Parse(raw)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*value.Object)
	if !ok {
		return nil, errNoObject
	}
	return o, nil
}

// inspects reports whether somebody wants to see what happens inside of the state.
func (t *Trial) inspects() bool { return t != nil && t.with.Inspect }

// abandoned reports whether nobody waits for the trial any more.
func (t *Trial) abandoned() bool {
	if t == nil {
		return false
	}
	select {
	case <-t.with.Done:
		return true
	default:
		return false
	}
}

// note keeps a piece of inspection data; outside of a trial, and where nobody
// wants to see it, it does nothing. A piece that is too large for any state is
// not written out.
func (t *Trial) note(name string, d data) {
	if t.inspects() && !t.unseen(name) && value.Fits(d.v, maxTemplate) {
		t.notes = append(t.notes, value.Member{Name: name, Value: string(d.text())})
	}
}

// unseen tells what the API leaves out for a state: what a Pass state with a
// Result does not look at, and what goes into branches.
func (t *Trial) unseen(name string) bool {
	s := t.run.root.state
	before := name == "afterInputPath" || name == "afterParameters"
	return before && (s.Type == asl.Parallel || s.Type == asl.Pass && s.Has("Result"))
}

func (t *Trial) noteNumber(name string, n json.Number) {
	if t != nil {
		t.notes = append(t.notes, value.Member{Name: name, Value: n})
	}
}

// left is the end of a state that was left.
func (t *Trial) left(out data, how exit) {
	t.result.Output, t.result.NextState = out.text(), how.next
	if t.result.Status == "" {
		t.result.Status = StatusSucceeded
	}
}

// failed is the end of a state that failed for good.
func (t *Trial) failed(f failure) {
	f = f.told()
	t.result.Status, t.result.Error, t.result.Cause = StatusFailed, f.name, f.cause
}

// retriable is the end of a state whose failure a retrier is about.
func (t *Trial) retriable(f failure, index int, interval float64) {
	t.failed(f)
	t.result.Status = StatusRetriable
	t.detail(value.NewObject(
		value.Member{Name: "retryBackoffIntervalSeconds", Value: value.FromFloat(interval)},
		value.Member{Name: "retryIndex", Value: value.FromInt(int64(index))},
	))
}

// caught notes that a catcher is about the failure; the state is then left.
func (t *Trial) caught(f failure, index int) {
	if t == nil {
		return
	}
	t.failed(f)
	t.result.Status = StatusCaughtError
	t.detail(value.NewObject(value.Member{Name: "catchIndex", Value: value.FromInt(int64(index))}))
}

func (t *Trial) detail(details *value.Object) {
	t.notes = append(t.notes, value.Member{Name: "errorDetails", Value: details})
}

// spaced writes an array the way the API shows what ItemsPath selects: with
// blanks after commas and colons.
func spaced(v any) string { return string(appendSpaced(nil, v)) }

func appendSpaced(dst []byte, v any) []byte {
	switch x := v.(type) {
	case []any:
		dst = append(dst, '[')
		for i, item := range x {
			dst = appendSpaced(append(dst, ", "[:2*min(i, 1)]...), item)
		}
		return append(dst, ']')
	case *value.Object:
		dst = append(dst, '{')
		for i, m := range x.Members() {
			dst = value.Append(append(dst, ", "[:2*min(i, 1)]...), m.Name)
			dst = appendSpaced(append(dst, ": "...), m.Value)
		}
		return append(dst, '}')
	}
	return value.Append(dst, v)
}
