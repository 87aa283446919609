package wire

import (
	"context"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

const descriptionWithoutPublish = "Version description can only be set when publish is true"

type createStateMachineOutput struct {
	StateMachineARN        string    `json:"stateMachineArn"`
	CreationDate           timestamp `json:"creationDate"`
	StateMachineVersionARN *string   `json:"stateMachineVersionArn,omitempty"`
}

func (s *service) createStateMachine(ctx context.Context, in *createStateMachineInput) (*createStateMachineOutput, error) {
	kept, err := readSettings(in.LoggingConfiguration, in.TracingConfiguration, in.EncryptionConfiguration)
	if err != nil {
		return nil, err
	}
	if f := checkRole(*in.RoleARN); f != nil {
		return nil, f
	}
	if optional(in.VersionDescription) != "" && !optional(in.Publish) {
		return nil, invalid(descriptionWithoutPublish)
	}
	kept = kept.withDefaults()
	m, err := s.engine.CreateStateMachine(ctx, engine.NewStateMachine{
		Name: *in.Name,
		Type: engine.Type(optional(in.Type)),
		Revision: engine.Revision{
			Definition: *in.Definition, RoleARN: *in.RoleARN,
			Logging: kept.logging, Tracing: kept.tracing, Encryption: kept.encryption,
		},
		Tags: tagMap(in.Tags), Publish: optional(in.Publish), Description: optional(in.VersionDescription),
	})
	if err != nil {
		return nil, refused(err)
	}
	return &createStateMachineOutput{m.ARN, stamp(m.Created), present(m.VersionARN)}, nil
}

// checkRole refuses what looks like an ARN and is none. No role is assumed on
// one machine, so that any other text may stand in for it.
func checkRole(role string) *Fault {
	if strings.HasPrefix(role, "arn:") && len(strings.SplitN(role, ":", 6)) < 6 {
		return invalidArn("Invalid ARN", role)
	}
	return nil
}
