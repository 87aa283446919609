package wire

import (
	"context"
	"encoding/json"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

type describeStateMachineOutput struct {
	StateMachineARN         string          `json:"stateMachineArn"`
	Name                    string          `json:"name"`
	Status                  string          `json:"status"`
	Definition              string          `json:"definition"`
	RoleARN                 string          `json:"roleArn"`
	Type                    string          `json:"type"`
	CreationDate            timestamp       `json:"creationDate"`
	LoggingConfiguration    json.RawMessage `json:"loggingConfiguration,omitempty"`
	TracingConfiguration    json.RawMessage `json:"tracingConfiguration,omitempty"`
	EncryptionConfiguration json.RawMessage `json:"encryptionConfiguration,omitempty"`
	RevisionID              *string         `json:"revisionId,omitempty"`
	Description             *string         `json:"description,omitempty"`
}

func (s *service) describeStateMachine(ctx context.Context, in *describeStateMachineInput) (*describeStateMachineOutput, error) {
	if f := checkArn(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	m, err := s.engine.DescribeStateMachine(ctx, *in.StateMachineARN)
	if err != nil {
		return nil, refusedAbout(err, noStateMachine(*in.StateMachineARN))
	}
	out := &describeStateMachineOutput{
		StateMachineARN: *in.StateMachineARN, Name: m.Name, Status: statusOf(m),
		Definition: m.Definition, RoleARN: m.RoleARN, Type: string(m.Type), CreationDate: stamp(m.Created),
		LoggingConfiguration: m.Logging, TracingConfiguration: m.Tracing, EncryptionConfiguration: m.Encryption,
		RevisionID: shownRevision(m), Description: present(m.Description),
	}
	if optional(in.IncludedData) == "METADATA_ONLY" {
		out.Definition = ""
	}
	return out, nil
}

func statusOf(m engine.StateMachine) string {
	if m.Deleting {
		return "DELETING"
	}
	return "ACTIVE"
}

// shownRevision is absent for the revision a machine was created with.
func shownRevision(m engine.StateMachine) *string {
	if m.Initial {
		return nil
	}
	return &m.RevisionID
}

type stateMachineListItem struct {
	StateMachineARN string    `json:"stateMachineArn"`
	Name            string    `json:"name"`
	Type            string    `json:"type"`
	CreationDate    timestamp `json:"creationDate"`
}

type listStateMachinesOutput struct {
	StateMachines []stateMachineListItem `json:"stateMachines"`
	NextToken     *string                `json:"nextToken,omitempty"`
}

func (s *service) listStateMachines(_ context.Context, in *pageInput) (*listStateMachinesOutput, error) {
	const question = "ListStateMachines"
	from, f := pageStart(in.NextToken, question)
	if f != nil {
		return nil, f
	}
	out := &listStateMachinesOutput{StateMachines: []stateMachineListItem{}}
	for _, m := range s.engine.StateMachines() {
		if m.Name < from {
			continue
		}
		if len(out.StateMachines) == pageSize(in.MaxResults) {
			out.NextToken = nextToken(question, m.Name)
			break
		}
		out.StateMachines = append(out.StateMachines, stateMachineListItem{m.ARN, m.Name, string(m.Type), stamp(m.Created)})
	}
	return out, nil
}
