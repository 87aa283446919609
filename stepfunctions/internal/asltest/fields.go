package asltest

import (
	"encoding/json"

	"pgregory.net/rapid"

	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
)

var paths = []string{"$", "$.a", "$.b", "$.a.b", "$[0]", "$.a[0]", "$$.State.Name", "$$.Execution.Input", "$..a", "$.b[*]"}

func (g *generator) pass() []member {
	var out []member
	if g.chance("result", 50) {
		out = append(out, member{Name: "Result", Value: g.record()})
	}
	return append(out, g.shaping()...)
}

// shaping generates the fields that select and combine data.
func (g *generator) shaping() []member {
	var out []member
	if g.chance("parameters", 30) {
		out = append(out, member{Name: "Parameters", Value: g.template()})
	}
	if g.chance("resultPath", 30) {
		var path any = g.pick("resultPath", "$", "$.r", "$.a.r")
		if g.chance("null", 30) {
			path = nil
		}
		out = append(out, member{Name: "ResultPath", Value: path})
	}
	if g.chance("outputPath", 10) {
		out = append(out, member{Name: "OutputPath", Value: g.pick("outputPath", paths...)})
	}
	if g.chance("assign", 20) {
		out = append(out, member{Name: "Assign", Value: g.template()})
	}
	return out
}

func (g *generator) template() *value.Object {
	return value.NewObject(
		member{Name: "a.$", Value: g.pick("path", "$.a", "$.a", "$", "$$.State.Name", "$..a", "$.b[*]")},
		member{Name: "b", Value: []any{g.data(1), value.NewObject(member{Name: "c.$", Value: "States.Format('{}', $$.State.Name)"})}},
		member{Name: "id.$", Value: g.pick("call", "States.UUID()", "States.MathRandom(1, 100)", "States.JsonToString($)")},
	)
}

func (g *generator) task() []member {
	out := []member{{Name: "Resource", Value: g.pick("resource",
		"arn:aws:lambda:us-east-1:111111111111:function:f",
		"arn:aws:states:::lambda:invoke",
		"arn:aws:states:::lambda:invoke.waitForTaskToken")}}
	if g.chance("timeout", 40) {
		out = append(out, member{Name: "TimeoutSeconds", Value: g.number("timeout", 2, 9)})
	}
	if g.chance("heartbeat", 20) {
		out = append(out, member{Name: "HeartbeatSeconds", Value: value.FromInt(1)})
	}
	if g.chance("selector", 20) {
		out = append(out, member{Name: "ResultSelector", Value: g.template()})
	}
	return append(out, g.shaping()...)
}

func (g *generator) errors(later []string) []member {
	var out []member
	if g.chance("retry", 40) {
		out = append(out, member{Name: "Retry", Value: []any{value.NewObject(
			member{Name: "ErrorEquals", Value: []any{g.pick("retried", "E1", "States.ALL", "States.Timeout", "States.TaskFailed")}},
			member{Name: "MaxAttempts", Value: g.number("attempts", 0, 3)},
			member{Name: "BackoffRate", Value: json.Number("1.5")},
			member{Name: "JitterStrategy", Value: g.pick("jitter", "FULL", "NONE")},
		)}})
	}
	if len(later) > 0 && g.chance("catch", 40) {
		out = append(out, member{Name: "Catch", Value: []any{value.NewObject(
			member{Name: "ErrorEquals", Value: []any{g.pick("caught", "E2", "States.ALL")}},
			member{Name: "ResultPath", Value: g.pick("errorPath", "$", "$.error")},
			member{Name: "Next", Value: g.pick("fallback", later...)},
		)}})
	}
	return out
}

func (g *generator) choices(later []string) []member {
	rule := value.NewObject(
		member{Name: "Not", Value: value.NewObject(
			member{Name: "Variable", Value: g.pick("variable", paths...)},
			member{Name: g.pick("test", "IsPresent", "IsNull", "IsString"), Value: rapid.Bool().Draw(g.t, "operand")},
		)},
		member{Name: "Next", Value: g.pick("next", later...)},
	)
	out := []member{{Name: "Choices", Value: []any{rule}}}
	if g.chance("default", 80) {
		out = append(out, member{Name: "Default", Value: g.pick("default", later...)})
	}
	return out
}

func (g *generator) forEach(depth int) []member {
	processor := g.machine(depth - 1)
	var out []member
	if g.chance("distributed", 30) {
		processor = processor.With("ProcessorConfig", value.NewObject(
			member{Name: "Mode", Value: "DISTRIBUTED"}, member{Name: "ExecutionType", Value: "STANDARD"}))
		if g.chance("batch", 40) {
			out = append(out, member{Name: "ItemBatcher", Value: value.NewObject(member{Name: "MaxItemsPerBatch", Value: g.number("most", 1, 3)})})
		}
		out = append(out, member{Name: "ToleratedFailureCount", Value: g.number("tolerated", 0, 3)})
	}
	return append(out,
		member{Name: "ItemProcessor", Value: processor},
		member{Name: "ItemsPath", Value: g.pick("items", "$.a", "$.a", "$.b", "$$.Execution.Input.a")},
		member{Name: "MaxConcurrency", Value: g.number("concurrency", 0, 3)},
	)
}
