package wire

import (
	"errors"
	"log/slog"
	"net/http"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// NewHandler serves the protocol for the state machines and executions of e,
// whatever the path and the Host of a request (SDKs put "sync-" before the
// host of some operations). Faults of the program go to log.
func NewHandler(e *engine.Engine, log *slog.Logger) http.Handler {
	return &handler{service: &service{engine: e, log: log}}
}

type service struct {
	engine *engine.Engine
	log    *slog.Logger
}

// operations are those of the service that run on one machine.
var operations = map[string]operation{
	"CreateStateMachine":               op((*service).createStateMachine),
	"CreateStateMachineAlias":          op((*service).createStateMachineAlias),
	"DeleteStateMachine":               op((*service).deleteStateMachine),
	"DeleteStateMachineAlias":          op((*service).deleteStateMachineAlias),
	"DeleteStateMachineVersion":        op((*service).deleteStateMachineVersion),
	"DescribeExecution":                op((*service).describeExecution),
	"DescribeMapRun":                   op((*service).describeMapRun),
	"DescribeStateMachine":             op((*service).describeStateMachine),
	"DescribeStateMachineAlias":        op((*service).describeStateMachineAlias),
	"DescribeStateMachineForExecution": op((*service).describeStateMachineForExecution),
	"GetExecutionHistory":              op((*service).getExecutionHistory),
	"ListExecutions":                   op((*service).listExecutions),
	"ListMapRuns":                      op((*service).listMapRuns),
	"ListStateMachineAliases":          op((*service).listStateMachineAliases),
	"ListStateMachineVersions":         op((*service).listStateMachineVersions),
	"ListStateMachines":                op((*service).listStateMachines),
	"ListTagsForResource":              op((*service).listTagsForResource),
	"PublishStateMachineVersion":       op((*service).publishStateMachineVersion),
	"RedriveExecution":                 op((*service).redriveExecution),
	"SendTaskFailure":                  op((*service).sendTaskFailure),
	"SendTaskHeartbeat":                op((*service).sendTaskHeartbeat),
	"SendTaskSuccess":                  op((*service).sendTaskSuccess),
	"StartExecution":                   op((*service).startExecution),
	"StartSyncExecution":               op((*service).startSyncExecution),
	"StopExecution":                    op((*service).stopExecution),
	"TagResource":                      op((*service).tagResource),
	"TestState":                        op((*service).testState),
	"UntagResource":                    op((*service).untagResource),
	"UpdateMapRun":                     op((*service).updateMapRun),
	"UpdateStateMachine":               op((*service).updateStateMachine),
	"UpdateStateMachineAlias":          op((*service).updateStateMachineAlias),
	"ValidateStateMachineDefinition":   op((*service).validateStateMachineDefinition),
}

// refused turns the engine's refusals into the service's, and leaves other
// errors as they are.
func refused(err error) error {
	if e := (*engine.Error)(nil); errors.As(err, &e) {
		return &Fault{Type: string(e.Code), Message: e.Message}
	}
	return err
}

// refusedAbout is refused for a request about a resource: an ARN of the right
// form in another region or account is one of something that is not here.
func refusedAbout(err error, absent *Fault) error {
	if errors.Is(err, &engine.Error{Code: engine.InvalidArn}) {
		return absent
	}
	return refused(err)
}
