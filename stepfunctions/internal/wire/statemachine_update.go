package wire

import (
	"context"
	"errors"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

type updateStateMachineOutput struct {
	UpdateDate             timestamp `json:"updateDate"`
	RevisionID             *string   `json:"revisionId,omitempty"`
	StateMachineVersionARN *string   `json:"stateMachineVersionArn,omitempty"`
}

func (s *service) updateStateMachine(ctx context.Context, in *updateStateMachineInput) (*updateStateMachineOutput, error) {
	if f := checkArn(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	kept, err := readSettings(in.LoggingConfiguration, in.TracingConfiguration, in.EncryptionConfiguration)
	if err != nil {
		return nil, err
	}
	if f := checkRole(optional(in.RoleARN)); f != nil {
		return nil, f
	}
	m, err := s.engine.UpdateStateMachine(ctx, engine.UpdateStateMachine{
		ARN: *in.StateMachineARN,
		Revision: engine.Revision{
			Definition: optional(in.Definition), RoleARN: optional(in.RoleARN),
			Logging: kept.logging, Tracing: kept.tracing, Encryption: kept.encryption,
		},
		Publish: optional(in.Publish), Description: optional(in.VersionDescription),
	})
	if err != nil {
		return nil, refusedAbout(err, noStateMachine(*in.StateMachineARN))
	}
	return &updateStateMachineOutput{stamp(m.Updated), present(m.RevisionID), present(m.VersionARN)}, nil
}

func (s *service) deleteStateMachine(ctx context.Context, in *stateMachineInput) (*empty, error) {
	if f := checkArn(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	err := s.engine.DeleteStateMachine(ctx, *in.StateMachineARN)
	if errors.Is(err, &engine.Error{Code: engine.InvalidArn}) {
		// Elsewhere: deleting what is not there is no error.
		return &empty{}, nil
	}
	return &empty{}, refused(err)
}
