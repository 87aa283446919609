package interp

import (
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// reading is a Map Run whose items are being read; items are those, once they
// are there.
type reading struct {
	run   *mapRun
	items *data
}

// readItems starts the Map Run of a distributed Map state and asks for its items.
// The history has no events of the reading, and a length of 0, as recorded.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
func (r *Run) readItems(s *scope, in data) *failure {
	parameters, f := r.s3Parameters(s, s.state.ItemReader, in)
	if f != nil {
		return f
	}
	r.mapStateStarted(s, 0)
	s.reading = &reading{run: r.newMapRun(s)}
	r.mapRunStarted(s, s.reading.run)
	r.lastRef++
	s.task = r.lastRef
	t := &Task{Ref: s.task, Resource: s.state.ItemReader.Resource, State: s.state.Name, Parameters: parameters.text()}
	r.count(s, t)
	r.pending[s.task] = &waiting{kind: itemsToRead, scope: s, task: t}
	r.effects.Tasks = append(r.effects.Tasks, *t)
	return nil
}

func (r *Run) s3Parameters(s *scope, call *asl.S3Call, in data) (data, *failure) {
	if call.Parameters == nil {
		return data{v: value.NewObject()}, nil
	}
	v, f := r.evaluate(s, in).template(call.Parameters)
	return data{v: v}, f
}

// itemsRead goes on with a Map state whose items are there, or could not be had.
func (r *Run) itemsRead(s *scope, in Input) {
	switch in.Kind {
	case TaskSucceeded:
		r.answered(s)
		items, err := decode(in.Output)
		if _, isArray := items.v.([]any); err != nil || !isArray {
			r.readFailed(s, failure{name: itemReaderError, cause: "What the ItemReader of the state '" + s.state.Name + "' has read is no array of items."})
			return
		}
		s.reading.items = &items
		r.begin(s)
	case TaskFailed:
		r.answered(s)
		r.readFailed(s, failure{name: in.Error, cause: in.Cause, final: in.Source == FromNothing})
	}
}

// readFailed fails the Map Run that has no items.
func (r *Run) readFailed(s *scope, f failure) {
	r.event(s, "MapRunFailed", f.details)
	r.fail(s, f)
}

// written returns the result of a distributed Map state with a ResultWriter: where
// its results would be. Nothing is written; see asl.Options.Stubs.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
func (r *Run) written(s *scope) (data, *failure) {
	run := s.fork.each.mapRun
	v, f := r.s3Parameters(s, s.state.ResultWriter, s.fork.each.input)
	if f != nil {
		return data{}, f
	}
	parameters, _ := v.v.(*value.Object)
	bucket, _ := parameters.Get("Bucket")
	prefix, _ := parameters.Get("Prefix")
	key, _ := prefix.(string)
	if key != "" && !strings.HasSuffix(key, "/") {
		key += "/"
	}
	id := run.arn[strings.LastIndexByte(run.arn, ':')+1:]
	return data{v: value.NewObject(
		value.Member{Name: "MapRunArn", Value: run.arn},
		value.Member{Name: "ResultWriterDetails", Value: value.NewObject(
			value.Member{Name: "Bucket", Value: bucket}, value.Member{Name: "Key", Value: key + id + "/manifest.json"})},
	)}, nil
}
