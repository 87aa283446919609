package wire

import "context"

type stopExecutionOutput struct {
	StopDate timestamp `json:"stopDate"`
}

func (s *service) stopExecution(ctx context.Context, in *stopExecutionInput) (*stopExecutionOutput, error) {
	if f := checkExecutionArn(*in.ExecutionARN); f != nil {
		return nil, f
	}
	at, err := s.engine.StopExecution(ctx, *in.ExecutionARN, optional(in.Error), optional(in.Cause))
	if err != nil {
		return nil, refusedAbout(err, noExecution(*in.ExecutionARN))
	}
	return &stopExecutionOutput{stamp(at)}, nil
}

type redriveExecutionOutput struct {
	RedriveDate timestamp `json:"redriveDate"`
}

func (s *service) redriveExecution(ctx context.Context, in *redriveExecutionInput) (*redriveExecutionOutput, error) {
	if f := checkExecutionArn(*in.ExecutionARN); f != nil {
		return nil, f
	}
	at, err := s.engine.RedriveExecution(ctx, *in.ExecutionARN, optional(in.ClientToken))
	if err != nil {
		return nil, refusedAbout(err, noExecution(*in.ExecutionARN))
	}
	return &redriveExecutionOutput{stamp(at)}, nil
}
