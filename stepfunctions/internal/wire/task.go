package wire

import (
	"context"
	"encoding/json"
)

func (s *service) sendTaskSuccess(ctx context.Context, in *sendTaskSuccessInput) (*empty, error) {
	err := s.engine.SendTaskSuccess(ctx, *in.TaskToken, json.RawMessage(*in.Output))
	return &empty{}, refused(err)
}

func (s *service) sendTaskFailure(ctx context.Context, in *sendTaskFailureInput) (*empty, error) {
	return &empty{}, refused(s.engine.SendTaskFailure(ctx, *in.TaskToken, optional(in.Error), optional(in.Cause)))
}

func (s *service) sendTaskHeartbeat(ctx context.Context, in *taskTokenInput) (*empty, error) {
	return &empty{}, refused(s.engine.SendTaskHeartbeat(ctx, *in.TaskToken))
}
