package interp

import (
	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

// childInputs are the inputs of a Map Run's child executions: one for each
// item, or for each batch of items.
func (r *Run) childInputs(s *scope, in data, items []any) ([]any, *failure) {
	inputs := make([]any, len(items))
	for i, v := range items {
		input, f := r.itemInput(s, in, &item{index: i, value: v})
		if f != nil {
			return nil, f
		}
		inputs[i] = input.v
	}
	if r.trial != nil && s.state.ItemSelector != nil {
		r.trial.note("afterItemSelector", data{v: inputs})
	}
	if s.state.ItemBatcher == nil {
		return inputs, nil
	}
	batches, f := r.evaluate(s, in).batches(s.state.ItemBatcher, inputs)
	if f == nil {
		r.trial.note("afterItemBatcher", data{v: batches})
	}
	return batches, f
}

// batches groups items as ItemBatcher says.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
func (e *evaluation) batches(b *asl.Batcher, items []any) ([]any, *failure) {
	most, f := e.batchLimit("MaxItemsPerBatchPath", b.MaxItemsPerBatch, b.MaxItemsPerBatchPath)
	if f != nil {
		return nil, f
	}
	bytes, f := e.batchLimit("MaxInputBytesPerBatchPath", b.MaxInputBytesPerBatch, b.MaxInputBytesPerBatchPath)
	if f != nil {
		return nil, f
	}
	if bytes == 0 {
		bytes = maxData
	}
	var shared []value.Member
	if b.BatchInput != nil {
		v, f := e.template(b.BatchInput)
		if f != nil {
			return nil, f
		}
		shared = []value.Member{{Name: "BatchInput", Value: v}}
	}
	return group(items, int(most), int(bytes), shared), nil
}

func (e *evaluation) batchLimit(field string, literal *int64, p *asl.Path) (int64, *failure) {
	if p != nil {
		n, f := e.integer(field, p)
		if f == nil && n <= 0 {
			f = e.scope.broken("The %s field refers to value \"%d\" which is not a positive integer: %s", field, n, p.Text)
		}
		return n, f
	}
	if literal != nil {
		return *literal, nil
	}
	return 0, nil
}

// group cuts items into batches of at most most items (0: any number) and
// about limit bytes; a batch has at least one item.
func group(items []any, most, limit int, shared []value.Member) []any {
	empty := len(value.Append(nil, batch(shared, nil)))
	var out []any
	for start := 0; start < len(items); {
		size, end := empty, start
		for end < len(items) && (most == 0 || end-start < most) {
			size += len(value.Append(nil, items[end])) + 1
			if end > start && size > limit {
				break
			}
			end++
		}
		out = append(out, batch(shared, items[start:end:end]))
		start = end
	}
	return out
}

func batch(shared []value.Member, items []any) any {
	return value.NewObject(append(shared[:len(shared):len(shared)], value.Member{Name: "Items", Value: items})...)
}
