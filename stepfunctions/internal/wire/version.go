package wire

import (
	"context"
	"strconv"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

type publishStateMachineVersionOutput struct {
	CreationDate           timestamp `json:"creationDate"`
	StateMachineVersionARN string    `json:"stateMachineVersionArn"`
}

func (s *service) publishStateMachineVersion(ctx context.Context, in *publishStateMachineVersionInput) (*publishStateMachineVersionOutput, error) {
	if f := checkArn(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	v, err := s.engine.PublishStateMachineVersion(ctx, *in.StateMachineARN, optional(in.RevisionID), optional(in.Description))
	if err != nil {
		return nil, refusedAbout(err, noStateMachine(*in.StateMachineARN))
	}
	return &publishStateMachineVersionOutput{stamp(v.Created), v.ARN}, nil
}

func (s *service) deleteStateMachineVersion(ctx context.Context, in *deleteStateMachineVersionInput) (*empty, error) {
	if f := checkArn(*in.StateMachineVersionARN, "stateMachine"); f != nil {
		return nil, f
	}
	return &empty{}, refused(s.engine.DeleteStateMachineVersion(ctx, *in.StateMachineVersionARN))
}

type versionListItem struct {
	StateMachineVersionARN string    `json:"stateMachineVersionArn"`
	CreationDate           timestamp `json:"creationDate"`
}

type listStateMachineVersionsOutput struct {
	StateMachineVersions []versionListItem `json:"stateMachineVersions"`
	NextToken            *string           `json:"nextToken,omitempty"`
}

// listStateMachineVersions tells the newest first; a token names the version
// that the page begins at.
func (s *service) listStateMachineVersions(_ context.Context, in *stateMachinePageInput) (*listStateMachineVersionsOutput, error) {
	if f := checkArn(*in.StateMachineARN, "stateMachine"); f != nil {
		return nil, f
	}
	from, f := pageStart(in.NextToken, *in.StateMachineARN)
	if f != nil {
		return nil, f
	}
	versions, err := s.engine.StateMachineVersions(*in.StateMachineARN)
	if err != nil {
		return nil, refusedAbout(err, noStateMachine(*in.StateMachineARN))
	}
	out := &listStateMachineVersionsOutput{StateMachineVersions: []versionListItem{}}
	for _, v := range versions {
		if later(v, from) {
			continue
		}
		if len(out.StateMachineVersions) == pageSize(in.MaxResults) {
			out.NextToken = nextToken(*in.StateMachineARN, strconv.Itoa(v.Number))
			break
		}
		out.StateMachineVersions = append(out.StateMachineVersions, versionListItem{v.ARN, stamp(v.Created)})
	}
	return out, nil
}

// later tells whether a version was on an earlier page.
func later(v engine.Version, from string) bool {
	n, err := strconv.Atoi(from)
	return err == nil && v.Number > n
}
